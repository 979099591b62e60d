"""A customer of a served world who asks the accounts service, over JSON-RPC, and REST where that says more."""

from typing import Any

import httpx

from tests.contract.bettor import CONTROL, Bettor

ACCOUNT = "/exchange/account"


class AccountHolder(Bettor):
    """A bettor who looks after the account."""

    def account(self, operation: str, **params: Any) -> Any:
        """Call an operation of the accounts service and return its result."""
        answer = self._asked(operation, params)
        assert "error" not in answer, answer
        return answer["result"]

    def account_error(self, operation: str, **params: Any) -> str:
        """Return the number and the name of the error of a call that is refused."""
        return error_text(self._asked(operation, params)["error"])

    def account_over_rest(self, operation: str, **params: Any) -> httpx.Response:
        """Call an operation of the accounts service over REST."""
        return self.client.post(f"{ACCOUNT}/rest/v1.0/{operation}/", json=params, headers=self.headers)

    def _asked(self, operation: str, params: dict[str, Any]) -> Any:
        call = {"jsonrpc": "2.0", "method": f"AccountAPING/v1.0/{operation}", "params": params, "id": 1}
        response = self.client.post(f"{ACCOUNT}/json-rpc/v1", json=call, headers=self.headers)
        assert 200 == response.status_code
        self.text = response.text
        return response.json()

    def statement(self, **params: Any) -> list[Any]:
        """Return the items of a page of the statement."""
        items: list[Any] = self.account("getAccountStatement", **params)["accountStatement"]
        return items

    # What happens meanwhile

    def control(self, path: str, document: object = None) -> Any:
        """Post to an address of our own API under the world."""
        response = self.client.post(f"{CONTROL}/{path}", json={} if document is None else document)
        assert response.is_success, response.text
        return response.json()

    def settle(self, market: str, *winners: int, **more: Any) -> None:
        """Settle a market."""
        results = [{"selectionId": winner, "status": "WINNER"} for winner in winners]
        self.control(f"markets/{market}/settle", {"results": results, **more})

    def advance(self, duration: str) -> None:
        """Let time pass."""
        self.control("clock", {"advance": duration})


def error_text(error: dict[str, Any]) -> str:
    """Return the number of an error over JSON-RPC, and its name where it is one of the service."""
    exception = error.get("data", {}).get("AccountAPINGException", {})
    return " ".join(filter(None, (error["message"], exception.get("errorCode"))))
