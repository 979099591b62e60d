"""Recorded books with bets of ours, at random: held against a naive twin, and gone over by the audit of fills."""

import json
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from simulator.backtest.models import MODELS, QUEUE, Cancellations
from simulator.exchange.commands import CancelInstruction
from simulator.exchange.orders import Side
from simulator.recorded.messages import read_line
from tests.fill_audit import Audit
from tests.property.recorded.twin_offers import OTHERS, Levels, NaiveRunner
from tests.unit.recording_builder import MARKET, Recording

PRICES = (2_98, 3_00, 3_05, 3_10)


class Message(NamedTuple):
    """What is told: sizes by side and price, and by how much is traded, in pence of both sides."""

    to_back: dict[int, int]
    to_lay: dict[int, int]
    traded: dict[int, int]
    is_image: bool


class Bet(NamedTuple):
    side: Side
    price: int
    size: int


class Cancel(NamedTuple):
    """Take so much off the bet that is so many places down the list."""

    place: int
    size: int


prices = st.sampled_from(PRICES)
pence = st.sampled_from([1, 2, 50, 1_00, 1_33, 2_50]) | st.integers(1, 3_00)
ladders = st.dictionaries(prices, st.just(0) | pence, max_size=3)
messages = st.builds(Message, ladders, ladders, st.dictionaries(prices, pence, max_size=2), st.just(False))
images = st.builds(Message, ladders, ladders, st.dictionaries(prices, pence, max_size=2), st.just(True))
bets = st.builds(Bet, st.sampled_from(Side), prices, st.integers(1_00, 4_00))
cancels = st.builds(Cancel, st.integers(0, 5), st.integers(1, 2_00))
programs = st.lists(messages | messages | messages | bets | bets | cancels | images, min_size=3, max_size=25)
how_told = st.sampled_from([None, None, 1, 2, 3])
"""In ladders, or in so many best levels."""


def says(**told: dict[int, int]) -> Message:
    """A message that tells what is named."""
    return Message(told.get("to_back", {}), told.get("to_lay", {}), told.get("traded", {}), is_image=False)


BROUGHT_IN_SIGHT: list[object] = [
    says(to_back={3_05: 1}),
    Bet(Side.LAY, 3_00, 1_00),
    says(to_lay={3_05: 1, 3_10: 1}),
    says(traded={3_00: 2}),
]
"""A price of one side comes in sight since the other shows more levels than there were before."""
TAKEN_BEFORE_OURS: list[object] = [
    says(to_back={3_00: 1}),
    Bet(Side.LAY, 3_00, 1_00),
    Bet(Side.BACK, 2_98, 1_00),
    says(traded={3_00: 2}),
]
"""What stood before a bet of ours is taken by another one of ours."""


class Told:
    """A recording made up as it goes, with what it has shown and what was traded so far.

    `levels` says how many best levels it tells in the place of ladders.
    """

    def __init__(self, model: object, levels: int | None = None) -> None:
        self.recording = Recording(model=model)
        self.levels = levels
        self.deepest = 0
        self.book: dict[Side, dict[int, int]] = {Side.LAY: {}, Side.BACK: {}}
        self.traded: dict[int, int] = {}

    def say(self, message: Message) -> tuple[dict[Side, Levels], dict[int, int], dict[str, object]]:
        """Return what a message changes on each side, what is traded in it, and the message as it is on the wire."""
        levels: dict[Side, Levels] = {}
        offers: dict[str, list[list[float]]] = {}
        self.deepest *= not message.is_image
        for side, told in ((Side.LAY, message.to_back), (Side.BACK, message.to_lay)):
            before, slots = dict(self.shown(side)), self.slots(side)
            if message.is_image:
                self.book[side] = {}
            self.book[side].update(told)
            now = self.shown(side)
            spoken = before.keys() | now.keys() if message.is_image or self.levels else told.keys()
            levels[side] = {price: (before.get(price, 0), now.get(price, 0)) for price in sorted(spoken)}
            name = "atb" if side is Side.LAY else "atl"
            if self.levels is None:
                offers[name] = [[price / 100, size / 100] for price, size in told.items()]
            else:
                offers[f"b{name}"] = self.changes([] if message.is_image else slots, self.slots(side))
        trades = {}
        for price, rise in message.traded.items():
            before_it = self.traded.get(price, 0)
            self.traded[price] = before_it + rise
            half = self.traded[price] // 2 - before_it // 2
            if half and not message.is_image:
                trades[price] = half
        if message.is_image:
            self.traded = {price: self.traded[price] for price in message.traded}
        change = {
            "id": MARKET,
            "img": message.is_image,
            "rc": [
                {
                    "id": 1,
                    **offers,
                    "trd": [[price / 100, self.traded[price] / 100] for price in message.traded],
                }
            ],
        }
        return levels, trades, change

    def slots(self, side: Side) -> list[tuple[int, int]]:
        """The best levels of a side, as many as are told."""
        offers = sorted(((price, size) for price, size in self.book[side].items() if size), reverse=side is Side.LAY)
        return offers[: self.levels]

    def shown(self, side: Side) -> dict[int, int]:
        return self.book[side] if self.levels is None else dict(self.slots(side))

    def changes(self, before: list[tuple[int, int]], now: list[tuple[int, int]]) -> list[list[float]]:
        """The levels that are other ones than before, as they are on the wire, in an order that means nothing."""
        gone = [[level, 0.0, 0.0] for level in range(len(now), len(before))]
        told = [[level, price / 100, size / 100] for level, (price, size) in enumerate(now)
                if before[level : level + 1] != [(price, size)]]  # fmt: skip
        self.deepest = max([self.deepest, *(int(level) + 1 for level, *_ in gone + told)])
        return [*gone, *reversed(told)]

    def tell(self, naive: NaiveRunner) -> None:
        """Let the twin know what is in sight from now on."""
        for side, offers in naive.sides.items():
            offers.shown = {price for price, size in self.shown(side).items() if size}
            offers.most_shown = self.deepest or None


def carry_out(told: Told, step: object, naive: NaiveRunner | None, audit: Audit) -> None:
    """Do one step to the engine, to the twin and to the audit."""
    recording = told.recording
    if isinstance(step, Message):
        levels, trades, change = told.say(step)
        recording.now += 1_000
        line = json.dumps({"op": "mcm", "pt": recording.now, "mc": [change]}).encode()
        recording.engine.take(read_line(line, 1))
        audit.after(json.loads(line))
        if naive is not None:
            told.tell(naive)
            naive.hear(levels, trades)
    elif isinstance(step, Bet):
        order = recording.bet(step.side, step.size, step.price)
        if naive is not None:
            naive.place(order.bet_id, step.side, step.price, step.size)
    elif isinstance(step, Cancel):
        orders = [order for order in recording.lane.exchange.orders.values() if order.size_remaining]
        if step.place < len(orders):
            order = orders[step.place]
            before = order.size_remaining
            recording.lane.cancel(MARKET, CancelInstruction(order.bet_id, step.size))
            if naive is not None:
                naive.cancel(order.bet_id, before - order.size_remaining)
    recording.check()


def assert_same(told: Told, naive: NaiveRunner) -> None:
    book = told.recording.book()
    for side in Side:
        offers, rows = book.queue_of(side), naive.sides[side]
        assert [(level.price, level.total) for level in offers.best_first()] == [
            (price, len(rows.row(price))) for price in rows.prices()
        ]
        for level in offers.best_first():
            row = [
                counter
                for order in level.queue.values()
                for counter in [order.bet_id if order.account == "strategy" else OTHERS] * order.size_remaining
            ]
            assert row == rows.row(level.price)
    matched = {order.bet_id: order.size_matched for order in told.recording.lane.exchange.orders.values()}
    assert matched == naive.matched


@pytest.mark.parametrize("rule", [Cancellations.PRO_RATA, Cancellations.ALL_AHEAD, Cancellations.ALL_BEHIND])
@given(program=programs, levels=how_told)
@example(BROUGHT_IN_SIGHT, 2)
def test_a_recorded_book_is_the_twins_row_by_row(
    rule: Cancellations, program: list[object], levels: int | None
) -> None:
    told, naive = Told(replace(QUEUE, cancellations=rule), levels), NaiveRunner(rule)
    audit = Audit(told.recording.lane)
    for step in program:
        carry_out(told, step, naive, audit)
        assert_same(told, naive)
    assert audit.end() == []


@pytest.mark.parametrize("model", MODELS)
@given(program=programs, levels=how_told)
@example(TAKEN_BEFORE_OURS, None)
def test_nothing_is_given_twice_whatever_is_bet_and_recorded(
    model: str, program: list[object], levels: int | None
) -> None:
    told = Told(model, levels)
    audit = Audit(told.recording.lane, counts_the_queue=model == "pessimistic")
    for step in program:
        carry_out(told, step, None, audit)
    assert audit.end() == []
