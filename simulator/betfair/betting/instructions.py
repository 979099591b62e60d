"""From the words of a request to the commands of the exchange, and the checks that come before the exchange sees it."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.operations import Call
from simulator.betfair.schema.sports_inputs import MarketVersion, PlaceInstruction
from simulator.betfair.schema.wire import hundredths
from simulator.exchange import commands
from simulator.exchange.orders import OrderType, RunnerKey

_MARKET_ID: Final = re.compile(r"\d{1,9}\.\d{1,18}", re.ASCII)
_CUSTOMER_REFERENCE: Final = re.compile(r"[A-Za-z0-9:\-._+*;~]{1,32}", re.ASCII)
_BET_ID: Final = re.compile(r"\d{1,18}", re.ASCII)


def check_market_id(market_id: str) -> None:
    """Raise INVALID_INPUT_DATA for what cannot be a market id; an unknown id is left to the exchange to refuse."""
    if not _MARKET_ID.fullmatch(market_id):
        raise _invalid_input("market id passed is invalid")


def check_instructions(instructions: Sequence[object]) -> None:
    """Raise INVALID_INPUT_DATA for a request that asks for nothing."""
    if not instructions:
        raise _invalid_input("instructions must not be empty")


def customer_reference(reference: str | None) -> str | None:
    """Return a customerRef, an empty one as `None`; raise INVALID_INPUT_DATA for one the manual does not allow.

    Source: manual, placeOrders: up to 32 characters, letters, digits and `: - . _ + * ; ~` only.
    """
    if not reference:
        return None
    if not _CUSTOMER_REFERENCE.fullmatch(reference):
        raise _invalid_input("customerRef has more than 32 characters or one that is not allowed")
    return reference


def version_number(version: MarketVersion | None) -> int | None:
    """Return the number in a market version, `None` where there is none."""
    return None if version is None else version.version


def bet_id_numbers(bet_ids: Iterable[str]) -> list[int]:
    """Return bet ids as the exchange counts them; what is not a number becomes one that no bet has.

    The same text becomes the same number, so that it is a duplicate like any other.
    """
    strange: dict[str, int] = {}
    return [
        int(bet_id) if _BET_ID.fullmatch(bet_id) else strange.setdefault(bet_id, -1 - len(strange))
        for bet_id in bet_ids
    ]


def place_command(instruction: PlaceInstruction) -> commands.PlaceInstruction:
    """Translate one order to place; parts that its order type does not use are left behind.

    One exception: fill-or-kill in a `limitOrder` of an order of another type is the exchange's to refuse (manual,
    INVALID_ORDER_TYPE). Raises INVALID_INPUT_DATA where the part that its order type needs is missing.
    """
    runner = _runner_key(instruction.selectionId, instruction.handicap or 0.0)
    reference = instruction.customerOrderRef or None
    if instruction.orderType is OrderType.LIMIT:
        limit = instruction.limitOrder
        if limit is None:
            raise _part_is_missing("limitOrder", instruction)
        return commands.PlaceInstruction(
            runner,
            instruction.side,
            instruction.orderType,
            price=hundredths(limit.price),
            size=_optional(limit.size),
            persistence=limit.persistenceType,
            time_in_force=limit.timeInForce,
            min_fill_size=_optional(limit.minFillSize),
            bet_target_type=limit.betTargetType,
            bet_target_size=_optional(limit.betTargetSize),
            customer_order_reference=reference,
        )
    if instruction.orderType is OrderType.LIMIT_ON_CLOSE:
        limit_on_close = instruction.limitOnCloseOrder
        if limit_on_close is None:
            raise _part_is_missing("limitOnCloseOrder", instruction)
        price, liability = hundredths(limit_on_close.price), hundredths(limit_on_close.liability)
    else:
        market_on_close = instruction.marketOnCloseOrder
        if market_on_close is None:
            raise _part_is_missing("marketOnCloseOrder", instruction)
        price, liability = None, hundredths(market_on_close.liability)
    return commands.PlaceInstruction(
        runner,
        instruction.side,
        instruction.orderType,
        price=price,
        time_in_force=None if instruction.limitOrder is None else instruction.limitOrder.timeInForce,
        liability=liability,
        customer_order_reference=reference,
    )


@lru_cache(maxsize=4096)
def _runner_key(selection_id: int, handicap: float) -> RunnerKey:
    """Return a runner as the exchange names it: the same object again, since each bet keeps the one that it gets."""
    return RunnerKey(selection_id, hundredths(handicap))


def _invalid_input(details: str) -> ApiError:
    return ApiError(ApiErrorCode.INVALID_INPUT_DATA, details)


def _optional(value: float | None) -> int | None:
    return None if value is None else hundredths(value)


def _part_is_missing(part: str, instruction: PlaceInstruction) -> ApiError:
    return _invalid_input(f"an instruction of type {instruction.orderType} needs a {part}")


def why_forbidden(call: Call[Any]) -> str | None:
    """Return why the caller may do nothing with bets, or `None`: the key is a delayed one, the place a restricted one.

    Raises ACCESS_DENIED where that is how the world answers it. Source: manual, PERMISSION_DENIED and ACCESS_DENIED,
    which name the same two cases.
    """
    settings = call.world.settings
    if call.delayed and not settings.delayed_keys_may_bet:
        why = "the app key is a delayed one"
    elif call.account.restricted_location:
        why = "the account is used from a place where betting is restricted"
    else:
        return None
    if settings.forbidden_bets == ApiErrorCode.ACCESS_DENIED:
        raise ApiError(ApiErrorCode.ACCESS_DENIED, why)
    return why
