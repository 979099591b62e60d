"""Web applications of vendors, which act on customers' behalf: the customer allows it, the vendor gets a session.

Sources: `AccountAPING.xml`; manual, "Operaciones de cuentas"; what Betfair publishes about its Vendor Web API, namely
that a code is good once and for ten minutes, and that `expires_in` counts seconds.
"""

from typing import Final

from simulator.betfair.accounts.refusing import done, refuse
from simulator.betfair.accounts.subscriptions import app_version_id, application_subscription
from simulator.betfair.accounts.vendor_callers import calling_vendor
from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.operations import Call, OpenCall
from simulator.betfair.schema.account_vendors import (
    AuthorisationResponse,
    GetAuthorisationCodeRequest,
    GetVendorDetailsRequest,
    GrantType,
    IsAccountSubscribedToWebAppRequest,
    ListAuthorizedWebAppsRequest,
    RevokeAccessToWebAppRequest,
    Status,
    TokenRequest,
    TokenType,
    VendorAccessTokenInfo,
    VendorDetails,
)
from simulator.world.accounts import CustomerAccount, Vendor
from simulator.world.happened import VendorAdmitted, VendorAuthorised
from simulator.world.inputs import AuthoriseVendor, OpenVendorSession, RevokeVendor
from simulator.world.vendors import VendorRefused
from simulator.world.world import World

_MILLISECONDS: Final = 1000


def get_authorisation_code(call: Call[GetAuthorisationCodeRequest]) -> AuthorisationResponse:
    """Make a code by which a vendor gets a session of the customer, once and within ten minutes.

    Raises INVALID_INPUT_DATA where there is no such vendor, and USER_NOT_SUBSCRIBED where the customer has no activated
    subscription to its application.
    """
    (event,) = done(call.world, AuthoriseVendor(call.account.username, call.params.vendorId)).events
    assert isinstance(event, VendorAuthorised)
    _, vendor = _vendor(call.world, call.params.vendorId)
    return AuthorisationResponse(authorisationCode=event.authorisation_code, redirectUrl=vendor.redirect_url)


def token(call: Call[TokenRequest]) -> VendorAccessTokenInfo:
    """Open a session in which the vendor acts on a customer's behalf, by a code or by a refresh token.

    It lasts as long as every session, and the refresh token until the customer revokes it; it stays the same (chosen).
    Raises, in this order (chosen), DSC-0038 for who is no vendor, INVALID_GRANT_TYPE where what is granted does not go
    with what is sent, INVALID_SECRET where the id and the secret are not the vendor's, INVALID_AUTH_CODE for a code or
    a refresh token that is good for nothing, and USER_NOT_SUBSCRIBED where the subscription has ended.
    """
    account, vendor = calling_vendor(call)
    params = call.params
    code, refresh_token = params.code or None, params.refresh_token or None
    is_by_code = params.grant_type is GrantType.AUTHORIZATION_CODE
    if (code is None, refresh_token is None) != (not is_by_code, is_by_code):
        needed = "a code and no refresh token" if is_by_code else "a refresh token and no code"
        raise ApiError(ApiErrorCode.INVALID_GRANT_TYPE, f"{params.grant_type} needs {needed}")
    if (params.client_id, params.client_secret) != (vendor.vendor_id, vendor.secret):
        raise ApiError(ApiErrorCode.INVALID_SECRET, "the id and the secret are not those of the vendor")
    *_, admitted = done(call.world, OpenVendorSession(account.username, code, refresh_token)).events
    assert isinstance(admitted, VendorAdmitted)
    return _access(call.world, admitted, call.now)


def _access(world: World, admitted: VendorAdmitted, now: int) -> VendorAccessTokenInfo:
    session = world.session(admitted.session_token)
    subscription = world.vendors.active(admitted.vendor, admitted.username, now)
    assert session is not None
    assert subscription is not None
    return VendorAccessTokenInfo(
        access_token=session.token,
        token_type=TokenType.BEARER,
        expires_in=(session.expires_at - admitted.at) // _MILLISECONDS,
        refresh_token=admitted.refresh_token,
        application_subscription=application_subscription(world, subscription, now),
    )


def get_vendor_details(call: OpenCall[GetVendorDetailsRequest]) -> VendorDetails:
    """Return a vendor's name, and where customers of its web application are sent.

    Raises INVALID_INPUT_DATA where there is no such vendor.
    """
    return _details(call.world, *_vendor(call.world, call.params.vendorId))


def revoke_access_to_web_app(call: Call[RevokeAccessToWebAppRequest]) -> Status:
    """Let a vendor act no more on the customer's behalf: its refresh token, its codes and its sessions end.

    Raises INVALID_INPUT_DATA where there is no such vendor, and USER_NOT_SUBSCRIBED where it may not act anyway.
    """
    done(call.world, RevokeVendor(call.account.username, str(call.params.vendorId)))
    return Status.SUCCESS


def list_authorized_web_apps(call: Call[ListAuthorizedWebAppsRequest]) -> list[VendorDetails]:
    """Return the vendors that may act on the customer's behalf: those that have a refresh token."""
    return [
        _details(call.world, account, account.vendor)
        for account in call.world.vendors.allowed_by(call.account.username)
        if account.vendor is not None
    ]


def is_account_subscribed_to_web_app(call: Call[IsAccountSubscribedToWebAppRequest]) -> bool:
    """Return whether a vendor may act on the customer's behalf.

    Raises INVALID_INPUT_DATA where there is no such vendor.
    """
    account, _ = _vendor(call.world, call.params.vendorId)
    return call.world.vendors.grant(account.username, call.account.username) is not None


def _vendor(world: World, vendor_id: str) -> tuple[CustomerAccount, Vendor]:
    try:
        return world.vendors.find(vendor_id)
    except VendorRefused as refused:
        refuse(refused)


def _details(world: World, account: CustomerAccount, vendor: Vendor) -> VendorDetails:
    return VendorDetails(
        appVersionId=app_version_id(world, account), vendorName=vendor.name, redirectUrl=vendor.redirect_url
    )
