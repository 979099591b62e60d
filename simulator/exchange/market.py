"""A market: its runners, its state, and which verbs take it from one state to another.

`transitions` says what each verb does to orders, `execution` carries orders through the books.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import AddMarket, RunnerDefinition
from simulator.exchange.events import Event, MarketChanged, RunnerSettled
from simulator.exchange.exposure import Field, Position, new_position
from simulator.exchange.ladder import Ladder
from simulator.exchange.matching import OtherRunners
from simulator.exchange.order_index import MarketIndex
from simulator.exchange.orders import Order, RunnerKey, Side
from simulator.exchange.refusals import Impossible
from simulator.exchange.runner import Runner
from simulator.exchange.statuses import ACTIVE, MarketStatus, RunnerStatus
from simulator.exchange.virtual_view import VirtualLadder, VirtualView

INACTIVE, OPEN, SUSPENDED, CLOSED = (
    MarketStatus.INACTIVE,
    MarketStatus.OPEN,
    MarketStatus.SUSPENDED,
    MarketStatus.CLOSED,
)


class Verb(StrEnum):
    """What the operator can do to a market; each value ends the sentence "the market is CLOSED and cannot be ..."."""

    OPEN = "opened"
    SUSPEND = "suspended"
    TOUCH = "changed"
    AMEND = "described anew"
    LAPSE_UNMATCHED = "cleared of unmatched bets"
    TURN_IN_PLAY = "turned in play"
    RECONCILE = "reconciled"
    ADD_RUNNER = "given another runner"
    HIDE_RUNNER = "told to hide a runner"
    REINSTATE_RUNNER = "told to reinstate a runner"
    REMOVE_RUNNER = "deprived of a runner"
    SETTLE_RUNNERS = "settled runner by runner"
    CLOSE_BETTING = "closed for betting"
    SETTLE = "settled"
    VOID = "voided"
    RESETTLE = "settled anew"


TRANSITIONS: Final[Mapping[tuple[MarketStatus, Verb], MarketStatus]] = {
    (INACTIVE, Verb.OPEN): OPEN,
    (INACTIVE, Verb.TOUCH): INACTIVE,
    (INACTIVE, Verb.AMEND): INACTIVE,
    (INACTIVE, Verb.ADD_RUNNER): INACTIVE,
    (INACTIVE, Verb.HIDE_RUNNER): INACTIVE,
    (INACTIVE, Verb.REINSTATE_RUNNER): INACTIVE,
    (INACTIVE, Verb.REMOVE_RUNNER): INACTIVE,
    (INACTIVE, Verb.VOID): CLOSED,
    (OPEN, Verb.SUSPEND): SUSPENDED,
    (OPEN, Verb.TOUCH): OPEN,
    (OPEN, Verb.AMEND): OPEN,
    (OPEN, Verb.LAPSE_UNMATCHED): OPEN,
    (OPEN, Verb.TURN_IN_PLAY): OPEN,
    (OPEN, Verb.RECONCILE): OPEN,
    (OPEN, Verb.ADD_RUNNER): OPEN,
    (OPEN, Verb.HIDE_RUNNER): OPEN,
    (OPEN, Verb.REINSTATE_RUNNER): OPEN,
    (OPEN, Verb.REMOVE_RUNNER): OPEN,
    (OPEN, Verb.SETTLE_RUNNERS): OPEN,
    (OPEN, Verb.CLOSE_BETTING): SUSPENDED,
    (OPEN, Verb.SETTLE): CLOSED,
    (OPEN, Verb.VOID): CLOSED,
    (SUSPENDED, Verb.OPEN): OPEN,
    (SUSPENDED, Verb.TOUCH): SUSPENDED,
    (SUSPENDED, Verb.AMEND): SUSPENDED,
    (SUSPENDED, Verb.LAPSE_UNMATCHED): SUSPENDED,
    (SUSPENDED, Verb.TURN_IN_PLAY): OPEN,
    (SUSPENDED, Verb.RECONCILE): SUSPENDED,
    (SUSPENDED, Verb.ADD_RUNNER): SUSPENDED,
    (SUSPENDED, Verb.HIDE_RUNNER): SUSPENDED,
    (SUSPENDED, Verb.REINSTATE_RUNNER): SUSPENDED,
    (SUSPENDED, Verb.REMOVE_RUNNER): SUSPENDED,
    (SUSPENDED, Verb.SETTLE_RUNNERS): SUSPENDED,
    (SUSPENDED, Verb.CLOSE_BETTING): SUSPENDED,
    (SUSPENDED, Verb.SETTLE): CLOSED,
    (SUSPENDED, Verb.VOID): CLOSED,
    (CLOSED, Verb.RESETTLE): CLOSED,
}
"""Where a verb leads from a status. What is not here cannot be done."""

WHILE_BETTING_LASTS: Final = frozenset(
    {
        Verb.OPEN,
        Verb.TURN_IN_PLAY,
        Verb.RECONCILE,
        Verb.ADD_RUNNER,
        Verb.HIDE_RUNNER,
        Verb.REINSTATE_RUNNER,
        Verb.CLOSE_BETTING,
    }
)
"""The verbs that cannot follow CLOSE_BETTING, after which a market only waits, SUSPENDED, for its result."""


class Market:
    """A market and every order in it.

    Its books, which are its runners, its orders, and what is known of who placed them, are made when somebody first
    asks for one of them: in a market that nobody looks at they cost nothing.
    """

    FOLLOWS: ClassVar = frozenset({"_active_by_priority", "_other_runners_of", "_changes_followed", "_virtual_view"})
    """The attributes that `forget_what_follows` makes anew."""
    BOOKS: ClassVar = FOLLOWS | {"runners", "orders", "commissions", "orders_of", "positions"}
    """The attributes that `begin` makes."""

    runners: dict[RunnerKey, Runner]
    orders: dict[int, Order]
    """By bet id: all there ever were, in the order of placing."""
    commissions: dict[str, int]
    """By account, once settled: commission charged, in the money of the account."""
    orders_of: dict[str, MarketIndex]
    """By account, in the order of their first bets."""
    positions: dict[str, Position]
    """By account, for those whose exposure counts."""
    _place_first_bets: Callable[["Market"], object] | None = None

    def __init__(self, definition: AddMarket) -> None:
        self.definition = definition
        self.market_id: Final = definition.market_id
        self.ladder: Final = Ladder.of(definition.ladder)
        self.is_line: Final = definition.betting_type == BettingType.LINE
        """Whether prices are lines, bought and sold at even money."""
        self.status = MarketStatus.INACTIVE
        self.in_play = False
        self.betting_is_over = False
        self.bsp_reconciled = False
        self.version = definition.version
        self.material_version = definition.version
        self.changes = 0
        """How many there have been of all but bets. Unlike the version, which may be told, it only ever grows."""
        self.total_matched = 0
        self.last_match_at: int | None = None
        self.settled_at: int | None = None
        self.corrections = 0
        """How many times it was settled anew."""

    # The books

    @property
    def is_to_begin(self) -> bool:
        """Return whether its first bets are still to be placed."""
        return self._place_first_bets is not None

    def begin_later(self, place_first_bets: Callable[["Market"], object]) -> None:
        """Let the first bets be placed in this market when somebody looks at the books for the first time."""
        self._place_first_bets = place_first_bets

    def begin(self) -> None:
        """Make the books, if nobody has looked at them yet."""
        if "runners" in vars(self):
            return
        self.runners = {runner.key: self.new_runner(runner) for runner in self.definition.runners}
        self.orders = {}
        self.commissions = {}
        self.orders_of = {}
        self.positions = {}
        self.forget_what_follows()
        if self._place_first_bets is not None:
            place_first_bets = self._place_first_bets
            del self._place_first_bets
            place_first_bets(self)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            if name not in Market.BOOKS:
                raise AttributeError(f"a market has no attribute {name!r}")
            self.begin()
            return vars(self)[name]

    def forget_what_follows(self) -> None:
        """Work out anew, when it is asked for, what follows from the rest."""
        self._other_runners_of: dict[tuple[RunnerKey, Side], OtherRunners | None] = {}
        self._changes_followed = self.changes
        """After how many changes of the market they were put together: runners leave with one."""
        self._active_by_priority: list[Runner] = []
        """After as many changes; empty until it is needed."""
        self._virtual_view = VirtualView()

    # What is

    @property
    def bet_delay(self) -> int:
        """Return how many seconds an order waits now: none before the market is in play."""
        return self.definition.bet_delay if self.in_play else 0

    @property
    def active_runners(self) -> int:
        """Return how many runners can still win."""
        return sum(runner.status is ACTIVE for runner in self.runners.values())

    @property
    def starting_price_is_past(self) -> bool:
        """Return whether it is too late for an order for the starting price."""
        return self.in_play or self.bsp_reconciled

    @property
    def total_available(self) -> int:
        """Return the unmatched stakes of the whole market, in pence."""
        return sum(runner.book.backs.total + runner.book.lays.total for runner in self.runners.values())

    @property
    def shown_total_matched(self) -> int:
        """Return the volume of the whole market that is to be shown, in pence."""
        return self.total_matched

    @property
    def shows_trades(self) -> bool:
        """Return whether volumes and last prices are shown: of a closed market they are not."""
        return self.settled_at is None

    @property
    def field(self) -> Field:
        """Return who can win."""
        return Field(self.winners_left, self.active_runners, self.definition.complete, self.hidden_runners)

    @property
    def hidden_runners(self) -> frozenset[RunnerKey]:
        """Return the runners that are listed and cannot win."""
        return frozenset(key for key, runner in self.runners.items() if runner.status is RunnerStatus.HIDDEN)

    @property
    def winners_left(self) -> int:
        """Return how many winners are still to be named, or 0 where that may be any number."""
        named = sum(runner.status is RunnerStatus.WINNER for runner in self.runners.values())
        return self.definition.number_of_winners and self.definition.number_of_winners - named

    def new_runner(self, definition: RunnerDefinition) -> Runner:
        """Return a runner as it is listed, with a book of the kind that this market has."""
        return Runner(definition)

    def new_position(self) -> Position:
        """Return an account's position in this market before its first bet."""
        return new_position(self.definition, self.field)

    # The offers of others

    def other_runners(self, key: RunnerKey, taker: Side) -> OtherRunners | None:
        """Return the other runners whose offers make virtual ones on this runner, or `None` where there are none.

        That takes a complete market, in which listed runners must win, and with fewer winners than runners. The
        two sides of one line of an Asian handicap are such a book by themselves (exchange mechanics).
        """
        if self._changes_followed != self.changes:
            self._changes_followed = self.changes
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
            active = [runner for runner in self.runners.values() if runner.status is ACTIVE]
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
        if runner.status is not ACTIVE:
            return None
        others = self.other_runners(key, taker)
        return self._virtual_view.ladder(key, others, runner.book.queue_of(taker), taker, self.changes)

    @property
    def offers_revision(self) -> int:
        """Return a number that grows whenever an offer of the market may change, virtual ones included."""
        books = [runner.book for runner in self.runners.values()]
        return self.changes + sum([book.backs.revision + book.lays.revision for book in books])

    # Changes

    def demand(self, verb: Verb) -> MarketStatus:
        """Return the status that a verb leads to; raise `Impossible` where it cannot be done now."""
        over = self.betting_is_over and verb in WHILE_BETTING_LASTS
        status = TRANSITIONS.get((self.status, verb))
        if status is None or over:
            because = ", its betting being over" if self.betting_is_over else ""
            raise Impossible(f"market {self.market_id} is {self.status} and cannot be {verb}{because}")
        return status

    def move(self, verb: Verb) -> None:
        """Take the market to the status that a verb leads to; raise `Impossible` as `demand` does."""
        self.status = self.demand(verb)

    def changed(self, at: int, *, material: bool = False) -> MarketChanged:
        """Raise the version, and with a material change the oldest version that a bet may carry."""
        self.version += 1
        self.changes += 1
        if material:
            self.material_version = self.version
        return MarketChanged(at, self.market_id, self.version, material, self.status, self.in_play)

    def end_runners(self, statuses: Mapping[RunnerKey, RunnerStatus], at: int) -> list[Event]:
        """Note how runners ended."""
        for key, status in statuses.items():
            self.runners[key].end(status, at)
        return [RunnerSettled(at, self.market_id, key, status) for key, status in statuses.items()]

    def trade(self, key: RunnerKey, price: int, size: int) -> None:
        """Note a match on a runner of `size` pence of backer's stake; volume counts both sides."""
        self.runners[key].book.trade(price, size, in_play=self.in_play)
        self.total_matched += 2 * size

    def forget_trades(self, runner: Runner) -> None:
        """Take what was traded on a runner out of the market's volume, since all of it is void."""
        self.total_matched -= runner.book.total_matched
        runner.book.forget_trades()

    def tell_positions_the_field(self) -> None:
        """Let every position know who can win now."""
        field = self.field
        for position in self.positions.values():
            position.set_field(field)

    def count(self, order: Order) -> None:
        """Let the position of an order's account count the order anew."""
        position = self.positions.get(order.account)
        if position is not None:
            position.count(order.mirror or order)
