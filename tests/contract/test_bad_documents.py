"""Whatever document our own API is sent: never a status of 500 or more, never a traceback, never a change of state."""

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.world.clock import END_OF_TIME
from simulator.world.inputs import Reset, SetClock
from simulator.world.state_hash import state_hash
from tests.contract.bad_input import CONTROL_PATHS, Request, Siege, besieged, changed, control
from tests.contract.bad_values import HUGE_NUMBERS, NOT_JSON, VALUES
from tests.contract.bettor import MATCH, NEXT_MATCH, Bettor, back

pytestmark = pytest.mark.usefixtures("nothing_is_logged")


BYTES = {**NOT_JSON, **{name: number % b"rate" for name, number in HUGE_NUMBERS.items()}}
# Nothing at all is not wrong where nothing has to be said.
del BYTES["empty"], BYTES["blank"]


@pytest.mark.parametrize("name", BYTES)
def test_no_bytes_change_a_world(siege: Siege, name: str) -> None:
    """Every address of our own API, as JSON and as YAML."""
    with siege.nothing_changes():
        for path in CONTROL_PATHS:
            for media_type in (b"application/json", b"application/yaml"):
                (answer,) = siege.send(control(path, BYTES[name], media_type))
                assert 400 <= answer.status < 500, (path, media_type, answer)
                assert b"application/problem+json" == answer.headers[b"content-type"]


DOCUMENTS: dict[str, Any] = {
    "/control/v1/worlds": {
        "name": "derby",
        "rules": "2022",
        "sessionTimeout": "PT12H",
        "clock": {"now": "2026-06-06T17:55:00.000Z", "rate": 0},
        "accounts": [{"username": "alice", "password": "secret", "currency": "GBP", "balance": 1000.0}],
        "events": [
            {
                "id": "27165685",
                "name": "Newcastle v Chelsea",
                "eventType": {"id": "1", "name": "Soccer"},
                "competition": {"id": "31", "name": "Premier League"},
                "openDate": "2026-06-06T18:00:00.000Z",
                "markets": [
                    {
                        "id": "1.1",
                        "name": "Match Odds",
                        "marketType": "MATCH_ODDS",
                        "startTime": "2026-06-06T18:00:00.000Z",
                        "betDelay": 5,
                        "turnInPlay": True,
                        "runners": [
                            {"selectionId": 1, "name": "Newcastle", "availableToLay": [[2.0, 120]]},
                            {"selectionId": 2, "name": "Chelsea", "metadata": {"runnerId": "2"}},
                        ],
                    }
                ],
            }
        ],
        "bettune": {"users": [{"token": "t", "plan": "pro"}]},
        "schedule": [{"at": "+PT5M", "market": "1.1", "do": "turn-in-play"}],
    },
    "/control/v1/worlds/default/clock": {"advance": "PT5S"},
    "/control/v1/worlds/default/markets": {
        "events": [
            {
                "id": "5",
                "name": "Another",
                "eventType": {"id": "1", "name": "Soccer"},
                "openDate": "2026-06-06T18:00:00.000Z",
                "markets": [
                    {
                        "id": "1.555",
                        "name": "Match Odds",
                        "marketType": "MATCH_ODDS",
                        "startTime": "2026-06-06T18:00:00.000Z",
                        "runners": [{"selectionId": 1, "name": "A"}],
                    }
                ],
            }
        ]
    },
    "/control/v1/worlds/default/bettune": {
        "filters": [{"id": 5, "name": "Home", "betType": "Home", "user": "alice", "status": "disabled", "sport": 1}],
        "matches": [
            {
                "id": 5,
                "date": "+PT5M",
                "home": {"id": 7, "name": "Arsenal"},
                "away": "Chelsea",
                "country": "England",
                "finished": True,
                "score": {"home": 1, "away": 0},
                "event": "300",
                "bets": [],
            }
        ],
    },
    f"/control/v1/worlds/default/markets/{MATCH}/settle": {
        "results": [{"selectionId": 1, "status": "WINNER"}, {"selectionId": 2, "handicap": 0, "status": "LOSER"}]
    },
    f"/control/v1/worlds/default/markets/{MATCH}/offers": {"selectionId": 1, "availableToBack": [[1.5, 10]]},
}


def all_places(document: Any, steps: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield every place in a document."""
    yield steps
    if isinstance(document, dict | list):
        for step in document if isinstance(document, dict) else range(len(document)):
            yield from all_places(document[step], (*steps, step))


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_wrong_value_in_a_document_is_a_problem(path: str) -> None:
    """Every value of a document replaced by every third other, at each place by different ones."""
    walk(path, 3)


@pytest.mark.deep
@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_wrong_value_in_a_document_is_a_problem(path: str) -> None:
    """Every value of a document replaced by every other."""
    walk(path, 1)


def walk(path: str, stride: int) -> None:
    """Hold an address to taking a changed document for good, or to refusing it with a problem and without a trace."""
    document = DOCUMENTS[path]
    with besieged() as siege:
        for number, steps in enumerate(all_places(document)):
            for value in VALUES[number % stride :: stride]:
                state, worlds = state_hash(siege.world), len(siege.client.worlds)
                (answer,) = siege.send(control(path, changed(document, steps, value)))
                if answer.status < 300:
                    # The next one is to find everything as it was.
                    _undo(siege, answer.content)
                    continue
                assert answer.status in (400, 409), (steps, value, answer)
                assert answer.content["type"].startswith("urn:betsim:problem:")
                assert state == state_hash(siege.world), (steps, value, answer)
                assert worlds == len(siege.client.worlds)


def _undo(siege: Siege, content: Any) -> None:
    if "scenario" in content:
        siege.client.worlds.delete(content["id"])
    else:
        siege.world.do(Reset()).accepted()


# Documents that would keep the machine busy for hours if somebody looked at every pair of their parts

LABYRINTHS = {
    "a list of half a million": b"[" + b"1," * 500_000 + b"1]",
    "a key twice among many": b"{" + b"".join(b'"k%d":1,' % number for number in range(100_000)) + b'"z":1,"z":2}',
    "many mappings merged": b"a:\n  <<: [" + b", ".join(b"{k%d: 1}" % number for number in range(30_000)) + b"]",
}


@pytest.mark.parametrize("name", LABYRINTHS)
def test_a_long_document_is_refused_in_the_time_it_takes_to_read_it(siege: Siege, name: str) -> None:
    with siege.nothing_changes():
        (answer,) = siege.send(control("/control/v1/worlds", LABYRINTHS[name], b"application/yaml"))

    assert 400 == answer.status


# Beyond the ends of time

FIRST_DAY, LAST_DAY = "1970-01-01T12:00:00.000Z", "9999-12-31T12:00:00.000Z"


@pytest.mark.parametrize(
    ("now", "steps", "moment"),
    [
        (FIRST_DAY, ("events", 0, "openDate"), "-P1D"),
        (LAST_DAY, ("events", 0, "openDate"), "+P1D"),
        (LAST_DAY, ("events", 0, "openDate"), "9999-12-31T23:59:59.999-23:59"),
        (LAST_DAY, ("events", 0, "markets", 0, "startTime"), "+PT12H"),
        (LAST_DAY, ("schedule", 0, "at"), "+P999999D"),
        (FIRST_DAY, ("schedule", 0, "at"), "-PT13H"),
        ("9999-12-31T23:59:59.999-23:59", ("clock", "now"), "9999-12-31T23:59:59.999-23:59"),
        ("real", ("events", 0, "openDate"), "-P999999D"),
    ],
)
def test_a_time_that_cannot_be_is_refused(siege: Siege, now: str, steps: tuple[str | int, ...], moment: str) -> None:
    """Before 1970 and after 9999, as it is written or counted from the start of the clock."""
    scenario = changed(changed(DOCUMENTS["/control/v1/worlds"], ("clock", "now"), now), steps, moment)
    path = "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)

    with siege.nothing_changes():
        (answer,) = siege.send(control("/control/v1/worlds", scenario))

    assert (400, path, moment) == (answer.status, answer.content["path"], answer.content["value"])


def test_at_the_end_of_time_nothing_can_be_added_that_comes_later() -> None:
    """And what waits for a later time waits for ever: the clock knows of nothing that is due."""
    with besieged() as siege:
        siege.world.do(SetClock(END_OF_TIME)).accepted()
        Bettor(siege.client).place(back(), market=NEXT_MATCH, **{"async": True})
        steps, path = ("events", 0, "openDate"), "/control/v1/worlds/default/markets"
        with siege.nothing_changes():
            (answer,) = siege.send(control(path, changed(DOCUMENTS[path], steps, "+PT1S")))
            clock, next_due = siege.send(
                Request("GET", "/control/v1/worlds/default/clock"),
                control("/control/v1/worlds/default/clock", {"toNext": True}),
            )

    assert (400, "$.events[0].openDate") == (answer.status, answer.content["path"])
    assert {"now": "9999-12-31T23:59:59.999Z", "rate": 0.0, "nextDue": None} == clock.content
    assert 409 == next_due.status
