"""What schemathesis asks in place of what Betfair itself does not do, and of what no schema can say.

Betfair refuses with HTTP 400, whatever the reason, and over JSON-RPC even with 200. So some of the usual checks are off
for these operations (`schemathesis.toml` says which), and these demand the service's own errors instead. Schemathesis
loads this module by its name; it is no test module.
"""

import json
import os
import re
from collections.abc import Iterable
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import httpx
import jsonschema_rs
import schemathesis
import yaml
from schemathesis.core.parameters import ParameterLocation

from simulator.betfair.operations import Needs
from simulator.betfair.services import SERVICES
from simulator.data import specification_bytes

NOT_LET_IN = {
    "NO_APP_KEY": {"X-Application": ""},
    "INVALID_APP_KEY": {"X-Application": "nobody"},
    "NO_SESSION": {"X-Authentication": ""},
    "INVALID_SESSION_INFORMATION": {"X-Authentication": "nonsense"},
}
"""What is refused, by the headers of the request."""

NOT_NEEDED = {Needs.SESSION: ("NO_APP_KEY",), Needs.NOTHING: ("NO_APP_KEY", "NO_SESSION")}
NEEDS = {operation.name: operation.needs for service in SERVICES for operation in service.operations.values()}
"""Which headers an operation cannot do without."""

BETTING = "/exchange/betting/json-rpc/v1"

_asked: set[str] = set()
_tokens: set[str] = set()
"""Of the sessions that began."""
_strangers: set[str] = set()
"""The ids of requests that are not to be sent as a customer."""


@schemathesis.hook
def before_call(ctx: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Send every request as a customer who is logged in, but for those that are about being none."""
    if (
        knows_customers(case)
        and case.id not in _strangers
        and not case.operation.schema.is_security_param_negated(case)
    ):
        case.headers.update(customer(str(case.operation.base_url)))
    if isinstance(case.query, dict) and re.fullmatch(r"PT[0-9.]+S", str(case.query.get("wait"))):
        # What is valid as a duration may take a minute.
        case.query["wait"] = "PT0S"
    if case.path == "/api/login" and isinstance(case.body, dict) and case.body.get("username") == customers_name():
        # Who asks for no JSON is shown a page, and only from JSON a link can take a token.
        case.headers.setdefault("Accept", "application/json")


@cache
def customer(base_url: str) -> dict[str, str]:
    """Return the headers of a customer: of a session that is there, or of one that begins."""
    app_key = os.environ.get("BETSIM_APP_KEY", "alice-live-key")
    return {
        "X-Application": app_key,
        "X-Authentication": os.environ.get("BETSIM_SESSION") or log_in(base_url, app_key),
    }


def forget() -> None:
    """Begin anew, as for another server."""
    _asked.clear()
    _tokens.clear()
    _strangers.clear()


def customers_name() -> str:
    return os.environ.get("BETSIM_USERNAME", "alice")


def customers_password() -> str:
    return os.environ.get("BETSIM_PASSWORD", "alice-password")


def log_in(base_url: str, app_key: str) -> str:
    """Return the token of a new session."""
    form = {
        "username": customers_name(),
        "password": customers_password(),
    }
    headers = {"X-Application": app_key, "Accept": "application/json"}
    answer = httpx.post(f"{base_url.rstrip('/')}/api/login", data=form, headers=headers).json()
    assert answer["status"] == "SUCCESS", f"nobody can log in: {answer}"
    return str(answer["token"])


@schemathesis.check
def session_and_app_key_are_demanded(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> bool | None:
    """A call that succeeded is refused, by the right name, with a wrong one of them, and without one that it needs."""
    label = case.operation.label
    if not is_betfair(case) or label in _asked or not is_json(response):
        return None
    if response.status_code != 200 or errors_of(response):
        return None
    needs = needs_of(case)
    if len(needs) > 1:
        return None
    _asked.add(label)
    for name, headers in NOT_LET_IN.items():
        if name in NOT_NEEDED.get(next(iter(needs)), ()):
            continue
        refused = again(case, headers).call()
        assert set(errors_of(refused)) == {name}, f"{label} with {headers} answers {refused.text[:200]}"
    return None


@schemathesis.check
def good_requests_are_refused_by_the_service_alone(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> bool | None:
    """What a document allows, the framework can read: if at all, it is the service that refuses it."""
    if is_betfair(case) and is_good(case) and response.status_code == 400 and is_json(response):
        assert response.json().get("detail"), f"the framework refused a good request: {response.text[:200]}"
    return None


@schemathesis.check
def bad_calls_are_answered_with_errors(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> bool | None:
    """Over JSON-RPC a body that the document forbids gets an error in place of a result.

    What a body calls itself is all one: JSON-RPC does not look at its media type. A market id that is written as a
    number is taken where the number is written with a point, which no schema can ask for.
    """
    says_json = response.request.headers.get("Content-Type") == "application/json"
    is_call = case.path.endswith("/json-rpc/v1") and says_json and response.status_code == 200
    if is_call and has_bad_body(case) and not is_good_with_ids_as_texts(case):
        assert any("error" in answer for answer in answers_of(response)), f"a bad call was answered: {response.text}"
    return None


@schemathesis.check
def sign_in_fails_in_its_own_words(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> bool | None:
    """Identity says with a status in its body whether somebody is let in, and lets in nobody who is not known.

    For a browser it is a cookie that says so. A bot is let in only with the header X-Application, which the document
    demands: no status says that it is missing, but a code in the body does. Sessions last longer and end for those who
    have one, and for nobody else.
    """
    if not case.path.startswith("/api/") or response.status_code != 200:
        return None
    sent = response.request.headers.get("X-Authentication", "")
    answer = response.json() if is_json(response) else {}
    if case.path in ("/api/login", "/api/certlogin") and answer and not names_an_app_key(response.request):
        assert "INPUT_VALIDATION_ERROR" in (answer.get("error"), answer.get("loginStatus")), f"no app key: {answer}"
    is_success = "SUCCESS" in (answer.get("status"), answer.get("loginStatus"))
    if case.path in ("/api/keepAlive", "/api/logout"):
        is_success = is_success or (not answer and "SUCCESS" in response.text)
        assert not is_success or sent in _tokens, f"{case.path} takes {sent!r} for a session: {answer}"
        return None
    token = answer.get("token") or answer.get("sessionToken")
    assert bool(token) == is_success
    if is_success:
        _tokens.add(token)
    is_let_in = is_success or any("ssoid=" in cookie for cookie in response.headers.get("set-cookie", []))
    assert not is_let_in or knows_password(response.request.body), f"{response.request.body!r} is let in: {answer}"
    return None


@schemathesis.check
def wrong_documents_are_told_their_place(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> bool | None:
    """Whatever our own API refuses of a document comes with a sentence, and says where in the document it is wrong."""
    if case.path.startswith("/control/") and response.status_code == 400:
        problem = response.json()
        if problem["type"] == "urn:betsim:problem:wrong-query":
            assert problem["path"] in parse_qs(str(response.request.url).partition("?")[2], keep_blank_values=True)
            return None
        assert problem["type"] == "urn:betsim:problem:wrong-document"
        assert re.fullmatch(r".+\.( \(line \d+\))?", problem["detail"], re.DOTALL)
        assert problem["path"].startswith("$")
    return None


def needs_of(case: schemathesis.Case) -> set[Needs]:
    """Return what the operations need that a request calls, one over REST and any number over JSON-RPC."""
    if case.path.endswith("/menu.json"):
        return {Needs.APP_KEY_AND_SESSION}
    if not case.path.endswith("/json-rpc/v1"):
        return {NEEDS[case.path.strip("/").rpartition("/")[2]]}
    calls = case.body if isinstance(case.body, list) else [case.body]
    return {NEEDS[call["method"].rpartition("/")[2]] for call in calls}


def again(case: schemathesis.Case, headers: dict[str, str]) -> schemathesis.Case:
    """Return the same request by somebody else."""
    request = case.operation.Case(
        method=case.method,
        path_parameters=case.path_parameters,
        query=case.query,
        headers={**case.headers, **headers},
        body=case.body,
        media_type=case.media_type,
    )
    _strangers.add(request.id)
    return request


def is_betfair(case: schemathesis.Case) -> bool:
    return case.path.startswith("/exchange/")


def knows_customers(case: schemathesis.Case) -> bool:
    return case.path.startswith(("/exchange/", "/rest/v2/"))


def knows_password(form: object) -> bool:
    """Tell whether a form as it was sent has the name and the password of a customer."""
    text = form.decode("utf-8", "replace") if isinstance(form, bytes) else str(form)
    values = parse_qs(text, keep_blank_values=True)
    return customers_name() in values.get("username", ()) and customers_password() in values.get("password", ())


def names_an_app_key(request: Any) -> bool:
    return bool(request.headers.get("X-Application", "").strip())


def is_good(case: schemathesis.Case) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive


def has_bad_body(case: schemathesis.Case) -> bool:
    return case.meta is not None and case.meta.is_negative_at(ParameterLocation.BODY)


def is_good_with_ids_as_texts(case: schemathesis.Case) -> bool:
    """Return whether a body is as its document wants it once the numbers among its `marketIds` are texts."""
    return case.path == BETTING and betting_calls().is_valid(with_ids_as_texts(case.body))


def with_ids_as_texts(content: Any) -> Any:
    """Return a body with the numbers that are written with a point as texts, wherever it has `marketIds`."""
    if isinstance(content, list):
        return [with_ids_as_texts(one) for one in content]
    if not isinstance(content, dict):
        return content
    changed = {name: with_ids_as_texts(value) for name, value in content.items()}
    ids = changed.get("marketIds")
    if isinstance(ids, list):
        changed["marketIds"] = [json.dumps(one) if isinstance(one, float) else one for one in ids]
    return changed


@cache
def betting_calls() -> jsonschema_rs.Draft202012Validator:
    """Return what tells whether a body is a call, or a batch of calls, as the document has them."""
    document = yaml.load(specification_bytes("betfair-betting.yaml"), yaml.CSafeLoader)
    schema = document["paths"][BETTING]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return jsonschema_rs.Draft202012Validator({**schema, "components": {"schemas": document["components"]["schemas"]}})


def is_json(response: schemathesis.Response) -> bool:
    return any("json" in value for value in response.headers.get("content-type", []))


def answers_of(response: schemathesis.Response) -> list[dict[str, Any]]:
    content = response.json()
    return content if isinstance(content, list) else [content]


def errors_of(response: schemathesis.Response) -> list[str]:
    """Return the names of the errors in an answer of a service, of whatever dialect."""
    if not is_json(response):
        return []
    return [name for answer in answers_of(response) if isinstance(answer, dict) for name in names_in(answer)]


def names_in(answer: dict[str, Any]) -> Iterable[str]:
    detail = answer.get("detail") or answer.get("error", {}).get("data") or {}
    for member in detail.values():
        if isinstance(member, dict):
            yield member["errorCode"]
    if not detail and ("error" in answer or "faultstring" in answer):
        yield answer.get("faultstring") or answer["error"]["message"]
