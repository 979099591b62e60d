"""Subscriptions to the applications of vendors: made by the vendor, activated by the customer, and looked at by both.

Sources: manual, "Operaciones de cuentas"; `AccountAPING.xml`; what Betfair publishes about its Vendor Services.
"""

from typing import Any

from simulator.betfair.accounts.refusing import done, not_valid, refuse
from simulator.betfair.accounts.vendor_callers import calling_vendor
from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.operations import Call
from simulator.betfair.schema.account_vendors import (
    AccountSubscription,
    ActivateApplicationSubscriptionRequest,
    AffiliateRelation,
    AffiliateRelationStatus,
    ApplicationSubscription,
    CancelApplicationSubscriptionRequest,
    GetAffiliateRelationRequest,
    GetApplicationSubscriptionHistoryRequest,
    GetApplicationSubscriptionTokenRequest,
    GetVendorClientIdRequest,
    ListAccountSubscriptionTokensRequest,
    ListApplicationSubscriptionTokensRequest,
    Status,
    SubscriptionHistory,
    SubscriptionStatus,
    SubscriptionTokenInfo,
    UpdateApplicationSubscriptionRequest,
)
from simulator.betfair.schema.wire import date_time
from simulator.world.accounts import CustomerAccount
from simulator.world.happened import SubscriptionMade, SubscriptionUpdated
from simulator.world.inputs import ActivateSubscription, CancelSubscription, MakeSubscription, UpdateSubscription
from simulator.world.vendors import EXPIRED, Subscription, VendorRefused
from simulator.world.world import World


def get_vendor_client_id(call: Call[GetVendorClientIdRequest]) -> str:
    """Return the id under which vendors know the customer: the same to all of them (chosen)."""
    return call.world.vendors.client_id(call.account.username)


def get_application_subscription_token(call: Call[GetApplicationSubscriptionTokenRequest]) -> str:
    """Make a subscription to the vendor's application, for a customer to activate, and return its token.

    It lasts so many days from now and until the midnight after them, in UTC (chosen), and has no end without a number.
    Raises DSC-0038 for who is no vendor, INVALID_INPUT_DATA for a number of days that makes no sense, and
    INVALID_CLIENT_REF for a reference that is too long.
    """
    vendor, params = calling_vendor(call), call.params
    made = MakeSubscription(vendor.account.username, params.subscriptionLength, params.clientReference)
    (event,) = done(call.world, made).events
    assert isinstance(event, SubscriptionMade)
    return event.subscription_token


def activate_application_subscription(call: Call[ActivateApplicationSubscriptionRequest]) -> Status:
    """Subscribe the customer to the application whose vendor has made the token.

    Raises INVALID_SUBSCRIPTION_TOKEN for one that was never made, was activated already or is cancelled, and
    SUBSCRIPTION_EXPIRED.
    """
    done(call.world, ActivateSubscription(call.account.username, call.params.subscriptionToken))
    return Status.SUCCESS


def cancel_application_subscription(call: Call[CancelApplicationSubscriptionRequest]) -> Status:
    """End a subscription to the vendor's application, activated or not.

    Raises DSC-0038 for who is no vendor, INVALID_SUBSCRIPTION_TOKEN for a token that is not of the application or is
    cancelled already, and SUBSCRIPTION_EXPIRED.
    """
    vendor = calling_vendor(call)
    done(call.world, CancelSubscription(vendor.account.username, call.params.subscriptionToken))
    return Status.SUCCESS


def update_application_subscription(call: Call[UpdateApplicationSubscriptionRequest]) -> str:
    """Let the activated subscription of a customer last so many days from now, and return its token.

    Raises DSC-0038 for who is no vendor, INVALID_VENDOR_CLIENT_ID for a customer who has none, and INVALID_INPUT_DATA
    for a number of days that makes no sense.
    """
    vendor, params = calling_vendor(call), call.params
    updated = UpdateSubscription(vendor.account.username, params.vendorClientId, params.subscriptionLength)
    (event,) = done(call.world, updated).events
    assert isinstance(event, SubscriptionUpdated)
    return event.subscription_token


def list_application_subscription_tokens(
    call: Call[ListApplicationSubscriptionTokensRequest],
) -> list[ApplicationSubscription]:
    """Return the subscriptions to the vendor's application, all of them or those of a status, the oldest first.

    Raises DSC-0038 for who is no vendor.
    """
    vendor, wanted = calling_vendor(call), call.params.subscriptionStatus
    return [
        application_subscription(call.world, each, call.now)
        for each in call.world.vendors.subscriptions.values()
        if each.vendor == vendor.account.username and wanted in (None, SubscriptionStatus.ALL, each.status(call.now))
    ]


def list_account_subscription_tokens(call: Call[ListAccountSubscriptionTokensRequest]) -> list[AccountSubscription]:
    """Return the subscriptions that the customer has activated, application by application, whatever became of them."""
    world, customer = call.world, call.account.username
    return [
        AccountSubscription(
            subscriptionTokens=[_token_info(each, call.now) for each in held],
            applicationName=vendor.vendor.name,
            applicationVersionId=str(app_version_id(world, vendor)),
        )
        for vendor in world.accounts.by_username.values()
        if vendor.vendor is not None and (held := world.vendors.between(vendor.username, customer))
    ]


def get_application_subscription_history(
    call: Call[GetApplicationSubscriptionHistoryRequest],
) -> list[SubscriptionHistory]:
    """Return all subscriptions of one customer to one application, the oldest first; of a new customer there are none.

    A vendor sends the app key of its application and names the customer; raises DSC-0038 for who is no vendor,
    INVALID_INPUT_DATA where no customer is named and INVALID_VENDOR_CLIENT_ID where nobody is called so. A customer
    sends no app key and names the one of the application; raises NO_APP_KEY where none is named and INVALID_APP_KEY
    where nobody has it.
    """
    vendor, customer = _asked_by_vendor(call) if call.app_key else _asked_by_customer(call)
    return [_history(each, call.now) for each in call.world.vendors.between(vendor, customer)]


def _asked_by_vendor(call: Call[GetApplicationSubscriptionHistoryRequest]) -> tuple[str, str]:
    vendor, client_id = calling_vendor(call), call.params.vendorClientId
    if not client_id:
        raise not_valid("a vendor has to say whose subscriptions, by vendorClientId")
    try:
        return vendor.account.username, call.world.vendors.customer(client_id).username
    except VendorRefused as refused:
        refuse(refused)


def _asked_by_customer(call: Call[GetApplicationSubscriptionHistoryRequest]) -> tuple[str, str]:
    app_key = call.params.applicationKey
    if not app_key:
        raise ApiError(ApiErrorCode.NO_APP_KEY, "a customer has to say of which application, by applicationKey")
    owner = owner_of(call.world, app_key)
    if owner is None:
        raise ApiError(ApiErrorCode.INVALID_APP_KEY, f"no account has {app_key[:80]!r}")
    return owner, call.account.username


def get_affiliate_relation(call: Call[GetAffiliateRelationRequest]) -> list[AffiliateRelation]:
    """Return of each customer whether it came through the vendor, in the order asked for.

    An id that nobody has is INVALID_USER. Raises DSC-0038 for who is no vendor.
    """
    vendor, customers = calling_vendor(call).vendor, call.world.vendors.customers()

    def status(client_id: str) -> AffiliateRelationStatus:
        customer = customers.get(client_id)
        if customer is None:
            return AffiliateRelationStatus.INVALID_USER
        is_affiliated = customer.username in vendor.affiliates
        return AffiliateRelationStatus.AFFILIATED if is_affiliated else AffiliateRelationStatus.NOT_AFFILIATED

    return [AffiliateRelation(vendorClientId=each, status=status(each)) for each in call.params.vendorClientIds]


# How a subscription is written


def app_version_id(world: World, vendor: CustomerAccount) -> int:
    """Return the number of the version of a vendor's application that its live app key is of."""
    return world.developer_apps.by_key[vendor.app_key].version_id


def owner_of(world: World, app_key: str) -> str | None:
    """Return whose app key it is, `None` where it is nobody's."""
    version = world.developer_apps.by_key.get(app_key)
    return None if version is None else version.owner


def application_subscription(world: World, subscription: Subscription, now: int) -> ApplicationSubscription:
    """Return a subscription as the vendor sees it."""
    customer = subscription.customer
    return ApplicationSubscription(
        **_in_common(subscription, now),
        createdDateTime=date_time(subscription.created_at),
        activationDateTime=_date(subscription.activated_at),
        clientReference=subscription.client_reference,
        vendorClientId=None if customer is None else world.vendors.client_id(customer),
    )


def _history(subscription: Subscription, now: int) -> SubscriptionHistory:
    return SubscriptionHistory(
        **_in_common(subscription, now),
        createdDateTime=date_time(subscription.created_at),
        activationDateTime=_date(subscription.activated_at),
        clientReference=subscription.client_reference,
    )


def _token_info(subscription: Subscription, now: int) -> SubscriptionTokenInfo:
    return SubscriptionTokenInfo(**_in_common(subscription, now), activatedDateTime=_date(subscription.activated_at))


def _in_common(subscription: Subscription, now: int) -> dict[str, Any]:
    status = subscription.status(now)
    return {
        "subscriptionToken": subscription.token,
        "expiryDateTime": _date(subscription.expires_at),
        "expiredDateTime": _date(subscription.expires_at) if status == EXPIRED else None,
        "cancellationDateTime": _date(subscription.cancelled_at),
        "subscriptionStatus": status,
    }


def _date(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else date_time(milliseconds)
