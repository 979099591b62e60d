"""A market as it was recorded: what a subscriber of then knew after each message.

Ladders are dictionaries of hundredths by hundredths, and best prices are kept until a change concerns them, so that an
update costs what it says. Files that show levels only (`batb`) have their best prices from these.
"""

from typing import Final

from simulator.recorded.messages import LevelPriceSizes, MarketChange, MarketDefinition, PriceSizes, RunnerChange

RunnerId = tuple[int, int]
"""Selection id and handicap in hundredths."""
Ladder = dict[int, int]


class RecordedRunner:
    """One runner: its ladders, what was traded, its prices."""

    __slots__ = (
        "_best_back",
        "_best_lay",
        "available_to_back",
        "available_to_lay",
        "changes",
        "far_price",
        "last_price_traded",
        "levels",
        "near_price",
        "starting_price_backs",
        "starting_price_lays",
        "total_matched",
        "traded",
    )

    def __init__(self) -> None:
        self.available_to_back: Final[Ladder] = {}
        self.available_to_lay: Final[Ladder] = {}
        self.traded: Final[Ladder] = {}
        self.starting_price_backs: Final[Ladder] = {}
        """Stakes of backers, `spl` on the wire."""
        self.starting_price_lays: Final[Ladder] = {}
        """What layers risk, `spb` on the wire."""
        self.levels: Final[dict[str, dict[int, tuple[int, int]]]] = {}
        """By the name on the wire (`batb`, `bdatl` ...) and the level, counted from 0: price and size."""
        self.changes = 0
        """How often something was said of it."""
        self.last_price_traded: int | None = None
        self.total_matched = 0
        self.near_price: float | str | None = None
        self.far_price: float | str | None = None
        self._best_back: int | None = None
        self._best_lay: int | None = None

    @property
    def best_back(self) -> int | None:
        """Return the best price that is available to back, `None` where there is none or none is shown."""
        if self._best_back is None and self.available_to_back:
            self._best_back = max(self.available_to_back)
        return self._best_back if self.available_to_back else self._best_level("batb", "bdatb")

    @property
    def best_lay(self) -> int | None:
        """Return the best price that is available to lay, `None` where there is none or none is shown."""
        if self._best_lay is None and self.available_to_lay:
            self._best_lay = min(self.available_to_lay)
        return self._best_lay if self.available_to_lay else self._best_level("batl", "bdatl")

    def _best_level(self, *names: str) -> int | None:
        for name in names:
            levels = self.levels.get(name)
            if levels:
                return levels[min(levels)][0]
        return None

    def forget_prices(self) -> None:
        """Forget everything; the ladders stay the same objects."""
        self.changes += 1
        for ladder in (
            self.available_to_back,
            self.available_to_lay,
            self.traded,
            self.starting_price_backs,
            self.starting_price_lays,
        ):
            ladder.clear()
        self.levels.clear()
        self.last_price_traded = self.near_price = self.far_price = None
        self.total_matched = 0
        self._best_back = self._best_lay = None

    def apply(self, change: RunnerChange) -> None:
        """Take in what has changed."""
        self.changes += 1
        if change.atb is not None:
            self._best_back = None
            _change(self.available_to_back, change.atb)
        if change.atl is not None:
            self._best_lay = None
            _change(self.available_to_lay, change.atl)
        if change.trd is not None:
            _change(self.traded, change.trd)
        if change.ltp is not None:
            self.last_price_traded = hundredths(change.ltp)
        if change.tv is not None:
            self.total_matched = hundredths(change.tv)
        self._apply_starting_prices(change)
        self._apply_levels(change)

    def _apply_starting_prices(self, change: RunnerChange) -> None:
        if change.spb is not None:
            _change(self.starting_price_lays, change.spb)
        if change.spl is not None:
            _change(self.starting_price_backs, change.spl)
        if change.spn is not None:
            self.near_price = change.spn
        if change.spf is not None:
            self.far_price = change.spf

    def _apply_levels(self, change: RunnerChange) -> None:
        for name, levels in (
            ("batb", change.batb),
            ("batl", change.batl),
            ("bdatb", change.bdatb),
            ("bdatl", change.bdatl),
        ):
            if levels is not None:
                _change_levels(self.levels.setdefault(name, {}), levels)


class RecordedMarket:
    """One market, from its first message on."""

    def __init__(self, market_id: str) -> None:
        self.market_id: Final = market_id
        self.definition: MarketDefinition | None = None
        self.runners: Final[dict[RunnerId, RecordedRunner]] = {}
        self._known: Final[dict[RunnerId, RecordedRunner]] = {}
        """All that ever were told."""
        self.total_matched = 0
        """As recorded, in hundredths: not every recording has it, and it is not cumulative everywhere."""
        self.published_at = 0
        self.updates = 0

    def apply(self, change: MarketChange, published_at: int) -> None:
        """Take in a change that was published at a time."""
        if change.img:
            self.forget_prices()
        if change.market_definition is not None:
            self.define(change.market_definition)
        self.note(change, published_at)
        if change.rc is not None:
            for one in change.rc:
                self.runner(one.id, one.hc).apply(one)

    def define(self, definition: MarketDefinition) -> None:
        """Take in a definition."""
        self.definition = definition
        for runner in definition.runners:
            self.runner(runner.id, runner.hc)

    def note(self, change: MarketChange, published_at: int) -> None:
        """Take in what a change says of the market as a whole, beside its definition."""
        self.published_at = published_at
        self.updates += 1
        if change.tv is not None:
            self.total_matched = hundredths(change.tv)

    def forget_prices(self) -> None:
        """Forget all that an image tells anew, runners too; one that it names is the same object with its ladders."""
        for runner in self.runners.values():
            runner.forget_prices()
        self.runners.clear()
        self.total_matched = 0

    def runner(self, selection_id: int | str, handicap: float | None) -> RecordedRunner:
        """Return a runner as a message names it, a new one where nothing was said of it before."""
        key = (int(selection_id), 0 if not handicap else hundredths(handicap))
        runner = self.runners.get(key)
        if runner is None:
            runner = self.runners[key] = self._known.setdefault(key, RecordedRunner())
        return runner


def hundredths(value: float) -> int:
    """Return a price, handicap or size in whole hundredths."""
    return round(value * 100)


def _change(ladder: Ladder, lines: PriceSizes) -> None:
    for price, size in lines:
        key = round(price * 100)
        if size:
            ladder[key] = round(size * 100)
        else:
            ladder.pop(key, None)


def _change_levels(levels: dict[int, tuple[int, int]], lines: LevelPriceSizes) -> None:
    for level, price, size in lines:
        if size:
            levels[level] = (round(price * 100), round(size * 100))
        else:
            levels.pop(level, None)
