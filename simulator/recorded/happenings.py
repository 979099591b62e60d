"""What a new definition of a market says that the one before it did not: the turns of a market's life, typed.

A definition is always sent whole, and often nothing in it is new; who follows a market wants to know what has happened.
Prices and factors are as recorded, times as the wire writes them.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from simulator.recorded.messages import MarketDefinition, RunnerDefinition, RunnerId, runner_id

RESULTS: Final = frozenset({"WINNER", "LOSER", "PLACED"})
REMOVED: Final = frozenset({"REMOVED", "REMOVED_VACANT"})


class StatusChanged(NamedTuple):
    """The market is opened, suspended or closed; `before` is `None` for what is known first of it."""

    before: str | None
    after: str


class InPlayChanged(NamedTuple):
    """The market has turned in play, or is no longer."""

    in_play: bool


class BetDelayChanged(NamedTuple):
    """Bets are held for so many seconds from now on."""

    before: int
    after: int


class VersionChanged(NamedTuple):
    """The market has another version."""

    before: int
    after: int


class TimesChanged(NamedTuple):
    """The market is to begin, or to be suspended, at another time."""

    market_time: str | None
    suspend_time: str | None


class Reconciled(NamedTuple):
    """The starting prices are made; what each is, is told of its runner."""


class RunnerAdded(NamedTuple):
    """The market has another runner."""

    runner: RunnerId


class RunnerRemoved(NamedTuple):
    """A runner does not start. `factor` is its reduction factor in per cent, `None` where none is said."""

    runner: RunnerId
    factor: float | None
    removal_date: str | None


class FactorChanged(NamedTuple):
    """A runner has another reduction factor."""

    runner: RunnerId
    before: float | None
    after: float | None


class RunnerStatusChanged(NamedTuple):
    """A runner is hidden, or back; neither removed nor with a result."""

    runner: RunnerId
    before: str
    after: str


class StartingPriceMade(NamedTuple):
    """A runner has its starting price, rounded as definitions have it; "NaN" where nobody wanted one."""

    runner: RunnerId
    price: float | str


class ResultKnown(NamedTuple):
    """A runner is WINNER, LOSER or PLACED."""

    runner: RunnerId
    status: str


Happening = (
    StatusChanged
    | InPlayChanged
    | BetDelayChanged
    | VersionChanged
    | TimesChanged
    | Reconciled
    | RunnerAdded
    | RunnerRemoved
    | FactorChanged
    | RunnerStatusChanged
    | StartingPriceMade
    | ResultKnown
)

_UNKNOWN: Final = MarketDefinition(status="", runners=())


def happenings_between(before: MarketDefinition | None, after: MarketDefinition) -> tuple[Happening, ...]:
    """Return what has happened, of the market first and then of its runners in their order.

    Before the first definition a market has no runners, version 0 and no bet delay.
    """
    known = before or _UNKNOWN
    return (*_of_market(known, after), *_of_runners(known, after))


def _of_market(before: MarketDefinition, after: MarketDefinition) -> Iterator[Happening]:
    if after.version != before.version:
        yield VersionChanged(before.version, after.version)
    if after.status != before.status:
        yield StatusChanged(before.status or None, after.status)
    if after.in_play != before.in_play:
        yield InPlayChanged(after.in_play)
    if after.bet_delay != before.bet_delay:
        yield BetDelayChanged(before.bet_delay, after.bet_delay)
    times = (after.market_time, after.suspend_time)
    if before is not _UNKNOWN and times != (before.market_time, before.suspend_time):
        yield TimesChanged(*times)
    if after.bsp_reconciled and not before.bsp_reconciled:
        yield Reconciled()


def _of_runners(before: MarketDefinition, after: MarketDefinition) -> Iterator[Happening]:
    known = {runner_id(runner.id, runner.hc): runner for runner in before.runners}
    for runner in after.runners:
        key = runner_id(runner.id, runner.hc)
        if key not in known:
            yield RunnerAdded(key)
        yield from _of_runner(key, known.get(key) or RunnerDefinition(id=runner.id), runner, is_new=key not in known)


def _of_runner(
    key: RunnerId, before: RunnerDefinition, after: RunnerDefinition, *, is_new: bool
) -> Iterator[Happening]:
    if after.status != before.status:
        if after.status in REMOVED:
            yield RunnerRemoved(key, after.adjustment_factor, after.removal_date)
        elif after.status in RESULTS:
            yield ResultKnown(key, after.status)
        else:
            yield RunnerStatusChanged(key, before.status, after.status)
    elif after.adjustment_factor != before.adjustment_factor and not is_new:
        yield FactorChanged(key, before.adjustment_factor, after.adjustment_factor)
    if after.bsp is not None and after.bsp != before.bsp:
        yield StartingPriceMade(key, after.bsp)
