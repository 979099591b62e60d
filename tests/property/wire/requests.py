"""Requests to change bets, in the kernel's own words, and how they are written as JSON."""

from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from simulator.exchange.commands import PlaceInstruction
from simulator.exchange.money import INEXACT
from simulator.exchange.orders import OrderType

NO_SUCH_BET: Final = "what is no bet id"
TOO_MANY_DECIMALS: Final = 2.005


class Placing(NamedTuple):
    """A request to place bets."""

    market: str
    bets: tuple[PlaceInstruction, ...]
    reference: str | None = None
    strategy: str | None = None
    version: int | None = None
    asynchronous: bool | None = None

    def params(self) -> dict[str, Any]:
        return without_none(
            marketId=self.market,
            instructions=[instruction_words(bet) for bet in self.bets],
            customerRef=self.reference,
            customerStrategyRef=self.strategy,
            marketVersion=None if self.version is None else {"version": self.version},
            **{"async": self.asynchronous},
        )


class Cancelling(NamedTuple):
    """A request to cancel some bets, all of a market, or all."""

    market: str | None
    bets: tuple[tuple[int, int | None], ...] | None = None
    """Bet ids and reductions in pence."""
    reference: str | None = None

    def params(self) -> dict[str, Any]:
        words = None if self.bets is None else [cancellation_words(*bet) for bet in self.bets]
        return without_none(marketId=self.market, instructions=words, customerRef=self.reference)


class Replacing(NamedTuple):
    """A request to place bets again at other prices."""

    market: str
    bets: tuple[tuple[int, int], ...]
    """Bet ids and new prices."""
    reference: str | None = None
    version: int | None = None
    asynchronous: bool | None = None

    def params(self) -> dict[str, Any]:
        return without_none(
            marketId=self.market,
            instructions=[{"betId": bet_id_text(bet_id), "newPrice": number(price)} for bet_id, price in self.bets],
            customerRef=self.reference,
            marketVersion=None if self.version is None else {"version": self.version},
            **{"async": self.asynchronous},
        )


class Updating(NamedTuple):
    """A request to give bets another persistence."""

    market: str
    bets: tuple[tuple[int, Any], ...]
    """Bet ids and new persistences."""
    reference: str | None = None

    def params(self) -> dict[str, Any]:
        return without_none(
            marketId=self.market, instructions=[update_words(*bet) for bet in self.bets], customerRef=self.reference
        )


# Words


def without_none(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def number(hundredths: int) -> float:
    """Write pence or hundredths as the wire has them; what is no whole number of them has three decimals there."""
    return TOO_MANY_DECIMALS if hundredths == INEXACT else hundredths / 100


def optional(hundredths: int | None) -> float | None:
    return None if hundredths is None else number(hundredths)


def date(milliseconds: int) -> str:
    """Write the date of an order, which shows no part of a second."""
    return f"{datetime.fromtimestamp(milliseconds // 1000, UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def bet_id_text(bet_id: int) -> str:
    """Write a bet id; a negative number stands for something that cannot be one."""
    return str(bet_id) if bet_id >= 0 else NO_SUCH_BET


def instruction_words(bet: PlaceInstruction) -> dict[str, Any]:
    limit = limit_on_close = market_on_close = None
    if bet.order_type is OrderType.LIMIT:
        limit = without_none(
            size=optional(bet.size),
            price=optional(bet.price),
            persistenceType=bet.persistence,
            minFillSize=optional(bet.min_fill_size),
            timeInForce=bet.time_in_force,
            betTargetType=bet.bet_target_type,
            betTargetSize=optional(bet.bet_target_size),
        )
    elif bet.order_type is OrderType.LIMIT_ON_CLOSE:
        limit_on_close = {"liability": optional(bet.liability), "price": optional(bet.price)}
    else:
        market_on_close = {"liability": optional(bet.liability)}
    return without_none(
        selectionId=bet.runner.selection_id,
        handicap=number(bet.runner.handicap) if bet.runner.handicap else None,
        side=bet.side,
        orderType=bet.order_type,
        limitOrder=limit,
        limitOnCloseOrder=limit_on_close,
        marketOnCloseOrder=market_on_close,
        customerOrderRef=bet.customer_order_reference,
    )


def cancellation_words(bet_id: int, reduction: int | None = None) -> dict[str, Any]:
    return without_none(betId=bet_id_text(bet_id), sizeReduction=optional(reduction))


def update_words(bet_id: int, persistence: Any) -> dict[str, Any]:
    return {"betId": bet_id_text(bet_id), "newPersistenceType": persistence}
