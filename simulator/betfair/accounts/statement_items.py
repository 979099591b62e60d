"""The items of a statement: a bet that was settled, the commission on a market, a deposit or a withdrawal.

Every item says all about itself twice: as `legacyData`, and as JSON in a text with its nulls written out (recorded).
What recordings and the manual leave open is chosen: an item of commission carries the number of the last bet of its
market that was settled, and its rate is what was charged of the net winnings, as recorded; an item of a payment is
called what it is. Where a market was settled anew, the bets of before are in error, each has an item that reverses it,
and so has the commission. Sources: manual, StatementItem and StatementLegacyData; winLose as published today.
"""

from typing import Any, Final

from simulator.betfair.betting.names import Names
from simulator.betfair.dispatch import encode_json
from simulator.betfair.schema.account_aping import (
    BetCategoryType,
    BetType,
    ItemClass,
    LegacyMarketType,
    StatementItem,
    StatementLegacyData,
    TransactionType,
    WinLose,
)
from simulator.betfair.schema.wire import double, order_date
from simulator.exchange.betting_types import BettingType
from simulator.exchange.ledger import (
    BET_CORRECTION,
    COMMISSION_REVERSAL,
    DEPOSIT,
    TRANSACTION_CHARGE,
    WITHDRAWAL,
    Posting,
)
from simulator.exchange.money import HUNDRED_PERCENT, HUNDREDTHS, divide_half_away
from simulator.exchange.orders import OrderType, Side
from simulator.world.accounts import CustomerAccount
from simulator.world.catalogue import MarketDescription
from simulator.world.world import World

_MARKET_TYPES: Final = {
    BettingType.ODDS: LegacyMarketType.O,
    BettingType.LINE: LegacyMarketType.L,
    BettingType.ASIAN_HANDICAP_DOUBLE_LINE: LegacyMarketType.A,
    BettingType.ASIAN_HANDICAP_SINGLE_LINE: LegacyMarketType.A,
}
_CATEGORIES: Final = {
    OrderType.LIMIT: BetCategoryType.E,
    OrderType.LIMIT_ON_CLOSE: BetCategoryType.L,
    OrderType.MARKET_ON_CLOSE: BetCategoryType.M,
}


def statement_item(world: World, account: CustomerAccount, posting: Posting, names: Names) -> StatementItem:
    """Return a posting of an account as an item of its statement, with names as the reader's language has them."""
    amount = posting.amount_for(account.username)
    if posting.bet_id is not None:
        reference, about = posting.bet_id, _of_bet(world, posting, posting.bet_id, amount, names)
    elif posting.market_id is not None:
        reference, about = _of_commission(world, account, posting, posting.market_id, names)
    else:
        reference, about = posting.transaction_id or 0, _of_payment(posting)
    date = order_date(posting.at)
    about.setdefault("placedDate", date)
    data = StatementLegacyData(
        startDate=date,
        transactionType=TransactionType.ACCOUNT_CREDIT if amount > 0 else TransactionType.ACCOUNT_DEBIT,
        transactionId=posting.transaction_id or 0,
        **{**_NO_BET, **about},
    )
    return StatementItem(
        refId=str(reference),
        itemDate=date,
        amount=double(amount),
        balance=double(posting.balance_of(account.username)),
        itemClassData={"unknownStatementItem": _with_nulls(data)},
        legacyData=data,
        itemClass=ItemClass.UNKNOWN,
    )


_NO_BET: Final[dict[str, Any]] = {
    "avgPrice": 0.0,
    "betSize": 0.0,
    "betType": BetType.B,
    "betCategoryType": BetCategoryType.NONE,
    "grossBetAmount": 0.0,
    "selectionId": 0,
    "winLose": WinLose.RESULT_NOT_APPLICABLE,
}


def _of_bet(world: World, posting: Posting, bet_id: int, amount: int, names: Names) -> dict[str, Any]:
    order = world.exchange.orders[bet_id].own
    market = world.catalogue.markets[order.market_id]
    # By another result the bet may be void now: it is shown as it was settled.
    size = sum(fragment.size for fragment in order.fragments)
    payout = sum(fragment.payout for fragment in order.fragments)
    return {
        **_of_market(market, names),
        "avgPrice": double((2 * payout + size) // (2 * size)),
        "avgPriceRaw": payout / size / HUNDREDTHS,
        "betSize": double(size),
        "betType": BetType.B if order.side is Side.BACK else BetType.L,
        "betCategoryType": _CATEGORIES[order.order_type] if order.is_for_starting_price else BetCategoryType.E,
        "placedDate": order_date(order.placed_at),
        "selectionId": order.runner.selection_id,
        "selectionName": names(market.runners[order.runner].name),
        "winLose": _win_lose(world, posting, order.market_id, amount),
    }


def _win_lose(world: World, posting: Posting, market_id: str, amount: int) -> WinLose:
    """Return the word for what a bet did to an account: by another result than counts now it is an error."""
    if posting.memo == BET_CORRECTION:
        return WinLose.RESULT_FIX
    if posting.corrections < world.exchange.markets[market_id].corrections:
        return WinLose.RESULT_ERR
    return WinLose.RESULT_WON if amount > 0 else WinLose.RESULT_LOST


def _of_commission(
    world: World, account: CustomerAccount, posting: Posting, market_id: str, names: Names
) -> tuple[int, dict[str, Any]]:
    closing = world.exchange.markets[market_id].orders_of[account.username].closings[posting.corrections]
    commission = abs(posting.amount_for(account.username))
    rate = double(divide_half_away(commission * HUNDRED_PERCENT, closing.net_winnings))
    is_reversal = posting.memo == COMMISSION_REVERSAL
    return closing.last_bet_id, {
        **_of_market(world.catalogue.markets[market_id], names),
        "commissionRate": f"{rate:g}%",
        "grossBetAmount": double(closing.net_winnings),
        "winLose": WinLose.COMMISSION_REVERSAL if is_reversal else WinLose.RESULT_NOT_APPLICABLE,
    }


def _of_market(market: MarketDescription, names: Names) -> dict[str, Any]:
    event = market.event
    path = (event.event_type_name, event.competition_name, event.name, market.name)
    return {
        "eventId": int(market.id.partition(".")[2]),
        "eventTypeId": int(event.event_type_id),
        "fullMarketName": " / ".join(names(name) for name in path if name),
        "marketName": names(market.name),
        "marketType": _MARKET_TYPES[market.definition.betting_type],
    }


_NAMES: Final = {DEPOSIT: "Deposit", WITHDRAWAL: "Withdrawal", TRANSACTION_CHARGE: "Transaction charge"}


def _of_payment(posting: Posting) -> dict[str, Any]:
    name = _NAMES[posting.memo]
    return {
        "eventId": 0,
        "eventTypeId": 0,
        "fullMarketName": name,
        "marketName": name,
        "marketType": LegacyMarketType.NOT_APPLICABLE,
    }


def _with_nulls(data: StatementLegacyData) -> str:
    """Return the data of an item as JSON, what there is not as null; but for what came later, which is left out."""
    members = {name: getattr(data, name) for name in data.__struct_fields__}
    if members["avgPriceRaw"] is None:
        del members["avgPriceRaw"]
    return encode_json(members).decode()
