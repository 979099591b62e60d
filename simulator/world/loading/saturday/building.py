"""Markets with prices on both sides of a fair one, ids that count, and what happens to them in the course of the day.

A market comes with what ends it: the schedule turns it in play at its start, if it does that, and settles it later.
"""

from collections.abc import Sequence
from typing import Any, Final

from simulator.exchange.ladder import Ladder
from simulator.exchange.money import HUNDREDTHS
from simulator.world.format.quantities import in_units
from simulator.world.format.scenario import (
    AnyHappening,
    EventEntry,
    EventTypeEntry,
    GoInPlay,
    MarketEntry,
    PriceSize,
    ResultEntry,
    RunnerEntry,
    Settle,
    Void,
)
from simulator.world.loading.saturday.chance import Chance

_HIGHEST_OFFERED: Final = 50_000
"""In hundredths: nobody offers more than 500."""


def after(minutes: int) -> str:
    """Return a time so many minutes after the day begins, as a scenario writes it."""
    return f"+PT{minutes}M"


def offers_around(chance: Chance, weight: int, total: int) -> tuple[tuple[PriceSize, ...], tuple[PriceSize, ...]]:
    """Return an offer to back and one to lay a runner that wins so often out of `total` times.

    The price to back is below the fair one and the price to lay above it: to take all of them is worth nobody's while.
    """
    fair = HUNDREDTHS * total // max(weight, 1)
    if not 110 <= fair <= _HIGHEST_OFFERED * 9 // 10:
        return (), ()
    to_back, to_lay = Ladder.CLASSIC.floor(fair * 97 // 100), Ladder.CLASSIC.ceiling(fair * 104 // 100 + 1)
    sizes = [in_units(chance.between(500, 40_000)) for _ in range(2)]
    return ((in_units(to_back), sizes[0]),), ((in_units(to_lay), sizes[1]),)


class Day:
    """The events and the happenings of the day so far, and the ids that are given next."""

    def __init__(self, seed: int) -> None:
        self.seed: Final = seed
        self.events: Final[list[EventEntry]] = []
        self.schedule: Final[list[AnyHappening]] = []
        self._event_id = 33_100_000
        self._market_id = 228_000_000
        self._selection_id = 40_000_000
        self._group_id = 12_000_000

    def new_event_id(self) -> str:
        """Return the id of the next event."""
        self._event_id += 1
        return str(self._event_id)

    def new_group_id(self) -> str:
        """Return the id of the next competition or group."""
        self._group_id += 1
        return str(self._group_id)

    def new_selection_id(self) -> int:
        """Return the id of the next runner."""
        self._selection_id += 1
        return self._selection_id

    def event(
        self, event_id: str, name: str, sport: EventTypeEntry, minutes: int, markets: Sequence[MarketEntry], **more: Any
    ) -> None:
        """Add an event that begins so many minutes after the day does."""
        entry = EventEntry(
            id=event_id, name=name, event_type=sport, open_date=after(minutes), markets=tuple(markets), **more
        )
        self.events.append(entry)

    def market(
        self, name: str, market_type: str, minutes: int, runners: Sequence[RunnerEntry], **more: Any
    ) -> MarketEntry:
        """Return a market that starts so many minutes after the day does."""
        self._market_id += 1
        return MarketEntry(
            id=f"1.{self._market_id}",
            name=name,
            market_type=market_type,
            start_time=after(minutes),
            runners=tuple(runners),
            **more,
        )

    def goes_in_play(self, market: MarketEntry) -> None:
        """Let a market turn in play at its start."""
        self.schedule.append(GoInPlay(market=market.id, at=market.start_time))

    def won_by(self, market: MarketEntry, minutes: int, *winners: int, placed: Sequence[int] = ()) -> None:
        """Let a market be settled at a time, by who wins and who is placed."""
        results = [ResultEntry(selection_id=winner, status="WINNER") for winner in winners]
        results += [ResultEntry(selection_id=runner, status="PLACED") for runner in placed]
        self.schedule.append(Settle(market=market.id, at=after(minutes), results=tuple(results)))

    def voids(self, market: MarketEntry, minutes: int) -> None:
        """Let all bets of a market be void at a time."""
        self.schedule.append(Void(market=market.id, at=after(minutes)))

    def ends(self, market: MarketEntry, minutes: int, **outcome: Any) -> None:
        """Let a market be settled at a time by a margin, a total or a line."""
        self.schedule.append(Settle(market=market.id, at=after(minutes), **outcome))


def runners_of(
    chance: Chance, names: Sequence[tuple[int, str]], weights: Sequence[int] | None = None
) -> list[RunnerEntry]:
    """Return runners by id and name; with the weight of each in winning there are offers on them."""
    if weights is None:
        return [RunnerEntry(selection_id=number, name=name) for number, name in names]
    total = sum(weights)
    runners = []
    for (number, name), weight in zip(names, weights, strict=True):
        to_back, to_lay = offers_around(chance, weight, total)
        runners.append(RunnerEntry(selection_id=number, name=name, available_to_back=to_back, available_to_lay=to_lay))
    return runners
