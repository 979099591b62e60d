"""The operations of the accounts interface, AccountAPING v1.0, for software vendors and their customers.

Source: `AccountAPING.xml`.
"""

from enum import StrEnum
from typing import Annotated, Final

from simulator.betfair.schema.types import Answer, DateTime, Input, Int, ListOf, Long, Signature, one_of


class SubscriptionStatus(StrEnum):
    """Which subscriptions: all of them, or those that are activated, not yet activated, cancelled or expired."""

    ALL = "ALL"
    ACTIVATED = "ACTIVATED"
    UNACTIVATED = "UNACTIVATED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class Status(StrEnum):
    """It was done; what was not done is an error."""

    SUCCESS = "SUCCESS"


class GrantType(StrEnum):
    """What a vendor has in hand to get a session: an authorisation code, or a refresh token."""

    AUTHORIZATION_CODE = "AUTHORIZATION_CODE"
    REFRESH_TOKEN = "REFRESH_TOKEN"


class TokenType(StrEnum):
    """How a token is sent: in the header Authorization, after the word Bearer."""

    BEARER = "BEARER"


class AffiliateRelationStatus(StrEnum):
    """Whether a customer came through a vendor, or is no customer at all."""

    INVALID_USER = "INVALID_USER"
    AFFILIATED = "AFFILIATED"
    NOT_AFFILIATED = "NOT_AFFILIATED"


# Answers


class ApplicationSubscription(Answer, kw_only=True):
    """A subscription to an application as its vendor sees it.

    `expiryDateTime` is when it is to expire, absent where it is open ended, and `expiredDateTime` when it did.
    """

    subscriptionToken: str
    expiryDateTime: DateTime | None = None
    expiredDateTime: DateTime | None = None
    createdDateTime: DateTime | None = None
    activationDateTime: DateTime | None = None
    cancellationDateTime: DateTime | None = None
    subscriptionStatus: Annotated[str, one_of(SubscriptionStatus)] | None = None
    clientReference: str | None = None
    vendorClientId: str | None = None


class SubscriptionHistory(Answer, kw_only=True):
    """A subscription of one customer to one application, whatever has become of it."""

    subscriptionToken: str
    expiryDateTime: DateTime | None = None
    expiredDateTime: DateTime | None = None
    createdDateTime: DateTime | None = None
    activationDateTime: DateTime | None = None
    cancellationDateTime: DateTime | None = None
    subscriptionStatus: Annotated[str, one_of(SubscriptionStatus)] | None = None
    clientReference: str | None = None


class SubscriptionTokenInfo(Answer, kw_only=True):
    """A subscription as the customer sees it."""

    subscriptionToken: str
    activatedDateTime: DateTime | None = None
    expiryDateTime: DateTime | None = None
    expiredDateTime: DateTime | None = None
    cancellationDateTime: DateTime | None = None
    subscriptionStatus: Annotated[str, one_of(SubscriptionStatus)] | None = None


class AccountSubscription(Answer, kw_only=True):
    """The subscriptions of a customer to one application."""

    subscriptionTokens: list[SubscriptionTokenInfo]
    applicationName: str | None = None
    applicationVersionId: str | None = None


class AuthorisationResponse(Answer, kw_only=True):
    """A code for a vendor to get a session with, once and soon, and where the customer is to bring it."""

    authorisationCode: str
    redirectUrl: str


class VendorAccessTokenInfo(Answer, kw_only=True):
    """A session of a vendor on a customer's behalf: it lasts `expires_in` seconds, and the refresh token gets the next.

    Its names are written with underscores, as in OAuth 2.
    """

    access_token: str
    token_type: TokenType
    expires_in: Long
    refresh_token: str
    application_subscription: ApplicationSubscription


class VendorDetails(Answer, kw_only=True):
    """A vendor, and where the customers of its web application are sent."""

    appVersionId: Long
    vendorName: str
    redirectUrl: str | None = None


class AffiliateRelation(Answer, kw_only=True):
    """Whether one customer came through the vendor."""

    vendorClientId: str
    status: AffiliateRelationStatus


# Requests


class GetVendorClientIdRequest(Input, frozen=True, kw_only=True):
    """The id under which vendors know the customer."""


class GetApplicationSubscriptionTokenRequest(Input, frozen=True, kw_only=True):
    """A subscription of so many days, open ended without a number, with a reference of the vendor's own."""

    subscriptionLength: Int | None = None
    clientReference: str | None = None


class ActivateApplicationSubscriptionRequest(Input, frozen=True, kw_only=True):
    """The token that the vendor has given to the customer."""

    subscriptionToken: str


class CancelApplicationSubscriptionRequest(Input, frozen=True, kw_only=True):
    """The token of the subscription that is to end."""

    subscriptionToken: str


class UpdateApplicationSubscriptionRequest(Input, frozen=True, kw_only=True):
    """Whose subscription is to last so many days from now."""

    vendorClientId: str
    subscriptionLength: Int


class ListApplicationSubscriptionTokensRequest(Input, frozen=True, kw_only=True):
    """The subscriptions to the vendor's application, all of them or those of a status."""

    subscriptionStatus: SubscriptionStatus | None = None


class ListAccountSubscriptionTokensRequest(Input, frozen=True, kw_only=True):
    """The customer's subscriptions."""


class GetApplicationSubscriptionHistoryRequest(Input, frozen=True, kw_only=True):
    """Whose subscriptions, where the vendor asks, or to which application, where the customer asks."""

    vendorClientId: str | None = None
    applicationKey: str | None = None


class GetAuthorisationCodeRequest(Input, frozen=True, kw_only=True):
    """The vendor that is to get a session."""

    vendorId: str


class TokenRequest(Input, frozen=True, kw_only=True):
    """Who the vendor is, and the code or the refresh token that a session is to be made of."""

    client_id: str
    grant_type: GrantType
    code: str | None = None
    client_secret: str
    refresh_token: str | None = None


class GetVendorDetailsRequest(Input, frozen=True, kw_only=True):
    """The vendor that is asked about."""

    vendorId: str


class RevokeAccessToWebAppRequest(Input, frozen=True, kw_only=True):
    """The vendor that is to act no more on the customer's behalf; here its id is a number."""

    vendorId: Long


class ListAuthorizedWebAppsRequest(Input, frozen=True, kw_only=True):
    """The vendors that may act on the customer's behalf."""


class IsAccountSubscribedToWebAppRequest(Input, frozen=True, kw_only=True):
    """The vendor that may or may not act on the customer's behalf."""

    vendorId: str


class GetAffiliateRelationRequest(Input, frozen=True, kw_only=True):
    """The customers that the vendor asks about."""

    vendorClientIds: ListOf[str]


VENDOR_OPERATIONS: Final[dict[str, Signature]] = {
    "getVendorClientId": Signature(GetVendorClientIdRequest, str),
    "getApplicationSubscriptionToken": Signature(GetApplicationSubscriptionTokenRequest, str),
    "activateApplicationSubscription": Signature(ActivateApplicationSubscriptionRequest, Status),
    "cancelApplicationSubscription": Signature(CancelApplicationSubscriptionRequest, Status),
    "updateApplicationSubscription": Signature(UpdateApplicationSubscriptionRequest, str),
    "listApplicationSubscriptionTokens": Signature(
        ListApplicationSubscriptionTokensRequest, list[ApplicationSubscription]
    ),
    "listAccountSubscriptionTokens": Signature(ListAccountSubscriptionTokensRequest, list[AccountSubscription]),
    "getApplicationSubscriptionHistory": Signature(GetApplicationSubscriptionHistoryRequest, list[SubscriptionHistory]),
    "getAuthorisationCode": Signature(GetAuthorisationCodeRequest, AuthorisationResponse),
    "token": Signature(TokenRequest, VendorAccessTokenInfo),
    "getVendorDetails": Signature(GetVendorDetailsRequest, VendorDetails),
    "revokeAccessToWebApp": Signature(RevokeAccessToWebAppRequest, Status),
    "listAuthorizedWebApps": Signature(ListAuthorizedWebAppsRequest, list[VendorDetails]),
    "isAccountSubscribedToWebApp": Signature(IsAccountSubscribedToWebAppRequest, bool),
    "getAffiliateRelation": Signature(GetAffiliateRelationRequest, list[AffiliateRelation]),
}
"""The operations of vendors and their customers, by their names."""
