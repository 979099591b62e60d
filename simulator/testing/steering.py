"""What a test does to a world: it moves the clock, and lets things happen."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any, Final

from simulator.control.markets import RUNNER_VERBS
from simulator.control.schema import instant_text
from simulator.testing.errors import BetsimError, is_sentence
from simulator.testing.place import Place
from simulator.world import world
from simulator.world.loading.conversion import VERBS

__tracebackhide__ = is_sentence

Ladder = Sequence[Sequence[float]]
"""Prices, each with its size in pounds: `[(2.0, 120), (1.99, 80)]`."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class SteeredWorld:
    """A world in a place, moved through the control API: it refuses what is wrong or impossible with a sentence."""

    def __init__(self, place: Place, inner: world.World) -> None:
        self._place: Final = place
        self._world: Final = inner

    @property
    def id(self) -> str:
        """Return the id by which the control API knows the world."""
        return self._world.id

    def control(self, method: str, path: str, document: object = None) -> Any:
        """Ask the control API what there is no helper for, `path` being what follows the world in its addresses."""
        return self._place.control(method, f"worlds/{self.id}/{path}".removesuffix("/"), document)

    # Time

    @property
    def now(self) -> datetime:
        """Return the time of the world, in UTC."""
        return _EPOCH + self._place.engine.call(self._world.run_due) * _MILLISECOND

    def advance(self, by: str | float | timedelta) -> datetime:
        """Let time pass, and all that falls due in it happen; return the time then.

        A duration is a text in ISO 8601 such as "PT1H30M", a number of seconds, or a `timedelta`.
        """
        return self._change_clock({"advance": _duration_text(by)})

    def advance_to(self, time: str | datetime) -> datetime:
        """Let time pass until a time: a text in ISO 8601 with its zone, or a `datetime` that has one."""
        if isinstance(time, datetime):
            if time.tzinfo is None:
                raise BetsimError(f"The time {time.isoformat()} has no zone: nobody can tell which instant it is.")
            time = instant_text((time - _EPOCH) // _MILLISECOND)
        return self._change_clock({"set": time})

    def advance_to_next(self) -> datetime:
        """Let time pass until something happens by itself; raise `BetsimError` where nothing will."""
        return self._change_clock({"toNext": True})

    def set_rate(self, rate: float) -> datetime:
        """Let the clock run: 1 as the real one, 60 a minute in a second, 0 not at all."""
        return self._change_clock({"rate": rate})

    def _change_clock(self, change: Mapping[str, object]) -> datetime:
        return datetime.fromisoformat(self.control("POST", "clock", change)["now"])

    # What happens in its markets

    def do(self, market: str, verb: str, **document: object) -> dict[str, Any]:
        """Do to a market what a schedule could do, and return its state then: `do("1.1", "change-start-time", ...)`.

        The verbs and what can be said with them are those of the control API; of a runner it is the `selectionId`.
        """
        if verb not in VERBS:
            raise BetsimError(f"{verb!r} cannot be done to a market; {', '.join(VERBS)} can.")
        place = f"markets/{market}"
        if verb in RUNNER_VERBS:
            place = f"{place}/runners/{document.pop('selectionId', None)}"
        answer: dict[str, Any] = self.control("POST", f"{place}/{verb}", document)
        return answer

    def offer(
        self, market: str, selection: int, *, back: Ladder = (), lay: Ladder = (), handicap: float = 0
    ) -> dict[str, Any]:
        """Offer prices: those of `back` can be backed and those of `lay` laid, each a price with a size in pounds.

        The answer has under `bets` what became of each offer: what it was matched with, and what of it rests.
        """
        offers = {"availableToBack": back, "availableToLay": lay}
        return self.do(market, "offers", selectionId=selection, handicap=handicap, **offers)

    def suspend(self, market: str) -> dict[str, Any]:
        """Let a market take no bets for a while."""
        return self.do(market, "suspend")

    def resume(self, market: str) -> dict[str, Any]:
        """Let a market take bets again."""
        return self.do(market, "resume")

    def turn_in_play(self, market: str) -> dict[str, Any]:
        """Begin betting in play, which makes the starting prices."""
        return self.do(market, "turn-in-play")

    def remove(
        self, market: str, selection: int, *, handicap: float = 0, adjustment_factor: float | None = None
    ) -> dict[str, Any]:
        """Let a runner be a non-runner; its adjustment factor, in percent, is its own unless another is given."""
        factor = {} if adjustment_factor is None else {"adjustmentFactor": adjustment_factor}
        return self.do(market, "remove", selectionId=selection, handicap=handicap, **factor)

    def settle(
        self,
        market: str,
        winners: int | Iterable[int] = (),
        *,
        placed: int | Iterable[int] = (),
        results: Iterable[Mapping[str, object]] = (),
        margin: int | None = None,
        total: int | None = None,
        line_result: float | None = None,
    ) -> dict[str, Any]:
        """Settle a market by what ended the event; selections that are not named have lost.

        `placed` is for each-way markets, and `results` says the same as the control API does, with handicaps. Goals
        decide Asian handicaps (`margin`, `total`), and what was counted a line (`line_result`).
        """
        named = [{"selectionId": one, "status": "WINNER"} for one in _each(winners)]
        named += [{"selectionId": one, "status": "PLACED"} for one in _each(placed)]
        named += [dict(one) for one in results]
        decided = {"results": named or None, "margin": margin, "total": total, "lineResult": line_result}
        return self.do(market, "settle", **{name: value for name, value in decided.items() if value is not None})

    def predict(self, filter_id: int, match_id: int, odds: float) -> dict[str, Any]:
        """Let the user of a filter of BetTune predict by hand."""
        path = f"bettune/filters/{filter_id}/matches/{match_id}/prediction"
        answer: dict[str, Any] = self.control("PUT", path, {"odds": odds})
        return answer

    def tell(self, event: str, incident: str, **document: object) -> dict[str, Any]:
        """Let something happen in a match of which there are scores: `tell("27165685", "Goal", team="home")`.

        What can be said with it is that of the control API; the answer is how the match stands then.
        """
        told: dict[str, Any] = self.control("POST", f"events/{event}/incident", {"type": incident, **document})
        return told

    def finish(self, match_id: int, home: int, away: int) -> dict[str, Any]:
        """End a match of BetTune with a score, which settles the markets that it decides."""
        answer: dict[str, Any] = self.control(
            "POST", f"matches/{match_id}/finish", {"score": {"home": home, "away": away}}
        )
        return answer

    def faults(self) -> dict[str, Any]:
        """Return the faults that are `pending` and what has `fired`, as the control API tells them."""
        answer: dict[str, Any] = self.control("GET", "faults")
        return answer

    def notices(self) -> list[dict[str, Any]]:
        """Return what was to happen by itself, or by a fault, and was impossible, as the control API tells it."""
        noted: list[dict[str, Any]] = self.control("GET", "")["notices"]
        return noted

    def clear_faults(self) -> None:
        """Let nothing more go wrong that was ordered."""
        self.control("DELETE", "faults")

    def fault(
        self, operation: str, do: str | None = None, *, lasts: str | float | timedelta | None = None, **rest: object
    ) -> None:
        """Let something go wrong with requests of an operation: `fault("placeOrders", "lose-answer", times=1)`.

        Instead of a number of `times` it may happen to all requests while it `lasts`. What can be done, and what else
        can be said (`after`, `account` and so on), is told by the control API. A failure that ships with the package is
        ordered by its name alone: `fault("non-runner")`.
        """
        if do is None:
            if lasts is not None or rest:
                raise BetsimError(f"Of the failure {operation!r} nothing else can be said; order its faults instead.")
            self.control("POST", "faults", {"failure": operation})
            return
        duration = {} if lasts is None else {"for": _duration_text(lasts)}
        self.control("POST", "faults", {"faults": [{"operation": operation, "do": do, **duration, **rest}]})


def _duration_text(duration: object) -> str:
    """Return a duration as the control API takes it, exact to the millisecond; raise `BetsimError` for what is none."""
    if isinstance(duration, str):
        return duration
    if isinstance(duration, timedelta):
        milliseconds = duration // _MILLISECOND
    elif isinstance(duration, int | float) and not isinstance(duration, bool) and isfinite(duration):
        milliseconds = round(duration * 1000)
    else:
        raise BetsimError(f"A duration is a text such as 'PT5S', a number of seconds or a timedelta, not {duration!r}.")
    seconds, rest = divmod(abs(milliseconds), 1000)
    return f"{'-' if milliseconds < 0 else ''}PT{seconds}.{rest:03}S"


def _each(selections: int | Iterable[int]) -> list[int]:
    if isinstance(selections, Iterable):
        return list(selections)
    return [selections]
