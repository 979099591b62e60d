"""A recording in a line or two, followed by one lane in which a test bets.

    told = Recording(model="queue")
    told.says(atb=[(3.0, 50)], trd=[(3.0, 100)])
    bet = told.lay(2_00, at=3_00)
    told.says(trd=[(3.0, 200)])

What the recording says has prices and sizes as the wire has them; what the lane does has pence and hundredths. Every
message comes a second after the one before it. After each, `Recording` looks at what must hold whatever the test is
about: the ledger sums to zero, and the parts of every order add up to its size.
"""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from simulator.backtest.books import RecordedBook
from simulator.backtest.engine import Engine
from simulator.backtest.fills import Fill
from simulator.backtest.following import key_of
from simulator.backtest.lane import Lane, Request, Settings
from simulator.exchange.commands import CancelInstruction, PlaceInstruction
from simulator.exchange.events import Event
from simulator.exchange.market import Market
from simulator.exchange.orders import BetTargetType, Order, OrderType, Persistence, RunnerKey, Side
from simulator.recorded.messages import MarketChange, MarketDefinition, RunnerChange, RunnerDefinition

MARKET = "1.1"
START = 1_600_000_000_000
A, B, C = RunnerKey(1), RunnerKey(2), RunnerKey(3)
BALANCE = 10_000_00
Prices = Sequence[tuple[float, float]]


class Recording:
    """A recorded market of some runners, OPEN from the beginning, and a lane that follows it."""

    def __init__(
        self,
        *,
        runners: Sequence[RunnerKey] = (A, B),
        settings: dict[str, Any] | None = None,
        model: Any = "queue",
        **definition: Any,
    ) -> None:
        self.events: list[Event] = []
        self.lane = Lane(Settings(model=model, balance=BALANCE, **(settings or {})), on_events=self.events.extend)
        self.engine = Engine([self.lane])
        self.now = START
        listed = [RunnerDefinition(key.selection_id, sort_priority=key.selection_id, hc=key.handicap / 100)
                  for key in runners]  # fmt: skip
        self.definition = MarketDefinition("OPEN", tuple(listed), version=1000, turn_in_play_enabled=True)
        self.defines(**definition)

    # What the recording says

    def says(self, runner: RunnerKey = A, *, after: int = 1_000, img: bool = False, **told: Any) -> None:
        """Let a message say something of a runner, so many milliseconds after the last."""
        change = RunnerChange(runner.selection_id, hc=runner.handicap / 100, **told)
        self.tells(MarketChange(MARKET, rc=[change], img=img), after=after)

    def defines(self, *changes: RunnerChange, statuses: dict[RunnerKey, Any] | None = None, **told: Any) -> None:
        """Let a message define the market anew: members of the definition, and members of runners by their keys."""
        runners = [replace(runner, **(statuses or {}).get(key_of(runner), {})) for runner in self.definition.runners]
        version = told.pop("version", self.definition.version + 10)
        self.definition = replace(self.definition, runners=runners, version=version, **told)
        self.tells(MarketChange(MARKET, self.definition, rc=list(changes) or None))

    def tells(self, *changes: MarketChange, after: int = 1_000) -> None:
        """Let a message say some changes."""
        self.now += after
        self.engine.take_changes(list(changes), self.now)
        self.check()

    def ends(self, **statuses: str) -> None:
        """Let the market close; the statuses are those of runners A, B and C."""
        keys = {"A": A, "B": B, "C": C}
        ended = {keys[name]: {"status": status} for name, status in statuses.items()}
        self.defines(status="CLOSED", statuses=ended)

    # What the lane does

    def back(self, size: int, at: int, runner: RunnerKey = A, **order: Any) -> Order:
        """Place a back that reaches the exchange at once."""
        return self.bet(Side.BACK, size, at, runner, **order)

    def lay(self, size: int, at: int, runner: RunnerKey = A, **order: Any) -> Order:
        """Place a lay that reaches the exchange at once."""
        return self.bet(Side.LAY, size, at, runner, **order)

    def bet(self, side: Side, size: int, at: int, runner: RunnerKey = A, **order: Any) -> Order:
        """Place one order that reaches the exchange at once, and return it."""
        request = self.asks(side, size, at, runner, **order)
        assert request.refusal is None, request.refusal
        (placed,) = request.orders
        return placed

    def asks(self, side: Side, size: int | None, at: int | None, runner: RunnerKey = A, **order: Any) -> Request:
        """Ask for one order."""
        order.setdefault("order_type", OrderType.LIMIT)
        order.setdefault("persistence", Persistence.LAPSE if order["order_type"] is OrderType.LIMIT else None)
        version = order.pop("market_version", None)
        instruction = PlaceInstruction(runner, side, price=at, size=size, **order)
        request = self.lane.place(MARKET, instruction, market_version=version)
        self.check()
        return request

    def asks_to_back(self, size: int, at: int, runner: RunnerKey = A, **order: Any) -> Request:
        """Ask for a back."""
        return self.asks(Side.BACK, size, at, runner, **order)

    def bet_target(self, target_type: BetTargetType, size: int, at: int, side: Side = Side.BACK) -> Order:
        """Place an order with a bet target, and return it."""
        (order,) = self.asks(side, None, at, bet_target_type=target_type, bet_target_size=size).orders
        return order

    def cancel(self, order: Order) -> Request:
        """Cancel a bet."""
        return self.lane.cancel(MARKET, CancelInstruction(order.bet_id))

    # What can be seen

    @property
    def market(self) -> Market:
        return self.lane.exchange.markets[MARKET]

    def book(self, runner: RunnerKey = A) -> RecordedBook:
        book = self.market.runners[runner].book
        assert isinstance(book, RecordedBook)
        return book

    @property
    def fills(self) -> list[Fill]:
        return self.lane.fills

    def made(self) -> list[tuple[str, int, int]]:
        """How, at what price and how much: every fill so far."""
        return [(fill.how.value, fill.price, fill.size) for fill in self.fills]

    def available_to_back(self, runner: RunnerKey = A) -> list[tuple[int, int]]:
        return [(level.price, level.total) for level in self.book(runner).lays.best_first()]

    def available_to_lay(self, runner: RunnerKey = A) -> list[tuple[int, int]]:
        return [(level.price, level.total) for level in self.book(runner).backs.best_first()]

    @property
    def profit(self) -> int:
        return self.lane.exchange.ledger.balance_of("strategy") - BALANCE

    def check(self) -> None:
        """Hold what must hold at any time."""
        assert sum(self.lane.exchange.ledger.balances.values()) == 0
        for order in self.lane.exchange.orders.values():
            parts = (
                order.size_matched, order.size_remaining, order.size_lapsed, order.size_cancelled, order.size_voided
            )  # fmt: skip
            assert order.size == sum(parts)
