"""A lane: one strategy's exchange beside others that follow the same recording.

    lane = Lane(Settings(model="queue", latency=Latency.fixed(120)), on_update=look)
    engine = Engine([lane])
    for line in read_lines(source):
        engine.take(line)
    engine.end()

`on_update(followed)` is called after every message that says something of a market, once the market stands as it says
and the bets that rest in it are filled. There, and at any other time, bets are placed and changed by `place`, `cancel`,
`update` and `replace`. Each returns a `Request` at once: it reaches the exchange after its latency, and then meets the
kernel's own refusals, bet delay and matching.

`on_events(events)` is called with all that happens to bets, `on_close(followed)` once a market is settled. Money is in
pence and prices in hundredths, times are milliseconds since 1970: the publish times of the recording are the clock.
"""

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import Final

from msgspec import Struct

from simulator.backtest.books import FollowingState, RestingFill
from simulator.backtest.fills import Fill, fills_of, resting_fills
from simulator.backtest.followed import Followed
from simulator.backtest.latency import Delay, Latency, drawing
from simulator.backtest.models import MODELS, FillModel
from simulator.exchange.commands import (
    CancelInstruction,
    CancelOrders,
    ChargeTransactions,
    Command,
    FillFromOutside,
    OpenAccount,
    OutsideFill,
    PlaceInstruction,
    PlaceOrders,
    ReplaceInstruction,
    ReplaceOrders,
    Tick,
    UpdateInstruction,
    UpdateOrders,
)
from simulator.exchange.events import (
    Event,
    InstructionRefused,
    OrderCancelled,
    OrderPlaced,
    OrdersHeld,
    ReplacementRefused,
    TicketResolved,
)
from simulator.exchange.exchange import Exchange
from simulator.exchange.orders import Order
from simulator.exchange.refusals import Refused
from simulator.exchange.rules import DEFAULT_RULE_SET, RULE_SETS, BettingRules
from simulator.exchange.transactions import HOUR, Counted, TransactionLimit, transactions

ACCOUNT: Final = "strategy"
"""The account whose bets a lane places."""


class Settings(Struct, frozen=True):
    """What a lane is run with. Rates are hundredths of a percent, money is in pence."""

    model: str | FillModel = "queue"
    latency: Latency = Latency()
    balance: int = 1_000_000
    currency: str = "GBP"
    commission_rate: int | None = None
    """`None` is the market's own rate."""
    discount_rate: int = 0
    exposure_limit: int | None = None
    rules: str = DEFAULT_RULE_SET
    cross_matching: bool = False
    """Whether bets take virtual offers where a market has them."""
    own_starting_price_effect: bool = True
    """Whether our money moves the starting prices that our bets get."""
    transaction_limit: TransactionLimit | None = None
    """What more transactions in an hour cost than are free; `None` is nothing."""
    line_results: dict[str, int] = {}
    """By market id: the number in which a LINE market ended, in hundredths, which no recording tells."""

    @property
    def fill_model(self) -> FillModel:
        """Return the model; raise `KeyError` for a name that none has."""
        return MODELS[self.model] if isinstance(self.model, str) else self.model


class Request:
    """Something asked of the exchange, and what came of it."""

    __slots__ = ("_orders", "command", "events", "reaches_at", "refusal", "sent_at", "ticket")

    def __init__(self, command: Command, sent_at: int, reaches_at: int) -> None:
        self.command: Final = command
        self.sent_at: Final = sent_at
        self.reaches_at: Final = reaches_at
        self.events: Sequence[Event] | None = None
        """`None` while it is on its way."""
        self.refusal: Refused | None = None
        self.ticket: int | None = None
        """Of one that waits out the bet delay."""
        self._orders: Final[dict[int, Order]] = {}
        """By the number of their instruction, in the order in which they were placed."""

    @property
    def orders(self) -> list[Order]:
        """Return the orders that were placed, in the order of their instructions."""
        return list(self._orders.values())

    def add(self, index: int, order: Order) -> None:
        """Note the order that an instruction has placed; instructions are counted from 0."""
        self._orders[index] = order

    def order_of(self, index: int) -> Order | None:
        """Return the order that an instruction has placed, `None` where it has placed none."""
        return self._orders.get(index)

    def reason_of(self, index: int) -> str:
        """Return the exchange's code for why an instruction was not carried out, empty where it was or may yet be."""
        if self.refusal is not None:
            reasons = self.refusal.instruction_reasons
            return reasons[index] if reasons else self.refusal.reason
        for event in self.events or ():
            if isinstance(event, InstructionRefused | ReplacementRefused) and event.index == index:
                return event.reason
            if isinstance(event, TicketResolved):
                for fate in event.fates:
                    if fate.index == index and fate.reason is not None:
                        return fate.reason
        return ""

    def cancelled_of(self, index: int) -> int:
        """Return how many pence an instruction has cancelled."""
        for event in self.events or ():
            if isinstance(event, OrderCancelled) and event.index == index:
                return event.size
        return 0

    @property
    def is_answered(self) -> bool:
        """Return whether it has reached the exchange, and waits out no bet delay any more."""
        return self.events is not None and self.ticket is None

    def __repr__(self) -> str:
        state = "on its way" if self.events is None else "held" if self.ticket is not None else "answered"
        return f"<Request {type(self.command).__name__}: {self.refusal or state}>"


class Lane:
    """One strategy's exchange, its account and what it has asked for."""

    def __init__(
        self,
        settings: Settings | None = None,
        on_update: Callable[[Followed], None] | None = None,
        on_events: Callable[[Sequence[Event]], None] | None = None,
        on_close: Callable[[Followed], None] | None = None,
    ) -> None:
        self.settings: Final = settings or Settings()
        self.model: Final = self.settings.fill_model
        self.on_update = on_update
        self.on_events = on_events
        self.on_close = on_close
        self.now = 0
        self.fills: Final[list[Fill]] = []
        self.unsettled: Final[dict[str, str]] = {}
        """By market id: why the bets of a market are not settled."""
        self.followed: Final[dict[str, Followed]] = {}
        """By market id, what the lane sees and does of each market."""
        self._draw: Final = drawing(self.settings.latency.seed)
        self.on_their_way: Final[list[tuple[int, int, Request]]] = []
        """A heap of requests by the time at which they reach the exchange."""
        self._sent = 0
        self._hour = 0
        self._transactions = 0
        self._held: Final[dict[int, Request]] = {}
        self.state: FollowingState
        self.exchange: Final = Exchange(RULE_SETS[self.settings.rules], new_state=self._new_state)
        self.held_queue: Final = self.exchange.held_queue
        self.exchange.apply(
            OpenAccount(
                ACCOUNT,
                self.settings.currency,
                self.settings.balance,
                self.settings.discount_rate,
                self.settings.commission_rate,
                self.settings.exposure_limit,
            ),
            0,
        )

    def _new_state(self, rules: BettingRules, first_bet_id: int, first_match_id: int) -> FollowingState:
        self.state = FollowingState(rules, first_bet_id, first_match_id)
        return self.state

    # What is asked for

    def place(
        self,
        market_id: str,
        *instructions: PlaceInstruction,
        market_version: int | None = None,
        customer_reference: str | None = None,
        strategy_reference: str | None = None,
    ) -> Request:
        """Ask for orders to be placed, together or not at all."""
        command = PlaceOrders(ACCOUNT, market_id, instructions, customer_reference, strategy_reference, market_version)
        return self._send(command, self.settings.latency.place)

    def cancel(self, market_id: str, *instructions: CancelInstruction) -> Request:
        """Ask for bets to be cancelled, all of the market's where none is named."""
        return self._send(CancelOrders(ACCOUNT, market_id, instructions or None), self.settings.latency.cancel)

    def update(self, market_id: str, *instructions: UpdateInstruction) -> Request:
        """Ask for bets to have another persistence."""
        return self._send(UpdateOrders(ACCOUNT, market_id, instructions), self.settings.latency.update)

    def replace(self, market_id: str, *instructions: ReplaceInstruction, market_version: int | None = None) -> Request:
        """Ask for bets to be cancelled and placed again at other prices."""
        command = ReplaceOrders(ACCOUNT, market_id, instructions, market_version=market_version)
        return self._send(command, self.settings.latency.replace)

    def _send(self, command: Command, delay: Delay) -> Request:
        request = Request(command, self.now, self.now + self._draw(delay))
        if request.reaches_at > self.now:
            self._sent += 1
            heappush(self.on_their_way, (request.reaches_at, self._sent, request))
        else:
            self._carry_out(request)
        return request

    # What time brings

    def run_until(self, at: int) -> None:
        """Let happen what is due before a time, and make it that time."""
        state = self.state
        while self.on_their_way or self.held_queue:
            sent = self.on_their_way[0][0] if self.on_their_way else None
            held = state.next_due
            if held is not None and held < at and (sent is None or held <= sent):
                self.now = held
                self._tell(self.exchange.apply(Tick(), held))
            elif sent is not None and sent < at:
                self.now = sent
                self._carry_out(heappop(self.on_their_way)[2])
            else:
                break
        self.now = at

    @property
    def is_waiting(self) -> bool:
        """Return whether anything happens by itself."""
        return bool(self.on_their_way) or self.exchange.next_due is not None

    def run_to_the_end(self) -> None:
        """Let happen what is still due, and charge for the last hour."""
        while self.is_waiting:
            sent = self.on_their_way[0][0] if self.on_their_way else None
            held = self.exchange.next_due
            self.run_until(min(at for at in (sent, held) if at is not None) + 1)
        if self.settings.transaction_limit is not None:
            self.run_until(self.now + HOUR)
            self.charge_transactions()

    def charge_transactions(self) -> None:
        """Charge for what was sent in an hour that is over."""
        limit, hour = self.settings.transaction_limit, self.now // HOUR
        if limit is None or hour == self._hour:
            return
        amount = limit.charge(self._transactions, self.exchange.accounts[ACCOUNT].definition.rate)
        self._hour, self._transactions = hour, 0
        if amount:
            self.do(ChargeTransactions(ACCOUNT, amount))

    def _count(self, request: Request, events: Sequence[Event] | None) -> None:
        limit, command = self.settings.transaction_limit, request.command
        if limit is not None and isinstance(command, Counted):
            self._transactions += transactions(command, events, limit)

    def _carry_out(self, request: Request) -> None:
        self._tick()
        if self.settings.transaction_limit is not None:
            self.charge_transactions()
        try:
            events = self.exchange.apply(request.command, self.now)
        except Refused as refusal:
            request.events, request.refusal = (), refusal
            self._count(request, None)
            return
        request.events = events
        self._count(request, events)
        for event in events:
            if isinstance(event, OrderPlaced):
                request.add(event.index, self.state.orders[event.bet_id])
            elif isinstance(event, OrdersHeld):
                request.ticket = event.ticket
                self._held[event.ticket] = request
        self._tell(events)

    def _tick(self) -> None:
        """Let happen what is due at this very moment: it comes before whatever else is done, but for fills."""
        due = self.state.next_due
        if due is not None and due <= self.now:
            self._tell(self.exchange.apply(Tick(), self.now))

    # What the recording brings

    def do(self, command: Command) -> tuple[Event, ...]:
        """Carry out a command of the operator's now."""
        self._tick()
        events = self.exchange.apply(command, self.now)
        self._tell(events)
        return events

    def fill(self, market_id: str, fills: Sequence[RestingFill]) -> None:
        """Match bets that rest with what the recording has for them, before what is due at this very moment."""
        command = FillFromOutside(market_id, tuple(OutsideFill(fill.order.bet_id, fill.size) for fill in fills))
        events = self.exchange.apply(command, self.now)
        self.fills.extend(resting_fills(events, fills, self.model.name))
        if self.on_events is not None:
            self.on_events(events)

    def _tell(self, events: Sequence[Event]) -> None:
        self.fills.extend(fills_of(events, self.model.name))
        if self._held:
            self._answer_held(events)
        if self.on_events is not None and events:
            self.on_events(events)

    def _answer_held(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, TicketResolved):
                request = self._held.pop(event.ticket, None)
                if request is not None:
                    request.ticket = None
                    request.events = [*(request.events or ()), event]
                    for fate in event.fates:
                        if fate.bet_id is not None:
                            request.add(fate.index, self.exchange.orders[fate.bet_id])
