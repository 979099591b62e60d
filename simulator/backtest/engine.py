"""The engine: it reads a recording once, and every lane's exchange follows it.

A message is taken in as a whole, in this order: what was due before it happens; definitions change the markets; offers
and trades change the recorded books; bets that rest are filled; and then the lanes are called. So a bet that a lane
places meets the book as the last message left it, and one that is on its way that of the moment at which it arrives.

It costs what the messages say: a runner on which no lane has anything costs no more than to read it.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from simulator.backtest.books import Moves, Watched
from simulator.backtest.followed import Followed
from simulator.backtest.following import key_of
from simulator.backtest.lane import Lane
from simulator.exchange.orders import RunnerKey
from simulator.exchange.statuses import MarketStatus
from simulator.recorded.market import Ladder, RecordedMarket, RecordedRunner, RunnerId, hundredths
from simulator.recorded.messages import Line, MarketChange, MarketDefinition, PriceSizes, RunnerChange

CUT: Final = 0.01
"""Historic files cut starting prices to hundredths: the exact one is less than this away."""


class Engine:
    """Markets as recorded, and the lanes that follow them."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self.lanes: Final = lanes
        self.followed: Final[dict[str, FollowedByAll]] = {}
        """By market id."""
        self.now = 0

    def take(self, line: Line) -> None:
        """Take in a line of a recording; what changes no market is passed over."""
        if line.changes:
            self.take_changes(line.changes, line.published_at)

    def take_changes(self, changes: Sequence[MarketChange], published_at: int) -> None:
        """Take in what was published at a time. Time never goes backwards: what is told late is told now."""
        at = self.now = max(self.now, published_at)
        for lane in self.lanes:
            lane.run_until(at)
        touched: dict[str, FollowedByAll] = {}
        for change in changes:
            market = self.followed.get(change.id)
            if market is None:
                market = self.followed[change.id] = FollowedByAll(change.id, self.lanes)
            touched[change.id] = market
            if change.market_definition is not None:
                market.define(change, changes, at)
            market.take(change, at)
        for market in touched.values():
            market.tell()

    def end(self) -> None:
        """Let happen what is still due, and note which markets have no result."""
        for lane in self.lanes:
            while lane.is_waiting:
                lane.run_until(lane.now + 1_000)
            for market_id, followed in lane.followed.items():
                if followed.market.status is not MarketStatus.CLOSED:
                    lane.unsettled.setdefault(market_id, "the recording ends before its result")


class FollowedByAll:
    """A recorded market and what follows it in every lane."""

    __slots__ = ("_lanes", "_moves", "followed", "recorded", "watched")

    def __init__(self, market_id: str, lanes: Sequence[Lane]) -> None:
        self.recorded: Final = RecordedMarket(market_id)
        self.watched: Final[Watched] = {}
        """By runner: the books of lanes that do not just show what is recorded."""
        self.followed: Final[list[Followed]] = []
        self._lanes: Final = lanes
        self._moves: Final[dict[RunnerId, Moves]] = {}

    def define(self, change: MarketChange, message: Iterable[MarketChange], at: int) -> None:
        """Bring the markets of all lanes to what a definition says."""
        definition = change.market_definition
        recorded = self.recorded
        if definition is None or definition == recorded.definition:
            return
        recorded.define(definition)
        if not self.followed:
            for lane in self._lanes:
                followed = lane.followed[recorded.market_id] = Followed(lane, recorded, self.watched, definition)
                self.followed.append(followed)
        prices: Mapping[RunnerKey, Fraction] = {}
        if definition.bsp_reconciled:
            prices = starting_prices(definition, [each for each in message if each.id == change.id])
        for followed in self.followed:
            followed.define(definition, prices)

    def take(self, change: MarketChange, at: int) -> None:
        """Take in what a change says of the recorded market, and note what it was where books have to follow."""
        recorded, watched, moves = self.recorded, self.watched, self._moves
        if change.img:
            for key in watched:
                moves[key] = Moves.of_image(recorded.runners.get(key), moves.get(key))
            recorded.forget_prices()
        recorded.note(change, at)
        for one in change.rc or ():
            runner = recorded.runner(one.id, one.hc)
            if watched:
                key = (int(one.id), 0 if not one.hc else hundredths(one.hc))
                if key in watched:
                    _note(moves, key, runner, one)
            runner.apply(one)

    def tell(self) -> None:
        """Let books follow what a message has changed, fill the bets that rest in them, and call the lanes."""
        if self._moves:
            for key, moves in self._moves.items():
                for book in list(self.watched[key]):
                    book.owner.follow(book, moves)
            self._moves.clear()
        definition = self.recorded.definition
        if definition is None or definition.status == MarketStatus.CLOSED:
            return
        for followed in self.followed:
            on_update = followed.lane.on_update
            if on_update is not None:
                on_update(followed)


def _note(all_moves: dict[RunnerId, Moves], key: RunnerId, runner: RecordedRunner, change: RunnerChange) -> None:
    """Note what the recording showed where a change is about to say something else."""
    moves = all_moves.get(key)
    if moves is None:
        moves = all_moves[key] = Moves()
    if change.atb is not None:
        _note_prices(moves.available_to_back, runner.available_to_back, change.atb)
    if change.atl is not None:
        _note_prices(moves.available_to_lay, runner.available_to_lay, change.atl)
    if change.trd is not None and not moves.is_image:
        _note_prices(moves.traded, runner.traded, change.trd)


def _note_prices(before: Ladder, ladder: Ladder, lines: PriceSizes) -> None:
    for price, _ in lines:
        key = round(price * 100)
        if key not in before:
            before[key] = ladder.get(key, 0)


def starting_prices(definition: MarketDefinition, message: Iterable[MarketChange]) -> dict[RunnerKey, Fraction]:
    """Return the starting prices that a message tells, exact where it shows them in the bets that were matched at them.

    After the reconciliation those bets stand at the very price, whereas a definition may have it cut to hundredths.
    """
    shown: dict[RunnerKey, list[float]] = {}
    for change in message:
        for one in change.rc or ():
            key = RunnerKey(int(one.id), 0 if not one.hc else round(one.hc * 100))
            for ladder in (one.spb, one.spl):
                shown.setdefault(key, []).extend(price for price, size in ladder or () if size)
    prices: dict[RunnerKey, Fraction] = {}
    for runner in definition.runners:
        if isinstance(runner.bsp, float) and 1 < runner.bsp < float("inf"):
            said, key = runner.bsp, key_of(runner)
            near = [price for price in shown.get(key, ()) if abs(price - said) < CUT]
            prices[key] = Fraction(str(min(near, key=lambda price: abs(price - said), default=said)))
    return prices
