"""A customer of a served world, who bets over the wire as a client library does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from simulator.world.world import World
from tests.in_process import Client, client_of
from tests.scenario import HORSE_RACING, SOCCER, account, event, line, match_odds, scenario, win
from tests.sessions import log_in

JSON_RPC = "/exchange/betting/json-rpc/v1"
REST = "/exchange/betting/rest/v1.0"
CONTROL = "/control/v1/worlds/default"

MATCH, NEXT_MATCH, RACE, LINE, LATER = "1.101", "1.102", "1.201", "1.301", "1.401"
HOME, AWAY, DRAW = 1, 2, 3
RUNNERS = ("Newcastle", "Chelsea", "The Draw")

SCENARIO = scenario(
    event(
        "100",
        "Newcastle v Chelsea",
        SOCCER,
        match_odds(MATCH, *RUNNERS, turnInPlay=True, betDelay=5),
        match_odds(NEXT_MATCH, *RUNNERS, turnInPlay=True, betDelay=5),
        inPlay={},
    ),
    event(
        "200",
        "Ascot 6th Jun",
        HORSE_RACING,
        win(RACE, "Sea Fever", "Moonshot", bspMarket=True, turnInPlay=True),
        win(LATER, "Sea Fever", "Moonshot", status="INACTIVE", startTime="2026-06-07T18:00:00.000Z"),
    ),
    event("300", "Rangers v Celtic", SOCCER, line(LINE)),
    name="bets",
    now="2026-06-06T17:00:00.250Z",
    accounts=[
        account("alice", balance=10_000),
        account("bob", balance=10_000),
        account("poor", balance=10),
        account("careful", exposureLimit=10),
        account("barred", status="SUSPENDED"),
    ],
    bettune={
        "users": [{"token": "a-bettune", "user": "alice"}],
        "filters": [{"id": 1, "name": "Home wins", "betType": "Home", "user": "alice"}],
        "matches": [{"id": 1, "date": "2026-06-06T18:00:00Z", "home": "Arsenal", "away": "Chelsea"}],
    },
)


@contextmanager
def betting(**settings: Any) -> Iterator[Client]:
    """Yield a client of an application that serves the scenario, with other settings if need be."""
    with client_of({**SCENARIO, **settings}) as client:
        yield client


def world_of(client: Client) -> World:
    """Return the world that is served."""
    return client.worlds.default


class Bettor:
    """A customer who is logged in. Answers are read back from their JSON; `text` is the last one as it came."""

    def __init__(self, client: Client, username: str = "alice", *, delayed: bool = False) -> None:
        account = world_of(client).accounts.by_username[username]
        app_key = account.delayed_app_key if delayed else account.app_key
        session = log_in(world_of(client), username, account.password, app_key)
        assert session is not None
        self.headers = {
            "X-Application": app_key,
            "X-Authentication": session.token,
            "Content-Type": "application/json",
        }
        self.text = ""
        self.client = client

    # Asking

    def ask(self, operation: str, **params: Any) -> Any:
        """Call an operation over JSON-RPC and return its result."""
        answer = self._answer(operation, params)
        assert "error" not in answer, answer
        return answer["result"]

    def refusal(self, operation: str, **params: Any) -> tuple[str, str]:
        """Return the error code of an operation that is refused as a whole, and its details."""
        error = self._answer(operation, params)["error"]
        assert -32099 == error["code"]
        exception = error["data"]["APINGException"]
        return exception["errorCode"], exception["errorDetails"]

    def call(self, operation: str, **params: Any) -> Any:
        """Call an operation over JSON-RPC and return the whole answer, whatever it is."""
        return self._answer(operation, params)

    def rest(self, operation: str, **params: Any) -> httpx.Response:
        """Call an operation over REST and return the response."""
        return self.client.post(f"{REST}/{operation}/", json=params, headers=self.headers)

    def batch(self, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
        """Call operations in one batch and return the answers; their ids count from 0."""
        response = self.client.post(JSON_RPC, json=envelopes(*calls), headers=self.headers)
        assert 200 == response.status_code
        answers: list[Any] = response.json()
        return answers

    def _answer(self, operation: str, params: dict[str, Any]) -> Any:
        (envelope,) = envelopes((operation, params))
        response = self.client.post(JSON_RPC, json={**envelope, "id": 1}, headers=self.headers)
        assert 200 == response.status_code
        self.text = response.text
        return response.json()

    # Betting

    def place(self, *instructions: dict[str, Any], market: str = MATCH, **params: Any) -> Any:
        """Place orders and return the report."""
        return self.ask("placeOrders", marketId=market, instructions=instructions, **params)

    def bet(self, instruction: dict[str, Any], market: str = MATCH, **params: Any) -> str:
        """Place one order that is accepted and return its bet id."""
        report = self.place(instruction, market=market, **params)
        assert "SUCCESS" == report["status"], report
        bet_id: str = report["instructionReports"][0]["betId"]
        return bet_id

    def cancel(self, *instructions: dict[str, Any], market: str = MATCH, **params: Any) -> Any:
        """Cancel orders and return the report."""
        return self.ask("cancelOrders", marketId=market, instructions=instructions, **params)

    def replace(self, *instructions: dict[str, Any], market: str = MATCH, **params: Any) -> Any:
        """Replace orders and return the report."""
        return self.ask("replaceOrders", marketId=market, instructions=instructions, **params)

    def update(self, *instructions: dict[str, Any], market: str = MATCH, **params: Any) -> Any:
        """Update orders and return the report."""
        return self.ask("updateOrders", marketId=market, instructions=instructions, **params)

    def orders(self, **params: Any) -> list[Any]:
        """Return the current orders."""
        orders: list[Any] = self.ask("listCurrentOrders", **params)["currentOrders"]
        return orders

    def order(self, bet_id: str) -> Any:
        """Return one current order."""
        (order,) = self.orders(betIds=[bet_id])
        return order


def placed(bettor: Bettor, instruction: dict[str, Any], **params: Any) -> Any:
    """Place one order that is accepted and return its own report."""
    report = bettor.place(instruction, **params)
    assert "SUCCESS" == report["status"], report
    (instruction_report,) = report["instructionReports"]
    return instruction_report


def envelopes(*calls: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return calls as JSON-RPC has them, with ids from 0."""
    return [
        {"jsonrpc": "2.0", "method": f"SportsAPING/v1.0/{operation}", "params": params, "id": number}
        for number, (operation, params) in enumerate(calls)
    ]


def back(price: float = 3.0, size: float = 2.0, runner: int = HOME, **limit: Any) -> dict[str, Any]:
    """Return the instruction of a back bet."""
    return limit_order("BACK", price, size, runner, **limit)


def lay(price: float = 3.0, size: float = 2.0, runner: int = HOME, **limit: Any) -> dict[str, Any]:
    """Return the instruction of a lay bet."""
    return limit_order("LAY", price, size, runner, **limit)


def limit_order(side: str, price: float, size: float, runner: int, **limit: Any) -> dict[str, Any]:
    """Return the instruction of a LIMIT bet; `limit` is what else its `limitOrder` has."""
    order = {"size": size, "price": price, **limit}
    return {"selectionId": runner, "limitOrder": order, "orderType": "LIMIT", "side": side}


def market_on_close(side: str, liability: object, **instruction: Any) -> dict[str, Any]:
    """Return the instruction of a bet at whatever the starting price is; `liability` is the stake of a back."""
    order = {"liability": liability}
    return {
        "selectionId": HOME, "side": side, "orderType": "MARKET_ON_CLOSE", "marketOnCloseOrder": order, **instruction
    }  # fmt: skip


def limit_on_close(side: str, liability: object, price: object) -> dict[str, Any]:
    """Return the instruction of a bet at the starting price or not at all, if it is worse than a price."""
    order = {"liability": liability, "price": price}
    return {"selectionId": HOME, "side": side, "orderType": "LIMIT_ON_CLOSE", "limitOnCloseOrder": order}


# Reading answers


def of(order: dict[str, Any], *fields: str) -> tuple[Any, ...]:
    """Return some fields of an order."""
    return tuple(order[field] for field in fields)


def cleared_ids(bettor: Bettor, status: str) -> list[str]:
    """Return the ids of the bets that ended in a way, latest first."""
    return [order["betId"] for order in bettor.ask("listClearedOrders", betStatus=status)["clearedOrders"]]


def codes(report: Any) -> tuple[str, str | None, list[str | None]]:
    """Return the status and the error code of a report, and the error codes of its instructions."""
    return report["status"], report.get("errorCode"), [each.get("errorCode") for each in report["instructionReports"]]


# Recordings
