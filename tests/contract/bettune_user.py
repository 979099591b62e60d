"""A user of BetTune in a served world, and a look at the refusals that it answers with."""

from typing import Any

import httpx

from simulator.bettune.face import ROOT
from tests.in_process import Client

PREDICTION = "/prediction-filters/{}/matches/{}/prediction"
ALICE, BOB = "alice-bettune-token", "bob-bettune-token"
"""Of the shipped scenario: alice has the PRO plan and bob has not."""


class BetTuneUser:
    """Sends requests with a token, as texts and documents."""

    def __init__(self, client: Client, token: str | None = ALICE) -> None:
        self._client = client
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def request(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **content: Any
    ) -> httpx.Response:
        """Send a request to a path below the root; a header that is given wins."""
        return self._client.request(method, f"{ROOT}{path}", headers={**self._headers, **(headers or {})}, **content)

    def get(self, path: str, **content: Any) -> httpx.Response:
        return self.request("GET", path, **content)

    def put(self, filter_id: object, match_id: object, odds: Any) -> httpx.Response:
        """Predict odds."""
        return self.request("PUT", PREDICTION.format(filter_id, match_id), json={"odds": odds})

    def delete(self, filter_id: object, match_id: object) -> httpx.Response:
        """Take a prediction back."""
        return self.request("DELETE", PREDICTION.format(filter_id, match_id))

    def search(self, filter_id: object, match_ids: object) -> httpx.Response:
        """Ask for predictions."""
        return self.request("POST", "/predictions/search", json={"filterId": filter_id, "matchIds": match_ids})

    def found(self, filter_id: int, *match_ids: int) -> list[dict[str, Any]]:
        """Return the predictions that a search finds."""
        answer = self.search(filter_id, list(match_ids))
        assert answer.status_code == 200, answer.text
        document = answer.json()
        assert document["count"] == len(document["items"])
        items: list[dict[str, Any]] = document["items"]
        return items


def error_of(response: httpx.Response) -> tuple[int, str]:
    """Return status and code of a refusal, after a look at what all of them have."""
    assert response.headers["content-type"] == "application/json"
    document = response.json()
    assert set(document) == {"code", "message"}
    assert document["message"]
    return response.status_code, document["code"]
