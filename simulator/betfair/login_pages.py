"""The pages of the identity service that a browser asks for: to log in, and to make an account usable again."""

from typing import Final

from simulator.betfair import pages
from simulator.betfair.errors import ProtocolError
from simulator.betfair.forms import read_form
from simulator.betfair.http import HTML
from simulator.http import Request, Response
from simulator.request_log import RequestLog
from simulator.world.inputs import RecoverPassword
from simulator.world.world import World
from simulator.world.worlds import Worlds

INPUT_VALIDATION_ERROR: Final = "INPUT_VALIDATION_ERROR"

LOGIN_PAGE, RECOVERY = "loginPage", "recoverPassword"
"""How these requests are called where they are written down."""


class LoginPage:
    """GET /view/login: the page that asks for username and password and posts them to /api/login.

    `product` and `url` are mandatory (manual, Interactive Login, parameters).
    """

    methods = ("GET", "HEAD")

    def __init__(self, worlds: Worlds, requests: RequestLog) -> None:
        self._worlds: Final = worlds
        self._requests: Final = requests

    async def answer(self, request: Request) -> Response:
        """Answer the page, or say FORBIDDEN where it should lead to a place that is not allowed."""
        form = read_form(b"", request.query)
        product, url = form.text("product"), form.text("url")
        if form.problem or not product or not url:
            why = form.problem or "the address needs a product and a url"
            return failed(self._requests, self._worlds.by_app_key(product), LOGIN_PAGE, why)
        if not may_lead_to(self._worlds, product, url):
            return forbidden(self._worlds, self._requests, LOGIN_PAGE, product, url)
        self._requests.answered(self._worlds.by_app_key(product), LOGIN_PAGE, "")
        return Response(200, pages.login_page(product, url, form.text("redirectMethod")), HTML)

    def refuse(self, error: ProtocolError) -> Response:
        """Answer a request that was not read."""
        return Response(error.http_status, pages.failure_page(INPUT_VALIDATION_ERROR), HTML)


class RecoverPasswordPage:
    """/view/recoverpassword: where an account becomes usable again whose password is to be recovered.

    The manual names the address only (ACCOUNT_PENDING_PASSWORD_CHANGE). Here the page asks for username and password;
    with the right ones the account is as good as it was, and its password the same.
    """

    methods = ("GET", "HEAD", "POST")

    def __init__(self, worlds: Worlds, requests: RequestLog) -> None:
        self._worlds: Final = worlds
        self._requests: Final = requests

    async def answer(self, request: Request) -> Response:
        """Answer the page, or do what it asks for."""
        if request.method != "POST":
            return Response(200, pages.recovery_page(), HTML)
        form = read_form(request.query, request.body)
        username, password = form.text("username"), form.text("password")
        if form.problem or not username or not password:
            why = form.problem or "the form needs a username and a password"
            return failed(self._requests, None, RECOVERY, why)
        world = self._worlds.by_username(username)
        refusal = None if world is None else world.do(RecoverPassword(username, password)).refusal
        if world is None or refusal is not None:
            code = "INVALID_USERNAME_OR_PASSWORD" if refusal is None else refusal.code
            why = f"no account is called {username!r}" if refusal is None else refusal.problem
            return failed(self._requests, world, RECOVERY, why, code, username)
        self._requests.answered(world, RECOVERY, username)
        return Response(200, pages.status_page("SUCCESS", ""), HTML)

    def refuse(self, error: ProtocolError) -> Response:
        """Answer a request that was not read."""
        return Response(error.http_status, pages.failure_page(INPUT_VALIDATION_ERROR), HTML)


def may_lead_to(worlds: Worlds, product: str, url: str) -> bool:
    """Return whether a login with an app key may lead to an address."""
    world = worlds.by_app_key(product)
    if world is None:
        return pages.may_redirect_to(url)
    owner = world.developer_apps.by_key[product].owner
    return pages.may_redirect_to(url, world.accounts.by_username[owner].redirect_urls)


def forbidden(worlds: Worlds, requests: RequestLog, operation: str, product: str, url: str) -> Response:
    """Say that a page may not lead to an address."""
    why = f"an app key {product!r} may not lead to {url!r}, which is not registered for it"
    return failed(requests, worlds.by_app_key(product), operation, why, "FORBIDDEN")


def failed(
    requests: RequestLog,
    world: World | None,
    operation: str,
    why: str,
    code: str = INPUT_VALIDATION_ERROR,
    username: str = "",
) -> Response:
    """Say that a page cannot be had, and write down why."""
    requests.refused(world, operation, username, code, f"{code}: {why}")
    return Response(200, pages.failure_page(code), HTML)
