"""A world in process, as other people's tests hold it."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest

import simulator
from simulator import World, data
from simulator.testing import BetsimError, NeverHappened
from tests.scenario import account, event, line, match_odds, runner, scenario

MATCH_ODDS, CORNERS = "1.1", "1.2"
HOME, AWAY = 1, 2

MATCH = scenario(
    event(
        "1",
        "Home v Away",
        "1",
        match_odds(
            MATCH_ODDS, runner(HOME, back=[(2.0, 50)], lay=[(2.2, 50)]), runner(AWAY), turnInPlay=True, betDelay=5
        ),
        line(CORNERS, name="Corners"),
    ),
    accounts=[account("alice"), account("bob", currency="AUD")],
)


@pytest.fixture
def world() -> Iterator[World]:
    with World(MATCH) as world:
        yield world


def log_in(world: World, username: str = "alice") -> dict[str, str]:
    """Log a customer in as a client would, and return the headers of a session."""
    customer = world.account(username)
    answer = world.http.post(
        "/api/login",
        data={"username": customer.username, "password": customer.password},
        headers={"X-Application": customer.app_key, "Accept": "application/json"},
    ).json()
    assert answer["status"] == "SUCCESS"
    return {"X-Application": customer.app_key, "X-Authentication": answer["token"]}


def instruction(price: float = 2.0, size: float = 10, **more: Any) -> dict[str, Any]:
    order = {"price": price, "size": size, "persistenceType": "LAPSE"}
    return {"selectionId": HOME, "side": "BACK", "orderType": "LIMIT", "limitOrder": order, **more}


def bet(world: World, headers: dict[str, str], **instructed: Any) -> dict[str, Any]:
    request = {"marketId": MATCH_ODDS, "instructions": [instruction(**instructed)]}
    answer: dict[str, Any] = world.http.post(
        "/exchange/betting/rest/v1.0/placeOrders/", json=request, headers=headers
    ).json()
    return answer


def test_the_package_loads_nothing_of_ours_until_a_world_is_wanted() -> None:
    program = """
import sys, simulator
assert [name for name in sys.modules if name.startswith("simulator.")] == []
from simulator import World, serve
assert World.__module__ == "simulator.testing.world"
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_package_has_nothing_else_by_that_name() -> None:
    with pytest.raises(AttributeError):
        simulator.Wrld  # type: ignore[attr-defined]  # noqa: B018, to ask for it is the test


def test_bets_placed_through_httpx_are_among_the_orders_of_the_world(world: World) -> None:
    report = bet(world, log_in(world), customerOrderRef="mine")

    (order,) = world.orders("alice")
    assert order.bet_id == report["instructionReports"][0]["betId"]
    assert (order.market_id, order.selection_id, order.side, order.price, order.size) == (
        MATCH_ODDS,
        HOME,
        "BACK",
        2,
        10,
    )
    assert (order.status, order.size_matched, order.average_price_matched) == ("EXECUTION_COMPLETE", 10.0, 2.0)
    assert order.customer_order_ref == "mine"
    assert world.account("alice").available_to_bet == world.account("alice").balance - 10


def test_orders_are_those_of_customers_and_can_be_asked_for_by_account_market_and_status(world: World) -> None:
    bet(world, log_in(world))
    bet(world, log_in(world, "bob"), price=3.0, size=20)

    assert [order.account for order in world.orders()] == ["alice", "bob"]
    assert [order.size for order in world.orders("bob")] == [20.0]
    assert [order.account for order in world.orders(status="EXECUTABLE")] == ["bob"]
    assert world.orders(market=CORNERS) == []


def test_a_settled_bet_says_how_it_ended(world: World) -> None:
    bet(world, log_in(world))
    world.settle(MATCH_ODDS, HOME)

    (order,) = world.orders()
    assert (order.outcome, order.profit) == ("WON", 10.0)


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("PT1M30S", 90), (90, 90), (0.25, 0.25), (timedelta(days=1), 86_400), (timedelta(milliseconds=1), 0.001)],
)
def test_time_passes_by_a_text_a_number_of_seconds_or_a_timedelta(world: World, duration: Any, seconds: float) -> None:
    before = world.now

    assert world.advance(duration) == world.now == before + timedelta(seconds=seconds)


def test_time_passes_until_an_instant_and_until_what_is_due_next(world: World) -> None:
    world.turn_in_play(MATCH_ODDS)
    seven = datetime(2026, 6, 6, 19, tzinfo=timezone(timedelta(hours=1)))

    assert world.advance_to(seven) == datetime(2026, 6, 6, 18, tzinfo=UTC)
    assert world.advance_to("2026-06-06T18:00:01Z") == datetime(2026, 6, 6, 18, 0, 1, tzinfo=UTC)
    with World("derby") as derby:
        assert derby.advance_to_next() == datetime(2026, 6, 6, 18, tzinfo=UTC)


def test_a_clock_that_runs_goes_on_by_itself(world: World) -> None:
    world.set_rate(1000)

    start = world.now
    while world.now == start:
        pass


def test_offers_say_what_became_of_them(world: World) -> None:
    bet(world, log_in(world), price=2.1, size=10)

    answer = world.offer(MATCH_ODDS, HOME, back=[(2.1, 30)])

    assert [(one["sizeMatched"], one["sizeResting"]) for one in answer["bets"]] == [(10.0, 20.0)]


def test_a_market_is_suspended_resumed_and_turned_in_play(world: World) -> None:
    assert world.suspend(MATCH_ODDS)["status"] == "SUSPENDED"
    assert bet(world, log_in(world))["errorCode"] == "MARKET_SUSPENDED"
    assert world.resume(MATCH_ODDS)["status"] == "OPEN"
    assert world.turn_in_play(MATCH_ODDS)["inPlay"] is True


def test_a_bet_that_is_held_in_play_is_answered_when_the_world_has_moved_on(world: World) -> None:
    """From an asynchronous test, whose request waits while the test moves the clock."""
    headers = log_in(world)
    world.turn_in_play(MATCH_ODDS)
    world.offer(MATCH_ODDS, HOME, back=[(2.0, 50)])

    async def place() -> dict[str, Any]:
        request = {"marketId": MATCH_ODDS, "instructions": [instruction()]}
        sending = asyncio.create_task(
            world.async_http.post("/exchange/betting/rest/v1.0/placeOrders/", json=request, headers=headers)
        )
        await asyncio.to_thread(world.wait_for, "OrdersHeld")
        assert not sending.done()
        world.advance("PT5S")
        answer: dict[str, Any] = (await sending).json()
        return answer

    assert asyncio.run(place())["status"] == "SUCCESS"


def test_a_runner_is_removed(world: World) -> None:
    bet(world, log_in(world))

    world.remove(MATCH_ODDS, HOME, adjustment_factor=20)

    assert world.orders()[0].size_voided == 10


def test_a_line_is_settled_by_what_was_counted(world: World) -> None:
    assert world.settle(CORNERS, line_result=3)["status"] == "CLOSED"


def test_what_happens_in_a_match_is_told_and_read_by_a_client() -> None:
    with World("demo") as world:
        world.tell("27165685", "KickOff")
        assert world.tell("27165685", "Goal", team="home")["home"]["score"] == "1"
        (scores,) = world.http.get("/inplayservice/v1.1/scores?eventIds=27165685").json()
        with pytest.raises(BetsimError, match="Goal is of a team, home or away"):
            world.tell("27165685", "Goal")

    assert scores["score"]["home"]["score"] == "1"


def test_a_match_of_bettune_is_predicted_and_finished() -> None:
    with World("bettune") as world:
        world.predict(11584, 1611243, 2.0)
        assert world.finish(1611243, 2, 1)["match"]["score"] == {"home": 2, "away": 1}
        access = world.bettune_user("alice")
        answer = world.http.post(
            f"{access.url}/predictions/search", headers=access.headers, json={"filterId": 11584, "matchIds": [1611243]}
        )

    assert [one["odds"] for one in answer.json()["items"]] == ["2.000000"]


def test_the_journal_is_read_by_kind_account_market_and_event_and_from_a_number_on(world: World) -> None:
    bet(world, log_in(world))
    world.suspend(MATCH_ODDS)

    placed = world.journal(event="OrderPlaced", account="alice")
    assert [entry.market_id for entry in placed] == [MATCH_ODDS]
    assert world.journal(market=MATCH_ODDS, kind="input", after=placed[0].number)[-1].name == "suspend"
    assert world.journal()[-1].number == len(world.journal())


def test_the_journal_as_lines_has_the_last_entries_and_no_secret(world: World) -> None:
    token = log_in(world)["X-Authentication"]
    world.suspend(MATCH_ODDS)

    lines = world.journal_lines(3)
    assert lines[0] == f"... {len(world.journal()) - 3} entries before these"
    assert len(lines) == 4
    assert f"suspend {MATCH_ODDS}" in lines[2]
    assert token not in "\n".join(world.journal_lines(1000))


def test_what_is_waited_for_may_have_happened_and_may_be_still_to_come(world: World) -> None:
    log_in(world)
    assert [entry.accounts for entry in world.wait_for("SessionOpened")] == [("alice",)]

    async def both() -> list[Any]:
        waiting = asyncio.create_task(asyncio.to_thread(world.wait_for, "MarketChanged", market=MATCH_ODDS, count=2))
        await asyncio.to_thread(world.suspend, MATCH_ODDS)
        await asyncio.to_thread(world.resume, MATCH_ODDS)
        return await waiting

    assert len(asyncio.run(both())) == 2


def test_what_never_happens_is_told_with_the_end_of_the_journal(world: World) -> None:
    world.suspend(MATCH_ODDS)

    with pytest.raises(NeverHappened, match="event=OrderPlaced happened 0 times and not 1 in") as raised:
        world.wait_for("OrderPlaced", timeout_seconds=0.01)
    assert world.journal_lines()[-1] in str(raised.value)


def test_the_same_story_has_the_same_hash() -> None:
    hashes = set()
    for _ in range(2):
        with World(MATCH, seed=3) as world:
            bet(world, log_in(world))
            hashes.add(world.state_hash())
            world.suspend(MATCH_ODDS)
            hashes.add(world.state_hash())

    assert len(hashes) == 2


def test_a_world_that_is_reset_begins_again(world: World) -> None:
    begun = world.state_hash()
    bet(world, log_in(world))
    world.reset()

    assert world.orders() == []
    assert world.state_hash() == begun


def test_a_scenario_is_a_name_a_file_or_a_mapping(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(data.fixture_bytes("derby.yaml"))
    for beginning in ("derby", file, str(file), {"name": "derby"}):
        with World(beginning) as world:
            assert world.scenario == "derby"


def test_worlds_in_one_process_have_nothing_of_each_other(world: World) -> None:
    with World(MATCH) as other:
        bet(world, log_in(world))
        assert other.orders() == []
        assert other.account("alice").available_to_bet == world.account("alice").available_to_bet + 10


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda world: World("nowhere"), "No scenario of that name ships with the package"),
        (lambda world: World({"nme": "x"}), "nme"),
        (lambda world: World({"name": object()}), "The scenario is no plain data"),
        (lambda world: World(3), "A scenario is a name, a file or a mapping, not 3."),
        (lambda world: World("derby", seed="7"), "A seed is a whole number, not '7'."),
        (lambda world: world.account("zed"), "has no account 'zed'; there are: alice, bob."),
        (lambda world: world.bettune_user(), "BetTune has no user with a good token"),
        (lambda world: world.orders("zed"), "has no account 'zed'"),
        (lambda world: world.orders(market="1.9"), "There is no market '1.9'"),
        (lambda world: world.orders(status="OPEN"), "No bet has the status 'OPEN'"),
        (lambda world: world.suspend("1.9"), "There is no market '1.9'"),
        (lambda world: world.do(MATCH_ODDS, "resme"), "'resme' cannot be done to a market; suspend, resume,"),
        (lambda world: world.settle(MATCH_ODDS, 9), r"has no runner 9\. \(\$\.results\[0\]\.selectionId\)"),
        (lambda world: world.settle(MATCH_ODDS), "settle"),
        (lambda world: world.settle(MATCH_ODDS, None), "selectionId"),
        (lambda world: world.offer(MATCH_ODDS, HOME, back=[(1.234, 2)]), "1.234 has more than two decimals"),
        (lambda world: world.offer(MATCH_ODDS, HOME, back=3), r"\$\.availableToBack"),
        (lambda world: world.offer(MATCH_ODDS, HOME, back=[object()]), "no plain data"),
        (lambda world: world.remove(MATCH_ODDS, 9), "There is no runner '9'"),
        (lambda world: world.advance("a while"), "is not a duration"),
        (lambda world: world.advance(-1), "Time can't go backwards"),
        (lambda world: world.advance(None), "a number of seconds or a timedelta, not None"),
        (lambda world: world.advance(float("nan")), "not nan"),
        (lambda world: world.advance_to("noon"), "noon"),
        (lambda world: world.advance_to(datetime(2026, 6, 6)), "has no zone"),  # noqa: DTZ001, that is what is wrong
        (lambda world: world.advance_to_next(), "Nothing is due"),
        (lambda world: world.set_rate(-1), "A clock's rate"),
        (lambda world: world.journal(kind="events"), "There is no kind 'events'"),
        (lambda world: world.journal(market="1.9"), "There is no market '1.9'"),
        (lambda world: world.wait_for("OrderPlace"), "did you mean OrderPlaced"),
        (lambda world: world.wait_for("zzz"), "No event is called 'zzz'; there are "),
        (lambda world: world.wait_for(), "What is waited for"),
        (lambda world: world.wait_for("OrderPlaced", count=0), "One waits for 1 or more"),
        (lambda world: world.wait_for("OrderPlaced", timeout_seconds="5"), "not 1 in '5'"),
        (lambda world: world.wait_for(operation="placeOrder"), "No operation is called 'placeOrder'; did you mean"),
        (lambda world: world.fault("placeOrders", "explode"), r'"explode" is no fault; .* \(\$\.faults\[0\]\.do\)'),
        (lambda world: world.fault("placeOrders", "lose-answer", tims=2), "There is no key"),
        (lambda world: world.fault("placeOrders", "lose-answer", lasts=()), "a number of seconds or a timedelta"),
        (lambda world: world.stream, "Here is no stream"),
        (lambda world: world.control("GET", "nothing"), "nothing in its control API that is called"),
    ],
)
def test_what_is_wrong_or_impossible_is_told_with_a_sentence(
    world: World, wrong: Callable[[Any], object], sentence: str
) -> None:
    world.suspend(MATCH_ODDS)

    with pytest.raises(BetsimError, match=sentence):
        wrong(world)


@pytest.mark.parametrize(
    ("do", "more", "error"),
    [
        ("lose-answer", {}, httpx.RemoteProtocolError),
        ("lose-answer", {"how": "reset"}, httpx.RemoteProtocolError),
        ("lose-answer", {"how": "stall"}, httpx.ReadTimeout),
        ("truncate", {}, httpx.RemoteProtocolError),
    ],
)
def test_an_answer_that_is_lost_is_to_httpx_what_it_is_on_a_connection(
    world: World, do: str, more: dict[str, str], error: type[httpx.TransportError]
) -> None:
    headers = log_in(world)
    world.fault("placeOrders", do, times=2, **more)

    with pytest.raises(error):
        bet(world, headers)
    assert len(world.orders()) == 1
    assert [one["timesLeft"] for one in world.faults()["pending"]] == [1]
    assert [one["do"] for one in world.faults()["fired"]] == [do]

    world.clear_faults()
    assert bet(world, headers, price=2.2)["status"] == "SUCCESS"


def test_a_failure_that_ships_with_the_package_is_ordered_by_its_name_alone(world: World) -> None:
    headers = log_in(world)
    world.fault("start-time-moved")
    world.fault("placeOrders", "happen", happenings=[{"do": "reconcile"}])

    assert [one["happenings"] for one in world.faults()["pending"]] == [["change-start-time"], ["reconcile"]]
    bet(world, headers)
    assert world.notices() == []
    bet(world, headers)
    assert [notice["do"] for notice in world.notices()] == ["reconcile"]
    with pytest.raises(BetsimError, match="did you mean non-runner"):
        world.fault("non-runners")
    with pytest.raises(BetsimError, match="nothing else can be said"):
        world.fault("non-runner", times=2)


def test_a_fault_may_last_a_time_of_the_world(world: World) -> None:
    world.fault("login", "http", status=503, lasts="PT1M")
    for _ in range(2):
        assert world.http.post("/api/login", data={"username": "alice", "password": "secret"}).status_code == 503
    world.advance(timedelta(minutes=1))

    assert log_in(world)


def test_a_request_that_waits_for_a_clock_that_stands_ends_with_the_patience_of_its_client(world: World) -> None:
    """Or else a test that has one thread would wait for ever."""
    world.turn_in_play(MATCH_ODDS)
    headers = log_in(world)
    world.http.timeout = httpx.Timeout(0.05)
    world.async_http.timeout = httpx.Timeout(0.05)

    with pytest.raises(httpx.ReadTimeout, match="it may wait for the world's clock"):
        bet(world, headers)
    request = {"marketId": MATCH_ODDS, "instructions": [instruction()]}
    with pytest.raises(httpx.ReadTimeout, match="it may wait for the world's clock"):
        asyncio.run(world.async_http.post("/exchange/betting/rest/v1.0/placeOrders/", json=request, headers=headers))
    world.advance(5)
    assert len(world.orders()) == 2


def test_a_world_that_is_closed_says_so(world: World) -> None:
    world.close()
    world.close()

    for ask in (world.suspend, world.orders):
        with pytest.raises(BetsimError, match="This is closed, with all its worlds"):
            ask(MATCH_ODDS)


def test_without_httpx_it_is_said_what_is_missing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "simulator.testing.transport", raising=False)
    monkeypatch.setitem(sys.modules, "httpx", None)

    with pytest.raises(BetsimError, match="Requests in process are made with httpx, and 'httpx' is not installed"):
        world.http.get("/health")
