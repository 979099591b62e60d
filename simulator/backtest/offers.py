"""What is offered on one side of a recorded runner: the recording's volume, which is nobody's, and bets of ours.

`RecordedOffers` is a queue of the kernel. What takers find there is what the recording shows, less what we have taken
of it, with our own bets where they stand. The recorded volume is a dictionary of hundredths by hundredths that the
recording keeps, shared by all who read it; a level gets bets only when a taker reaches it. Our own bets rest in the
kernel's levels, and of each is known how much stands before it.

What holds whatever the model:

- What we took stays gone as long as its level does not grow, and is never offered again: a level that grew by so much
  has so much more to take. One that shrinks, or is told again whole, gives nothing back.
- What we took of a level was somebody's bet. A recorded trade at that price which follows may have been that very bet,
  so it fills none of ours that wait for such bets, up to what we took (`spent`).

Where a recording tells the best few levels only, a price may be out of sight: it shows as many levels as it has, all of
them better. Nobody knows what is offered there, so nothing is taken, and what we took is still gone when the price is
shown again. Who begins to wait there does so behind all that is shown when it comes in sight.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import ClassVar, Final

from simulator.backtest.models import Cancellations, FillModel, Place
from simulator.exchange.book import Level, LevelOnOffer, Offer, Offers
from simulator.exchange.orders import LAY, AnonymousBet, Order, Resting, RunnerKey, Side
from simulator.recorded.market import Ladder, RecordedRunner
from simulator.recorded.moves import EVERY_PRICE, NO_PRICE

UNSEEN_AHEAD: Final = 10**15
"""What stands before a bet of which nobody knows what does: more than is ever offered."""


class ShownLevel:
    """A level as a taker finds it: bets of ours, and of the recorded volume as much as stands before and behind each.

    Every stretch of recorded volume has a place of its own in the queue, and no number that a bet could have.
    """

    __slots__ = ("price", "queue", "total")

    def __init__(self, price: int, total: int, queue: Mapping[int, Resting]) -> None:
        self.price: Final = price
        self.total: Final = total
        self.queue: Final = queue


class RecordedOffers(Offers):
    """The offers of one side of a recorded runner. `levels` and `orders` are of our own bets alone.

    `watch` is called whenever there is more here than the recording shows.
    """

    __slots__ = (
        "_emptied",
        "_model",
        "_own_changes",
        "_recorded_runner",
        "_runner",
        "_watch",
        "ahead",
        "arrived_behind",
        "out_of_sight",
        "recorded",
        "spent",
        "taken",
        "unseen",
    )

    LINKED: ClassVar = frozenset({"_emptied", "_model", "_recorded_runner", "_watch", "recorded", "revision"})
    """The attributes that `link` makes anew, and one that follows from others."""

    recorded: Ladder
    """What the recording shows: shared, and to be read only."""

    def __init__(
        self,
        resting_side: Side,
        recorded: RecordedRunner,
        runner: RunnerKey,
        model: FillModel,
        watch: Callable[[], None],
    ) -> None:
        self._recorded_runner = recorded
        self._own_changes = 0
        super().__init__(resting_side)
        self._runner: Final = runner
        self.taken: Final[dict[int, int]] = {}
        """By price: what we have taken of the level that is shown."""
        self.spent: Final[dict[int, int]] = {}
        """By price: what of that no recorded trade has accounted for yet."""
        self.ahead: Final[dict[int, int]] = {}
        """By bet id: the pence of others that stand before a bet of ours."""
        self.arrived_behind: Final[dict[int, int]] = {}
        """By bet id: how many stood there when it arrived, or when its price came in sight; 0 before that."""
        self.out_of_sight: Final[set[int]] = set()
        """The prices of which it matters here what is offered, and is not shown."""
        self.unseen: Final[set[int]] = set()
        """The bets of ours that began to wait at a price out of sight, until it is in sight."""
        self.link(recorded, model, watch)

    def link(self, recorded: RecordedRunner, model: FillModel, watch: Callable[[], None]) -> None:
        """Follow a runner as it is recorded."""
        self._recorded_runner, self._model, self._watch = recorded, model, watch
        self.recorded = recorded.available_to_back if self.resting_side is LAY else recorded.available_to_lay
        self._emptied = {price for price, taken in self.taken.items() if taken >= self.recorded.get(price, 0)}
        """The prices of which we have taken all that is shown."""

    # What a taker finds

    def available(self, price: int) -> int:
        """Return what is left of the recorded volume at a price, less than nothing where it is out of sight."""
        return self.recorded.get(price, 0) - self.taken.get(price, 0)

    def is_in_sight(self, price: int) -> bool:
        """Return whether the recording would show it if anything was offered at a price."""
        levels = self._recorded_runner.levels_shown
        if not levels or len(self.recorded) < levels:
            return True
        worst = min(self.recorded) if self._direction == 1 else max(self.recorded)
        return not self.beats(worst, price)

    def ladder(self) -> Ladder:
        """Return how much there is at each price: of the recorded volume what is left, and our own bets."""
        sizes = self.recorded.copy()
        for price, taken in self.taken.items():
            left = sizes.pop(price, 0) - taken
            if left > 0:
                sizes[price] = left
        for price, level in self.levels.items():
            sizes[price] = sizes.get(price, 0) + level.total
        return sizes

    @property
    def best_price(self) -> int | None:
        """Return the price a taker meets first, as `best` has it, without making the level."""
        best = self._best_recorded()
        if not self.levels:
            return best
        ours = self.best_of_ours
        return ours if best is None or (ours is not None and self.beats(ours, best)) else best

    def _best_recorded(self) -> int | None:
        """Return the best price at which anything is left of the recorded volume."""
        recorded, is_to_back = self.recorded, self._direction == 1
        if not recorded:
            return None
        best = self._recorded_runner.best_back if is_to_back else self._recorded_runner.best_lay
        if best is not None and best not in self._emptied:
            return best
        for price in sorted(recorded, reverse=is_to_back):
            if price not in self._emptied:
                return price
        return None

    @property
    def own_changes(self) -> int:
        """Return a number that grows with every change that is ours."""
        return self._own_changes

    @property
    def revision(self) -> int:
        """Return a number that grows with every change, be it ours or the recording's."""
        return self._own_changes + self._recorded_runner.changes

    @revision.setter
    def revision(self, revision: int) -> None:
        self._own_changes = revision - self._recorded_runner.changes

    def shown(self) -> Offers:
        """Return offers with the same levels and of the same revision, and without orders."""
        offers = Offers(self.resting_side)
        for price, size in self.sizes():
            level = offers.levels[price] = Level(price)
            level.total = size
            offers.total += size
            offers._ranks.append(price * self._direction)
        offers._ranks.reverse()
        offers.revision = self.revision
        return offers

    @property
    def best(self) -> LevelOnOffer | None:
        """Return the level a taker meets first, or `None` when nothing is offered."""
        return next(self.best_first(), None)

    def best_first(self) -> Iterator[LevelOnOffer]:
        """Yield the levels from the best to the worst, made as they are reached."""
        best = self.best_price
        if best is None:
            return
        yield self._level(best)
        # Most takers have enough now, and what is behind the best need not be put in order.
        for price in self._prices():
            if self.beats(best, price) and (price in self.levels or self.available(price) > 0):
                yield self._level(price)

    def _prices(self) -> list[int]:
        """Return the prices at which there may be anything, from the best to the worst."""
        prices = self.recorded.keys() | self.levels.keys() if self.levels else self.recorded
        return sorted(prices, reverse=self._direction == 1)

    def sizes(self) -> Iterator[Offer]:
        """Yield how much is offered at each price, from the best to the worst."""
        if not self.taken and not self.levels:
            for price, size in sorted(self.recorded.items(), reverse=self._direction == 1):
                if size > 0:
                    yield Offer(price, size)
            return
        for price in self._prices():
            own = self.levels.get(price)
            size = max(0, self.available(price)) + (0 if own is None else own.total)
            if size:
                yield Offer(price, size)

    def _level(self, price: int) -> ShownLevel:
        available, own = max(0, self.available(price)), self.levels.get(price)
        if own is None:
            return ShownLevel(price, available, {-1: AnonymousBet(self._runner, self.resting_side, price, available)})
        queue: dict[int, Resting] = {}
        before = 0
        for order in own.queue.values():
            ahead = min(self.ahead[order.bet_id], available)
            if ahead > before:
                queue[-1 - len(queue)] = AnonymousBet(self._runner, self.resting_side, price, ahead - before)
                before = ahead
            queue[order.bet_id] = order
        if available > before:
            queue[-1 - len(queue)] = AnonymousBet(self._runner, self.resting_side, price, available - before)
        return ShownLevel(price, available + own.total, queue)

    # What comes and goes

    def _note_change(self) -> None:
        self._own_changes += 1

    def add(self, order: Order) -> None:
        """Queue the unmatched part of a bet of ours, behind those whom the model puts before it."""
        super().add(order)
        ahead = 0 if self._model.place is Place.FRONT else max(0, self.available(order.price))
        self.ahead[order.bet_id] = self.arrived_behind[order.bet_id] = ahead
        if order.price not in self.recorded and not self.is_in_sight(order.price):
            self.out_of_sight.add(order.price)
            if self._model.place is not Place.FRONT:
                self.unseen.add(order.bet_id)
                self.ahead[order.bet_id] = UNSEEN_AHEAD
        self._watch()

    def reduce(self, order: Resting, size: int) -> None:
        """Take `size` pence off a bet: one of ours, or recorded volume that is gone from now on."""
        if isinstance(order, AnonymousBet):
            self.take(order.price, size)
            return
        is_last = size == order.size_remaining
        super().reduce(order, size)
        if is_last:
            del self.ahead[order.bet_id], self.arrived_behind[order.bet_id]
            self.unseen.discard(order.bet_id)
            if order.price not in self.levels and order.price not in self.taken:
                self.out_of_sight.discard(order.price)

    def take(self, price: int, size: int) -> None:
        """Take `size` pence of the recorded volume at a price; those who stand behind it come forward."""
        taken = self.taken[price] = self.taken.get(price, 0) + size
        if taken >= self.recorded.get(price, 0):
            self._emptied.add(price)
        self.spent[price] = self.spent.get(price, 0) + size
        self._own_changes += 1
        self._watch()
        if price in self.levels:
            self._bring_forward(self.levels[price], size)

    def _bring_forward(self, level: Level, size: int) -> None:
        for bet_id in level.queue:
            self.ahead[bet_id] = max(0, self.ahead[bet_id] - size)

    # What the recording tells

    def account_for(self, trades: Mapping[int, int]) -> None:
        """Take in trades by which nobody who waits is filled."""
        for price in trades.keys() & self.spent.keys():
            self.usable(price, trades[price])

    def usable(self, price: int, traded: int) -> int:
        """Return how much of a recorded trade can fill those who wait for these offers, and note that it was made."""
        spent = self.spent.get(price)
        if not spent:
            return traded
        explained = min(spent, traded)
        self._set(self.spent, price, spent - explained)
        return traded - explained

    def follow(self, levels: Ladder, trades: Mapping[int, int]) -> None:
        """Take in levels that were such before, and what was matched of them: the rest of a fall was cancelled."""
        changed = levels.keys() | trades.keys() if trades else levels.keys()
        if changed:
            ours = self.taken.keys() | self.levels.keys() if self.levels else self.taken.keys()
            for price in changed & ours:
                # Where it is shown as before, as many have come as were matched.
                self._follow(price, levels.get(price, self.recorded.get(price, 0)), trades.get(price, 0))
        if self.out_of_sight:
            self._look_again()

    def _follow(self, price: int, before: int, traded: int) -> None:
        shown = self.recorded.get(price, 0)
        if not shown and self._recorded_runner.levels_shown and not self.is_in_sight(price):
            self.out_of_sight.add(price)
            return
        self.out_of_sight.discard(price)
        taken = self.taken.get(price, 0)
        if taken > shown:
            self._set(self.taken, price, shown)
        if self.spent.get(price, 0) > shown:
            self._set(self.spent, price, shown)
        if 0 < shown <= taken:
            self._emptied.add(price)
        else:
            self._emptied.discard(price)
        level = self.levels.get(price)
        if level is None:
            return
        cancelled = max(0, before - shown - traded)
        available = max(0, self.available(price))
        if self.unseen:
            self._see(level, available)
        for bet_id in level.queue:
            self.ahead[bet_id] = self._ahead_after(self.ahead[bet_id], cancelled, shown, available)

    def _see(self, level: Level, available: int) -> None:
        """Put those who began to wait while their price was out of sight behind all that is shown there now."""
        for bet_id in level.queue.keys() & self.unseen:
            self.ahead[bet_id] = self.arrived_behind[bet_id] = available
            self.unseen.remove(bet_id)

    def _look_again(self) -> None:
        """Take in what is shown, which may be nothing, where a price was out of sight and is not any more."""
        for price in sorted(self.out_of_sight):
            self._follow(price, 0, 0)

    def _ahead_after(self, ahead: int, cancelled: int, shown: int, available: int) -> int:
        """Return what stands before a bet of ours once so much has been cancelled of a level."""
        rule = self._model.cancellations
        if self._model.place is Place.FRONT:
            return 0
        if rule is Cancellations.ALL_AHEAD:
            ahead = max(0, ahead - cancelled)
        elif rule is Cancellations.PRO_RATA and cancelled:
            ahead -= ahead * cancelled // max(ahead, shown + cancelled)
        if rule is not Cancellations.NONE:
            ahead = min(ahead, available)
        return max(ahead, available) if self._model.place is Place.BACK else ahead

    @staticmethod
    def _set(kept: dict[int, int], price: int, size: int) -> None:
        if size:
            kept[price] = size
        else:
            del kept[price]

    def is_concerned(self, moved: Ladder) -> bool:
        """Return whether it matters here that other sizes are shown at some prices."""
        taken, recorded, emptied = self.taken, self.recorded, self._emptied
        for price in moved:
            took = taken.get(price)
            # As long as more is shown than we have taken, what we took stays what it was.
            if took is not None and (recorded.get(price, 0) <= took or price in emptied):
                return True
        return bool(self.levels) and not moved.keys().isdisjoint(self.levels.keys())

    def has_spent(self, moved: Ladder) -> bool:
        """Return whether trades at some prices may account for what we took."""
        return not moved.keys().isdisjoint(self.spent.keys())

    def is_met(self, *moved: Ladder) -> bool:
        """Return whether who trades or offers at any of some prices would be matched with bets of ours that wait."""
        ours = self.best_of_ours
        return ours is not None and any(not self.beats(price, ours) for prices in moved for price in prices)

    @property
    def best_of_ours(self) -> int | None:
        """Return the price of ours that a taker meets first, `None` where nothing of ours waits."""
        return self._ranks[-1] * self._direction if self._ranks else None

    @property
    def prices(self) -> Collection[int]:
        """Return the prices at which something of ours waits, or we have taken something."""
        if not self.taken:
            return self.levels
        return self.taken.keys() | self.levels.keys() if self.levels else self.taken

    @property
    def meeting(self) -> range:
        """Return the prices at which those who offer would be matched with bets of ours that wait, as `is_met`."""
        ours = self.best_of_ours
        if ours is None:
            return NO_PRICE
        lowest, highest = (EVERY_PRICE.start, ours) if self.resting_side is LAY else (ours, EVERY_PRICE.stop)
        return range(lowest, highest + 1)

    @property
    def is_idle(self) -> bool:
        """Return whether the recording alone says what is offered here, and nothing of ours waits."""
        return not self.levels and not self.taken
