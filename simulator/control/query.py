"""What an address says after its question mark: read by names, each at most once, and unknown ones refused."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Final, TypeVar

from starlette.requests import Request

from simulator.control.problems import WrongQuery
from simulator.world.format.quantities import Unusable, duration_of

T = TypeVar("T")

_LARGEST: Final = 2**53


def parameters_of(request: Request, known: tuple[str, ...]) -> Mapping[str, str]:
    """Return the parameters of a request by their names; raise `WrongQuery` for others, and for repeated ones."""
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            meant = get_close_matches(name, known, 1)
            advice = f"did you mean {meant[0]}?" if meant else f"there are {', '.join(known)}."
            raise WrongQuery(f"There is no parameter of that name; {advice}", name[:80], value)
        if name in found:
            raise WrongQuery("A parameter can be there once only.", name, value)
        found[name] = value
    return found


def number_of(found: Mapping[str, str], name: str, default: int, least: int, most: int = _LARGEST) -> int:
    """Return a whole number of a query; raise `WrongQuery` for what is none, or not between two."""
    text = found.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST)) and least <= int(text) <= most):
        bounds = f"from {least} on" if most == _LARGEST else f"from {least} to {most}"
        raise WrongQuery(f"This is a whole number {bounds}.", name, text)
    return int(text)


def duration_between(found: Mapping[str, str], name: str, most_seconds: int) -> float:
    """Return the seconds of a duration of a query, 0 where there is none; raise `WrongQuery`."""
    text = found.get(name)
    if text is None:
        return 0.0
    return _read(name, text, lambda: _bounded(duration_of(text), most_seconds)) / 1000


def _bounded(milliseconds: int, most_seconds: int) -> int:
    if not 0 <= milliseconds <= most_seconds * 1000:
        raise Unusable(f"This is a duration from PT0S to PT{most_seconds}S.")
    return milliseconds


def _read(name: str, text: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except Unusable as error:
        raise WrongQuery(str(error), name, text) from None
