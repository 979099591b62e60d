"""From the entries of a scenario to the commands that bring them about in an exchange.

The entries have passed the checks; the commands are the same in a rehearsal and in a world.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from msgspec import UNSET

from simulator.exchange.betting_types import BettingType
from simulator.exchange.book import Offer
from simulator.exchange.commands import (
    AddMarket,
    Command,
    LadderDefinition,
    OpenAccount,
    OpenMarket,
    PlaceInstruction,
    PlaceOrders,
    RemoveRunner,
    RunnerDefinition,
    RunnerResult,
    Standing,
    SuspendMarket,
)
from simulator.exchange.currencies import Rate
from simulator.exchange.jurisdictions import NATIONAL_RULES, Jurisdiction
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.world.accounts import CustomerAccount, Vendor
from simulator.world.format.certificates import fingerprint_of
from simulator.world.format.quantities import duration_of, hundredths_of, thousandths_of
from simulator.world.format.scenario import (
    AccountEntry,
    Hide,
    IntroduceRunner,
    KeyLineEntry,
    MakeOffers,
    MarketEntry,
    PriceSize,
    Reinstate,
    ResultEntry,
    RunnerEntry,
    StandingEntry,
    VendorEntry,
    Withdraw,
)
from simulator.world.ids import Ids

ITALIAN_SESSION_MILLISECONDS: Final = 20 * 60_000
"""How long a session of the Italian exchange lasts (manual, Keep Alive)."""

LIQUIDITY: Final = "liquidity"
"""The account that offers what the scenario offers: it has no customer, no limit and no bet delay."""

SUSPENDED: Final = "SUSPENDED"
WALLET_STATUSES: Final = frozenset({"ACTIVE", SUSPENDED})

ACTIVE, REMOVED, REMOVED_VACANT, HIDDEN = "ACTIVE", "REMOVED", "REMOVED_VACANT", "HIDDEN"
"""The statuses in which a runner can start."""

PLACE_MARKET_TYPES: Final = frozenset({"PLACE", "OTHER_PLACE", "TO_BE_PLACED"})
"""Market types on being placed in a race: there a removal reduces winnings, and in all others prices (chosen)."""

_OFFERS_AT_ONCE: Final = 50
"""Fewer than any rule set allows in one request."""


def liquidity_account() -> OpenAccount:
    """Return the command that opens the liquidity account."""
    return OpenAccount(LIQUIDITY, "GBP", 0, unlimited=True)


def customer_of(entry: AccountEntry, ids: Ids) -> CustomerAccount:
    """Return the customer that a scenario describes; app keys it does not give are made up."""
    return CustomerAccount(
        username=entry.username,
        password=entry.password,
        app_key=entry.app_key or ids.app_key(entry.username, "live"),
        delayed_app_key=entry.delayed_app_key or ids.app_key(entry.username, "delayed"),
        currency=entry.currency,
        balance=hundredths_of(entry.balance),
        status=entry.status,
        first_name=entry.first_name,
        last_name=entry.last_name,
        locale=entry.locale,
        country_code=entry.country_code,
        region=entry.region,
        timezone=entry.timezone,
        discount_rate=hundredths_of(entry.discount_rate),
        commission_rate=None if entry.commission_rate is None else hundredths_of(entry.commission_rate),
        exposure_limit=None if entry.exposure_limit is None else hundredths_of(entry.exposure_limit),
        two_step_code=entry.two_step_code,
        redirect_urls=entry.redirect_urls,
        session_timeout_milliseconds=_session_timeout_of(entry),
        certificates=tuple(fingerprint_of(certificate) for certificate in entry.certificates),
        points_balance=entry.points_balance,
        wallet=entry.wallet,
        vendor=None if entry.vendor is None else _vendor(entry.vendor),
        jurisdiction=jurisdiction_of(entry),
        standing=Standing(
            None if entry.loss_limit is None else hundredths_of(entry.loss_limit),
            duration_of(entry.loss_limit_period),
            entry.wallet_status == ACTIVE,
            entry.regulator_available,
        ),
        restricted_location=entry.restricted_location,
    )


def jurisdiction_of(entry: AccountEntry) -> Jurisdiction:
    """Return under whose regulator an account is: that of its country where it does not say, if there is one."""
    if entry.jurisdiction is not None:
        return Jurisdiction(entry.jurisdiction)
    has_one = entry.country_code in NATIONAL_RULES
    return Jurisdiction(entry.country_code) if has_one else Jurisdiction.INTERNATIONAL


def standing_of(entry: StandingEntry, before: Standing) -> Standing:
    """Return the standing of an account after a change that has passed the checks."""
    limit, period = before.loss_limit, before.loss_period_milliseconds
    if entry.loss_limit is not UNSET:
        limit = None if entry.loss_limit is None else hundredths_of(entry.loss_limit)
    if entry.loss_limit_period is not UNSET:
        period = duration_of(entry.loss_limit_period)
    return Standing(
        limit,
        period,
        before.wallet_is_open if entry.wallet_status is UNSET else entry.wallet_status == ACTIVE,
        before.regulator_answers if entry.regulator_available is UNSET else entry.regulator_available,
    )


def _vendor(entry: VendorEntry) -> Vendor:
    return Vendor(
        name=entry.name,
        vendor_id=entry.vendor_id,
        secret=entry.vendor_secret,
        redirect_url=entry.redirect_url,
        affiliates=entry.affiliates,
    )


def _session_timeout_of(entry: AccountEntry) -> int | None:
    if entry.session_timeout is not None:
        return duration_of(entry.session_timeout)
    return ITALIAN_SESSION_MILLISECONDS if jurisdiction_of(entry) is Jurisdiction.ITALY else None


def account_command(account: CustomerAccount, rate: Rate) -> OpenAccount:
    """Return the command that opens a customer's account, whose money is worth so much, under the username."""
    return OpenAccount(
        account.username,
        account.currency,
        account.balance,
        discount_rate=account.discount_rate,
        commission_rate=account.commission_rate,
        exposure_limit=account.exposure_limit,
        may_bet=account.may_bet,
        rate=rate,
        jurisdiction=account.jurisdiction,
        standing=account.standing,
    )


def market_definition(entry: MarketEntry) -> AddMarket:
    """Return the command that adds a market: all that the exchange has to know of it, and that can be known of it."""
    return AddMarket(
        market_id=entry.id,
        betting_type=BettingType(entry.betting_type),
        ladder=ladder_of(entry),
        number_of_winners=entry.number_of_winners,
        runners=tuple(_runner(runner, place) for place, runner in enumerate(entry.runners, start=1)),
        bet_delay=entry.bet_delay,
        turn_in_play=entry.turn_in_play,
        persistence_enabled=entry.persistence_enabled,
        bsp_market=entry.bsp_market,
        cross_matching=entry.cross_matching,
        base_rate=hundredths_of(entry.base_rate),
        discount_allowed=entry.discount_allowed,
        runners_voidable=entry.runners_voidable,
        complete=entry.complete,
        each_way_divisor=None if entry.each_way_divisor is None else hundredths_of(entry.each_way_divisor),
        is_place_market=entry.market_type in PLACE_MARKET_TYPES,
    )


def market_commands(entry: MarketEntry, definition: AddMarket | None = None) -> Iterator[Command]:
    """Yield the commands that add a market, put it in the state it starts in, and make the offers it starts with.

    The first is its `definition`, where that is known already.
    """
    yield market_definition(entry) if definition is None else definition
    for runner in entry.runners:
        if runner.status in (REMOVED, REMOVED_VACANT):
            # There are no bets yet, and the others' factors already are those after the removal: 0 leaves them alone.
            yield RemoveRunner(entry.id, runner_key(runner), 0, leaves_vacant_trap=runner.status == REMOVED_VACANT)
    if entry.status == "INACTIVE":
        return
    yield OpenMarket(entry.id)
    yield from first_bets(entry)
    if entry.status == SUSPENDED:
        yield SuspendMarket(entry.id)


def begins_open(entry: MarketEntry) -> bool:
    """Return whether a market starts as one that is open, with all its runners."""
    removed = any(runner.status in (REMOVED, REMOVED_VACANT) for runner in entry.runners)
    return not removed and entry.status not in ("INACTIVE", SUSPENDED)


def number_of_first_bets(entry: MarketEntry) -> int:
    """Return how many bets `first_bets` place."""
    return sum(len(runner.available_to_back) + len(runner.available_to_lay) for runner in entry.runners)


def first_bets(entry: MarketEntry) -> Iterator[PlaceOrders]:
    """Yield the bets that make the offers with which a market starts."""
    persistence = persistence_of_offers(entry.turn_in_play, entry.persistence_enabled)
    for runner in entry.runners:
        if not runner.available_to_back and not runner.available_to_lay:
            continue
        to_back, to_lay = offers_of(runner.available_to_back), offers_of(runner.available_to_lay)
        yield from offer_commands(entry.id, runner_key(runner), to_back, to_lay, persistence)


def offer_commands(
    market_id: str, runner: RunnerKey, to_back: Sequence[Offer], to_lay: Sequence[Offer], persistence: Persistence
) -> Iterator[PlaceOrders]:
    """Yield the bets of the liquidity account that make these offers.

    What customers can back is a LAY bet of the other side, and the reverse.
    """
    instructions = [
        PlaceInstruction(runner, side, OrderType.LIMIT, price, size, persistence)
        for side, offers in ((Side.LAY, to_back), (Side.BACK, to_lay))
        for price, size in offers
    ]
    for start in range(0, len(instructions), _OFFERS_AT_ONCE):
        yield PlaceOrders(LIQUIDITY, market_id, tuple(instructions[start : start + _OFFERS_AT_ONCE]))


def persistence_of_offers(turn_in_play: bool, persistence_enabled: bool) -> Persistence:
    """Return PERSIST where the market turns in play, so that there still is a book then, and LAPSE elsewhere."""
    return Persistence.PERSIST if turn_in_play and persistence_enabled else Persistence.LAPSE


def ladder_of(entry: MarketEntry) -> LadderDefinition:
    """Return the price ladder of a market: the one it names, or else the usual one of its betting type."""
    usual = {BettingType.ODDS: "CLASSIC", BettingType.LINE: "LINE_RANGE"}.get(BettingType(entry.betting_type), "FINEST")
    line, kind = entry.line, entry.ladder or usual
    if line is None or kind != "LINE_RANGE":
        return LadderDefinition(kind)
    return LadderDefinition(
        kind,
        hundredths_of(line.min_unit_value),
        hundredths_of(line.max_unit_value),
        hundredths_of(line.interval),
    )


RunnerNamer = RunnerEntry | KeyLineEntry | ResultEntry | IntroduceRunner | Hide | Reinstate | Withdraw | MakeOffers
"""What names a runner in a scenario."""


def runner_key(entry: RunnerNamer) -> RunnerKey:
    """Return the key of a runner that a scenario names."""
    return RunnerKey(entry.selection_id, hundredths_of(entry.handicap))


def offers_of(offers: Sequence[PriceSize]) -> list[Offer]:
    """Return prices and sizes as a scenario writes them in hundredths and pence."""
    return [Offer(hundredths_of(price), hundredths_of(size)) for price, size in offers]


def results_of(results: Sequence[ResultEntry]) -> tuple[RunnerResult, ...]:
    """Return the results that a scenario writes as the exchange takes them."""
    return tuple(RunnerResult(runner_key(result), result.status) for result in results)


def factor_of(percent: Decimal | None) -> int | None:
    """Return an adjustment factor as the exchange takes it, in thousandths of a percent."""
    return None if percent is None else thousandths_of(percent)


def _runner(entry: RunnerEntry, place: int) -> RunnerDefinition:
    return RunnerDefinition(
        runner_key(entry),
        entry.sort_priority or place,
        factor_of(entry.adjustment_factor),
        is_hidden=entry.status == HIDDEN,
    )
