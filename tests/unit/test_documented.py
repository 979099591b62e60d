"""What stands between tests and applications notices an answer that the documents do not allow."""

import asyncio
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from tests.documented import Documented, operation_for

HEALTH, FUNDS = "/health", "/exchange/account/rest/v1.0/getAccountFunds/"
READY = {"status": "ready", "version": "1"}


def answer_with(response: Response, method: str = "GET", path: str = HEALTH) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(Documented(response))
        async with httpx.AsyncClient(transport=transport, base_url="http://betsim.test") as client:
            return await client.request(method, path)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("problem", "response"),
    [
        ("does not know", JSONResponse(READY, 418)),
        ("as 'text/plain'", PlainTextResponse("ready")),
        ("does not allow", JSONResponse({"status": "ready"})),
        ("does not allow", JSONResponse({**READY, "mood": "good"})),
        ("does not allow", JSONResponse({**READY, "version": 1})),
        ("without the header allow", JSONResponse({}, 405, media_type="application/problem+json")),
    ],
)
def test_an_answer_that_its_document_does_not_allow_fails_the_test(problem: str, response: Response) -> None:
    with pytest.raises(AssertionError, match=problem):
        answer_with(response)


def test_an_answer_that_its_document_allows_passes() -> None:
    assert READY == answer_with(JSONResponse(READY)).json()


def test_a_path_that_no_document_has_is_nobodys_business() -> None:
    assert 418 == answer_with(Response(status_code=418), path="/nothing").status_code


@pytest.mark.parametrize(
    ("operation", "method", "path"),
    [
        ("getAccountFunds", "POST", FUNDS),
        (None, "GET", FUNDS),
        ("readWorld", "GET", "/control/v1/worlds/default"),
        ("loginPage", "GET", "/view/login"),
    ],
)
def test_operations_are_found_by_method_and_path(operation: Any, method: str, path: str) -> None:
    assert operation == operation_for(method, path)
