"""A market as it was recorded: what a subscriber of then knew after each message, and what each message changed.

An update costs what it says. What has happened to the definition is worked out for whoever asks, and where sizes have
changed is told of markets that are watched, or of those of their runners that are.
"""

from collections.abc import Collection
from typing import Final

from simulator.recorded.happenings import Happening, happenings_between
from simulator.recorded.levels import ShownBy, told_by, told_levels
from simulator.recorded.messages import (
    MarketChange,
    MarketDefinition,
    RunnerChange,
    RunnerId,
    hundredths,
    runner_id,
)
from simulator.recorded.moves import Moves
from simulator.recorded.runner import LADDERS, NOTHING_KNOWN, Ladder, Move, RecordedRunner, Value
from simulator.recorded.starting_prices import ToldPrices

__all__ = ["LADDERS", "Ladder", "Move", "RecordedMarket", "RecordedRunner", "RunnerId", "hundredths", "runner_id"]

_TOTAL, _SHOWN_BY, _LEVELS_SHOWN = int(Value.TOTAL_MATCHED), int(Value.SHOWN_BY), int(Value.LEVELS_SHOWN)
_LADDERS: Final = int(ShownBy.LADDERS)


class RecordedMarket:
    """One market, from its first message on."""

    __slots__ = (
        "_by_selection",
        "_count",
        "all_runners",
        "alone",
        "definition",
        "definition_before",
        "is_image",
        "is_watched",
        "market_id",
        "moves",
        "noted",
        "published_at",
        "runners",
        "told_prices",
        "values",
        "watched_runners",
    )

    def __init__(self, market_id: str) -> None:
        self.market_id: Final = market_id
        self.definition: MarketDefinition | None = None
        """The same object until something in it is new."""
        self.definition_before: MarketDefinition | None = None
        """That before the last update."""
        self.runners: Final[dict[RunnerId, RecordedRunner]] = {}
        """Those that are here; a runner is one object for ever, also where an image leaves it out for a while."""
        self.all_runners: Final[dict[RunnerId, RecordedRunner]] = {}
        """All that ever were told."""
        self._count: Final = [0]
        """How many updates there were, as its runners see it too."""
        self.values: Final[Ladder] = {}
        """By `Value`."""
        self.published_at = 0
        self.is_image = False
        """Whether the last update was told as an image, in the place of everything."""
        self.is_watched = False
        """Whether `moves` are told of all runners, from the next update on."""
        self.watched_runners: Collection[RecordedRunner] = ()
        """Runners that note their own moves."""
        self.noted: Final[dict[RecordedRunner, Moves]] = {}
        """Those of them that have noted any. Who watches clears it, and the moves, after each message."""
        self.moves: list[Move] = []
        """Where the last update has changed a size, in the order in which it says so; empty unless watched."""
        self.told_prices: ToldPrices | None = None
        """Of a prepared market: what the message that is played says of bets matched at the starting price."""
        self.alone: Final = [self]
        """The markets that a message has changed, where it is this one alone."""
        self._by_selection: Final[dict[int | str, RecordedRunner]] = {}
        """Runners without a handicap, by their id as the wire has it."""

    @property
    def updates(self) -> int:
        """How many updates there were."""
        return self._count[0]

    @property
    def total_matched(self) -> int:
        """As recorded, in hundredths: not every recording has it, and it is not cumulative everywhere."""
        return self.values.get(_TOTAL, 0)

    @property
    def tells_ladders(self) -> bool:
        """Whether it has told a ladder since the last image, so that nothing is made of levels."""
        return self.values.get(_SHOWN_BY) == _LADDERS

    @property
    def shows_no_offers(self) -> bool:
        """Whether nothing was told of offers and of what was traded by price, as in history of the package BASIC."""
        is_told = bool(self.values.get(_SHOWN_BY)) or any(runner.traded for runner in self.all_runners.values())
        return self.definition is not None and not is_told

    @property
    def has_new_definition(self) -> bool:
        """Whether the last update has changed anything in the definition."""
        return self.definition_before is not self.definition

    @property
    def happenings(self) -> tuple[Happening, ...]:
        """What the last update has changed in the definition."""
        if self.definition_before is self.definition or self.definition is None:
            return ()
        return happenings_between(self.definition_before, self.definition)

    def apply(self, change: MarketChange, published_at: int) -> None:
        """Take in a change that was published at a time."""
        # `begin_update` and `go_on`, written out for the usual change: to call them would cost a thirtieth more.
        self.published_at = published_at
        self._count[0] += 1
        self.definition_before = self.definition
        self.is_image = False
        if self.moves:
            self.moves = []
        if change.img or change.market_definition is not None:
            self.go_on(change)
            return
        if change.tv is not None:
            self.values[_TOTAL] = hundredths(change.tv)
        if change.rc is not None:
            self.apply_runners(change.rc)

    def begin_update(self, published_at: int) -> None:
        """Say that what comes is another update than the last."""
        self.published_at = published_at
        self._count[0] += 1
        self.is_image = False
        self.definition_before = self.definition
        if self.moves:
            self.moves = []

    def go_on(self, change: MarketChange) -> None:
        """Take in a change that belongs to the same update as the one before: a message may have a market twice."""
        if change.img:
            self._apply_image(change)
            return
        if change.market_definition is not None:
            self.define(change.market_definition)
        if change.tv is not None:
            self.values[_TOTAL] = hundredths(change.tv)
        if change.rc is not None:
            self.apply_runners(change.rc)

    def apply_runners(self, changes: list[RunnerChange]) -> None:
        """Take in what is told of runners, of the same update as what was told before."""
        known, are_all_watched = self._by_selection, self.is_watched
        # Nobody is looked up in a market that has told no ladder, so where somebody was there is nothing to ask.
        if not known and not self.tells_ladders and not self._begins_with_ladders(changes):
            self.tell(self.apply_levels(changes))
            return
        moves: list[Move] = []
        for change in changes:
            runner = known.get(change.id) if change.hc is None else None
            if runner is None:
                runner = self.runner(change.id, change.hc)
                if change.hc is None:
                    known[change.id] = runner
            if are_all_watched:
                runner.apply_and_tell(change, moves)
                continue
            if runner.moves is not None and runner.note(change, runner.moves):
                self.noted[runner] = runner.moves
            runner.apply(change)
        if moves:
            self.tell(moves)

    def go_on_at(
        self, published_at: int, updates: int, definition: MarketDefinition | None, here: list[RunnerId]
    ) -> None:
        """Go on from what was known after an update, given its runners, and which of them are there, in order."""
        self.published_at, self._count[0] = published_at, updates
        self.definition = self.definition_before = definition
        self.runners.clear()
        for key in here:
            self.runners[key] = self.all_runners[key]

    def tell(self, moves: list[Move]) -> None:
        """Tell moves where the market is watched, and let runners that are watched note theirs."""
        if self.is_watched:
            self.moves += moves
        if self.watched_runners:
            last: RecordedRunner | None = None
            for runner, ladder, price, before, _ in moves:
                noting = runner.moves
                if noting is not None and price in noting.wanted[ladder]:
                    if runner is not last:
                        last, self.noted[runner] = runner, noting
                    noting.ladders[ladder].setdefault(price, before)

    def _begins_with_ladders(self, changes: list[RunnerChange]) -> bool:
        """Take note that the first that is told of offers is a ladder, where that is so, and return whether it is."""
        is_so = _SHOWN_BY not in self.values and told_by(changes) is ShownBy.LADDERS
        if is_so:
            self.values[_SHOWN_BY] = _LADDERS
        return is_so

    def apply_levels(self, changes: list[RunnerChange]) -> list[Move]:
        """Take in what is told of runners where no ladder was told before; return where sizes are others than before.

        Ladders are made of the best levels that are told, or else of those that are displayed. Once one is told by
        itself, nothing that was made of levels is shown any more.
        """
        moves: list[Move] = []
        before = ShownBy(self.values.get(_SHOWN_BY, 0))
        shown_by = max(before, told_by(changes))
        if shown_by > before:
            self.values[_SHOWN_BY] = int(shown_by)
            self.values.pop(_LEVELS_SHOWN, None)
            if before:
                for runner in self.runners.values():
                    runner.show_nothing(moves)
        for change in changes:
            runner = self.runner(change.id, change.hc)
            if shown_by in (ShownBy.NOTHING, ShownBy.LADDERS):
                runner.apply_and_tell(change, moves)
                continue
            runner.apply_and_show(change, shown_by, moves)
            for lines in told_levels(change, shown_by):
                for level, _, _ in lines or ():
                    if level >= self.values.get(_LEVELS_SHOWN, 0):
                        self.values[_LEVELS_SHOWN] = level + 1
        return moves

    def define(self, definition: MarketDefinition) -> None:
        """Take in a definition."""
        if definition != self.definition:
            self.definition = definition
        for runner in definition.runners:
            self.runner(runner.id, runner.hc)

    def _apply_image(self, change: MarketChange) -> None:
        """Take in what stands in the place of everything; told of it is only what is not as it was.

        A runner that it names is the same object as before, with the same ladders.
        """
        self.is_image = True
        known = {key: (runner, runner.remember()) for key, runner in self.all_runners.items()}
        self.runners.clear()
        self._by_selection.clear()
        self.values.clear()
        if change.market_definition is not None:
            self.define(change.market_definition)
        changes: list[RunnerChange] = change.rc or []
        if change.tv is not None:
            self.values[_TOTAL] = hundredths(change.tv)
        if self._begins_with_ladders(changes):
            for one in changes:
                self.runner(one.id, one.hc).apply(one)
        else:
            self.apply_levels(changes)
        moves: list[Move] = []
        for key, runner in self.runners.items():
            if key not in known:
                runner.compare(NOTHING_KNOWN, moves)
        for runner, memory in known.values():
            runner.compare(memory, moves)
        self.tell(moves)

    def runner(self, selection_id: int | str, handicap: float | None) -> RecordedRunner:
        """Return a runner as a message names it, a new one where nothing was said of it before."""
        return self.runner_at(runner_id(selection_id, handicap))

    def runner_at(self, key: RunnerId) -> RecordedRunner:
        """Return a runner, a new one where nothing was said of it before."""
        runner = self.runners.get(key)
        if runner is None:
            runner = self.all_runners.get(key)
            if runner is None:
                runner = self.all_runners[key] = RecordedRunner(self._count, self.values)
            self.runners[key] = runner
        return runner
