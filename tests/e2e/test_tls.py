"""A server that speaks TLS: what it writes for its clients, whom it lets in by certificate, and what cannot harm it."""

import json
import os
import re
import socket
import ssl
import stat
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.client_certificates import DAY, TODAY, fingerprint, self_signed
from tests.serving import (
    BETSIM,
    PATIENCE_SECONDS,
    WITH_TLS,
    Served,
    authorities,
    get,
    let_read_documents,
    post,
    serving,
)

CA, CERTIFICATE, KEY = "ca.crt", "client-2048.crt", "client-2048.key"


class Folders(NamedTuple):
    """Where customers keep their own certificates, and where the server writes those it makes."""

    own: Path
    made: Path


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    own = tmp_path_factory.mktemp("own")
    self_signed(own, "registered")
    self_signed(own, "by-fingerprint")
    self_signed(own, "stranger")
    self_signed(own, "expired", first_day=TODAY - 3 * DAY, last_day=TODAY - DAY)
    self_signed(own, "early", first_day=TODAY + DAY, last_day=TODAY + 3 * DAY)
    return Folders(own, tmp_path_factory.mktemp("made") / "a folder" / "of ours")


@pytest.fixture(scope="module")
def served(folders: Folders) -> Iterator[Served]:
    with serving("--scenario", scenario_in(folders.own), *WITH_TLS, "--tls-folder", str(folders.made)) as served:
        yield served


@pytest.fixture(autouse=True)
def nothing_breaks(served: Served) -> Iterator[None]:
    yield
    assert get(f"{served.url}/health").status_code == 200
    assert over_tls(served, "GET", "/health").status_code == 200
    assert not {"Traceback", "Exception"} & set(re.findall(r"\w+", served.errors))


def scenario_in(folder: Path) -> str:
    """Write a scenario whose alice has registered certificates of her own, one of them expired and one not yet good."""
    in_pem = [folder.joinpath(f"{name}.crt").read_text() for name in ("registered", "expired", "early")]
    alice = {
        "username": "alice",
        "password": "secret",
        "appKey": "alice-live",
        "certificates": [*in_pem, fingerprint(str(folder / "by-fingerprint.crt"))],
    }
    accounts = [alice, {"username": "bob/ñ", "password": "secret"}, {"username": "Alice", "password": "secret"}]
    file = folder / "scenario.yaml"
    file.write_text(json.dumps({"name": "tls", "accounts": accounts}))
    return str(file)


@contextmanager
def client_of(served: Served, certificate: tuple[str, str] | None = None) -> Iterator[httpx.Client]:
    context = ssl.create_default_context(cafile=served.ca)
    if certificate is not None:
        context.load_cert_chain(*certificate)
    with httpx.Client(base_url=served.https_url, verify=context, timeout=PATIENCE_SECONDS) as client:
        yield client


def over_tls(
    served: Served, method: str, path: str, certificate: tuple[str, str] | None = None, **options: Any
) -> httpx.Response:
    with client_of(served, certificate) as client:
        return client.request(method, path, **options)


def log_in(
    served: Served, certificate: tuple[str, str] | None, username: str = "alice", password: str = "secret"
) -> str:
    """Log in by certificate, and return the status."""
    headers = {"Accept": "application/json", "X-Application": "app"}
    form = {"username": username, "password": password}
    answer = over_tls(served, "POST", "/api/certlogin", certificate, data=form, headers=headers)
    assert answer.status_code == 200
    status: str = answer.json()["loginStatus"]
    assert ("sessionToken" in answer.json()) is (status == "SUCCESS")
    return status


def own(folders: Folders, name: str) -> tuple[str, str]:
    return str(folders.own / f"{name}.crt"), str(folders.own / f"{name}.key")


def made(folders: Folders, name: str) -> tuple[str, str]:
    return str(folders.made / name / CERTIFICATE), str(folders.made / name / KEY)


# What is written


def test_the_ready_line_names_the_address_and_the_certificate_to_trust(served: Served, folders: Folders) -> None:
    assert served.https_url.startswith("https://127.0.0.1:")
    assert served.ca == str(folders.made / CA)
    assert over_tls(served, "GET", "/health").json()["status"] == "ready"


def test_each_account_has_a_certificate_and_a_key_that_only_its_owner_may_read(folders: Folders) -> None:
    names = sorted(path.name for path in folders.made.iterdir())

    assert names == ["Alice-2", "alice", "bob__", CA]
    for name in ("Alice-2", "alice", "bob__"):
        modes = {path.suffix: stat.S_IMODE(path.stat().st_mode) for path in (folders.made / name).iterdir()}
        assert modes.keys() == {".crt", ".key", ".pem", ".p12"}
        assert {modes[suffix] for suffix in (".key", ".pem", ".p12")} == {0o600}


def test_a_key_that_others_could_read_is_written_anew(folders: Folders) -> None:
    scenario = str(folders.own / "scenario.yaml")
    folder = folders.own / "again"
    (folder / "alice").mkdir(parents=True)
    (folder / "alice" / KEY).write_text("a key of before")
    (folder / "alice" / KEY).chmod(0o644)
    with serving("--scenario", scenario, *WITH_TLS, "--tls-folder", str(folder)) as served:
        assert stat.S_IMODE((folder / "alice" / KEY).stat().st_mode) == 0o600
        assert log_in(served, (str(folder / "alice" / CERTIFICATE), str(folder / "alice" / KEY))) == "SUCCESS"


def test_a_temporary_folder_is_gone_when_the_server_is(folders: Folders) -> None:
    with serving("--scenario", str(folders.own / "scenario.yaml"), *WITH_TLS) as served:
        folder = Path(served.ca).parent
        assert (folder / "alice" / KEY).exists()
    assert not folder.exists()


@pytest.mark.parametrize(
    "name", ["localhost", "identitysso-cert.betfair.com", "api.betfair.com", "identitysso.betfair.it"]
)
def test_the_certificate_of_the_server_is_good_for_the_real_names(served: Served, name: str) -> None:
    """For who has them lead to this machine."""
    context = ssl.create_default_context(cafile=served.ca)
    port = int(served.https_url.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection,
        context.wrap_socket(connection, server_hostname=name) as secured,
    ):
        assert secured.version() in ("TLSv1.2", "TLSv1.3")


def test_nobody_else_is_vouched_for(served: Served) -> None:
    context = ssl.create_default_context(cafile=served.ca)
    port = int(served.https_url.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        context.wrap_socket(connection, server_hostname="example.com")


# Who is let in


def test_the_certificate_that_was_made_for_an_account_logs_it_in(served: Served, folders: Folders) -> None:
    assert log_in(served, made(folders, "alice")) == "SUCCESS"
    assert log_in(served, made(folders, "bob__"), "bob/ñ") == "SUCCESS"


@pytest.mark.parametrize("name", ["registered", "by-fingerprint"])
def test_a_certificate_that_a_customer_has_signed_and_registered_does_so_too(
    served: Served, folders: Folders, name: str
) -> None:
    assert log_in(served, own(folders, name)) == "SUCCESS"


@pytest.mark.parametrize("name", ["stranger", "expired", "early"])
def test_an_unknown_certificate_or_one_that_is_not_good_today_is_refused_in_the_answer(
    served: Served, folders: Folders, name: str
) -> None:
    """And not in the handshake: whatever else is asked with it is answered."""
    assert log_in(served, own(folders, name)) == "CERT_AUTH_REQUIRED"
    assert over_tls(served, "GET", "/health", own(folders, name)).status_code == 200


def test_the_certificate_of_another_account_is_refused(served: Served, folders: Folders) -> None:
    assert log_in(served, made(folders, "bob__")) == "CERT_AUTH_REQUIRED"
    assert log_in(served, made(folders, "Alice-2")) == "CERT_AUTH_REQUIRED"
    assert log_in(served, own(folders, "registered"), "bob/ñ") == "CERT_AUTH_REQUIRED"


def test_without_a_certificate_there_is_no_login_by_certificate(served: Served) -> None:
    """Whatever else is wrong: who has none does not learn whether a password is right."""
    assert log_in(served, None) == "CERT_AUTH_REQUIRED"
    assert log_in(served, None, password="wrong") == "CERT_AUTH_REQUIRED"


def test_a_certificate_does_not_make_up_for_a_password(served: Served, folders: Folders) -> None:
    assert log_in(served, made(folders, "alice"), password="wrong") == "INVALID_USERNAME_OR_PASSWORD"
    assert log_in(served, own(folders, "stranger"), password="wrong") == "INVALID_USERNAME_OR_PASSWORD"
    assert log_in(served, made(folders, "alice"), username="nobody") == "INVALID_USERNAME_OR_PASSWORD"


def test_in_plain_http_a_login_by_certificate_needs_none_unless_that_is_wanted(
    served: Served, folders: Folders
) -> None:
    headers = {"Accept": "application/json", "X-Application": "app"}
    form = {"username": "alice", "password": "secret"}
    assert post(f"{served.url}/api/certlogin", data=form, headers=headers).json()["loginStatus"] == "SUCCESS"

    scenario, folder = str(folders.own / "scenario.yaml"), folders.own / "strict"
    with serving("--scenario", scenario, *WITH_TLS, "--tls-folder", str(folder), "--certificate-required") as strict:
        answer = post(f"{strict.url}/api/certlogin", data=form, headers=headers).json()
        assert answer == {"loginStatus": "CERT_AUTH_REQUIRED"}
        assert log_in(strict, (str(folder / "alice" / CERTIFICATE), str(folder / "alice" / KEY))) == "SUCCESS"


def test_a_world_made_later_takes_the_certificate_of_the_account_of_that_name(served: Served, folders: Folders) -> None:
    """Whatever suffix its username has got, so that worlds of one scenario can be used side by side."""
    scenario = {"name": "later", "accounts": [{"username": "alice", "password": "secret"}]}
    world = post(f"{served.control_url}/worlds", json=scenario).json()
    username = world["betfair"]["accounts"][0]["username"]

    assert username == "alice-2"
    assert log_in(served, made(folders, "alice"), username) == "SUCCESS"
    assert log_in(served, own(folders, "registered"), username) == "CERT_AUTH_REQUIRED"
    post(f"{served.control_url}/worlds/{world['id']}/reset")
    assert log_in(served, made(folders, "alice"), username) == "SUCCESS"
    httpx.delete(f"{served.control_url}/worlds/{world['id']}", verify=authorities())


# What cannot harm


def test_plain_http_is_told_that_the_port_speaks_https(served: Served) -> None:
    answer = get(served.https_url.replace("https://", "http://"))

    assert (answer.status_code, "https://" in answer.text) == (400, True)


def test_tls_on_the_plain_port_is_refused(served: Served) -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get(served.url.replace("http://", "https://"), verify=ssl.create_default_context(cafile=served.ca))


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01",
        b"\x16\x03\x01\x00\x05hello",
        b"\x16" * 5_000,
        b"\x00",
        b"\xff" * 70_000,
        b"\x80\x2e\x01\x03\x01",
        b"\x17\x03\x03\x00\x05hello",
        b"\x15\x03\x03\x00\x02\x02\x28",
        b"\x16\x03\x01\xff\xff" + b"\x01" * 70_000,
    ],
)
def test_what_is_no_tls_ends_and_nobody_else_notices(served: Served, sent: bytes) -> None:
    port = int(served.https_url.rpartition(":")[2])
    with client_of(served) as another, ExitStack() as opened:
        another.get("/health")
        connection = opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS))
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
        assert another.get("/health").status_code == 200


def test_an_old_tls_is_not_spoken(served: Served) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(served.ca)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    port = int(served.https_url.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(connection, server_hostname="localhost")


def test_a_client_that_does_not_trust_the_server_is_told_in_the_log_what_to_trust(served: Served) -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get(served.https_url)

    assert "the client has to trust the certificate that the server has named as ca=" in served.errors


def test_who_does_not_greet_is_not_waited_for(folders: Folders) -> None:
    options = ("--scenario", str(folders.own / "scenario.yaml"), *WITH_TLS, "--request-timeout", "0.3")
    with serving(*options) as hasty:
        port = int(hasty.https_url.rpartition(":")[2])
        for sent in (b"", b"\x16\x03\x01"):
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
                connection.sendall(sent)
                assert connection.recv(65536) == b""


def test_a_server_that_stops_does_not_wait_for_who_has_not_greeted(folders: Folders) -> None:
    with serving("--scenario", str(folders.own / "scenario.yaml"), *WITH_TLS) as served, ExitStack() as opened:
        port = int(served.https_url.rpartition(":")[2])
        for sent in (b"", b"\x16\x03\x01"):
            connection = opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS))
            connection.sendall(sent)
        assert over_tls(served, "GET", "/health").status_code == 200
        served.process.terminate()

        assert served.process.wait(PATIENCE_SECONDS) == 0
        assert "Traceback" not in served.errors


# The command line


def betsim(*arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*BETSIM, *arguments], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False, **options
    )


def test_a_server_may_speak_https_only() -> None:
    with serving(*WITH_TLS, "--no-http") as served:
        assert served.url == "-"
        assert served.control_url == f"{served.https_url}/control/v1"
        assert over_tls(served, "GET", "/control/v1/worlds/default").json()["http"] == {"url": served.https_url}


def test_the_lines_for_python_log_in_by_certificate() -> None:
    with serving(*WITH_TLS) as served:
        lines = served.errors.splitlines()
        first = lines.index("# For Python, with TLS and a certificate:")
        snippet = "\n".join(lines[first : lines.index("trading.login()") + 1])

        let_read_documents(served)
        subprocess.run([sys.executable, "-c", f"{snippet}\nassert trading.session_token"], check=True, timeout=60)


def test_a_command_finds_what_it_needs_for_tls_in_its_environment() -> None:
    script = (
        "import os, ssl, urllib.request\n"
        "context = ssl.create_default_context(cafile=os.environ['BETSIM_CA'])\n"
        "context.load_cert_chain(os.environ['BETSIM_CLIENT_CERTIFICATE'], os.environ['BETSIM_CLIENT_KEY'])\n"
        "form = f\"username={os.environ['BETSIM_USERNAME']}&password={os.environ['BETSIM_PASSWORD']}\".encode()\n"
        "address = os.environ['BETSIM_HTTPS_URL'] + '/api/certlogin'\n"
        "request = urllib.request.Request(address, form, {'X-Application': 'x'})\n"
        "print(urllib.request.urlopen(request, context=context).read().decode())\n"
        "print(os.environ.get('SSL_CERT_FILE'))\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "SSL_CERT_FILE"}
    result = betsim("exec", "--tls", "--", sys.executable, "-c", script, env=environment)

    assert '"loginStatus":"SUCCESS"' in result.stdout, result.stderr
    assert result.stdout.endswith("None\n")
    assert result.returncode == 0


@pytest.mark.parametrize("wanted", [True, False])
def test_a_command_trusts_the_authority_where_that_is_asked_for(wanted: bool) -> None:
    script = (
        "import os, urllib.request\n"
        "print(urllib.request.urlopen(os.environ['BETSIM_HTTPS_URL'] + '/health').status)\n"
        "assert os.environ['REQUESTS_CA_BUNDLE'] == os.environ['SSL_CERT_FILE'] == os.environ['BETSIM_CA']"
    )
    trust = ("--trust-ca",) if wanted else ()
    result = betsim("exec", "--tls", *trust, "--", sys.executable, "-c", script)

    assert (result.returncode == 0) is wanted
    assert ("200" in result.stdout) is wanted


@pytest.mark.parametrize("option", [("--no-http",), ("--tls-port", "0"), ("--tls-folder", "somewhere")])
def test_options_of_tls_need_it(option: tuple[str, ...]) -> None:
    result = betsim("serve", *option)

    assert result.returncode == 2
    assert f"{option[0]} needs --tls." in result.stderr


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a file"
    file.write_text("")
    result = betsim("serve", "--port", "0", *WITH_TLS, "--tls-folder", str(file / "folder"))

    assert result.returncode == 1
    assert str(file) in result.stderr
    assert "Traceback" not in result.stderr


def test_a_port_that_is_taken_is_named(served: Served) -> None:
    port = served.https_url.rpartition(":")[2]
    result = betsim("serve", "--port", "0", "--tls", "--tls-port", port)

    assert (result.returncode, f"Port {port}" in result.stderr) == (1, True)


@pytest.mark.parametrize("absent", ["trustme", "OpenSSL"])
def test_where_tls_cannot_be_had_it_is_said_what_to_install(absent: str) -> None:
    script = f"import sys; sys.modules[{absent!r}] = None\nfrom simulator.cli import main\nmain()"
    command = [sys.executable, "-c", script, "serve", "--port", "0", "--tls"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)

    assert result.returncode == 1
    assert result.stderr.startswith("betsim: TLS needs trustme and pyOpenSSL")
    assert "betsim[tls]" in result.stderr
