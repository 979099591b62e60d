"""getAccountStatement: everything that has moved money of an account, in the order in which it happened.

The ledger keeps the postings of every account in order, and where the payments are among them, so a page costs what is
on it, and a range of dates two bisections. Sources: manual and `AccountAPING.xml`, getAccountStatement.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from simulator.betfair.accounts.refusing import check_wallet, not_valid
from simulator.betfair.accounts.statement_items import statement_item
from simulator.betfair.betting.names import names_for
from simulator.betfair.betting.order_filters import whole_seconds_within
from simulator.betfair.errors import Fault, ProtocolError
from simulator.betfair.operations import Call
from simulator.betfair.schema.account_aping import AccountStatementReport, GetAccountStatementRequest, IncludeItem
from simulator.exchange.ledger import Ledger, Posting

PAGE: Final = 100
"""The most items that an answer holds (manual)."""

_Stretch = Callable[[Ledger, GetAccountStatementRequest, str, int, int], Sequence[Posting]]
"""Returns postings of an account, of all that are asked for those from one place on and before another."""


def get_account_statement(call: Call[GetAccountStatementRequest]) -> AccountStatementReport:
    """Return a page of what has moved money of the account, the earliest first, each with the balance after it.

    A page has up to 100 items. The range of dates holds both its ends, to the second as items show them, and counts
    only where all items are asked for. Nobody plays poker here. Raises INVALID_INPUT_DATA for a page there cannot be, a
    locale that is none, and a wallet that the account has not, and DSC-0038 where a vendor asks on a customer's behalf
    (manual: not available through the Vendor Web API).
    """
    request, account = call.params, call.account
    if call.session.vendor:
        raise ProtocolError(Fault.OPERATION_FORBIDDEN, "a vendor is not shown the statement of a customer")
    names = names_for(call, request.locale)
    check_wallet(account, request.wallet)
    first, count = request.fromRecord or 0, request.recordCount or PAGE
    if first < 0 or count < 0:
        raise not_valid("fromRecord and recordCount must not be below 0")
    end = first + min(count, PAGE)
    stretch = _STRETCHES[request.includeItem or IncludeItem.ALL]
    found = stretch(call.world.exchange.ledger, request, account.username, first, end + 1)
    page = found[: end - first]
    return AccountStatementReport(
        accountStatement=[statement_item(call.world, account, posting, names) for posting in page],
        moreAvailable=len(found) > len(page),
    )


def _in_range(
    ledger: Ledger, request: GetAccountStatementRequest, account: str, first: int, end: int
) -> Sequence[Posting]:
    """Return postings of those in the range of dates."""
    postings, (earliest, latest) = ledger.postings(account), whole_seconds_within(request.itemDateRange)
    begin = 0 if earliest is None else bisect_left(postings, earliest, key=lambda posting: posting.at)
    until = len(postings) if latest is None else bisect_left(postings, latest, key=lambda posting: posting.at)
    return postings[begin + first : min(begin + end, until)]


_STRETCHES: Final[Mapping[IncludeItem, _Stretch]] = {
    IncludeItem.ALL: _in_range,
    IncludeItem.EXCHANGE: lambda ledger, _, *stretch: ledger.postings_but_payments(*stretch),
    IncludeItem.DEPOSITS_WITHDRAWALS: lambda ledger, _, *stretch: ledger.payments(*stretch),
    IncludeItem.POKER_ROOM: lambda *_: (),
}
