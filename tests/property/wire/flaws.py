"""Mistakes of whole requests: how to make each, and what a request with it is refused with."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from tests.property.wire.compare import Fault
from tests.property.wire.requests import NO_SUCH_BET

NO_INPUT: Final = "INVALID_INPUT_DATA"


class Flaw(NamedTuple):
    """A mistake in the parameters, and what a request with it is refused with: the name of an error, or a fault."""

    spoil: Callable[[dict[str, Any]], dict[str, Any] | bytes]
    outcome: str | Fault


def _with(**members: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda params: {**params, **members}


def _without(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda params: {member: value for member, value in params.items() if member != name}


def _with_first(**members: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Change the first instruction; a member that becomes `None` counts as absent."""

    def spoil(params: dict[str, Any]) -> dict[str, Any]:
        first, *others = params["instructions"]
        return {**params, "instructions": [{**first, **members}, *others]}

    return spoil


MISSING: Final = Fault("DSC-0018", "DSC-0018")
OF_ANOTHER_TYPE: Final = Fault("DSC-0018", "DSC-0009")
NOT_JSON: Final = Flaw(lambda _: b'{"marketId":', Fault("DSC-0008", "DSC-0008"))

OF_EVERY_REQUEST: Final = [
    Flaw(_with(marketId="nowhere"), NO_INPUT),
    Flaw(_with(instructions={}), OF_ANOTHER_TYPE),
    Flaw(_with(customerRef="with a space"), NO_INPUT),
    Flaw(_with(customerRef="r" * 33), NO_INPUT),
    Flaw(_with(customerRef=[]), OF_ANOTHER_TYPE),
]
OF_WHAT_NAMES_BETS: Final = [
    Flaw(_without("marketId"), MISSING),
    Flaw(_without("instructions"), MISSING),
    Flaw(_with(instructions=[]), NO_INPUT),
]
OF_BETS: Final = [
    Flaw(_with_first(orderType="LIMITED"), OF_ANOTHER_TYPE),
    Flaw(_with_first(side=None), MISSING),
    Flaw(_with_first(selectionId="first"), OF_ANOTHER_TYPE),
    Flaw(_with_first(limitOrder=None, limitOnCloseOrder=None, marketOnCloseOrder=None), NO_INPUT),
    Flaw(_with_first(limitOrder={"price": "two", "size": 2}), OF_ANOTHER_TYPE),
]
FLAWS: Final = {
    "placeOrders": [*OF_EVERY_REQUEST, *OF_WHAT_NAMES_BETS, *OF_BETS, NOT_JSON],
    "cancelOrders": [*OF_EVERY_REQUEST, Flaw(_with_first(betId=None), MISSING)],
    "replaceOrders": [*OF_EVERY_REQUEST, *OF_WHAT_NAMES_BETS, Flaw(_with_first(newPrice={}), OF_ANOTHER_TYPE)],
    "updateOrders": [
        *OF_EVERY_REQUEST,
        *OF_WHAT_NAMES_BETS,
        Flaw(_with_first(newPersistenceType="STAY"), OF_ANOTHER_TYPE),
    ],
}


def flaws(operation: str) -> st.SearchStrategy[Flaw | None]:
    return st.sampled_from([None] * 5 * len(FLAWS[operation]) + FLAWS[operation])


def as_texts(value: Any) -> Any:
    """The same parameters as a careless client writes them: numbers and booleans as texts, bet ids as numbers."""
    if isinstance(value, dict):
        return {name: _bare(member) if name == "betId" else as_texts(member) for name, member in value.items()}
    if isinstance(value, list):
        return [as_texts(member) for member in value]
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _bare(bet_id: str | None) -> int | str | None:
    return bet_id if bet_id in (None, NO_SUCH_BET) else int(bet_id)
