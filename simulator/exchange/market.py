"""A market: its runners, its states, and what each change of state does to every kind of order.

    INACTIVE --open--> OPEN <--open/suspend--> SUSPENDED --settle/void--> CLOSED

| change          | LAPSE         | PERSIST       | MARKET_ON_CLOSE | starting price | in the bet delay   | material |
|-----------------|---------------|---------------|-----------------|----------------|--------------------|----------|
| activate        | -             | -             | -               | -              | -                  | yes      |
| suspend         | stays         | stays         | stays           | stays          | lapses if due then | no       |
| reopen          | stays         | stays         | stays           | stays          | goes on waiting    | no       |
| turn in play    | lapses        | stays         | auction         | auction        | -                  | yes      |
| reconcile       | stays         | stays         | auction         | auction        | -                  | yes      |
| lapse unmatched | lapses        | lapses        | lapses          | stays          | goes on waiting    | yes      |
| remove runner   | `withdrawals` | `withdrawals` | `withdrawals`   | `withdrawals`  | lapses when due    | yes      |
| settle runners  | lapses        | lapses        | lapses          | lapses         | lapses when due    | yes      |
| close betting   | lapses        | lapses        | auction         | auction        | lapses when due    | yes      |
| settle, void    | lapses        | lapses        | lapses          | lapses         | lapses when due    | yes      |

Three columns are about unmatched LIMIT bets, by their persistence, and the next about bets that wait for the starting
price; the rows of runners are about bets on these. What the auction does not match lapses. A request in the bet delay
lapses whole.

Matched bets are touched by removal, settlement and void alone. Every change raises the version; a material one also
raises the oldest version that a bet may still carry (manual, "Parámetro de versión del mercado").
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, ParamSpec

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import AddMarket
from simulator.exchange.events import (
    Event,
    MarketChanged,
    OrderFilledAtAuction,
    OrderKilled,
    OrderLapsed,
    OrderMatched,
    RunnerSettled,
    VirtualBetMatched,
)
from simulator.exchange.exposure import Field, Position, new_position
from simulator.exchange.ladder import Ladder
from simulator.exchange.matching import Fill, OtherRunners, VirtualFill, plan_matches
from simulator.exchange.order_index import MarketIndex
from simulator.exchange.orders import (
    Fragment,
    LapseReason,
    Order,
    Persistence,
    RunnerKey,
    Side,
    TimeInForce,
)
from simulator.exchange.refusals import Impossible
from simulator.exchange.runner import Runner
from simulator.exchange.statuses import MarketStatus, RunnerStatus
from simulator.exchange.telling import filled_leg, order_lapsed
from simulator.exchange.virtual_view import VirtualLadder, VirtualView

P = ParamSpec("P")


class Market:
    """A market and every order in it. Methods that change something answer with the events that say so."""

    def __init__(self, definition: AddMarket) -> None:
        self.definition: Final = definition
        self.market_id: Final = definition.market_id
        self.ladder: Final = Ladder.of(definition.ladder)
        self.runners: Final = {runner.key: Runner(runner) for runner in definition.runners}
        self.status = MarketStatus.INACTIVE
        self.in_play = False
        self.betting_is_over = False
        self.bsp_reconciled = False
        self.version = definition.version
        self.material_version = definition.version
        self.total_matched = 0
        self.last_match_at: int | None = None
        self.settled_at: int | None = None
        self.orders: dict[int, Order] = {}
        """By bet id: all there ever were, in the order of placing."""
        self.commissions: dict[str, int] = {}
        """By account, once settled: commission charged, in pence."""
        self.orders_of: dict[str, MarketIndex] = {}
        """By account, in the order of their first bets."""
        self.positions: dict[str, Position] = {}
        """By account, for those whose exposure counts."""
        self._other_runners_of: dict[tuple[RunnerKey, Side], OtherRunners | None] = {}
        self._other_runners_version = self.version
        """With which version of the market they were put together: runners leave with a change of it."""
        self._active_by_priority: list[Runner] = []
        """Of the same version; empty until it is needed."""
        self._virtual_view = VirtualView(self.other_runners)

    # What is

    @property
    def bet_delay(self) -> int:
        """Return how many seconds an order waits now: none before the market is in play."""
        return self.definition.bet_delay if self.in_play else 0

    @property
    def active_runners(self) -> int:
        """Return how many runners can still win."""
        return sum(runner.status is RunnerStatus.ACTIVE for runner in self.runners.values())

    @property
    def starting_price_is_past(self) -> bool:
        """Return whether it is too late for an order for the starting price."""
        return self.in_play or self.bsp_reconciled

    @property
    def is_line(self) -> bool:
        """Return whether prices are lines, bought and sold at even money."""
        return self.definition.betting_type == BettingType.LINE

    @property
    def total_available(self) -> int:
        """Return the unmatched stakes of the whole market, in pence."""
        return sum(runner.book.backs.total + runner.book.lays.total for runner in self.runners.values())

    @property
    def field(self) -> Field:
        """Return who can win."""
        return Field(self.winners_left, self.active_runners, self.definition.complete)

    @property
    def winners_left(self) -> int:
        """Return how many winners are still to be named, or 0 where that may be any number."""
        named = sum(runner.status is RunnerStatus.WINNER for runner in self.runners.values())
        return self.definition.number_of_winners and self.definition.number_of_winners - named

    def new_position(self) -> Position:
        """Return an account's position in this market before its first bet."""
        return new_position(self.definition, self.field)

    # Changes of state

    def changed(self, at: int, *, material: bool = False) -> MarketChanged:
        """Raise the version, and with a material change the oldest version that a bet may carry."""
        self.version += 1
        if material:
            self.material_version = self.version
        return MarketChanged(at, self.market_id, self.version, material, self.status, self.in_play)

    def open(self, at: int) -> list[Event]:
        """Take bets, for the first time or again after a suspension. Nothing happens to orders."""
        if self.status not in (MarketStatus.INACTIVE, MarketStatus.SUSPENDED) or self.betting_is_over:
            raise self._impossible("opened")
        # Activation is where bets can first be placed, so no bet can carry an older version.
        material = self.status is MarketStatus.INACTIVE
        self.status = MarketStatus.OPEN
        return [self.changed(at, material=material)]

    def suspend(self, at: int) -> list[Event]:
        """Refuse all bets for a while. Books are as they were when the market opens again."""
        if self.status is not MarketStatus.OPEN:
            raise self._impossible("suspended")
        self.status = MarketStatus.SUSPENDED
        return [self.changed(at)]

    def lapse_unmatched(self, at: int) -> list[Event]:
        """Lapse every unmatched bet, as the operator of a managed market does when a goal is scored."""
        if self.status not in (MarketStatus.OPEN, MarketStatus.SUSPENDED):
            raise self._impossible("cleared of unmatched bets")
        return [*self._lapse_all(at, LapseReason.MARKET_SUSPENDED, lambda _: True), self.changed(at, material=True)]

    def refuse_turn_in_play(self) -> None:
        """Raise `Impossible` where the market cannot turn in play now."""
        if self.status not in (MarketStatus.OPEN, MarketStatus.SUSPENDED) or self.betting_is_over:
            raise self._impossible("turned in play")
        if self.in_play:
            raise Impossible(f"market {self.market_id} is in play already")
        if not self.definition.turn_in_play:
            raise Impossible(f"market {self.market_id} is not one that turns in play")

    def turn_in_play(self, at: int) -> list[Event]:
        """Begin betting in play: the unmatched LAPSE bets go, the PERSIST bets keep price, size and place in the queue.

        Whoever wanted the starting price has been to the auction by now, if the market has one.
        """
        self.refuse_turn_in_play()
        lapsed = self._lapse_all(
            at, LapseReason.TURNED_IN_PLAY, lambda order: order.persistence is not Persistence.PERSIST
        )
        self.in_play = True
        self.status = MarketStatus.OPEN
        return [*lapsed, self.changed(at, material=True)]

    def refuse_reconcile(self) -> None:
        """Raise `Impossible` where no auction can be held now."""
        if self.status not in (MarketStatus.OPEN, MarketStatus.SUSPENDED) or self.betting_is_over:
            raise self._impossible("reconciled")
        if not self.definition.bsp_market:
            raise Impossible(f"market {self.market_id} has no starting price")
        if self.bsp_reconciled:
            raise Impossible(f"market {self.market_id} is reconciled already")

    def refuse_close(self) -> None:
        """Raise `Impossible` where betting cannot end now."""
        if self.status not in (MarketStatus.OPEN, MarketStatus.SUSPENDED) or self.betting_is_over:
            raise self._impossible("closed for betting")

    def close_betting(self, at: int) -> list[Event]:
        """End betting for good: every unmatched bet lapses and the market waits, SUSPENDED, for its result.

        Whoever wanted the starting price has been to the auction by now, if the market has one.
        """
        self.refuse_close()
        self.betting_is_over = True
        self.status = MarketStatus.SUSPENDED
        return [*self._lapse_for_good(at, LapseReason.BETTING_CLOSED), self.changed(at, material=True)]

    def finish(self, at: int, reason: LapseReason) -> list[Event]:
        """Close the market after its result or its void; what was still unmatched lapses for this reason."""
        lapsed = self._lapse_for_good(at, reason)
        self.status = MarketStatus.CLOSED
        self.settled_at = at
        return [*lapsed, self.changed(at, material=True)]

    def end_runners(self, statuses: Mapping[RunnerKey, RunnerStatus], at: int) -> list[Event]:
        """Note how runners ended."""
        for key, status in statuses.items():
            self.runners[key].status = status
            if status is RunnerStatus.REMOVED:
                self.runners[key].removed_at = at
        return [RunnerSettled(at, self.market_id, key, status) for key, status in statuses.items()]

    def forget_trades(self, runner: Runner) -> None:
        """Take what was traded on a runner out of the market's volume, since all of it is void."""
        self.total_matched -= runner.book.total_matched
        runner.book.forget_trades()

    def _impossible(self, action: str) -> Impossible:
        over = ", its betting being over" if self.betting_is_over else ""
        return Impossible(f"market {self.market_id} is {self.status} and cannot be {action}{over}")

    # Orders

    def enter(self, order: Order, at: int, next_match_id: Callable[[], int]) -> list[Event]:
        """Bring an order to the matcher: it takes what it can, and the rest is queued at its own price."""
        book = self.runners[order.runner].book
        plan = plan_matches(order, book.offers_to(order.side), self.other_runners(order.runner, order.side))
        if order.bet_target is not None:
            self.change(order, order.restate, sum(fill.size for fill in plan.fills) + plan.rest)
        events: list[Event] = []
        for fill in plan.fills:
            match_id = next_match_id()
            if isinstance(fill, Fill):
                events.append(self._match(order, fill, match_id, at))
            else:
                events.append(self._match_virtually(order, fill, match_id, at))
        if events:
            self.last_match_at = at
        if order.size_remaining:
            if order.time_in_force is TimeInForce.FILL_OR_KILL:
                events.append(self._kill(order, at))
            else:
                book.queue_of(order.side).add(order)
                self.orders_of[order.account].rest(order)
        return events

    def other_runners(self, key: RunnerKey, taker: Side) -> OtherRunners | None:
        """Return the other runners whose offers make virtual ones on this runner, or `None` where there are none.

        That takes a book that somebody listed must win, and not everybody can: with fewer winners than runners. The
        two sides of one line of an Asian handicap are such a book by themselves (exchange mechanics, section 5.5).
        """
        if self._other_runners_version != self.version:
            self._other_runners_version = self.version
            self._other_runners_of.clear()
            self._active_by_priority.clear()
        place = (key, taker)
        if place not in self._other_runners_of:
            self._other_runners_of[place] = self._find_other_runners(key, taker)
        return self._other_runners_of[place]

    def _find_other_runners(self, key: RunnerKey, taker: Side) -> OtherRunners | None:
        definition = self.definition
        if not definition.cross_matching or not definition.complete or definition.each_way_divisor is not None:
            return None
        if not self._active_by_priority:
            active = [runner for runner in self.runners.values() if runner.status is RunnerStatus.ACTIVE]
            self._active_by_priority = sorted(active, key=lambda runner: runner.sort_priority)
        winners, own = self.winners_left, self.runners[key]
        others = [runner for runner in self._active_by_priority if runner is not own]
        if definition.betting_type == BettingType.ASIAN_HANDICAP_DOUBLE_LINE:
            winners = 1
            others = [
                runner
                for runner in others
                if runner.key.selection_id != key.selection_id and runner.key.handicap == -key.handicap
            ]
        elif definition.betting_type in (BettingType.ASIAN_HANDICAP_SINGLE_LINE, BettingType.LINE):
            return None
        if not 1 <= winners <= len(others):
            return None
        return OtherRunners([runner.book.queue_of(taker) for runner in others], winners, self.ladder)

    def virtual_offers(self, key: RunnerKey, taker: Side) -> VirtualLadder | None:
        """Return what a taker of this side is offered virtually on a runner, or `None` where no runners make offers.

        Worked out anew only where it may differ; to be read before anything else happens.
        """
        runner = self.runners[key]
        if runner.status is not RunnerStatus.ACTIVE:
            return None
        return self._virtual_view.ladder(key, runner.book.queue_of(taker), taker, self.version)

    def _match(self, order: Order, fill: Fill, match_id: int, at: int) -> Event:
        price = fill.resting.price
        self._fill_resting(fill, match_id, at)
        order.match(Fragment.at_price(match_id, price, fill.size, at))
        self._count(order)
        return OrderMatched(
            at,
            self.market_id,
            match_id,
            order.runner,
            price,
            fill.size,
            order.side,
            order.bet_id,
            order.account,
            fill.resting.bet_id,
            fill.resting.account,
        )

    def _match_virtually(self, order: Order, fill: VirtualFill, match_id: int, at: int) -> Event:
        """Match an order with the house, which takes the other side of every leg, as it does at settlement."""
        for leg in fill.legs:
            self._fill_resting(leg, match_id, at)
        order.match(Fragment.at_price(match_id, fill.price, fill.size, at))
        self._count(order)
        self._trade(order.runner, fill.price, fill.size)
        return VirtualBetMatched(
            at,
            self.market_id,
            match_id,
            order.runner,
            fill.price,
            fill.size,
            order.side,
            order.bet_id,
            order.account,
            tuple(filled_leg(leg.resting, leg.size) for leg in fill.legs),
        )

    def _fill_resting(self, fill: Fill, match_id: int, at: int) -> None:
        resting = fill.resting
        self.runners[resting.runner].book.queue_of(resting.side).reduce(resting, fill.size)
        resting.match(Fragment.at_price(match_id, resting.price, fill.size, at))
        if not resting.size_remaining:
            self.orders_of[resting.account].note(resting)
        self._count(resting)
        self._trade(resting.runner, resting.price, fill.size)

    def _trade(self, key: RunnerKey, price: int, size: int) -> None:
        self.runners[key].book.trade(price, size)
        self.total_matched += 2 * size

    def cancel(self, order: Order, size: int, at: int) -> None:
        """Take `size` pence off the unmatched part of an order, which keeps its place unless nothing is left."""
        self.runners[order.runner].book.queue_of(order.side).reduce(order, size)
        self.change(order, order.cancel, size, at)

    def wait_for_starting_price(self, order: Order) -> None:
        """Queue an order for the starting price."""
        self.runners[order.runner].starting_price_queue(order.side)[order.bet_id] = order

    def edit_starting_price_limit(self, order: Order, successor: Order, at: int) -> None:
        """Put an order with an easier limit into the place of another that waits for the starting price."""
        queue = self.runners[order.runner].starting_price_queue(order.side)
        places = [
            (successor.bet_id, successor) if waiting is order else (key, waiting) for key, waiting in queue.items()
        ]
        queue.clear()
        queue.update(places)
        self.change(order, order.hand_over, at)
        self.change(successor, successor.wait_with, order.liability)

    def queue_for_starting_price(self, order: Order, liability: int) -> None:
        """Take what is unmatched of a LIMIT order out of the book and let it wait for the starting price."""
        runner = self.runners[order.runner]
        runner.book.queue_of(order.side).reduce(order, order.size_remaining)
        self.change(order, order.queue_for_starting_price, liability)
        runner.starting_price_queue(order.side)[order.bet_id] = order

    def fill_at_auction(
        self, runner: Runner, side: Side, price: int, size: int, next_match_id: Callable[[], int], at: int
    ) -> list[Event]:
        """Match `size` pence of the exchange's own bets at a price, first come first served, against the auction."""
        events: list[Event] = []
        for order in list(runner.book.queue_of(side).levels[price].queue.values()):
            if not size:
                break
            part = min(size, order.size_remaining)
            match_id = next_match_id()
            self._fill_resting(Fill(order, part), match_id, at)
            events.append(
                OrderFilledAtAuction(
                    at, self.market_id, order.bet_id, order.account, order.runner, match_id, side, price, part
                )
            )
            size -= part
        self.last_match_at = at
        return events

    def end_starting_price_order(self, order: Order, at: int, reason: LapseReason) -> list[Event]:
        """Take an order out of the queue for the starting price and lapse what of it found no match."""
        del self.runners[order.runner].starting_price_queue(order.side)[order.bet_id]
        lapsed = order.liability_waiting
        self.change(order, order.end_waiting, at, reason)
        return [order_lapsed(order, lapsed, reason, at)] if lapsed else []

    def lapse(self, order: Order, at: int, reason: LapseReason) -> OrderLapsed:
        """Take what is unmatched of an order out of its queue: the exchange's doing."""
        self.runners[order.runner].book.queue_of(order.side).reduce(order, order.size_remaining)
        return self._lapse_unqueued(order, at, reason)

    def lapse_whole(self, order: Order, at: int, reason: LapseReason) -> list[Event]:
        """Lapse whatever of an order is unmatched, in the book or waiting for the starting price."""
        events: list[Event] = [self.lapse(order, at, reason)] if order.size_remaining else []
        if order.liability_waiting:
            events.extend(self.end_starting_price_order(order, at, reason))
        return events

    def _kill(self, order: Order, at: int) -> OrderKilled:
        """Cancel what could not be filled of a FILL_OR_KILL order, which is in no queue."""
        size = order.size_remaining
        self.change(order, order.cancel, size, at)
        return OrderKilled(at, order.market_id, order.bet_id, order.account, order.runner, size)

    def _lapse_unqueued(self, order: Order, at: int, reason: LapseReason) -> OrderLapsed:
        size = order.size_remaining
        self.change(order, order.lapse, at, reason)
        return order_lapsed(order, size, reason, at)

    def reprice(self, order: Order, price: int) -> None:
        """Move what is unmatched of an order to the back of the queue at another price."""
        queue = self.runners[order.runner].book.queue_of(order.side)
        queue.reduce(order, order.size_remaining)
        self.change(order, order.reprice, price)
        queue.add(order)

    def change(self, order: Order, change: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Change an order, and let its account's index and position know."""
        change(*args, **kwargs)
        self.orders_of[order.account].note(order)
        self._count(order)

    def _count(self, order: Order) -> None:
        position = self.positions.get(order.account)
        if position is not None:
            position.count(order)

    def _lapse_all(self, at: int, reason: LapseReason, which: Callable[[Order], bool]) -> list[Event]:
        """Lapse the unmatched bets that `which` picks, in order of their bet ids."""
        picked = [order for order in self._unmatched() if which(order)]
        return [self.lapse(order, at, reason) for order in sorted(picked, key=lambda order: order.bet_id)]

    def _lapse_for_good(self, at: int, reason: LapseReason) -> list[Event]:
        """Lapse every unmatched bet, and what waits for a starting price that there will not be."""
        events = self._lapse_all(at, reason, lambda _: True)
        for runner in self.runners.values():
            for order in [*runner.starting_price_backs.values(), *runner.starting_price_lays.values()]:
                events.extend(self.end_starting_price_order(order, at, reason))
        return events

    def _unmatched(self) -> Iterable[Order]:
        for runner in self.runners.values():
            for offers in (runner.book.backs, runner.book.lays):
                for level in offers.levels.values():
                    yield from level.queue.values()
