"""How the accounts service refuses what is asked: in the one sentence that is recorded, with ours in the log."""

from typing import NoReturn

from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.schema.account_aping import Wallet
from simulator.world.accounts import CustomerAccount
from simulator.world.happened import Happened, Refusal
from simulator.world.inputs import Input
from simulator.world.vendors import VendorRefused
from simulator.world.world import World


def not_valid(explanation: str) -> ApiError:
    """Return INVALID_INPUT_DATA with the details that are recorded for it."""
    return ApiError(ApiErrorCode.INVALID_INPUT_DATA, "The request was not valid.", explanation=explanation)


def check_wallet(account: CustomerAccount, wallet: Wallet | None) -> None:
    """Raise INVALID_INPUT_DATA for a wallet that the account has not: each has one, whose name may be left out."""
    if wallet not in (None, account.wallet):
        raise not_valid(f"the account has the wallet {account.wallet} and no other")


def done(world: World, one: Input) -> Happened:
    """Put an input of a vendor or a customer into the world; raise `ApiError` where it is refused."""
    happened = world.do(one)
    if happened.refusal is not None:
        refuse(happened.refusal)
    return happened


def refuse(refusal: Refusal | VendorRefused) -> NoReturn:
    """Raise the error of the accounts interface that a refusal stands for."""
    why = refusal.problem if isinstance(refusal, Refusal) else str(refusal)
    if refusal.code == ApiErrorCode.INVALID_INPUT_DATA:
        raise not_valid(why)
    raise ApiError(ApiErrorCode(refusal.code), why)
