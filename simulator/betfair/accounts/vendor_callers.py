"""Who may ask what of the operations of vendors, and how these are refused."""

from typing import Any, NamedTuple, NoReturn

from simulator.betfair.accounts.refusing import not_valid
from simulator.betfair.errors import ApiError, ApiErrorCode, Fault, ProtocolError
from simulator.betfair.operations import Call
from simulator.world.accounts import CustomerAccount, Vendor
from simulator.world.happened import Happened, Refusal
from simulator.world.inputs import Input
from simulator.world.vendors import VendorRefused
from simulator.world.world import World


class Caller(NamedTuple):
    """A vendor who calls with an app key of its own application."""

    account: CustomerAccount
    vendor: Vendor


def calling_vendor(call: Call[Any]) -> Caller:
    """Return the vendor who calls; raise DSC-0038 where an app key was sent with which nobody else may call.

    The operation is for owners of applications that have subscribers (manual, "Disponible únicamente para las claves de
    aplicación administradas por el propietario"), and the fault is that of a key that may not ask for it.
    """
    account = call.account
    is_own = call.app_key in call.world.vendors.app_keys(account.username) and not call.session.vendor
    if account.vendor is None or not is_own:
        raise ProtocolError(
            Fault.OPERATION_FORBIDDEN,
            f"the app key {call.app_key!r} is not that of an application whose vendor is {account.username!r}",
        )
    return Caller(account, account.vendor)


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
