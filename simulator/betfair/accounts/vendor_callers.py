"""Who may ask what of the operations of vendors."""

from typing import Any, NamedTuple

from simulator.betfair.errors import Fault, ProtocolError
from simulator.betfair.operations import Call
from simulator.world.accounts import CustomerAccount, Vendor


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
