"""Fills over whole recordings: nothing is given twice, and who does next to nothing changes next to nothing."""

import json
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest

from simulator.backtest.engine import Engine
from simulator.backtest.followed import Followed
from simulator.backtest.lane import Lane, Request, Settings
from simulator.backtest.latency import Delay, Latency
from simulator.backtest.models import MODELS
from simulator.exchange.commands import PlaceInstruction
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.exchange.statuses import MarketStatus
from simulator.recorded.messages import read_lines
from simulator.recorded.sources import Source, sources
from tests.evidence import STREAMS, needs
from tests.fill_audit import Audit, audited
from tests.scattered_bets import Scatter

LADDERS = (
    "1.127236622.bz2", "1.166811431.bz2", "1.180305278.bz2", "1.181223995.bz2", "1.197931751.bz2",
    "1.241629436-capture-2025.xz", "1.242971311.bz2", "29788105.xz",
)  # fmt: skip
"""The recordings that show ladders: in the others nothing can be matched."""
LOOKED_AT_AFTER = 7
"""After how many updates all ladders are compared; what is wrong in one stays so until its level changes again."""
LATENCY = Latency(place=Delay(20, 300), cancel=Delay(20, 120), replace=Delay(20, 300), seed=3)


def source_of(name: str) -> Source:
    (source,) = sources([str(STREAMS / name)])
    return source


WAYS = {
    "optimistic": ("optimistic", False),
    "queue": ("queue", False),
    "pessimistic": ("pessimistic", False),
    "virtual offers too": ("queue", True),
}
"""How bets are filled: by which model, and whether virtual offers are taken."""
LONG = ("1.127236622.bz2", "1.181223995.bz2", "1.241629436-capture-2025.xz")
"""The recordings that are bet in by all of the ways in the long run alone, and otherwise by the strictest."""


@needs(STREAMS)
@pytest.mark.parametrize(
    ("name", "model", "virtual"),
    [
        pytest.param(name, *WAYS[way], id=f"{name}-{way}", marks=[pytest.mark.deep] if is_left else [])
        for name in LADDERS
        for way in WAYS
        for is_left in [name in LONG and way != "pessimistic"]
    ],
)
def test_no_level_is_overdrawn_and_nothing_traded_is_used_twice(name: str, model: str, virtual: bool) -> None:
    lane = Lane(Settings(model=model, balance=10**10, latency=LATENCY, cross_matching=virtual))
    Scatter(lane, seed=5)
    audit = Audit(lane, counts_the_queue=model == "pessimistic")

    assert audited(source_of(name).lines(), lane, audit) == []
    assert audit.audited > 30
    assert sum(lane.exchange.ledger.balances.values()) == 0


@needs(STREAMS)
@pytest.mark.parametrize("name", ["1.127236622.bz2", "1.181223995.bz2", "29788105.xz"])
def test_a_smallest_bet_far_from_the_market_changes_nothing(name: str) -> None:
    """What takers find is what is recorded, and our one bet behind it, whenever it is looked at."""
    lane = Lane(Settings(latency=LATENCY))
    placed: list[RunnerKey] = []

    def look(followed: Followed) -> None:
        if followed.recorded.updates % LOOKED_AT_AFTER == 0 or followed.market.status is MarketStatus.CLOSED:
            compare(followed)
        if not placed and followed.recorded.updates > 20:
            placed.append(next(iter(followed.market.runners)))
            bet = PlaceInstruction(placed[0], Side.BACK, OrderType.LIMIT, 1000_00, 1_00, Persistence.LAPSE)
            lane.place(followed.recorded.market_id, bet)

    def compare(followed: Followed) -> None:
        for key, runner in followed.market.runners.items():
            recorded = followed.recorded.runners.get(key)
            if recorded is None:
                continue
            ours = list(runner.book.backs.orders())
            assert sum(order.size_remaining for order in ours) <= 1_00
            assert [(level.price, level.total) for level in runner.book.lays.best_first()] == sorted(
                recorded.available_to_back.items(), reverse=True
            )
            expected = dict(recorded.available_to_lay)
            for order in ours:
                expected[order.price] = expected.get(order.price, 0) + order.size_remaining
            assert [(level.price, level.total) for level in runner.book.backs.best_first()] == sorted(expected.items())

    lane.on_update = look
    engine = Engine([lane])
    for line in read_lines(source_of(name)):
        engine.take(line)
    engine.end()
    assert placed
    assert lane.fills == []


@needs(STREAMS)
def test_lanes_that_share_a_reading_see_what_each_would_alone() -> None:
    """So many strategies can follow one reading of a file, and so can all models."""

    def lane(model: str, seed: int) -> Lane:
        made = Lane(Settings(model=model, balance=10**10, latency=LATENCY))
        Scatter(made, seed)
        return made

    def run(lanes: list[Lane]) -> list[object]:
        engine = Engine(lanes)
        for line in read_lines(source_of("29788105.xz")):
            engine.take(line)
        engine.end()
        return [(each.fills, dict(each.exchange.ledger.balances)) for each in lanes]

    wanted = [(model, seed) for model in MODELS for seed in (1, 2)]
    together = run([lane(*each) for each in wanted])
    assert together == [run([lane(*each)])[0] for each in wanted]


@needs(STREAMS)
def test_bets_are_settled_by_the_recorded_results() -> None:
    """A back of every runner of a race at its best price: one is paid, and the commission of the market is taken."""
    lane = Lane(Settings(balance=10**9))
    done: list[int] = []

    def once(followed: Followed) -> None:
        if not done and followed.recorded.published_at > 1475301500000:
            for key, runner in followed.recorded.runners.items():
                if runner.best_back is not None:
                    bet = PlaceInstruction(
                        RunnerKey(*key), Side.BACK, OrderType.LIMIT, runner.best_back, 2_00, Persistence.LAPSE
                    )
                    lane.place(followed.recorded.market_id, bet)
                    done.append(runner.best_back)

    lane.on_update = once
    engine = Engine([lane])
    for line in read_lines(source_of("1.127236622.bz2")):
        engine.take(line)
    bets = list(lane.exchange.orders.values())
    winners = [bet for bet in bets if bet.profit is not None and bet.profit > 0]
    assert len(done) == 13
    assert [sum(bet.size_matched for bet in bets), len(winners)] == [26_00, 1]
    gross = sum(bet.profit or 0 for bet in bets)
    commission = 0 if gross <= 0 else round(gross * 0.08)
    assert lane.exchange.ledger.balance_of("strategy") - 10**9 == gross - commission
    assert lane.unsettled == {}


@needs(STREAMS)
@pytest.mark.parametrize(
    ("name", "selection", "price"),
    [
        ("1.127236622.bz2", 10926535, "6.342379607339971"),
        ("1.181223995.bz2", 38975313, "2.5826746317409572"),
        ("1.241629436-capture-2025.xz", 270592, "4.5603088365589795"),
    ],
)
def test_a_bet_at_the_starting_price_gets_the_exact_one_that_is_recorded(name: str, selection: int, price: str) -> None:
    """Historic files have it in the bets that were matched at it alone, captures in the definition alone."""
    lane = Lane(Settings(own_starting_price_effect=False, commission_rate=0))
    placed: list[Request] = []

    def look(followed: Followed) -> None:
        if not placed and followed.market.status is MarketStatus.OPEN:
            bet = PlaceInstruction(RunnerKey(selection), Side.BACK, OrderType.MARKET_ON_CLOSE, liability=10_00)
            placed.append(lane.place(followed.recorded.market_id, bet))

    lane.on_update = look
    engine = Engine([lane])
    for line in read_lines(source_of(name)):
        engine.take(line)
    engine.end()
    (order,) = placed[0].orders
    exact = Fraction(price)
    (market,) = lane.followed.values()
    assert market.market.runners[RunnerKey(selection)].starting_price == exact
    assert order.matched_payout == floor(10_00 * exact * 100)


def test_the_recordings_are_the_ones_that_show_ladders() -> None:
    if not Path(STREAMS).exists():
        pytest.skip(f"the evidence is not here: {STREAMS}")
    with_ladders = set()
    for file in sorted(Path(STREAMS).iterdir()):
        (source,) = sources([str(file)])
        if any("atb" in one for line in source.lines() for one in _runner_changes(line)):
            with_ladders.add(file.name)
    assert with_ladders == set(LADDERS)


def _runner_changes(line: bytes) -> list[dict[str, object]]:
    try:
        message = json.loads(line)
    except ValueError:
        return []
    return [one for change in message.get("mc") or () for one in change.get("rc") or ()]
