"""Software vendors: who has subscribed to their applications, and who lets them act on the customer's behalf.

A subscription begins as a token that the vendor makes and hands to a customer, who activates it; from then on the
vendor's app keys serve that customer, until the subscription is cancelled or expires. A web application goes further:
the customer has a code made for the vendor, who turns it into a session of the customer and a refresh token for more.
Sources: manual, "Operaciones de cuentas"; `AccountAPING.xml`; what Betfair publishes about its Vendor Services and its
Vendor Web API.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Final

from msgspec import Struct

from simulator.world.accounts import Accounts, CustomerAccount, Vendor
from simulator.world.clock import END_OF_TIME
from simulator.world.ids import Ids
from simulator.world.sessions import Session

ACTIVATED, UNACTIVATED, CANCELLED, EXPIRED = "ACTIVATED", "UNACTIVATED", "CANCELLED", "EXPIRED"
"""What a subscription can be."""

MOST_DAYS: Final = 36_500
"""The longest subscription that has an end, in days (chosen)."""
LONGEST_REFERENCE: Final = 32
"""In characters, as references of bets (chosen)."""
CODE_MILLISECONDS: Final = 10 * 60_000
"""How long an authorisation code can be used, once (published)."""

_DAY: Final = 24 * 60 * 60_000


class VendorRefused(Exception):
    """A request of a vendor or a customer is refused: `code` is the accounts interface's, the sentence the tester's."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code: Final = code


class Subscription(Struct):
    """A subscription to the application of `vendor`, who is a username, as is the customer that has activated it.

    Times are milliseconds since 1970; one that does not expire is open ended.
    """

    token: str
    vendor: str
    created_at: int
    expires_at: int | None
    client_reference: str | None
    customer: str | None = None
    activated_at: int | None = None
    cancelled_at: int | None = None

    def status(self, now: int) -> str:
        """Return what it is now. One that was cancelled in time does not expire any more."""
        if self.cancelled_at is not None:
            return CANCELLED
        if self.expires_at is not None and self.expires_at <= now:
            return EXPIRED
        return UNACTIVATED if self.activated_at is None else ACTIVATED


class AuthorisationCode(Struct, frozen=True):
    """A code by which a vendor gets a session of a customer, once and until `expires_at`."""

    code: str
    vendor: str
    customer: str
    expires_at: int


class Grant(Struct, frozen=True):
    """A customer lets the web application of a vendor act; the refresh token is good for as long."""

    refresh_token: str
    vendor: str
    customer: str


class Vendors:
    """The vendors of a world, the subscriptions to their applications, and what customers allow them."""

    FOLLOWS: ClassVar = frozenset({"_by_client_id", "_by_pair"})
    """What is made of the rest when it is needed."""

    def __init__(self, accounts: Accounts, ids: Ids) -> None:
        self._accounts: Final = accounts
        self._ids: Final = ids
        self.subscriptions: Final[dict[str, Subscription]] = {}
        self.codes: Final[dict[str, AuthorisationCode]] = {}
        self.grants: Final[dict[str, Grant]] = {}
        self.made = 0
        """How many tokens and codes were made, which is what the next one depends on."""
        self.forget_what_follows()

    def forget_what_follows(self) -> None:
        """Let what is made of the rest be made anew."""
        self._by_client_id: dict[str, CustomerAccount] | None = None
        self._by_pair: dict[tuple[str, str | None], list[Subscription]] | None = None

    # Who is who

    def find(self, vendor_id: str) -> tuple[CustomerAccount, Vendor]:
        """Return the account of a vendor, and what makes it one; raise `VendorRefused`."""
        for account in self._accounts.by_username.values():
            if account.vendor is not None and account.vendor.vendor_id == vendor_id:
                return account, account.vendor
        raise VendorRefused("INVALID_INPUT_DATA", f"there is no vendor {vendor_id!r}")

    def app_keys(self, username: str) -> tuple[str, ...]:
        """Return the app keys of a vendor's application; of who is no vendor there are none."""
        account = self._accounts.by_username[username]
        return () if account.vendor is None else (account.app_key, account.delayed_app_key)

    def client_id(self, username: str) -> str:
        """Return the id under which vendors know a customer."""
        return self._ids.vendor_client_id(username)

    def customers(self) -> Mapping[str, CustomerAccount]:
        """Return the customers by the ids under which vendors know them."""
        known = self._by_client_id
        if known is None or len(known) < len(self._accounts.by_username):
            accounts = self._accounts.by_username.items()
            known = self._by_client_id = {self.client_id(name): account for name, account in accounts}
        return known

    def customer(self, client_id: str) -> CustomerAccount:
        """Return the customer that vendors know under an id; raise `VendorRefused`."""
        account = self.customers().get(client_id)
        if account is None:
            raise VendorRefused("INVALID_VENDOR_CLIENT_ID", f"no customer has the vendor client id {client_id!r}")
        return account

    # Subscriptions

    def serves(self, vendor: str, customer: str, now: int) -> bool:
        """Return whether the app keys of one account may be used by another: of a vendor, who has subscribed to it."""
        return self.active(vendor, customer, now) is not None

    def lets_in(self, owner: str, app_key: str, session: Session, now: int) -> bool:
        """Return whether an app key of an owner serves whoever has a session: the owner, or a subscriber of a vendor.

        A vendor who acts on a customer's behalf is served by the app keys of its own application alone.
        """
        customer = session.account.username
        if owner == customer and not session.vendor:
            return True
        is_vendors = session.vendor in ("", owner) and app_key in self.app_keys(owner)
        return is_vendors and self.serves(owner, customer, now)

    def active(self, vendor: str, customer: str, now: int) -> Subscription | None:
        """Return the activated subscription of a customer to a vendor's application, the latest of several."""
        held = [one for one in self.between(vendor, customer) if one.status(now) == ACTIVATED]
        return held[-1] if held else None

    def between(self, vendor: str, customer: str) -> Sequence[Subscription]:
        """Return the subscriptions of a customer to a vendor's application, in the order in which they were made."""
        if self._by_pair is None:
            self._by_pair = {}
            for each in self.subscriptions.values():
                self._by_pair.setdefault((each.vendor, each.customer), []).append(each)
        return self._by_pair.get((vendor, customer), ())

    def subscribe(self, vendor: str, days: int | None, client_reference: str | None, now: int) -> Subscription:
        """Make a subscription that a customer may activate; raise `VendorRefused`."""
        if client_reference is not None and len(client_reference) > LONGEST_REFERENCE:
            why = f"the client reference has {len(client_reference)} characters, and may have {LONGEST_REFERENCE}"
            raise VendorRefused("INVALID_CLIENT_REF", why)
        expires_at = None if days is None else _midnight_after(now, days)
        token = self._ids.subscription_token(self._next())
        made = self.subscriptions[token] = Subscription(token, vendor, now, expires_at, client_reference or None)
        return made

    def activate(self, customer: str, token: str, now: int) -> Subscription:
        """Let a customer have a subscription; raise `VendorRefused`."""
        subscription = self._open_subscription(token, now)
        if subscription.status(now) != UNACTIVATED:
            raise VendorRefused("INVALID_SUBSCRIPTION_TOKEN", f"the subscription {token} has been activated")
        subscription.customer, subscription.activated_at = customer, now
        self._by_pair = None
        return subscription

    def cancel(self, vendor: str, token: str, now: int) -> Subscription:
        """End a subscription to the vendor's application; raise `VendorRefused`."""
        subscription = self.subscriptions.get(token)
        if subscription is not None and subscription.vendor != vendor:
            raise VendorRefused("INVALID_SUBSCRIPTION_TOKEN", f"the token {token} is that of another application")
        subscription = self._open_subscription(token, now)
        subscription.cancelled_at = now
        return subscription

    def update(self, vendor: str, client_id: str, days: int, now: int) -> Subscription:
        """Let the subscription of a customer last so many days from now; raise `VendorRefused`."""
        subscription = self.active(vendor, self.customer(client_id).username, now)
        if subscription is None:
            why = f"the customer {client_id!r} has no activated subscription to the application"
            raise VendorRefused("INVALID_VENDOR_CLIENT_ID", why)
        subscription.expires_at = _midnight_after(now, days)
        return subscription

    def _open_subscription(self, token: str, now: int) -> Subscription:
        subscription = self.subscriptions.get(token)
        if subscription is None:
            raise VendorRefused("INVALID_SUBSCRIPTION_TOKEN", f"there is no subscription {token[:80]!r}")
        status = subscription.status(now)
        if status == CANCELLED:
            raise VendorRefused("INVALID_SUBSCRIPTION_TOKEN", f"the subscription {token} was cancelled")
        if status == EXPIRED:
            raise VendorRefused("SUBSCRIPTION_EXPIRED", f"the subscription {token} has expired")
        return subscription

    # Web applications

    def authorise(self, customer: str, vendor_id: str, now: int) -> AuthorisationCode:
        """Make a code by which a vendor gets a session of a customer who has subscribed; raise `VendorRefused`."""
        account, _ = self.find(vendor_id)
        self._require_subscription(account.username, customer, now)
        for expired in [each.code for each in self.codes.values() if each.expires_at <= now]:
            del self.codes[expired]
        code = self._ids.authorisation_code(self._next())
        made = self.codes[code] = AuthorisationCode(code, account.username, customer, now + CODE_MILLISECONDS)
        return made

    def redeem(self, vendor: str, code: str, now: int) -> Grant:
        """Take a code and return what the customer allows with it, for good; raise `VendorRefused`.

        The customer who has allowed it before has one refresh token, as before.
        """
        known = self.codes.get(code)
        if known is None or known.vendor != vendor or known.expires_at <= now:
            raise VendorRefused(
                "INVALID_AUTH_CODE", "the code is unknown, was used, has expired or is another vendor's"
            )
        self._require_subscription(vendor, known.customer, now)
        del self.codes[code]
        grant = self.grant(vendor, known.customer)
        if grant is None:
            token = self._ids.refresh_token(self._next())
            grant = self.grants[token] = Grant(token, vendor, known.customer)
        return grant

    def refresh(self, vendor: str, refresh_token: str, now: int) -> Grant:
        """Return what a refresh token is good for; raise `VendorRefused`."""
        grant = self.grants.get(refresh_token)
        if grant is None or grant.vendor != vendor:
            raise VendorRefused("INVALID_AUTH_CODE", "the refresh token is unknown, revoked or another vendor's")
        self._require_subscription(vendor, grant.customer, now)
        return grant

    def grant(self, vendor: str, customer: str) -> Grant | None:
        """Return what a customer allows a vendor's web application, `None` where it is nothing."""
        found = (each for each in self.grants.values() if (each.vendor, each.customer) == (vendor, customer))
        return next(found, None)

    def allowed_by(self, customer: str) -> Iterator[CustomerAccount]:
        """Yield the accounts of the vendors whose web applications a customer lets act, the first allowed first."""
        return (self._accounts.by_username[each.vendor] for each in self.grants.values() if each.customer == customer)

    def revoke(self, customer: str, vendor_id: str) -> Grant:
        """Let a vendor's web application act no more for a customer; raise `VendorRefused` where it may not anyway."""
        account, vendor = self.find(vendor_id)
        grant = self.grant(account.username, customer)
        if grant is None:
            raise VendorRefused("USER_NOT_SUBSCRIBED", f"the customer does not let {vendor.name!r} act")
        del self.grants[grant.refresh_token]
        held = [each.code for each in self.codes.values() if (each.vendor, each.customer) == (grant.vendor, customer)]
        for code in held:
            del self.codes[code]
        return grant

    def _require_subscription(self, vendor: str, customer: str, now: int) -> None:
        if not self.serves(vendor, customer, now):
            raise VendorRefused("USER_NOT_SUBSCRIBED", f"{customer!r} has no activated subscription to {vendor!r}")

    def _next(self) -> int:
        self.made += 1
        return self.made

    def state(self) -> Iterator[object]:
        """Yield all that inputs have brought about."""
        yield self.made
        yield from self.subscriptions.values()
        yield from self.codes.values()
        yield from self.grants.values()


def _midnight_after(now: int, days: int) -> int:
    """Return the midnight in UTC at or after so many days from now; raise `VendorRefused`."""
    if not 1 <= days <= MOST_DAYS:
        raise VendorRefused("INVALID_INPUT_DATA", f"a subscription lasts 1 to {MOST_DAYS} days, and not {days}")
    midnight = -(-now // _DAY) * _DAY + days * _DAY
    if midnight > END_OF_TIME:
        raise VendorRefused("INVALID_INPUT_DATA", "the subscription would end after the year 9999")
    return midnight
