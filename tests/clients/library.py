"""betfairlightweight as its users have it, pointed at a server of ours; and the world it bets in, moved by hand."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import requests
from betfairlightweight import APIClient, filters
from betfairlightweight.exceptions import APIError

from tests.scenario import Block
from tests.serving import PATIENCE_SECONDS, Account, Served


class ServedWorld:
    """A world of a served server, and what its control API does to it."""

    def __init__(self, served: Served, http: httpx.Client, document: dict[str, Any]) -> None:
        self.served = served
        self._http = http
        self._address = f"{served.control_url}/worlds/{document['id']}"
        # The passwords are those of the scenario; usernames and keys carry a suffix where another world has them.
        self.accounts = [
            Account(account["username"], account["password"], account["appKey"], account["delayedAppKey"])
            for account in document["betfair"]["accounts"]
        ]

    def control(self, path: str, document: object = None) -> dict[str, Any]:
        """Post to an address under the world, such as `("clock", {"advance": "PT5S"})`; return the answer."""
        response = self._http.post(f"{self._address}/{path}", json={} if document is None else document)
        assert response.is_success, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def advance(self, duration: str) -> None:
        """Let time pass."""
        self.control("clock", {"advance": duration})

    def wait_for_held_bet(self) -> None:
        """Return once a bet waits for the bet delay: nothing else falls due in a world without a schedule."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._http.get(f"{self._address}/clock").json()["nextDue"] is None:
            assert time.monotonic() < deadline, "no bet waits for anything"

    def delete(self) -> None:
        """End the world."""
        self._http.delete(self._address).raise_for_status()


@contextmanager
def world_of(served: Served, http: httpx.Client, document: Block | str) -> Iterator[ServedWorld]:
    """Yield a world of a scenario, built of blocks or written in YAML, that is gone afterwards."""
    content = json.dumps(document) if isinstance(document, dict) else document
    headers = {"content-type": "application/json" if isinstance(document, dict) else "application/yaml"}
    response = http.post(f"{served.control_url}/worlds", content=content, headers=headers)
    assert response.status_code == 201, response.text
    world = ServedWorld(served, http, response.json())
    try:
        yield world
    finally:
        world.delete()


@contextmanager
def client_for(served: Served, account: Account, **options: Any) -> Iterator[APIClient]:
    """Yield a client of the library, as its users make it, with nothing changed but its addresses."""
    with requests.Session() as session:
        options = {"app_key": account.app_key, **options}
        client = APIClient(account.username, account.password, session=session, **options)
        client.identity_uri = client.identity_cert_uri = f"{served.url}/api/"
        client.api_uri = f"{served.url}/exchange/"
        client.navigation_uri = f"{served.url}/exchange/betting/rest/v1/en/navigation/menu.json"
        yield client


def limit(selection_id: int, side: str, price: float, size: float, **rest: Any) -> dict[str, Any]:
    """Return an instruction to place a limit order that lapses in play unless something else is said."""
    of_instruction = {name: rest.pop(name) for name in ("handicap", "customer_order_ref") if name in rest}
    order = filters.limit_order(price, size=size, **{"persistence_type": "LAPSE", **rest})
    instruction: dict[str, Any] = filters.place_instruction(
        "LIMIT", selection_id, side, limit_order=order, **of_instruction
    )
    return instruction


def place(client: APIClient, market_id: str, *instructions: dict[str, Any], **options: Any) -> list[Any]:
    """Place orders that are accepted, and return their reports."""
    report = client.betting.place_orders(market_id, list(instructions), **options)
    assert report.status == "SUCCESS", report.json()
    reports: list[Any] = report.place_instruction_reports
    return reports


def current_orders(client: APIClient) -> list[Any]:
    """Return all of the customer's current orders."""
    orders: list[Any] = client.betting.list_current_orders().orders
    return orders


def current_order(client: APIClient, bet_id: str) -> Any:
    """Return one of the customer's current orders."""
    (order,) = client.betting.list_current_orders(bet_ids=[bet_id]).orders
    return order


def error_code(error: APIError) -> str:
    """Return the name of the error that a service answered with."""
    assert error.response is not None, error
    data = error.response["error"]["data"]
    code: str = data[data["exceptionname"]]["errorCode"]
    return code
