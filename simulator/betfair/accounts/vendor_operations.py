"""The operations of vendors and their customers, for the accounts service: which takes what, and needs which headers.

Which headers, by the manual's table of the operations of accounts; getAuthorisationCode, which it does not have, is
asked as the other things are that only the customer can say: with a session.
"""

from typing import Final

from simulator.betfair.accounts.subscriptions import (
    activate_application_subscription,
    cancel_application_subscription,
    get_affiliate_relation,
    get_application_subscription_history,
    get_application_subscription_token,
    get_vendor_client_id,
    list_account_subscription_tokens,
    list_application_subscription_tokens,
    update_application_subscription,
)
from simulator.betfair.accounts.web_apps import (
    get_authorisation_code,
    get_vendor_details,
    is_account_subscribed_to_web_app,
    list_authorized_web_apps,
    revoke_access_to_web_app,
    token,
)
from simulator.betfair.operations import Needs, Operation
from simulator.betfair.schema.account_vendors import (
    ActivateApplicationSubscriptionRequest,
    CancelApplicationSubscriptionRequest,
    GetAffiliateRelationRequest,
    GetApplicationSubscriptionHistoryRequest,
    GetApplicationSubscriptionTokenRequest,
    GetAuthorisationCodeRequest,
    GetVendorClientIdRequest,
    GetVendorDetailsRequest,
    IsAccountSubscribedToWebAppRequest,
    ListAccountSubscriptionTokensRequest,
    ListApplicationSubscriptionTokensRequest,
    ListAuthorizedWebAppsRequest,
    RevokeAccessToWebAppRequest,
    TokenRequest,
    UpdateApplicationSubscriptionRequest,
)

_SESSION: Final = Needs.SESSION

VENDORS: Final = (
    Operation("getVendorClientId", GetVendorClientIdRequest, get_vendor_client_id),
    Operation(
        "getApplicationSubscriptionToken", GetApplicationSubscriptionTokenRequest, get_application_subscription_token
    ),
    Operation(
        "activateApplicationSubscription",
        ActivateApplicationSubscriptionRequest,
        activate_application_subscription,
        needs=_SESSION,
    ),
    Operation("cancelApplicationSubscription", CancelApplicationSubscriptionRequest, cancel_application_subscription),
    Operation("updateApplicationSubscription", UpdateApplicationSubscriptionRequest, update_application_subscription),
    Operation(
        "listApplicationSubscriptionTokens",
        ListApplicationSubscriptionTokensRequest,
        list_application_subscription_tokens,
    ),
    Operation("listAccountSubscriptionTokens", ListAccountSubscriptionTokensRequest, list_account_subscription_tokens),
    Operation(
        "getApplicationSubscriptionHistory",
        GetApplicationSubscriptionHistoryRequest,
        get_application_subscription_history,
        needs=_SESSION,
    ),
    Operation("getAuthorisationCode", GetAuthorisationCodeRequest, get_authorisation_code, needs=_SESSION),
    Operation("token", TokenRequest, token),
    Operation("getVendorDetails", GetVendorDetailsRequest, get_vendor_details, needs=Needs.NOTHING),
    Operation("revokeAccessToWebApp", RevokeAccessToWebAppRequest, revoke_access_to_web_app, needs=_SESSION),
    Operation("listAuthorizedWebApps", ListAuthorizedWebAppsRequest, list_authorized_web_apps, needs=_SESSION),
    Operation(
        "isAccountSubscribedToWebApp",
        IsAccountSubscribedToWebAppRequest,
        is_account_subscribed_to_web_app,
        needs=_SESSION,
    ),
    Operation("getAffiliateRelation", GetAffiliateRelationRequest, get_affiliate_relation),
)
"""In the order of the interface definition."""
