"""What an account can lose: the worst outcome of a market, over every result and every fate of its unmatched bets.

An account's bets in a market are one position, which adds up what they have at stake as they change and works out the
worst outcome only when it is asked. Three kinds of position stand for the three ways in which markets end: with
winners, with a winner and placed runners, with a number. Everything is in whole pence, rounded bet by bet as it will be
at settlement, so a result never costs a penny more than the exposure (exchange mechanics).

A dead heat alone may: it brings the average of results, and each bet's share of it is rounded again. That costs less
than a penny a matched bet (chosen: a bet is paid what it is worth to the nearest penny, whatever other bets there are).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from heapq import nsmallest
from itertools import pairwise
from typing import Any, Final, NamedTuple

from simulator.exchange.commands import AddMarket
from simulator.exchange.lines import Line, Numbers
from simulator.exchange.orders import Order, RunnerKey
from simulator.exchange.records import new_record
from simulator.exchange.stakes import (
    NOTHING,
    EachWayStakes,
    LineStakes,
    Stakes,
    each_way_stakes,
    line_stakes,
    stakes_of,
)
from simulator.exchange.total_exposure import TotalExposure

NO_LINE: Final = LineStakes()
NOT_PLACED: Final = EachWayStakes()


class Field(NamedTuple):
    """Who can win a market: `number_of_winners` of `active_runners`; if not `complete`, others that are not listed.

    Bets on `hidden` runners lose, whatever the result.
    """

    number_of_winners: int
    active_runners: int
    complete: bool = True
    hidden: frozenset[RunnerKey] = frozenset()

    @property
    def places_are_void(self) -> bool:
        """Return whether the runners do not outnumber the places of an each way market."""
        return 0 < self.active_runners <= self.number_of_winners


class Position(ABC):
    """One account's bets in one market."""

    __slots__ = ("_all",)

    def __init__(self) -> None:
        self._all: TotalExposure | None = None

    def join(self, positions: TotalExposure) -> None:
        """Be one of an account's positions from now on."""
        self._all = positions

    def may_have_risen(self, pence: int) -> None:
        """Note that the exposure is no longer what it was, and by how much at most it has risen."""
        if self._all is not None:
            self._all.may_have_risen(self, pence)

    def may_be_anything(self) -> None:
        """Note that the exposure is no longer what it was, whatever it is now."""
        if self._all is not None:
            self._all.may_be_anything(self)

    @abstractmethod
    def count(self, order: Order) -> None:
        """Count an order as it is now, in the place of what it was when it was last counted."""

    @abstractmethod
    def drop(self, order: Order) -> None:
        """Count an order no longer."""

    @abstractmethod
    def set_field(self, field: Field) -> None:
        """Say anew who can win."""

    @property
    @abstractmethod
    def stakes(self) -> Mapping[Any, Any]:
        """Return what is at stake, by runner or by line; where nothing is, there is no entry."""

    @abstractmethod
    def exposure(self) -> int:
        """Return the loss in the worst case, in pence, zero or more: a sure profit is no credit."""


def _fall(before: Iterable[int], after: Iterable[int]) -> int:
    """Return by how much the outcome that has fallen most has fallen, zero or more."""
    return max(0, *(was - is_now for was, is_now in zip(before, after, strict=True)))


def new_position(definition: AddMarket, field: Field) -> Position:
    """Return a position without bets, of the kind that the market's type asks for."""
    numbers = Numbers.of(definition)
    if numbers is not None:
        return NumberPosition(numbers)
    if definition.each_way_divisor is not None:
        return EachWayPosition(field, definition.each_way_divisor)
    return OddsPosition(field)


# Winners


class OddsPosition(Position):
    """Bets on runners that win or lose, summed per runner; runners on which nothing is at stake are left out."""

    __slots__ = ("_field", "stakes")

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field
        self.stakes: dict[RunnerKey, Stakes] = {}

    def count(self, order: Order) -> None:
        """Count an order as it is now."""
        self._change(order, stakes_of(order))

    def drop(self, order: Order) -> None:
        """Count an order no longer."""
        self._change(order, NOTHING)

    def set_field(self, field: Field) -> None:
        """Say anew who can win."""
        self._field = field
        self.may_be_anything()

    def exposure(self) -> int:
        """Return the loss by the worst winners, in pence."""
        hidden = self._field.hidden
        if not hidden:
            return max(0, -worst_outcome(self.stakes.values(), self._field))
        # Of a bet that waits out the bet delay it is not known yet that the runner is still hidden when it is due.
        lost = sum(stakes.lose - stakes.unmatched_lose for key, stakes in self.stakes.items() if key in hidden)
        in_race = (stakes for key, stakes in self.stakes.items() if key not in hidden)
        return max(0, -lost - worst_outcome(in_race, self._field))

    def _change(self, order: Order, after: Stakes) -> None:
        before = order.counted
        if after == before:
            return
        order.counted = after
        runner, all_stakes = order.runner, self.stakes
        win, lose, unmatched_win, unmatched_lose = before
        new_win, new_lose, new_unmatched_win, new_unmatched_lose = after
        all_win, all_lose, all_unmatched_win, all_unmatched_lose = all_stakes.get(runner, NOTHING)
        total = (
            all_win + new_win - win,
            all_lose + new_lose - lose,
            all_unmatched_win + new_unmatched_win - unmatched_win,
            all_unmatched_lose + new_unmatched_lose - unmatched_lose,
        )
        if total == NOTHING:
            del all_stakes[runner]
        else:
            all_stakes[runner] = new_record(Stakes, total)
        if_it_wins = win - unmatched_win - new_win + new_unmatched_win
        if_it_loses = lose - unmatched_lose - new_lose + new_unmatched_lose
        self.may_have_risen(max(0, if_it_wins, if_it_loses))


def worst_outcome(stakes: Iterable[Stakes], field: Field) -> int:
    """Return the result in pence of the worst combination of winners and of unmatched bets being matched.

    A runner that loses brings `lose`; one that wins brings its difference on top. The worst case lets those with the
    smallest differences win, as many as must; runners without bets differ by nothing. Without a number of winners,
    any runner may win. In an incomplete market the winners may all be unlisted (chosen, so that the figure is never
    too low).
    """
    base = 0
    differences: list[int] = []
    for win, lose, unmatched_win, unmatched_lose in stakes:
        worst_lose = lose - unmatched_lose
        base += worst_lose
        differences.append(win - unmatched_win - worst_lose)
    winners = field.number_of_winners
    if not winners:
        return base + sum(difference for difference in differences if difference < 0)
    idle_runners = winners if not field.complete else max(0, field.active_runners - len(differences))
    if winners == 1:
        if idle_runners:
            differences.append(0)
        return base + min(differences, default=0)
    differences.extend([0] * min(idle_runners, winners))
    return base + sum(nsmallest(winners, differences))


# A winner and placed runners


class EachWayPosition(Position):
    """Each way bets, summed per runner; runners on which nothing is at stake are left out."""

    __slots__ = ("_counted", "_divisor", "_field", "stakes")

    def __init__(self, field: Field, divisor: int) -> None:
        super().__init__()
        self._field = field
        self._divisor = divisor
        self._counted: dict[Order, EachWayStakes] = {}
        self.stakes: dict[RunnerKey, EachWayStakes] = {}

    def count(self, order: Order) -> None:
        """Count both parts of an order as they are now."""
        stakes = each_way_stakes(order, self._divisor, places_are_void=self._field.places_are_void)
        self._change(order, stakes)

    def drop(self, order: Order) -> None:
        """Count an order no longer."""
        self._change(order, NOT_PLACED)
        self._counted.pop(order, None)

    def set_field(self, field: Field) -> None:
        """Say anew who can win; where every runner would be placed, the place parts are void."""
        self._field = field
        self.may_be_anything()
        for order in self._counted:
            self.count(order)

    def exposure(self) -> int:
        """Return the loss by the worst winner and the worst others placed, in pence."""
        hidden = self._field.hidden
        if not hidden:
            return max(0, -worst_placing(self.stakes.values(), self._field))
        lost = sum(stakes.lost for key, stakes in self.stakes.items() if key in hidden)
        in_race = (stakes for key, stakes in self.stakes.items() if key not in hidden)
        return max(0, -lost - worst_placing(in_race, self._field))

    def _change(self, order: Order, after: EachWayStakes) -> None:
        before = self._counted.get(order, NOT_PLACED)
        self._counted[order] = after
        lost, placed, won = self.stakes.get(order.runner, NOT_PLACED)
        total = EachWayStakes(
            lost + after.lost - before.lost, placed + after.placed - before.placed, won + after.won - before.won
        )
        if any(total):
            self.stakes[order.runner] = total
        else:
            self.stakes.pop(order.runner, None)
        self.may_have_risen(_fall(before, after))


def worst_placing(stakes: Iterable[EachWayStakes], field: Field) -> int:
    """Return the result in pence of the worst winner, the worst others placed, and unmatched bets being matched.

    The winner is placed too. For each possible winner the others placed are those that cost most, as many as must be;
    runners without bets cost nothing. In an incomplete market the winner and those placed may all be runners that are
    not listed (chosen, so that the figure is never too low).
    """
    base = 0
    rises: list[tuple[int, int]] = []
    for lost, placed, won in stakes:
        base += lost
        rises.append((placed - lost, won - lost))
    places = field.number_of_winners
    idle_runners = max(0, field.active_runners - len(rises)) if field.complete else places
    rises.extend([(0, 0)] * min(idle_runners, places))
    if not rises:
        return base
    rises.sort()
    others = min(places, len(rises)) - 1
    placed_first = sum(placed for placed, _ in rises[:others])
    worst = min(
        # A winner who would be among the first placed leaves room there for the next.
        won + placed_first + (rises[others][0] - placed if rank < others else 0)
        for rank, (placed, won) in enumerate(rises)
    )
    return base + (worst if field.complete else min(worst, placed_first + rises[others][0]))


# A number


class NumberPosition(Position):
    """Bets on lines, summed per line; lines on which nothing is at stake are left out."""

    __slots__ = ("_counted", "_numbers", "stakes")

    def __init__(self, numbers: Numbers) -> None:
        super().__init__()
        self._numbers = numbers
        self._counted: dict[Order, dict[Line, LineStakes]] = {}
        self.stakes: dict[Line, LineStakes] = {}

    def count(self, order: Order) -> None:
        """Count an order as it is now."""
        self._change(order, line_stakes(order, self._numbers))

    def drop(self, order: Order) -> None:
        """Count an order no longer."""
        self._change(order, {})
        self._counted.pop(order, None)

    def set_field(self, field: Field) -> None:
        """Change nothing: a number does not depend on who takes part."""

    def exposure(self) -> int:
        """Return the loss by the worst number, in pence."""
        return max(0, -worst_number(self.stakes, self._numbers))

    def _change(self, order: Order, after: dict[Line, LineStakes]) -> None:
        before = self._counted.get(order, {})
        self._counted[order] = after
        possible_rise = 0
        for line in {**before, **after}:
            possible_rise += _fall(before.get(line, NO_LINE), after.get(line, NO_LINE))
            total = [
                was - has_been + is_now
                for was, has_been, is_now in zip(
                    self.stakes.get(line, NO_LINE), before.get(line, NO_LINE), after.get(line, NO_LINE), strict=True
                )
            ]
            if any(total):
                self.stakes[line] = LineStakes(*total)
            else:
                self.stakes.pop(line, None)
        self.may_have_risen(possible_rise)


def worst_number(stakes: Mapping[Line, LineStakes], numbers: Numbers) -> int:
    """Return the result in pence of the worst number that a market can end in.

    From the lowest number upwards, a bet goes from one fate to the next only at its lines: the result is looked at
    once below them all, and once at each of these places.
    """
    result = 0
    changes: dict[int, int] = {}
    for line, at_fates in stakes.items():
        upwards = at_fates if line.wins_above else at_fates[::-1]
        result += upwards[0]
        steps = (line.lower, line.lower + 1, line.upper, line.upper + 1)
        for number, (before, after) in zip(sorted(steps), pairwise(upwards), strict=True):
            reached = numbers.first_from(number)
            changes[reached] = changes.get(reached, 0) + after - before
    if numbers.least is not None:
        # Nothing is below the least number, so what changes there is so from the start.
        result += changes.pop(numbers.least, 0)
    worst = result
    for number in sorted(changes):
        result += changes[number]
        worst = min(worst, result)
    return worst
