"""The OpenAPI document of the identity service: logging in, staying in, logging out. It never says no with a status."""

from collections.abc import Mapping
from typing import Any, Final

from simulator import __version__
from simulator.betfair.identity import CertificateLoginAnswer, SignInAnswer
from simulator.specifications.answers import EXPECTATION_FAILED, JsonSchema, answer_schemas
from simulator.specifications.examples import identity_examples
from simulator.world.accounts import ACCOUNT_STATUSES, FAIL, LIMITED_ACCESS, LOGIN_RESTRICTED, SUCCESS

LOGIN_STATUSES: Final = (SUCCESS, LIMITED_ACCESS, LOGIN_RESTRICTED, FAIL)
_CODES: Final = sorted(ACCOUNT_STATUSES.difference(LOGIN_STATUSES))
_DEFAULT_URL: Final = "https://www.betfair.com"
_HTML: Final[JsonSchema] = {"schema": {"type": "string"}}


def document() -> JsonSchema:
    """Return the document of the identity service."""
    _, schemas = answer_schemas([SignInAnswer, CertificateLoginAnswer], absent_beats_null=True)
    schemas["SignInAnswer"]["properties"] |= {
        "status": {"enum": list(LOGIN_STATUSES)},
        "error": {"enum": ["", *_CODES]},
    }
    schemas["CertificateLoginAnswer"] = _certificate_login_answer(schemas["CertificateLoginAnswer"])
    schemas["LoginForm"] = _form()
    examples = identity_examples()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Betfair, identity",
            "version": __version__,
            "description": "Sessions begin, last longer and end. What goes wrong is said in the body, with status 200.",
            "license": {"name": "See the project", "identifier": "LicenseRef-betsim"},
        },
        "servers": [{"url": "/", "description": "The paths of the real host, on this one."}],
        "tags": [
            {"name": "login", "description": "How a session begins."},
            {"name": "session", "description": "What becomes of it."},
        ],
        "paths": {
            "/api/login": {"post": _login(examples)},
            "/api/certlogin": {"post": _certificate_login(examples)},
            "/api/keepAlive": _session_call("keepAlive", "Let a session last its full length from now on.", examples),
            "/api/logout": _session_call("logout", "End a session.", examples),
            "/view/login": {"get": _login_page()},
            "/view/recoverpassword": {"get": _recovery_page(), "post": _recovery()},
        },
        "components": {
            "securitySchemes": {
                "Session": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-Authentication",
                    "description": "The token of a session.",
                },
                "Certificate": {
                    "type": "mutualTLS",
                    "description": "A client certificate, where TLS is spoken at all.",
                },
            },
            "parameters": {
                "Product": _product("An app key; it is noted here and checked later.", required=False),
                "ProductOfLogin": _product(
                    "An app key; it is noted here and checked later. Without one the login is INPUT_VALIDATION_ERROR; "
                    "only the page that a browser posts has it in the form, as `product`.",
                    required=True,
                ),
            },
            "headers": {
                "Allow": {"description": "The methods of the path.", "required": True, "schema": {"type": "string"}},
                "Cookie": {"description": "The session, for browsers.", "schema": {"type": "string"}},
            },
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _certificate_login_answer(schema: JsonSchema) -> JsonSchema:
    """Return the schema with what its members have to do with each other: a success comes with a session."""
    return {
        **schema,
        "properties": schema["properties"] | {"loginStatus": {"enum": [*LOGIN_STATUSES, *_CODES]}},
        "anyOf": [
            {"properties": {"loginStatus": {"const": SUCCESS}}, "required": ["sessionToken"]},
            {"properties": {"loginStatus": {"not": {"const": SUCCESS}}, "sessionToken": False}},
        ],
    }


def _login(examples: Mapping[str, Any]) -> JsonSchema:
    answer = _answer("SignInAnswer", examples["login"], html=True)
    answer["headers"] = {"Set-Cookie": {"$ref": "#/components/headers/Cookie"}}
    answer["links"] = _links("token")
    return {
        **_words("login", "login", "Log in", "Interactively: the answer is JSON where JSON is accepted, else a page."),
        "security": [],
        "parameters": [{"$ref": "#/components/parameters/ProductOfLogin"}],
        "requestBody": _body(),
        "responses": {"200": answer, **_refusals("SignInAnswer")},
    }


def _certificate_login(examples: Mapping[str, Any]) -> JsonSchema:
    answer = _answer("CertificateLoginAnswer", examples["certlogin"])
    answer["links"] = _links("sessionToken")
    return {
        **_words("certlogin", "login", "Log in as a bot", "With a client certificate, where TLS is spoken at all."),
        "security": [{"Certificate": []}, {}],
        "parameters": [{"$ref": "#/components/parameters/ProductOfLogin"}],
        "requestBody": _body(),
        "responses": {"200": answer, **_refusals("CertificateLoginAnswer")},
    }


def _links(token: str) -> JsonSchema:
    """Return what can be done with a session, by the member of the answer that is its token."""
    session = {"X-Authentication": f"$response.body#/{token}"}
    return {
        "stay": {
            "operationId": "keepAlivePost",
            "parameters": session,
            "description": "A session that began can be kept alive,",
        },
        "leave": {"operationId": "logoutPost", "parameters": session, "description": "and ended."},
    }


def _session_call(name: str, description: str, examples: Mapping[str, Any]) -> JsonSchema:
    return {
        method: {
            **_words(f"{name}{method.capitalize()}", "session", description.rstrip("."), description),
            "security": [{"Session": []}],
            "parameters": [{"$ref": "#/components/parameters/Product"}],
            "responses": {
                "200": _answer("SignInAnswer", examples[f"{name}{method.capitalize()}"], html=True),
                **_refusals("SignInAnswer"),
            },
        }
        for method in ("get", "post")
    }


def _login_page() -> JsonSchema:
    parameters = [
        {
            "name": name,
            "in": "query",
            "required": name != "redirectMethod",
            "description": description,
            "schema": {"type": "string"},
            "example": example,
        }
        for name, description, example in (
            ("product", "The app key to log in with.", "alice-live-key"),
            ("url", "Where to go afterwards: a registered address, the default one, or a loopback one.", _DEFAULT_URL),
            ("redirectMethod", "GET or POST.", "POST"),
        )
    ]
    return {
        **_words("loginPage", "login", "Read the login page", "It asks for username and password in a browser."),
        "security": [],
        "parameters": parameters,
        "responses": _page_responses("The page, or why there is none: a field is missing or wrong, or FORBIDDEN."),
    }


def _recovery_page() -> JsonSchema:
    return {
        **_words("recoveryPage", "login", "Read the page that recovers a password", "It asks for both in a browser."),
        "security": [],
        "responses": _page_responses("The page."),
    }


def _recovery() -> JsonSchema:
    words = ("Recover a password", "An account that waits for this can log in again, with the password that it has.")
    return {
        **_words("recoverPassword", "login", *words),
        "security": [],
        "requestBody": _body(),
        "responses": _page_responses("A page that says how it went."),
    }


def _page_responses(description: str) -> JsonSchema:
    page = {"description": description, "content": {"text/html": _HTML}}
    return {
        "200": page,
        "405": {
            "description": "The method does nothing here.",
            "headers": {"Allow": {"$ref": "#/components/headers/Allow"}},
            "content": {"text/html": _HTML},
        },
        "406": {"description": "No coding of the page is acceptable.", "content": {"text/html": _HTML}},
        "413": {"description": "The body is longer than any that is read.", "content": {"text/html": _HTML}},
        "417": EXPECTATION_FAILED,
        "431": _too_long(),
        "500": {"description": "The service failed.", "content": {"text/html": _HTML}},
    }


def _words(operation_id: str, tag: str, summary: str, description: str) -> JsonSchema:
    return {"operationId": operation_id, "tags": [tag], "summary": summary, "description": description}


def _product(description: str, *, required: bool) -> JsonSchema:
    return {
        "name": "X-Application",
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string"},
        "example": "alice-live-key",
    }


def _form() -> JsonSchema:
    names = ("product", "url", "redirectMethod")
    return {
        "type": "object",
        "description": "Username and password, and for browsers where to go then.",
        "properties": {
            "username": {"type": "string"},
            "password": {"type": "string"},
            **{name: {"type": "string"} for name in names},
        },
        "required": ["username", "password"],
    }


def _body() -> JsonSchema:
    example: dict[str, Any] = {"username": "alice", "password": "alice-password"}
    content = {"schema": {"$ref": "#/components/schemas/LoginForm"}, "examples": {"alice": {"value": example}}}
    return {"required": True, "content": {"application/x-www-form-urlencoded": content}}


def _answer(name: str, example: Any, *, html: bool = False) -> JsonSchema:
    content: JsonSchema = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    if html:
        content["text/html"] = _HTML
    content["application/json"]["examples"] = {"alice": {"value": example}}
    return {"description": "How it went: the status in the body says.", "content": content}


def _refusals(name: str) -> JsonSchema:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    return {
        "403": {"description": "The real service may not be used from where the caller is; this one never says so."},
        "405": {
            "description": "The method does nothing here.",
            "headers": {"Allow": {"$ref": "#/components/headers/Allow"}},
            "content": content,
        },
        "406": {"description": "No coding of the answer is acceptable.", "content": content},
        "413": {"description": "The body is longer than any that is read.", "content": content},
        "417": EXPECTATION_FAILED,
        "431": _too_long(),
        "500": {"description": "The service failed; the code is INTERNAL_ERROR.", "content": content},
    }


def _too_long() -> JsonSchema:
    return {
        "description": "The headers are longer than any that are read.",
        "content": {"application/problem+json": {"schema": {"type": "object"}}},
    }
