"""A browser logs in on the page and is led back with a session. It needs Playwright and a Chromium, or is skipped."""

import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from tests.serving import Account, Served, post, serving

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""The system's own, where there is one; otherwise Playwright looks for the one that it brings."""

OPTIONS = [
    # It is to ask nobody for anything but the page under test.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    # Its sandbox does not let root in.
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]


class Application:
    """What a page leads back to: it keeps the form that was posted."""

    def __init__(self) -> None:
        self.posted: dict[str, list[str]] = {}
        application = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                application.posted = parse_qs(body.decode())
                self.send_response(200)
                self.send_header("Content-Type", "text/plain")
                self.end_headers()
                self.wfile.write(b"back again")

            def log_message(self, format: str, *arguments: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/back"


@pytest.fixture
def application() -> Iterator[Application]:
    application = Application()
    threading.Thread(target=application.server.serve_forever, daemon=True).start()
    yield application
    application.server.shutdown()
    application.server.server_close()


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture
def page() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        try:
            browser = started.chromium.launch(headless=True, executable_path=CHROMIUM, args=OPTIONS)
        except playwright.Error as error:
            pytest.skip(f"Chromium cannot be started: {str(error).splitlines()[0]}")
        yield browser.new_page()
        browser.close()


def log_in(page: Any, served: Served, application: Application, account: Account, password: str) -> None:
    query = urlencode({"product": account.app_key, "url": application.url})
    page.goto(f"{served.url}/view/login?{query}")
    page.fill("input[name=username]", account.username)
    page.fill("input[name=password]", password)
    page.click("button")
    page.wait_for_url(application.url)


def test_a_browser_is_led_back_with_a_session(served: Served, page: Any, application: Application) -> None:
    account = served.accounts()[0]
    log_in(page, served, application, account, account.password)
    (token,) = application.posted["ssoid"]

    headers = {"Accept": "application/json", "X-Authentication": token}
    assert post(f"{served.url}/api/keepAlive", headers=headers).json()["status"] == "SUCCESS"


def test_a_browser_is_led_back_with_the_code_where_it_cannot_log_in(
    served: Served, page: Any, application: Application
) -> None:
    log_in(page, served, application, served.accounts()[0], "a guess")

    assert application.posted == {"errorCode": ["INVALID_USERNAME_OR_PASSWORD"]}
