"""The stream tells those late whose market data is late, of what listMarketBook shows them, and rarely."""

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.exchange.commands import RunnerResult, SettleMarket, SuspendMarket
from simulator.exchange.orders import RunnerKey, Side
from simulator.world.inputs import AdvanceClock, Reset
from tests.contract.stream_theatre import Message, StreamClient, StreamTheatre, streaming
from tests.scenario import HORSE_RACING, account, event, loaded, runner, scenario, win

WIN = "1.1"
DELAY = 5_000
CONFLATION_SECONDS = 180
OFFERS = [[2.2, 10], [2.14, 20], [2.1, 30], [2.0, 100], [1.9, 50]]


def theatre_of(**document: Any) -> Any:
    market = win(WIN, runner(1, back=OFFERS), runner(2), runner(3), bspMarket=True)
    accounts = [account("alice"), account("bob"), account("poor", balance=0)]
    told = {"marketDataDelay": f"PT{DELAY // 1000}S", **document}
    return streaming(loaded(scenario(event("1", "Meeting", HORSE_RACING, market), accounts=accounts, **told)))


@pytest.fixture
def theatre() -> Iterator[StreamTheatre]:
    with theatre_of() as theatre:
        yield theatre


def late_client(theatre: StreamTheatre, username: str = "alice") -> StreamClient:
    client = theatre.connect()
    (answer,) = client.send(theatre.authentication(username, delayed=True))
    assert answer["statusCode"] == "SUCCESS"
    return client


@pytest.fixture
def late(theatre: StreamTheatre) -> StreamClient:
    return late_client(theatre)


def pass_time(theatre: StreamTheatre, milliseconds: int) -> None:
    theatre.do(AdvanceClock(milliseconds)).accepted()


def hear(theatre: StreamTheatre, client: StreamClient) -> list[Message]:
    """Wait until what is told rarely is told, and return the changes of markets but for heartbeats."""
    theatre.let_pass(CONFLATION_SECONDS)
    return [change for message in client.read() for change in message.get("mc", [])]


def cached(changes: list[Message], best: dict[int, list[float]] | None = None) -> list[list[float]]:
    """The best offers to back the first runner after some changes, from nothing or from what was known."""
    known = dict(best or {})
    for change in changes:
        for runner_change in change.get("rc", []):
            if runner_change["id"] == 1:
                known |= {level: [price, size] for level, price, size in runner_change.get("batb", [])}
    return [known[level] for level in sorted(known)]


def test_an_image_has_three_levels_and_says_that_it_is_told_rarely(late: StreamClient) -> None:
    image = late.subscribe_to_markets(WIN, fields=["EX_BEST_OFFERS", "EX_ALL_OFFERS", "EX_TRADED", "SP_TRADED"])

    assert image["conflateMs"] == CONFLATION_SECONDS * 1000
    (market,) = image["mc"]
    (seen,) = market["rc"]
    assert seen == {"id": 1, "batb": [[level, *offer] for level, offer in enumerate(OFFERS[:3])]}


def test_what_happens_is_told_when_the_delay_is_over_and_no_millisecond_sooner(
    theatre: StreamTheatre, late: StreamClient
) -> None:
    late.subscribe_to_markets(WIN)
    theatre.bet("bob", WIN, Side.LAY, 230, 40_00)

    pass_time(theatre, DELAY - 1)
    assert hear(theatre, late) == []
    pass_time(theatre, 1)
    (change,) = hear(theatre, late)

    assert change["rc"] == [{"id": 1, "batb": [[0, 2.3, 40], [1, 2.2, 10], [2, 2.14, 20]]}]


def test_an_image_is_as_late_as_what_follows(theatre: StreamTheatre) -> None:
    late_client(theatre, "bob").subscribe_to_markets(WIN)
    theatre.bet("bob", WIN, Side.LAY, 230, 40_00)
    pass_time(theatre, DELAY - 1)

    too_early = late_client(theatre).subscribe_to_markets(WIN)
    pass_time(theatre, 1)
    in_time = late_client(theatre).subscribe_to_markets(WIN)

    assert cached(too_early["mc"]) == OFFERS[:3]
    assert cached(in_time["mc"]) == [[2.3, 40], *OFFERS[:2]]


def test_states_and_results_are_told_late(theatre: StreamTheatre, late: StreamClient) -> None:
    late.subscribe_to_markets(WIN, fields=["EX_MARKET_DEF"])
    statuses = []
    for command in (SuspendMarket(WIN), SettleMarket(WIN, (RunnerResult(RunnerKey(2), "WINNER"),))):
        theatre.do(command).accepted()
        assert hear(theatre, late) == []
        pass_time(theatre, DELAY)
        (change,) = hear(theatre, late)
        definition = change["marketDefinition"]
        statuses.append((definition["status"], definition["runners"][1]["status"]))

    assert statuses == [("SUSPENDED", "ACTIVE"), ("CLOSED", "WINNER")]


def test_it_tells_what_the_book_shows_at_every_moment(theatre: StreamTheatre, late: StreamClient) -> None:
    """Bets come faster than the delay: every state in between is told at its own time."""
    told = late.subscribe_to_markets(WIN, fields=["EX_BEST_OFFERS"])["mc"]
    expected = {}
    for price in (230, 240, 250, 260):
        theatre.bet("bob", WIN, Side.LAY, price, 10 * price)
        market = theatre.world.exchange.markets[WIN]
        best = [[level.price / 100, level.total / 100] for level in market.runners[RunnerKey(1)].book.lays.best_first()]
        expected[theatre.world.clock.now() + DELAY] = best[:3]
        pass_time(theatre, 999)
    seen = []
    for _ in range(12):
        told += hear(theatre, late)
        now = theatre.world.clock.now()
        known = [best for since, best in expected.items() if since <= now]
        assert cached(told) == (known[-1] if known else OFFERS[:3])
        seen.append(cached(told)[0][0])
        pass_time(theatre, 500)
    assert list(dict.fromkeys(seen)) == [2.2, 2.3, 2.4, 2.5, 2.6]


def test_who_has_no_funds_is_told_late_with_any_key(theatre: StreamTheatre) -> None:
    poor, rich = theatre.client("poor"), theatre.client("alice")
    image = poor.subscribe_to_markets(WIN, fields=["EX_ALL_OFFERS", "EX_BEST_OFFERS"])
    assert rich.subscribe_to_markets(WIN)["conflateMs"] == 0

    theatre.bet("bob", WIN, Side.LAY, 230, 40_00)

    assert image["conflateMs"] == CONFLATION_SECONDS * 1000
    assert "atb" not in image["mc"][0]["rc"][0]
    assert cached(rich.read()[0]["mc"])[0] == [2.3, 40]
    assert hear(theatre, poor) == []
    pass_time(theatre, DELAY)
    assert cached(hear(theatre, poor))[0] == [2.3, 40]


def test_who_has_no_funds_is_told_at_once_where_the_world_says_so() -> None:
    with theatre_of(delayedWithoutFunds=False) as theatre:
        poor = theatre.client("poor")
        assert poor.subscribe_to_markets(WIN)["conflateMs"] == 0
        assert {} == theatre.world.delayed_markets.watched


def test_orders_of_who_has_no_funds_are_told_at_once(theatre: StreamTheatre) -> None:
    poor = theatre.client("poor")
    status, image = poor.send({"op": "orderSubscription", "id": 3})
    assert (status["statusCode"], image["conflateMs"]) == ("SUCCESS", 0)


def test_nothing_is_remembered_where_nobody_subscribes_late(theatre: StreamTheatre) -> None:
    theatre.client().subscribe_to_markets(WIN)
    assert {} == theatre.world.delayed_markets.watched

    late_client(theatre).subscribe_to_markets(WIN)
    assert {WIN} == theatre.world.delayed_markets.watched.keys()


def test_a_world_that_begins_again_is_told_as_it_begins(theatre: StreamTheatre, late: StreamClient) -> None:
    late.subscribe_to_markets(WIN)
    theatre.bet("bob", WIN, Side.LAY, 230, 40_00)
    theatre.do(Reset()).accepted()

    image = late.read()[-1]

    assert image["ct"] == "SUB_IMAGE"
    assert cached(image["mc"]) == OFFERS[:3]
