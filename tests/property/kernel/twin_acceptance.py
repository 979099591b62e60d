"""The naive twin's refusals: may this be asked, and if not, what is the answer.

Written from the exchange mechanics, section 3, in the order of the table in `simulator.exchange.acceptance`. Every
check is a function of what is asked and of the market, and every answer the name of a reason or nothing.
"""

from dataclasses import dataclass, field
from fractions import Fraction

from simulator.exchange.commands import AddMarket, OpenAccount, PlaceInstruction
from simulator.exchange.jurisdictions import Jurisdiction
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side, TimeInForce
from simulator.exchange.refusals import Reason
from simulator.exchange.rules import BettingRules
from tests.property.kernel.twin_book import CLASSIC_PRICES
from tests.property.kernel.twin_matching import Ask
from tests.property.kernel.twin_money import nearest_penny

# Sterling, since 2022.
MINIMUM_STAKE = 1_00
MINIMUM_PAYOUT = 10_00
MINIMUM_LIABILITY = 10_00


class NaiveRefusal(Exception):
    """A customer's request is refused whole; `blamed` has a reason for each instruction where one is to blame."""

    def __init__(self, reason: Reason, blamed: tuple[Reason, ...] = ()) -> None:
        super().__init__(reason, blamed)
        self.reason = reason
        self.blamed = blamed


class NaiveNonsense(Exception):
    """The operator asks for what makes no sense now."""


@dataclass(eq=False)
class NaiveMarket:
    """A market's state; its bets are in the exchange's one list."""

    definition: AddMarket
    version: int
    material_version: int
    status: str = "INACTIVE"
    in_play: bool = False
    betting_is_over: bool = False
    reconciled: bool = False
    starting_prices: dict[RunnerKey, Fraction | None] = field(default_factory=dict)
    """Once there has been an auction; `None` where it made no price."""
    taken_at_starting_price: dict[tuple[RunnerKey, Side], int] = field(default_factory=dict)
    """Stakes of backs and liabilities of lays."""
    settled_at: int | None = None
    added: list[RunnerKey] = field(default_factory=list)
    """Runners that were not there at first."""
    hidden: list[RunnerKey] = field(default_factory=list)
    results: dict[RunnerKey, str] = field(default_factory=dict)
    commissions: dict[str, int] = field(default_factory=dict)

    @property
    def runners(self) -> list[RunnerKey]:
        return [*(runner.key for runner in self.definition.runners), *self.added]

    @property
    def active(self) -> list[RunnerKey]:
        """The runners that can still win."""
        return [key for key in self.runners if key not in self.results and key not in self.hidden]

    @property
    def starting_price_is_past(self) -> bool:
        return self.in_play or self.reconciled

    @property
    def winners_left(self) -> int:
        """How many winners are still to come, or 0 where it may be any number."""
        return self.definition.number_of_winners


def refuse_closed_market(market: NaiveMarket, bets_to_change: int = 0) -> None:
    """Whoever wants to change bets where there is no betting any more, or not yet, is told so for each of them."""
    if market.status == "SUSPENDED" and not market.betting_is_over:
        raise NaiveRefusal(Reason.MARKET_SUSPENDED)
    if market.status != "OPEN":
        raise NaiveRefusal(Reason.MARKET_NOT_OPEN_FOR_BETTING, (Reason.MARKET_NOT_OPEN_FOR_BETTING,) * bets_to_change)


def refuse_malformed_version(version: int | None, rules: BettingRules) -> None:
    if version is not None and (version < 0 or len(str(version)) > rules.market_version_digits):
        raise NaiveRefusal(Reason.INVALID_MARKET_VERSION)


def comes_too_late(version: int | None, market: NaiveMarket) -> bool:
    """Whether a bet was meant for the market as it was before its last material change."""
    return version is not None and version < market.material_version


def refuse_if_any(reasons: list[Reason | None]) -> None:
    """All or nothing: one bad instruction spoils the request, and the innocent are told that another is to blame."""
    if any(reasons):
        raise NaiveRefusal(Reason.BET_ACTION_ERROR, tuple(reason or Reason.ERROR_IN_ORDER for reason in reasons))


def whats_wrong_with(
    asked: PlaceInstruction,
    strategy_reference: str | None,
    market: NaiveMarket,
    account: OpenAccount,
    rules: BettingRules,
) -> Reason | None:
    """The first thing that is wrong with one instruction in itself."""
    is_fill_or_kill = asked.time_in_force is TimeInForce.FILL_OR_KILL
    if len(asked.customer_order_reference or "") > rules.customer_order_reference_length:
        return Reason.INVALID_CUSTOMER_ORDER_REF
    if len(strategy_reference or "") > rules.customer_strategy_reference_length:
        return Reason.INVALID_CUSTOMER_STRATEGY_REF
    if asked.runner not in market.runners or asked.runner in market.hidden:
        return Reason.INVALID_RUNNER
    if asked.order_type is not OrderType.LIMIT:
        if not market.definition.bsp_market or market.starting_price_is_past:
            return Reason.MARKET_NOT_OPEN_FOR_BSP_BETTING
        if is_fill_or_kill:
            return Reason.INVALID_ORDER_TYPE
    if is_fill_or_kill and asked.persistence not in (None, Persistence.LAPSE):
        return Reason.UNEXPECTED_PERSISTENCE_TYPE
    if not is_fill_or_kill and asked.min_fill_size is not None:
        return Reason.UNEXPECTED_MIN_FILL_SIZE
    return (
        whats_wrong_with_persistence(asked.persistence, market)
        or (whats_wrong_with_price(asked.price) if asked.order_type is not OrderType.MARKET_ON_CLOSE else None)
        or (whats_wrong_with_size(asked, account) if asked.order_type is OrderType.LIMIT else None)
        or (whats_wrong_with_liability(asked, account) if asked.order_type is not OrderType.LIMIT else None)
    )


def whats_wrong_with_persistence(persistence: Persistence | None, market: NaiveMarket) -> Reason | None:
    definition = market.definition
    if persistence is Persistence.PERSIST and not (definition.turn_in_play and definition.persistence_enabled):
        return Reason.INVALID_PERSISTENCE_TYPE
    if persistence is Persistence.MARKET_ON_CLOSE and not definition.bsp_market:
        return Reason.INVALID_PERSISTENCE_TYPE
    if persistence is Persistence.MARKET_ON_CLOSE and market.starting_price_is_past:
        return Reason.MARKET_NOT_OPEN_FOR_BSP_BETTING
    return None


def whats_wrong_with_price(price: int | None) -> Reason | None:
    return None if price in CLASSIC_PRICES else Reason.INVALID_ODDS


def whats_wrong_with_size(asked: PlaceInstruction, account: OpenAccount) -> Reason | None:
    """A bet is large enough by its stake or by its return; whoever provides liquidity may offer a penny."""
    size = stake_asked(asked)
    if size is None or asked.price is None:
        return Reason.INVALID_BET_SIZE
    least = 1 if account.unlimited else MINIMUM_STAKE
    may_be_small = account.jurisdiction == Jurisdiction.INTERNATIONAL and size * asked.price >= MINIMUM_PAYOUT * 100
    if size < 1 or (size < least and not may_be_small) or is_out_of_step(asked, account):
        return Reason.INVALID_BET_SIZE
    is_for_size = asked.bet_target_type is None
    if is_for_size and asked.size and rounds_too_far(asked.size, asked.price, account):
        return Reason.INVALID_PROFIT_RATIO
    if is_for_size and asked.min_fill_size is not None and not MINIMUM_STAKE <= asked.min_fill_size <= size:
        return Reason.INVALID_MIN_FILL_SIZE
    return None


def is_out_of_step(asked: PlaceInstruction, account: OpenAccount) -> bool:
    """In Italy one backs in steps of half a unit."""
    in_steps = account.jurisdiction == Jurisdiction.ITALY and asked.side is Side.BACK and asked.bet_target_type is None
    return in_steps and (asked.size or 0) % 50 != 0


def rounds_too_far(size: int, price: int, account: OpenAccount) -> Reason | None:
    """Whoever provides liquidity may offer a penny."""
    return Reason.INVALID_PROFIT_RATIO if is_rounded_too_far(size, price) and not account.unlimited else None


def is_rounded_too_far(size: int, price: int) -> bool:
    """A bet whose profit in whole pence is a quarter more than it should be, or a fifth less, is none."""
    exact = Fraction(size * (price - 100), 100)
    ratio = nearest_penny(exact) / exact
    return ratio >= Fraction(5, 4) or ratio <= Fraction(4, 5)


def whats_wrong_with_liability(asked: PlaceInstruction, account: OpenAccount) -> Reason | None:
    """A backer puts in a stake and a layer what may be lost."""
    least = MINIMUM_STAKE if asked.side is Side.BACK else MINIMUM_LIABILITY
    least = 1 if account.unlimited else least
    return None if asked.liability is not None and asked.liability >= least else Reason.INVALID_BET_SIZE


def stake_asked(asked: PlaceInstruction) -> Fraction | None:
    """The stake of a bet, for a target the one that it takes at the limit; nothing where both or neither is said."""
    if asked.bet_target_type is None:
        return None if asked.size is None else Fraction(asked.size)
    if asked.size is not None or asked.bet_target_size is None or asked.price is None:
        return None
    return asked.bet_target_size / Ask(asked.side, asked.price, target_type=asked.bet_target_type).worth(asked.price)


def would_meet_another(instructions: tuple[PlaceInstruction, ...]) -> list[Reason | None]:
    """Blame every back and lay of one request that would be matched with each other: the back's price is no higher."""

    def meet(back: PlaceInstruction, lay: PlaceInstruction) -> bool:
        return (
            back.side is Side.BACK
            and lay.side is Side.LAY
            and (back.runner, back.order_type) == (lay.runner, lay.order_type)
            and back.price is not None
            and lay.price is not None
            and back.time_in_force is None
            and lay.time_in_force is None
            and back.price <= lay.price
        )

    return [
        Reason.INVALID_BACK_LAY_COMBINATION
        if any(meet(one, other) or meet(other, one) for other in instructions)
        else None
        for one in instructions
    ]
