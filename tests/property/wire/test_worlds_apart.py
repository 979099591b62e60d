"""Worlds of one server do not meet: what one of them answers is what it answers on a server where it is alone.

Programs over several worlds are run interleaved on one server, and then each world's part on a server of its own. Every
answer has to be the same, to the byte, but for what is each world's own: its id, and the suffixes of its credentials.
"""

import json
import re
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.world.clock import REAL_TIME, RealTime
from simulator.world.world import World
from tests import documented
from tests.contract.bettor import DRAW, HOME, JSON_RPC, MATCH, NEXT_MATCH, RACE, SCENARIO, envelopes
from tests.in_process import Client, client_of

MOST_WORLDS: Final = 3
STILL: Final = RealTime(REAL_TIME.wall_milliseconds, lambda: 0.0)

Step = tuple[str, Any]
"""What is done, and with what."""


# What can be done in a world

ACCOUNTS = st.sampled_from(["alice", "bob", "careful"])
ORDERS = st.fixed_dictionaries(
    {
        "selectionId": st.sampled_from([HOME, DRAW]),
        "side": st.sampled_from(["BACK", "LAY"]),
        "orderType": st.just("LIMIT"),
        "limitOrder": st.fixed_dictionaries(
            {
                "size": st.sampled_from([2.0, 5.0]),
                "price": st.sampled_from([2.0, 3.0]),
                "persistenceType": st.sampled_from(["LAPSE", "PERSIST"]),
            }
        ),
    }
)
MARKETS = st.sampled_from([MATCH, NEXT_MATCH])
CALLS = st.one_of(
    st.builds(lambda market, order: ("placeOrders", {"marketId": market, "instructions": [order]}), MARKETS, ORDERS),
    st.tuples(st.just("cancelOrders"), st.builds(lambda market: {"marketId": market}, MARKETS)),
    st.just(("cancelOrders", {})),
    st.just(("listCurrentOrders", {})),
    st.just(("listClearedOrders", {"betStatus": "SETTLED"})),
    st.just(("listMarketCatalogue", {"filter": {}, "maxResults": 10})),
    st.builds(
        lambda market: ("listMarketBook", {"marketIds": [market], "priceProjection": {"priceData": ["EX_ALL_OFFERS"]}}),
        MARKETS,
    ),
)  # fmt: skip
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("log in"), ACCOUNTS),
    st.tuples(st.just("call"), st.tuples(ACCOUNTS, st.booleans(), CALLS)),
    st.tuples(st.just("call"), st.tuples(ACCOUNTS, st.booleans(), CALLS)),
    st.tuples(st.just("log out"), ACCOUNTS),
    st.tuples(st.just("menu"), ACCOUNTS),
    st.tuples(st.just("clock"), st.sampled_from([{"advance": "PT5S"}, {"advance": "PT1M"}, {"toNext": True}])),
    st.tuples(st.just("market"), st.tuples(MARKETS, st.sampled_from(["suspend", "resume", "turn-in-play", "void"]))),
    st.just(
        ("settle", {"results": [{"selectionId": HOME, "status": "WINNER"}]}),
    ),
    st.just(("offers", {"selectionId": HOME, "availableToBack": [[2.0, 20]]})),
    st.tuples(
        st.just("faults"),
        st.sampled_from(
            [
                {"operation": "placeOrders", "do": "refuse", "code": "SERVICE_BUSY", "times": 2},
                {"operation": "*", "do": "http", "status": 503},
                {"operation": "listMarketBook", "account": "alice", "do": "suspend-before"},
            ]
        ),
    ),
    st.just(("predict", {"odds": 2.5})),
    st.just(("predictions", {"filterId": 1, "matchIds": [1]})),
    st.just(("journal", None)),
    st.just(("read", None)),
    st.just(("reset", None)),
)  # fmt: skip
PROGRAMS = st.lists(st.tuples(st.integers(0, MOST_WORLDS - 1), STEPS), max_size=30)


class Player:
    """Does what a program says in one world of a server, and notes what was answered."""

    def __init__(self, client: Client, world: World) -> None:
        self._client = client
        self._world = world
        self._control = f"/control/v1/worlds/{world.id}"
        self._tokens: dict[str, str] = {}
        self._own = dict(self._own_words())
        self._word = re.compile("|".join(map(re.escape, sorted(self._own, key=len, reverse=True))))
        self.heard: list[tuple[Any, ...]] = []

    def _own_words(self) -> list[tuple[str, str]]:
        """What of the answers of a world is its own, with what it is called wherever it is alone."""
        world, words = self._world, [(self._world.id, "default")]
        for written, account in zip(SCENARIO["accounts"], world.accounts.by_username.values(), strict=True):
            words += [
                (account.username, written["username"]),
                (account.app_key, written["appKey"]),
                (account.delayed_app_key, written["delayedAppKey"]),
            ]
            logins = range(1, 40)
            words += [(world.ids.token_of_login(account.username, each), f"token {each}") for each in logins]
        own, written = world.scenario.bettune.users[0], SCENARIO["bettune"]["users"][0]
        return [*words, (own.token, written["token"])]

    def do(self, step: Step) -> None:
        """Do a step, and note the answer."""
        what, content = step
        response = getattr(self, "_" + what.replace(" ", "_"))(content)
        text = self._word.sub(lambda found: self._own[found[0]], response.text)
        self.heard.append((step, response.status_code, text))

    def _account(self, name: str) -> Any:
        names = [account["username"] for account in SCENARIO["accounts"]]
        return list(self._world.accounts.by_username.values())[names.index(name)]

    def _headers(self, name: str, *, delayed: bool = False) -> dict[str, str]:
        account = self._account(name)
        return {
            "X-Application": account.delayed_app_key if delayed else account.app_key,
            "X-Authentication": self._tokens.get(name, "none"),
            "Accept": "application/json",
        }

    def _log_in(self, name: str) -> Any:
        account = self._account(name)
        form = {"username": account.username, "password": account.password}
        response = self._client.post("/api/login", data=form, headers=self._headers(name))
        if response.status_code == 200:
            self._tokens[name] = response.json().get("token") or "none"
        return response

    def _log_out(self, name: str) -> Any:
        return self._client.get("/api/logout", headers=self._headers(name))

    def _call(self, content: Any) -> Any:
        name, delayed, call = content
        return self._client.post(JSON_RPC, json=envelopes(call), headers=self._headers(name, delayed=delayed))

    def _menu(self, name: str) -> Any:
        path = "/exchange/betting/rest/v1/en/navigation/menu.json"
        return self._client.get(path, headers=self._headers(name))

    def _clock(self, content: Any) -> Any:
        return self._client.post(f"{self._control}/clock", json=content)

    def _market(self, content: Any) -> Any:
        market_id, verb = content
        return self._client.post(f"{self._control}/markets/{market_id}/{verb}")

    def _settle(self, content: Any) -> Any:
        return self._client.post(f"{self._control}/markets/{RACE}/settle", json=content)

    def _offers(self, content: Any) -> Any:
        return self._client.post(f"{self._control}/markets/{NEXT_MATCH}/offers", json=content)

    def _faults(self, fault: Any) -> Any:
        own = {"account": self._account(fault["account"]).username} if "account" in fault else {}
        return self._client.post(f"{self._control}/faults", json={"faults": [{**fault, **own}]})

    def _predict(self, content: Any) -> Any:
        return self._client.request("PUT", f"{self._control}/bettune/filters/1/matches/1/prediction", json=content)

    def _predictions(self, content: Any) -> Any:
        token = self._world.scenario.bettune.users[0].token
        headers = {"Authorization": f"Bearer {token}"}
        return self._client.post("/bet-tune-api/v1/predictions/search", json=content, headers=headers)

    def _journal(self, _: Any) -> Any:
        return self._client.get(f"{self._control}/journal?limit=200")

    def _read(self, _: Any) -> Any:
        return self._client.get(self._control)

    def _reset(self, _: Any) -> Any:
        return self._client.post(f"{self._control}/reset")


@pytest.fixture(autouse=True)
def _undocumented(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are not held against the documents, which do not know what only a fault answers."""
    monkeypatch.setattr(documented, "check", lambda *_: None)


def heard_together(program: list[tuple[int, Step]]) -> list[list[tuple[Any, ...]]]:
    """What the worlds of one server answer, the first of them its default world."""
    with client_of(SCENARIO, real_time=STILL) as client:
        for _ in range(1, MOST_WORLDS):
            created = client.post("/control/v1/worlds", content=json.dumps(SCENARIO), headers=JSON)
            assert created.status_code == 201
        players = [Player(client, world) for world in client.worlds]
        for number, step in program:
            players[number].do(step)
        return [player.heard for player in players]


def heard_alone(steps: list[Step]) -> list[tuple[Any, ...]]:
    """What a world answers that is alone on its server."""
    with client_of(SCENARIO, real_time=STILL) as client:
        player = Player(client, client.worlds.default)
        for step in steps:
            player.do(step)
        return player.heard


JSON = {"Content-Type": "application/json"}


@given(PROGRAMS)
def test_a_world_answers_as_if_it_were_alone(program: list[tuple[int, Step]]) -> None:
    together = heard_together(program)

    for number, heard in enumerate(together):
        assert heard == heard_alone([step for of_world, step in program if of_world == number])
