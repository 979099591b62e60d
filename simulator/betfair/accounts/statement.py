"""getAccountStatement: everything that has moved money of an account, in the order in which it happened.

The ledger keeps the postings of every account in order, and payments apart from the rest, so a page costs what is on
it, and a range of dates two bisections. Sources: manual and `AccountAPING.xml`, getAccountStatement.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from simulator.betfair.accounts.refusing import check_wallet, not_valid
from simulator.betfair.accounts.statement_items import statement_item
from simulator.betfair.betting.codes import check_locale
from simulator.betfair.betting.order_filters import whole_seconds_within
from simulator.betfair.operations import Call
from simulator.betfair.schema.account_aping import AccountStatementReport, GetAccountStatementRequest, IncludeItem
from simulator.exchange.ledger import Ledger, Posting

PAGE: Final = 100
"""The most items that an answer holds (manual)."""

_POSTINGS: Final[Mapping[IncludeItem, Callable[[Ledger, str], Sequence[Posting]]]] = {
    IncludeItem.ALL: Ledger.postings,
    IncludeItem.EXCHANGE: Ledger.postings_but_payments,
    IncludeItem.DEPOSITS_WITHDRAWALS: Ledger.payments,
    IncludeItem.POKER_ROOM: lambda *_: (),
}


def get_account_statement(call: Call[GetAccountStatementRequest]) -> AccountStatementReport:
    """Return a page of what has moved money of the account, the earliest first, each with the balance after it.

    A page has up to 100 items. The range of dates holds both its ends, to the second as items show them, and counts
    only where all items are asked for. Nobody plays poker here. Raises INVALID_INPUT_DATA for a page there cannot be, a
    locale that is none, and a wallet that the account has not.
    """
    request, account = call.params, call.account
    check_locale(request.locale)
    check_wallet(account, request.wallet)
    first, count = request.fromRecord or 0, request.recordCount or PAGE
    if first < 0 or count < 0:
        raise not_valid("fromRecord and recordCount must not be below 0")
    wanted = request.includeItem or IncludeItem.ALL
    postings = _POSTINGS[wanted](call.world.exchange.ledger, account.username)
    begin, end = _within(postings, request) if wanted is IncludeItem.ALL else (0, len(postings))
    begin = min(begin + first, end)
    page = postings[begin : min(begin + min(count, PAGE), end)]
    return AccountStatementReport(
        accountStatement=[statement_item(call.world, account, posting) for posting in page],
        moreAvailable=begin + len(page) < end,
    )


def _within(postings: Sequence[Posting], request: GetAccountStatementRequest) -> tuple[int, int]:
    """Return from which posting on, and before which, they are in the range of dates."""
    start, end = whole_seconds_within(request.itemDateRange)
    begin = 0 if start is None else bisect_left(postings, start, key=lambda posting: posting.at)
    until = len(postings) if end is None else bisect_left(postings, end, key=lambda posting: posting.at)
    return begin, max(begin, until)
