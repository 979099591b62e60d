"""What keeps one account from betting although the market would take its bets.

A wallet that is closed, a regulator that does not answer, a limit on losses that the customer has set, and the rules of
the country. Sources: manual, ExecutionReportErrorCode and InstructionReportErrorCode, which name the cases; how losses
are counted, and what chasing them is, is chosen.
"""

from bisect import bisect_right
from collections.abc import Sequence

from simulator.exchange.acceptance import release, reserve
from simulator.exchange.accounts import Account
from simulator.exchange.ledger import PAYMENTS
from simulator.exchange.market import Market
from simulator.exchange.orders import Order
from simulator.exchange.refusals import Reason, Refused
from simulator.exchange.state import State


def refuse_restricted(state: State, account: Account, placements: int, at: int) -> None:
    """Raise `Refused` for a request of an account that may place nothing now, or not so many orders at once."""
    standing, rules = account.standing, account.national_rules
    if not standing.wallet_is_open:
        raise Refused(Reason.INVALID_WALLET_STATUS, f"the wallet of account {account.name!r} is suspended")
    if not standing.regulator_answers:
        raise Refused(Reason.REGULATOR_IS_NOT_AVAILABLE, f"the regulator of account {account.name!r} does not answer")
    limit = None if rules is None else rules.place_instruction_limit
    if limit is not None and placements > limit:
        raise Refused(Reason.REJECTED_BY_REGULATOR, f"{placements} instructions, and the regulator allows {limit}")
    if standing.loss_limit is not None:
        loss = loss_of(state, account, at)
        if loss >= standing.loss_limit:
            why = f"account {account.name!r} has lost {loss} of the {standing.loss_limit} that it allows itself to lose"
            raise Refused(Reason.LOSS_LIMIT_EXCEEDED, why)


def reserve_restricted(
    state: State, market: Market, account: Account, orders: Sequence[Order], at: int, *, are_new: bool
) -> None:
    """Count the orders in the exposure as `reserve` does; raise `Refused` also where they risk what they may not.

    Orders that are not new follow others, whose money they take over.
    """
    risked_before = account.exposure
    reserve(state, market, account, orders)
    try:
        if account.standing.loss_limit is not None:
            _refuse_risk_of_loss(market, account, orders, account.standing.loss_limit - loss_of(state, account, at))
        if are_new:
            _refuse_chasing(state, account, account.exposure - risked_before, at)
    except Refused:
        release(market, orders)
        raise


def _refuse_risk_of_loss(market: Market, account: Account, orders: Sequence[Order], most: int) -> None:
    """Raise `Refused` for the orders that raise the exposure above what may be lost, counted one after the other."""
    if account.exposure <= most:
        return
    release(market, orders)
    position, before = market.positions[account.name], account.exposure
    reasons: list[Reason] = []
    for order in orders:
        position.count(order.own)
        after = account.exposure
        reasons.append(Reason.LOSS_LIMIT_EXCEEDED if after > max(before, most) else Reason.ERROR_IN_ORDER)
        before = after
    if Reason.LOSS_LIMIT_EXCEEDED in reasons:
        why = f"account {account.name!r} would risk more than the {most} that it may still lose"
        raise Refused(Reason.BET_ACTION_ERROR, why, tuple(reasons))


def _refuse_chasing(state: State, account: Account, risked: int, at: int) -> None:
    """Raise `Refused` where a customer of a country that forbids it risks more than was lost a short while ago."""
    rules, window = account.national_rules, state.rules.chasing_window_seconds
    if rules is None or not rules.forbids_chasing or window is None:
        return
    lost = last_loss(state, account, at - 1000 * window)
    if lost and risked > lost:
        raise Refused(Reason.NO_CHASING, f"account {account.name!r} risks {risked} more, and has just lost {lost}")


def loss_of(state: State, account: Account, at: int) -> int:
    """Return what an account has lost by betting within its period, in its own money; what it has won is less than 0.

    A period reaches back from now.
    """
    postings = state.ledger.postings(account.name)
    begin = bisect_right(postings, at - account.standing.loss_period_milliseconds, key=lambda posting: posting.at)
    return -sum(posting.amount_for(account.name) for posting in postings[begin:] if posting.memo not in PAYMENTS)


def last_loss(state: State, account: Account, since: int) -> int:
    """Return what an account lost in the market that was settled for it last, 0 where that is longer ago or a gain."""
    lost, last = 0, None
    for posting in reversed(state.ledger.postings(account.name)):
        if posting.at <= since or (last is not None and posting.market_id not in (None, last)):
            break
        if posting.market_id is not None:
            last = posting.market_id
            lost -= posting.amount_for(account.name)
    return max(lost, 0)
