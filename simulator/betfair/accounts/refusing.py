"""How the accounts service refuses what is asked: in the one sentence that is recorded, with ours in the log."""

from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.schema.account_aping import Wallet
from simulator.world.accounts import CustomerAccount


def not_valid(explanation: str) -> ApiError:
    """Return INVALID_INPUT_DATA with the details that are recorded for it."""
    return ApiError(ApiErrorCode.INVALID_INPUT_DATA, "The request was not valid.", explanation=explanation)


def check_wallet(account: CustomerAccount, wallet: Wallet | None) -> None:
    """Raise INVALID_INPUT_DATA for a wallet that the account has not: each has one, whose name may be left out."""
    if wallet not in (None, account.wallet):
        raise not_valid(f"the account has the wallet {account.wallet} and no other")
