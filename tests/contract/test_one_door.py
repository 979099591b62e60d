"""Whatever is asked of any face, a world changes only by what goes in through its one door.

Every world that is asked has a double, which is told nothing but the inputs: after every request both are in the same
state. The questions are those from which the documents take their examples, and for BetTune, whose document is written
by hand, its own examples.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.specifications import examples
from simulator.specifications.conversation import Conversation, Heard
from simulator.specifications.documents import generated_documents
from simulator.world.happened import BEGINNING, Happened
from simulator.world.retelling import Beginning, Retelling, decode_told, encode_told, told
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from tests.documented import document

METHODS = ("get", "post", "put", "delete")
TOKEN = {"authorization": "Bearer alice-bettune-token", "content-type": "application/json"}
BETTUNE = "/bet-tune-api/v1"


class Doubled(Conversation):
    """A conversation with an application whose worlds have doubles, and a list of what was asked."""

    asked: list[tuple[str, str, Any]] = []  # noqa: RUF012, all conversations of the test share it
    changed: set[str] = set()  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self._doubles: dict[World, Retelling] = {}
        self._states: dict[World, str] = {}
        self._untold: list[tuple[World, Happened]] = []
        self.worlds.listen(self._hear)
        default = self.worlds.default
        begun = Beginning(default.scenario, default.seed, default.id, default.created_at, None)
        self._doubles[default] = Retelling(begun)
        self._states[default] = state_hash(default)

    def _hear(self, world: World, happened: Happened) -> None:
        """Begin a double where a world begins, while that says what it went on from; all else is told later."""
        if happened.source == BEGINNING:
            self._doubles[world] = Retelling(Beginning.of(world))
        self._untold.append((world, happened))

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Heard:
        """Ask, tell the doubles what went in, and compare."""
        heard = super().ask(method, path, body, headers)
        Doubled.asked.append((method.lower(), path, body))
        for world, happened in self._untold:
            for one in told([happened]):
                self._doubles[world].tell(decode_told(encode_told(one)))
        self._untold.clear()
        for world, double in self._doubles.items():
            state = state_hash(world)
            assert state == state_hash(double.world), f"{method} {path} changed more than its inputs say"
            if self._states.get(world) != state:
                Doubled.changed.add(path)
            self._states[world] = state
        return heard


@pytest.fixture
def doubled(monkeypatch: pytest.MonkeyPatch) -> type[Doubled]:
    """Conversations with doubles in the place of those of the documents."""
    monkeypatch.setattr(examples, "Conversation", Doubled)
    Doubled.asked.clear()
    Doubled.changed.clear()
    return Doubled


def operations_of(name: str) -> Iterator[tuple[str, str]]:
    """Method and path of each operation of a document that ships with the package."""
    for path, item in document(name)["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path


def is_covered(method: str, path: str, asked: list[tuple[str, str, Any]]) -> bool:
    pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))
    return any(method == sent and pattern.fullmatch(address.partition("?")[0]) for sent, address, _ in asked)


def test_no_operation_changes_a_world_but_by_its_inputs(doubled: type[Doubled]) -> None:
    names = generated_documents()
    talk_to_bettune(doubled())
    talk_about_reading(doubled())

    missing = [
        (name, method, path)
        for name in [*names, "bettune.yaml"]
        for method, path in operations_of(name)
        if not is_covered(method, path, doubled.asked)
    ]

    assert missing == []
    assert len(doubled.changed) > 20


def talk_to_bettune(conversation: Doubled) -> None:
    """Ask everything that can be asked of BetTune."""
    # A conversation sends no queries: without one the date is missing.
    for path, status in (("/sports", 200), ("/matches", 400), ("/prediction-filters", 200)):
        assert status == conversation.ask("GET", f"{BETTUNE}{path}", headers=TOKEN).status
    filters = conversation.ask("GET", f"{BETTUNE}/prediction-filters", headers=TOKEN).content["items"]
    match_id = next(iter(conversation.worlds.default.bettune.matches))
    path = f"{BETTUNE}/prediction-filters/{filters[0]['id']}/matches/{match_id}/prediction"
    search = {"filterId": filters[0]["id"], "matchIds": [match_id]}
    assert 200 == conversation.ask("PUT", path, {"odds": "2.05"}, TOKEN).status
    assert 200 == conversation.ask("POST", f"{BETTUNE}/predictions/search", search, TOKEN).status
    assert 204 == conversation.ask("DELETE", path, headers=TOKEN).status
    new_filter = {"id": 1, "name": "New", "betType": "Home", "user": "alice", "stake": 2}
    new_match = {"id": 2, "date": "+PT1H", "home": "New", "away": "Old"}
    added = {"filters": [new_filter], "matches": [new_match]}
    assert 201 == conversation.ask("POST", "/control/v1/worlds/default/bettune", added).status
    assert 400 == conversation.ask("POST", "/control/v1/worlds/default/bettune", added).status
    path = f"{BETTUNE}/prediction-filters/1/matches/2/prediction"
    assert 200 == conversation.ask("PUT", path, {"odds": "2.05"}, TOKEN).status
    by_hand = f"/control/v1/worlds/default/bettune/filters/{filters[0]['id']}/matches/{match_id}/prediction"
    assert 200 == conversation.ask("PUT", by_hand, {"odds": "2.05"}).status
    assert 204 == conversation.ask("DELETE", by_hand).status


def talk_about_reading(conversation: Doubled) -> None:
    """Read what is kept as it was read, and what is not there."""
    world = "/control/v1/worlds/default"
    for path in ("/health", f"{world}/clock", f"{world}/state-hash", f"{world}/snapshot?name=begun"):
        assert 200 == conversation.ask("GET", path).status
    for path in (f"{world}/journal", f"{world}/journal/export", f"{world}/scenario"):
        assert 200 == conversation.ask("GET", path).status
    assert 204 == conversation.ask("DELETE", "/control/v1/snapshots/begun").status
    assert 204 == conversation.ask("DELETE", "/control/v1/worlds/default/faults").status
    assert 201 == conversation.ask("POST", "/control/v1/worlds", {"fixture": "derby"}).status
    assert 204 == conversation.ask("DELETE", "/control/v1/worlds/world-2").status
    for method, path in (("GET", "/view/login"), ("GET", "/view/recoverpassword"), ("POST", "/view/recoverpassword")):
        assert 200 == conversation.ask(method, path, headers={"accept": "text/html"}).status
    for path in ("/exchange/betting/rest/v1.0/listEvents/", "/nowhere", "/api/login"):
        assert conversation.ask("POST", path, {}).status in (200, 400, 404)
