"""A prepared recording as the lines of the one that it was prepared of, for who follows several files line by line.

They lead to the same markets, message by message. They are not the same bytes: what says nothing new is left out, an
image says all that is known after it, and what could not be read is told at the end.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from simulator.recorded.levels import ShownBy
from simulator.recorded.market import RecordedMarket, RecordedRunner, RunnerId
from simulator.recorded.messages import NOTHING, Kind, Line, MarketChange, RunnerChange, hundredths
from simulator.recorded.prepared import PreparedRecording
from simulator.recorded.runner import LEVELS, Ladder, Quantity, Value
from simulator.recorded.sources import Source

_HUNDREDTHS: Final = 100
_LADDERS: Final = {
    Quantity.AVAILABLE_TO_BACK: "atb",
    Quantity.AVAILABLE_TO_LAY: "atl",
    Quantity.TRADED: "trd",
    Quantity.STARTING_PRICE_BACKS: "spl",
    Quantity.STARTING_PRICE_LAYS: "spb",
}
"""By what of a runner it is: its name on the wire."""
_NOT_OFFERED: Final = {quantity: name for quantity, name in _LADDERS.items() if name not in ("atb", "atl")}


def prepared_lines(source: Source, after: int = 0) -> Iterator[Line]:
    """Yield the messages of a prepared recording, counted from 1, those up to `after` left out.

    What is wrong with it is told last. Raise `PyarrowMissing`.
    """
    recording = PreparedRecording(source.file, name=source.name, open_file=source.open)
    told: dict[str, _Told] = {}
    for number, changed in enumerate(recording.messages(_watch), start=1):
        changes = [change for market in changed for change in _told_of(market, told).take()]
        if number > after:
            yield Line(number, Kind.CHANGES, changed[0].published_at, changes)
    for problem in recording.problems:
        yield Line(problem.line, Kind.BROKEN, 0, NOTHING, problem.text)
    if recording.problem_count > len(recording.problems):
        more = recording.problem_count - len(recording.problems)
        said = f"{source.name}: {more} more lines could not be read when it was prepared."
        yield Line(0, Kind.BROKEN, 0, NOTHING, said)


def _watch(market: RecordedMarket) -> None:
    market.is_watched = True


def _told_of(market: RecordedMarket, told: dict[str, "_Told"]) -> "_Told":
    found = told.get(market.market_id)
    if found is None:
        found = told[market.market_id] = _Told(market)
    return found


class _Told:
    """What was told of a market so far."""

    def __init__(self, market: RecordedMarket) -> None:
        self._market: Final = market
        self._total = 0
        self._runners: list[RunnerId] = []
        self._known: Final[dict[RunnerId, dict[int, Ladder]]] = {}
        """By runner: what is compared, since it is not told as moves."""
        self._shown_by = (0, 0)
        """By what offers are known, and of how many levels."""

    def take(self) -> Iterator[MarketChange]:
        """Yield what the last message has changed, and take note of it."""
        market = self._market
        definition = market.definition if market.has_new_definition else None
        if market.is_image:
            self._total, self._shown_by = 0, (0, 0)
            self._known.clear()
            if definition is not None:
                # By itself: an image may leave out runners that a definition before it has.
                yield MarketChange(market.market_id, definition)
                definition = None
        told = self._image() if market.is_image else self._changes()
        self._tell_by_what(told)
        told += self._exact_prices()
        yield MarketChange(
            market.market_id,
            definition,
            told or None,
            market.is_image,
            tv=None if market.total_matched == self._total else market.total_matched / _HUNDREDTHS,
        )
        self._total, self._runners = market.total_matched, list(market.runners)

    def _exact_prices(self) -> Iterator[RunnerChange]:
        """Yield the bets that were matched at the starting price once more, at the price with all its decimals."""
        for key, prices in (self._market.told_prices or {}).items():
            runner = self._market.runners.get(key)
            if runner is None:
                # An image in the same message has left it out again.
                continue
            told: dict[str, Any] = {"spb": [(0.0, 0.0)]}
            for price in prices:
                rung = hundredths(price)
                for name, ladder in (("spb", runner.starting_price_lays), ("spl", runner.starting_price_backs)):
                    if rung in ladder:
                        told.setdefault(name, []).append((price, ladder[rung] / _HUNDREDTHS))
            yield _change(key, told)

    def _tell_by_what(self, told: list[RunnerChange]) -> None:
        """Add by what offers are known, where that is new: lines need not have a size to say so."""
        values = self._market.values
        shown_by = (values.get(Value.SHOWN_BY, 0), values.get(Value.LEVELS_SHOWN, 0))
        if shown_by == self._shown_by:
            return
        self._shown_by = shown_by
        key, runner = next(iter(self._market.runners.items()))
        name = {ShownBy.LADDERS: "atb", ShownBy.BEST_LEVELS: "batb"}.get(ShownBy(shown_by[0]), "bdatb")
        if name == "atb":
            told.append(_change(key, {name: _prices([(0, 0)])}))
            return
        level = shown_by[1] - 1
        price, size = runner.levels.get(name, {}).get(level, (0, 0))
        told.append(_change(key, {name: [(level, price / _HUNDREDTHS, size / _HUNDREDTHS)]}))

    @property
    def _ladders(self) -> dict[Quantity, str]:
        """What is told of ladders by name; what was made of levels is not told."""
        return _LADDERS if self._market.tells_ladders else _NOT_OFFERED

    def _image(self) -> list[RunnerChange]:
        """Return all that is known of the runners that are there."""
        changes = []
        for key, runner in self._market.runners.items():
            told: dict[str, Any] = {
                name: _prices(runner.quantities[ladder].items()) for ladder, name in self._ladders.items()
            }
            changes.append(_change(key, told | self._differences(key, runner)))
        return changes

    def _changes(self) -> list[RunnerChange]:
        """Return what is new of each runner, and those that are new themselves."""
        market = self._market
        ladders = self._ladders
        keys = {runner: key for key, runner in market.all_runners.items()} if market.moves else {}
        moves: dict[RunnerId, dict[str, Any]] = {key: {} for key in market.runners if key not in self._runners}
        for runner, ladder, price, _, size in market.moves:
            if ladder in ladders:
                told = moves.setdefault(keys[runner], {}).setdefault(ladders[Quantity(ladder)], [])
                told += _prices([(price, size)])
        for key, runner in market.all_runners.items():
            different = self._differences(key, runner)
            if different:
                moves.setdefault(key, {}).update(different)
        return [_change(key, told) for key, told in moves.items()]

    def _differences(self, key: RunnerId, runner: RecordedRunner) -> dict[str, Any]:
        """Return by the names on the wire what else is new of a runner, and take note of it."""
        known = self._known.setdefault(key, {})
        told: dict[str, Any] = {}
        values = runner.quantities[Quantity.VALUES]
        if values != known.get(Quantity.VALUES, {}):
            told |= _values(runner, known.get(Quantity.VALUES, {}))
            known[Quantity.VALUES] = dict(values)
        for name, quantity in LEVELS.items():
            if runner.quantities[quantity] != known.get(quantity, {}):
                shown, before = runner.levels.get(name, {}), known.get(quantity, {})
                told[name] = [
                    *((level, 0, 0) for level in before if level not in shown),
                    *((level, price / _HUNDREDTHS, size / _HUNDREDTHS) for level, (price, size) in shown.items()),
                ]
                known[quantity] = dict(runner.quantities[quantity])
        return told


def _values(runner: RecordedRunner, known: Ladder) -> dict[str, Any]:
    told: dict[str, Any] = {}
    last = runner.last_price_traded
    if last is not None and last != known.get(Value.LAST_PRICE_TRADED):
        told["ltp"] = last / _HUNDREDTHS
    if runner.total_matched != known.get(Value.TOTAL_MATCHED, 0):
        told["tv"] = runner.total_matched / _HUNDREDTHS
    for name, value, price in (
        ("spn", Value.NEAR_PRICE, runner.near_price),
        ("spf", Value.FAR_PRICE, runner.far_price),
    ):
        if runner.values.get(value) != known.get(value):
            # A price of 0 is how one is told that is not there any more.
            told[name] = 0.0 if price is None else price
    return told


def _prices(ladder: Iterable[tuple[int, int]]) -> list[tuple[float, float]]:
    return [(price / _HUNDREDTHS, size / _HUNDREDTHS) for price, size in ladder]


def _change(key: RunnerId, told: dict[str, Any]) -> RunnerChange:
    selection_id, handicap = key
    return RunnerChange(**told | {"id": selection_id, "hc": handicap / _HUNDREDTHS if handicap else None})
