"""A bot written with betfairlightweight logs in by certificate, over TLS, as it does in production, and bets."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from betfairlightweight import APIClient
from betfairlightweight.exceptions import LoginError

from tests.client_certificates import fingerprint, self_signed
from tests.clients.fair import FAIR, HOME, MATCH_ODDS
from tests.clients.library import current_order, limit, place
from tests.serving import WITH_TLS, Account, Served, let_read_documents, serving


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def secure(folder: Path) -> Iterator[Served]:
    """A server whose alice has also registered a certificate that she has signed herself."""
    certificate, _ = self_signed(folder, "own")
    self_signed(folder, "unknown")
    alice, *others = FAIR["accounts"]
    accounts = [{**alice, "certificates": [fingerprint(certificate)]}, *others]
    scenario = folder / "fair.yaml"
    scenario.write_text(json.dumps({**FAIR, "accounts": accounts}))
    with serving("--scenario", str(scenario), *WITH_TLS, "--tls-folder", str(folder / "made")) as served:
        let_read_documents(served)
        yield served


@contextmanager
def client_of(served: Served, account: Account, certs: str | tuple[str, str]) -> Iterator[APIClient]:
    """Yield a client with nothing changed but its hosts and whom it trusts."""
    with requests.Session() as session:
        session.trust_env, session.verify = False, served.ca
        certificates = {"certs": certs} if isinstance(certs, str) else {"cert_files": certs}
        client = APIClient(account.username, account.password, app_key=account.app_key, session=session, **certificates)
        client.identity_uri = client.identity_cert_uri = f"{served.https_url}/api/"
        client.api_uri = f"{served.https_url}/exchange/"
        yield client


def test_a_bot_logs_in_by_the_certificate_that_the_server_has_made_and_bets(secure: Served, folder: Path) -> None:
    alice = secure.accounts()[0]
    with client_of(secure, alice, str(folder / "made" / "alice")) as client:
        answer = client.login()
        (report,) = place(client, MATCH_ODDS, limit(HOME, "BACK", 500, 2.0))

        assert (answer.login_status, answer.session_token) == ("SUCCESS", client.session_token)
        assert current_order(client, report.bet_id).price_size.size == 2.0
        assert client.keep_alive().status == "SUCCESS"
        assert client.logout().status == "SUCCESS"


def test_a_bot_logs_in_by_a_certificate_that_its_owner_has_signed(secure: Served, folder: Path) -> None:
    own = str(folder / "own.crt"), str(folder / "own.key")
    with client_of(secure, secure.accounts()[0], own) as client:
        assert client.login().login_status == "SUCCESS"
        assert client.account.get_account_details().first_name == "Alice"


def test_an_unknown_certificate_is_a_login_error(secure: Served, folder: Path) -> None:
    unknown = str(folder / "unknown.crt"), str(folder / "unknown.key")
    with client_of(secure, secure.accounts()[0], unknown) as client:
        with pytest.raises(LoginError, match="CERT_AUTH_REQUIRED"):
            client.login()
        client.login_interactive()
        assert client.session_token
