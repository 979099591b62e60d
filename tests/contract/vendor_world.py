"""A served world with two vendors and their customers, who ask the accounts service as one another's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx

from tests.contract.account_holder import ACCOUNT, AccountHolder
from tests.contract.bettor import SCENARIO, betting
from tests.in_process import Client
from tests.scenario import account

VERA = {
    "name": "Vera's Ladder",
    "vendorId": "4534",
    "vendorSecret": "vera-vendor-secret",
    "redirectUrl": "https://vera.example/welcome",
    "affiliates": ["alice"],
}
OTTO = {**VERA, "name": "Otto's Bot", "vendorId": "77", "vendorSecret": "otto-vendor-secret", "affiliates": []}


class Asked(NamedTuple):
    """What came of a call: the result, or the number of the error with its name where it has one."""

    result: Any
    error: str


class Participants:
    """Vera and Otto, who are vendors, and Alice and Bob, who are not; all of them logged in."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.holders = {name: AccountHolder(client, name) for name in ("vera", "otto", "alice", "bob")}

    def ask(self, who: str, operation: str, *, app_key: str | None = None, **params: Any) -> Asked:
        """Call an operation of accounts with the app key of one's own, another one, or none, which is empty."""
        headers = dict(self.holders[who].headers)
        if app_key is not None:
            headers["X-Application"] = app_key
        return self.send(headers, operation, **params)

    def send(self, headers: dict[str, str], operation: str, **params: Any) -> Asked:
        """Call an operation of accounts with these headers, over JSON-RPC and, where it is refused, over REST too."""
        call = {"jsonrpc": "2.0", "method": f"AccountAPING/v1.0/{operation}", "params": params, "id": 1}
        answer = self.client.post(f"{ACCOUNT}/json-rpc/v1", json=call, headers=headers).json()
        if "result" in answer:
            return Asked(answer["result"], "")
        error = answer["error"]
        name = error.get("data", {}).get("AccountAPINGException", {}).get("errorCode", "")
        rest = self.rest(headers, operation, **params)
        assert (error["message"], 403 if "DSC-003" in error["message"] else 400) == (
            rest.json()["faultstring"],
            rest.status_code,
        )
        return Asked(None, " ".join(filter(None, (error["message"], name))))

    def rest(self, headers: dict[str, str], operation: str, **params: Any) -> httpx.Response:
        """Call an operation of accounts over REST."""
        return self.client.post(f"{ACCOUNT}/rest/v1.0/{operation}/", json=params, headers=headers)

    def result(self, who: str, operation: str, **params: Any) -> Any:
        """Return the result of a call that has one."""
        asked = self.ask(who, operation, **params)
        assert not asked.error, asked.error
        return asked.result

    def advance(self, duration: str) -> None:
        """Let time pass."""
        self.holders["vera"].advance(duration)

    # What tests begin with

    def made(self, vendor: str = "vera", **params: Any) -> str:
        """Let a vendor make a subscription, and return its token."""
        token: str = self.result(vendor, "getApplicationSubscriptionToken", **params)
        return token

    def subscribed(self, customer: str = "alice", vendor: str = "vera", **params: Any) -> str:
        """Let a customer subscribe to a vendor's application, and return the token of the subscription."""
        token = self.made(vendor, **params)
        assert "SUCCESS" == self.result(customer, "activateApplicationSubscription", subscriptionToken=token)
        return token

    def client_id(self, customer: str) -> str:
        """Return the id under which vendors know a customer."""
        client_id: str = self.result(customer, "getVendorClientId")
        return client_id

    def code(self, customer: str = "alice", vendor_id: str = "4534") -> str:
        """Let a customer have a code made for a vendor."""
        code: str = self.result(customer, "getAuthorisationCode", vendorId=vendor_id)["authorisationCode"]
        return code

    def admitted(self, customer: str = "alice") -> Any:
        """Let Vera act on behalf of a customer who has subscribed, and return her tokens."""
        return self.result("vera", "token", **by_code(self.code(customer)))


def by_code(code: str | None, **more: Any) -> dict[str, Any]:
    """Return the parameters by which Vera turns a code into a session."""
    who = {"client_id": "4534", "client_secret": "vera-vendor-secret"}
    return {**who, "grant_type": "AUTHORIZATION_CODE", "code": code, **more}


def by_refresh_token(token: str | None, **more: Any) -> dict[str, Any]:
    """Return the parameters by which Vera gets another session."""
    return {**by_code(None), "grant_type": "REFRESH_TOKEN", "refresh_token": token, **more}


def bearer(token: str, app_key: str = "vera-live") -> dict[str, str]:
    """Return the headers of a vendor who acts on a customer's behalf."""
    return {"X-Application": app_key, "Authorization": f"Bearer {token}", "Content-Type": "application/json"}


@contextmanager
def vendors(session_timeout: str = "P1000D") -> Iterator[Participants]:
    """Serve the world; sessions outlast what most tests wait for."""
    customers = [each for each in SCENARIO["accounts"] if each["username"] in ("alice", "bob")]
    own = [account("vera", vendor=VERA), account("otto", vendor=OTTO)]
    with betting(accounts=[*customers, *own], sessionTimeout=session_timeout) as client:
        yield Participants(client)
