"""Transfers between wallets, which came to an end in 2016 with the Australian wallet."""

from typing import Never

from simulator.betfair.accounts.refusing import not_valid
from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.operations import Call
from simulator.betfair.schema.account_aping import TransferFundsRequest
from simulator.betfair.schema.wire import hundredths


def transfer_funds(call: Call[TransferFundsRequest]) -> Never:
    """Refuse a transfer: there is one wallet, and no other from which or to which money could go (manual: obsolete).

    Raises WALLET_TRANSFER_ERROR, and INVALID_INPUT_DATA for an amount that is none: nothing, less, or parts of a penny.
    """
    request = call.params
    if hundredths(request.amount) < 1:
        raise not_valid(f"{request.amount} is no amount of money")
    raise ApiError(
        ApiErrorCode.WALLET_TRANSFER_ERROR,
        f"the account has the wallet {call.account.wallet} alone: nothing goes from {request.from_} to {request.to}",
    )
