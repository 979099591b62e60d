"""The identity service: logging in, staying logged in, logging out.

Every answer has HTTP status 200; whether it went well is said inside. `Accept: application/json` is the switch between
JSON and an HTML page, and `pages` makes the page.

Two things no source settles. The app key of a login is echoed and kept, and not checked: an unknown one is
refused by the first call of an API, as `INVALID_APP_KEY`. A certificate login over TLS needs a certificate that is
registered for the account and good today. Over plain HTTP, where none can be presented, it needs none, so that bots
whose library logs in by certificate (as betfairlightweight's `login()` does) can talk to us without TLS;
`FaceSettings.certificate_required` makes it insist, and then every such login is CERT_AUTH_REQUIRED.

Sources: manual, "Inicio de sesión no interactivo (robot)" and "Inicio de sesión interactivo: extremo de API"; recorded
answers to login, certlogin, keepAlive and logout.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from msgspec import Struct

from simulator.betfair import pages
from simulator.betfair.dispatch import Dispatcher, encode_json
from simulator.betfair.errors import Fault, ProtocolError, SignInError
from simulator.betfair.faulty_endpoints import INTERNAL_ERROR, faulty_identity
from simulator.betfair.forms import Form, read_form
from simulator.betfair.http import HTML, Endpoint, wants_json
from simulator.betfair.login_pages import (
    INPUT_VALIDATION_ERROR,
    LOGIN_PAGE,
    RECOVERY,
    LoginPage,
    RecoverPasswordPage,
    forbidden,
    may_lead_to,
)
from simulator.betfair.schema.wire import date_time
from simulator.exchange.jurisdictions import Jurisdiction
from simulator.http import Request, Response
from simulator.request_log import RequestLog
from simulator.world.accounts import (
    CERT_AUTH_REQUIRED,
    FAIL,
    LOGIN_RESTRICTED,
    RESTRICTING_CODES,
    SUCCESS,
    login_status_of,
)
from simulator.world.format.certificates import fingerprint_of_pem
from simulator.world.happened import SessionOpened
from simulator.world.inputs import Input, KeepAlive, LogIn, LogOut
from simulator.world.worlds import Worlds

NO_SESSION: Final = "NO_SESSION"

LOGIN, CERTIFICATE_LOGIN, KEEP_ALIVE, LOGOUT = "login", "certlogin", "keepAlive", "logout"
"""How these requests are called where they are written down."""


class SignInAnswer(Struct, omit_defaults=True):
    """What login, keepAlive and logout answer, in the order of the recordings. The first four are always there.

    Clients of the Italian exchange know of a date of the last login as well.
    """

    token: str
    product: str
    status: str
    error: str
    lastLoginDate: str | None = None  # noqa: N815, the name on the wire


class CertificateLoginAnswer(Struct, omit_defaults=True, kw_only=True):
    """What certlogin answers: always a status, and a token where it succeeded."""

    sessionToken: str | None = None  # noqa: N815, the name on the wire
    loginStatus: str  # noqa: N815


class SignedIn(NamedTuple):
    """A login that led to a session: its token, and the login status with its code, empty for SUCCESS.

    `last_login_at` is when the customer logged in before, where that is told.
    """

    token: str
    status: str
    error: str
    last_login_at: int | None


class Login:
    """POST /api/login, interactive: a form with `username` and `password`, whatever else it may carry."""

    methods = ("POST",)

    def __init__(self, worlds: Worlds, requests: RequestLog) -> None:
        self._worlds: Final = worlds
        self._requests: Final = requests

    async def answer(self, request: Request) -> Response:
        """Log in and answer JSON, or the page that takes the browser back to where it came from."""
        form = read_form(request.query, request.body)
        if not wants_json(request):
            return self._answer_page(form)
        product = request.header(b"x-application")
        try:
            outcome = log_in(self._worlds, form, demanded_product(product))
        except SignInError as error:
            tell_login(self._worlds, self._requests, LOGIN, form, error)
            # Recorded: what could not even be read has no product either.
            product = "" if error.code == INPUT_VALIDATION_ERROR else product
            return _json(SignInAnswer("", product, error.status, error.code))
        tell_login(self._worlds, self._requests, LOGIN, form)
        last_login = None if outcome.last_login_at is None else date_time(outcome.last_login_at)
        return _json(SignInAnswer(outcome.token, product, outcome.status, outcome.error, last_login))

    def refuse(self, error: ProtocolError) -> Response:
        """Answer a request that was not read."""
        return refusal(error)

    def _answer_page(self, form: Form) -> Response:
        url = form.text("url") or pages.DEFAULT_REDIRECT
        if not may_lead_to(self._worlds, form.text("product"), url):
            return forbidden(self._worlds, self._requests, LOGIN, form.text("product"), url)
        try:
            outcome = log_in(self._worlds, form, form.text("product"))
        except SignInError as error:
            tell_login(self._worlds, self._requests, LOGIN, form, error)
            return Response(200, pages.redirect_page(url, form.text("redirectMethod"), "", error.code), HTML)
        tell_login(self._worlds, self._requests, LOGIN, form)
        token = outcome.token
        page = pages.redirect_page(url, form.text("redirectMethod"), token, outcome.error)
        cookie = (b"set-cookie", f"ssoid={token}; Path=/; HttpOnly".encode())
        return Response(200, page, HTML, (cookie,) if token else ())


class CertificateLogin:
    """POST /api/certlogin, for bots: the same form, a client certificate, and an answer of its own shape."""

    methods = ("POST",)

    def __init__(self, worlds: Worlds, requests: RequestLog, *, certificate_required: bool) -> None:
        self._worlds: Final = worlds
        self._requests: Final = requests
        self._certificate_required: Final = certificate_required

    async def answer(self, request: Request) -> Response:
        """Log in. The answer to a login that fails is its code alone, without a token.

        That goes for an account with limited access too, which an interactive login lets in (manual, the codes of
        loginStatus).
        """
        product, form = request.header(b"x-application"), read_form(request.query, request.body)
        try:
            certificate = self._certificate_of(request)
            outcome = log_in(
                self._worlds, form, demanded_product(product), by_certificate=True, certificate=certificate
            )
        except SignInError as error:
            tell_login(self._worlds, self._requests, CERTIFICATE_LOGIN, form, error)
            return _json(CertificateLoginAnswer(loginStatus=error.code or error.status))
        tell_login(self._worlds, self._requests, CERTIFICATE_LOGIN, form)
        return _json(CertificateLoginAnswer(sessionToken=outcome.token, loginStatus=outcome.status))

    def refuse(self, error: ProtocolError) -> Response:
        """Answer a request that was not read."""
        status = INTERNAL_ERROR if error.fault is Fault.SERVICE_RUNTIME_EXCEPTION else INPUT_VALIDATION_ERROR
        return _json(CertificateLoginAnswer(loginStatus=status), error.http_status)

    def _certificate_of(self, request: Request) -> str | None:
        """Return the fingerprint of the certificate that was presented, `None` where none is needed.

        Raises `SignInError` where one is needed, and there is none or none that is good today.
        """
        if request.tls is None:
            if self._certificate_required:
                raise SignInError(FAIL, CERT_AUTH_REQUIRED, "no certificate can be presented without TLS")
            return None
        chain = request.tls.get("client_cert_chain")
        if not chain:
            raise SignInError(FAIL, CERT_AUTH_REQUIRED, "the client has presented no certificate")
        problem = request.tls.get("client_cert_error")
        if problem:
            raise SignInError(FAIL, CERT_AUTH_REQUIRED, f"the certificate of the client is not good: {problem}")
        return fingerprint_of_pem(next(iter(chain)))


class SessionCall:
    """/api/keepAlive and /api/logout: two headers in, the same object out. The documented samples send GET as well."""

    methods = ("GET", "POST")

    def __init__(self, worlds: Worlds, requests: RequestLog, name: str, act: Callable[[str], Input]) -> None:
        self._worlds: Final = worlds
        self._requests: Final = requests
        self._name: Final = name
        self._act: Final = act

    async def answer(self, request: Request) -> Response:
        """Keep the session alive or end it, and echo token and app key, an unknown token too."""
        token, product = request.header(b"x-authentication"), request.header(b"x-application")
        world = self._worlds.by_session(token)
        known = world or self._worlds.by_app_key(product)
        session = None if world is None else world.session(token)
        account = "" if session is None else session.account.username
        if not token:
            reason = f"{INPUT_VALIDATION_ERROR}: the request has no X-Authentication"
            self._requests.refused(known, self._name, "", INPUT_VALIDATION_ERROR, reason)
            answer = SignInAnswer("", product, FAIL, INPUT_VALIDATION_ERROR)
        elif world is None or world.do(self._act(token)).refusal is not None:
            reason = f"{NO_SESSION}: the token is unknown or has expired"
            self._requests.refused(known, self._name, account, NO_SESSION, reason)
            answer = SignInAnswer(token, product, FAIL, NO_SESSION)
        else:
            self._requests.answered(world, self._name, account)
            answer = SignInAnswer(token, product, SUCCESS, "")
        if wants_json(request):
            return _json(answer)
        return Response(200, pages.status_page(answer.status, answer.error), HTML)

    def refuse(self, error: ProtocolError) -> Response:
        """Answer a request that was not read."""
        return refusal(error)


def identity_endpoints(dispatcher: Dispatcher) -> dict[str, Endpoint]:
    """Return the endpoints of the identity service by their paths."""
    worlds, requests, settings = dispatcher.worlds, dispatcher.requests, dispatcher.settings
    endpoints: dict[str, Endpoint] = {
        "/api/login": Login(worlds, requests),
        "/api/certlogin": CertificateLogin(worlds, requests, certificate_required=settings.certificate_required),
        "/api/keepAlive": SessionCall(worlds, requests, KEEP_ALIVE, KeepAlive),
        "/api/logout": SessionCall(worlds, requests, LOGOUT, LogOut),
        "/view/login": LoginPage(worlds, requests),
        "/view/recoverpassword": RecoverPasswordPage(worlds, requests),
    }
    names = {"/api/login": LOGIN, "/api/certlogin": CERTIFICATE_LOGIN, "/api/keepAlive": KEEP_ALIVE}
    names |= {"/api/logout": LOGOUT, "/view/login": LOGIN_PAGE, "/view/recoverpassword": RECOVERY}
    endpoints = {
        path: faulty_identity(
            dispatcher, names[path], endpoint, _refuse_certificate if path == "/api/certlogin" else _refuse
        )
        for path, endpoint in endpoints.items()
    }
    return endpoints | {f"{path}/": endpoint for path, endpoint in endpoints.items()}


def log_in(
    worlds: Worlds,
    form: Form,
    product: str,
    *,
    by_certificate: bool = False,
    certificate: str | None = None,
) -> SignedIn:
    """Log in the user that a form names, in the world that has the username; raise `SignInError` where that fails.

    A login by certificate also fails for accounts with limited access, and where the account has not registered the
    certificate of this fingerprint; `None` where none is needed.
    """
    username, password = form.text("username"), form.text("password")
    if form.problem:
        raise SignInError(FAIL, INPUT_VALIDATION_ERROR, form.problem)
    if not username or not password:
        raise SignInError(FAIL, INPUT_VALIDATION_ERROR, "the form needs a username and a password")
    world = worlds.by_username(username)
    if world is None:
        raise SignInError(FAIL, "INVALID_USERNAME_OR_PASSWORD", f"no account is called {username!r}")
    happened = world.do(LogIn(username, password, product, by_certificate, certificate))
    if (refused := happened.refusal) is not None:
        raise SignInError(refused.status, "" if refused.code == refused.status else refused.code, refused.problem)
    opened = next(event for event in happened.events if isinstance(event, SessionOpened))
    account = world.accounts.by_username[opened.username]
    status, error = login_status_of(world.sessions.logins.of(account).status)
    last_login_at = opened.last_login_at if account.jurisdiction is Jurisdiction.ITALY else None
    return SignedIn(opened.token, status, error, last_login_at)


def tell_login(
    worlds: Worlds, requests: RequestLog, operation: str, form: Form, error: SignInError | None = None
) -> None:
    """Write down a login, or why it failed, in the world of the username that a form has."""
    username = form.text("username")
    world = worlds.by_username(username)
    if error is None:
        requests.answered(world, operation, username)
    else:
        requests.refused(world, operation, username, error.outcome, error)


def demanded_product(product: str) -> str:
    """Return the app key of a login; raise `SignInError` where there is none."""
    if not product:
        raise SignInError(FAIL, INPUT_VALIDATION_ERROR, "the request has no X-Application")
    return product


def refusal(error: ProtocolError) -> Response:
    """Answer a request that was not read, in the shape of login, keepAlive and logout."""
    code = INTERNAL_ERROR if error.fault is Fault.SERVICE_RUNTIME_EXCEPTION else INPUT_VALIDATION_ERROR
    return _json(SignInAnswer("", "", FAIL, code), error.http_status)


def _refuse(request: Request, code: str) -> Response:
    """Say no to a request in the shape of login, keepAlive and logout."""
    status = LOGIN_RESTRICTED if code in RESTRICTING_CODES else FAIL
    token = request.header(b"x-authentication")
    return _json(SignInAnswer(token, request.header(b"x-application"), status, code))


def _refuse_certificate(_: Request, code: str) -> Response:
    return _json(CertificateLoginAnswer(loginStatus=code))


def _json(answer: Struct, http_status: int = 200) -> Response:
    return Response(http_status, encode_json(answer))
