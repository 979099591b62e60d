"""What inputs about vendors and their customers do, one function an input, as those of `handlers`."""

from collections.abc import Callable
from typing import Any, Final

from simulator.exchange.events import Event
from simulator.exchange.refusals import Impossible
from simulator.world.account_handlers import account_of
from simulator.world.accounts import CustomerAccount
from simulator.world.happened import (
    SessionClosed,
    SessionOpened,
    SubscriptionActivated,
    SubscriptionCancelled,
    SubscriptionMade,
    SubscriptionUpdated,
    VendorAdmitted,
    VendorAuthorised,
    VendorRevoked,
)
from simulator.world.inputs import (
    ActivateSubscription,
    AuthoriseVendor,
    CancelSubscription,
    Input,
    MakeSubscription,
    OpenVendorSession,
    RevokeVendor,
    UpdateSubscription,
)
from simulator.world.parts import Parts
from simulator.world.vendors import Grant


def _make_subscription(parts: Parts, make: MakeSubscription, at: int, events: list[Event]) -> None:
    vendor = _vendor_of(parts, make.vendor)
    made = parts.vendors.subscribe(vendor.username, make.days, make.client_reference, at)
    events.append(SubscriptionMade(at, made.vendor, made.token, made.expires_at))


def _activate_subscription(parts: Parts, activate: ActivateSubscription, at: int, events: list[Event]) -> None:
    customer = account_of(parts, activate.username)
    activated = parts.vendors.activate(customer.username, activate.subscription_token, at)
    events.append(SubscriptionActivated(at, activated.vendor, customer.username, activated.token))


def _cancel_subscription(parts: Parts, cancel: CancelSubscription, at: int, events: list[Event]) -> None:
    vendor = _vendor_of(parts, cancel.vendor)
    cancelled = parts.vendors.cancel(vendor.username, cancel.subscription_token, at)
    events.append(SubscriptionCancelled(at, cancelled.vendor, cancelled.token))


def _update_subscription(parts: Parts, update: UpdateSubscription, at: int, events: list[Event]) -> None:
    vendor = _vendor_of(parts, update.vendor)
    updated = parts.vendors.update(vendor.username, update.vendor_client_id, update.days, at)
    events.append(SubscriptionUpdated(at, updated.vendor, updated.token, updated.expires_at))


def _authorise_vendor(parts: Parts, authorise: AuthoriseVendor, at: int, events: list[Event]) -> None:
    customer = account_of(parts, authorise.username)
    made = parts.vendors.authorise(customer.username, authorise.vendor_id, at)
    events.append(VendorAuthorised(at, made.vendor, made.customer, made.code, made.expires_at))


def _open_vendor_session(parts: Parts, opening: OpenVendorSession, at: int, events: list[Event]) -> None:
    vendor = _vendor_of(parts, opening.vendor)
    grant = _grant_for(parts, vendor.username, opening, at)
    customer = parts.accounts.by_username[grant.customer]
    session, expired, _ = parts.sessions.open_for_vendor(customer, vendor.app_key, vendor.username, at)
    events.extend(SessionClosed(at, each.token, each.account.username) for each in expired)
    events.append(SessionOpened(at, session.token, customer.username, session.app_key, session.expires_at))
    events.append(VendorAdmitted(at, vendor.username, customer.username, session.token, grant.refresh_token))


def _grant_for(parts: Parts, vendor: str, opening: OpenVendorSession, at: int) -> Grant:
    match opening.authorisation_code, opening.refresh_token:
        case str(code), None:
            return parts.vendors.redeem(vendor, code, at)
        case None, str(refresh_token):
            return parts.vendors.refresh(vendor, refresh_token, at)
    raise Impossible("a session of a vendor needs a code or a refresh token, and not both")


def _revoke_vendor(parts: Parts, revoke: RevokeVendor, at: int, events: list[Event]) -> None:
    customer = account_of(parts, revoke.username)
    grant = parts.vendors.revoke(customer.username, revoke.vendor_id)
    for session in parts.sessions.of_vendor(customer.username, grant.vendor):
        parts.sessions.close(session)
        events.append(SessionClosed(at, session.token, customer.username))
    events.append(VendorRevoked(at, grant.vendor, customer.username))


def _vendor_of(parts: Parts, username: str) -> CustomerAccount:
    account = account_of(parts, username)
    if account.vendor is None:
        raise Impossible(f"the account {username!r} is no vendor's")
    return account


VENDOR_HANDLERS: Final[dict[type[Input], Callable[[Parts, Any, int, list[Event]], None]]] = {
    MakeSubscription: _make_subscription,
    ActivateSubscription: _activate_subscription,
    CancelSubscription: _cancel_subscription,
    UpdateSubscription: _update_subscription,
    AuthoriseVendor: _authorise_vendor,
    OpenVendorSession: _open_vendor_session,
    RevokeVendor: _revoke_vendor,
}
"""The handlers of the inputs about vendors."""
