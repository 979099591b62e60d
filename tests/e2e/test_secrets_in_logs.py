"""The log of a server has no passwords and no tokens, however much is logged."""

import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.scenario import SOCCER, account, event, match_odds, scenario
from tests.serving import WITH_TLS, Served, get, let_read_documents, post, serving

PASSWORD, CODE, WRONG = "pass-phrase-of-alice", "739164", "misspelt-pass-phrase"
BETTUNE, CONTROL, STRANGE = "bettune-token-of-alice", "control-token-of-ours", "token-that-nobody-has"
JSON = {"Accept": "application/json", "X-Application": "alice-live"}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    document = scenario(
        event("1", "Rovers v Wanderers", SOCCER, match_odds("1.1", "Rovers", "Wanderers", "The Draw")),
        accounts=[account("alice", password=PASSWORD), account("bob", password=PASSWORD, twoStepCode=CODE)],
        bettune={"users": [{"token": BETTUNE, "user": "alice"}]},
    )
    file = tmp_path / "secret.yaml"
    file.write_text(json.dumps(document))
    with serving(
        *("--scenario", str(file), "--log-level", "debug", "--control-token", CONTROL, *WITH_TLS),
        *("--tls-folder", str(tmp_path / "made")),
    ) as served:
        let_read_documents(served)
        yield served


def logged_in(served: Served, password: str, username: str = "alice") -> dict[str, str]:
    form = {"username": username, "password": password}
    answer: dict[str, str] = post(f"{served.url}/api/login", data=form, headers=JSON).json()
    return answer


def test_whatever_is_logged_it_is_neither_a_password_nor_a_token(served: Served, tmp_path: Path) -> None:
    # What a person at the terminal is told at the start are credentials, by purpose; the log comes after it.
    introduced = len(served.errors)
    token = logged_in(served, PASSWORD)["token"]
    assert logged_in(served, WRONG)["status"] == "FAIL"
    assert logged_in(served, PASSWORD, "bob")["status"] == "LOGIN_RESTRICTED"
    assert logged_in(served, f"{PASSWORD}999999", "bob")["status"] == "FAIL"
    assert logged_in(served, f"{PASSWORD}{CODE}", "bob")["status"] == "SUCCESS"
    post(f"{served.url}/view/login", data={"username": "alice", "password": WRONG, "product": "alice-live"})
    post(f"{served.url}/view/recoverpassword", data={"username": "alice", "newPassword": WRONG})
    session = {**JSON, "X-Authentication": token, "Content-Type": "application/json"}
    betting = f"{served.url}/exchange/betting/rest/v1.0"
    assert post(f"{betting}/listEventTypes/", json={"filter": {}}, headers=session).status_code == 200
    for headers in (session | {"X-Authentication": STRANGE}, session | {"X-Application": "unknown-key"}):
        assert post(f"{betting}/listEventTypes/", json={"filter": {}}, headers=headers).status_code != 200
    post(f"{betting}/placeOrders/", content=json.dumps({"password": WRONG, "token": STRANGE}), headers=session)
    for bearer in (BETTUNE, STRANGE):
        get(f"{served.url}/bet-tune-api/v1/sports", headers={"Authorization": f"Bearer {bearer}"})
    for bearer in (CONTROL, STRANGE):
        get(f"{served.control_url}/worlds", headers={"Authorization": f"Bearer {bearer}"})
    streamed(served, token)
    streamed(served, STRANGE)
    files = (str(tmp_path / "made/alice/client-2048.crt"), str(tmp_path / "made/alice/client-2048.key"))
    context = ssl.create_default_context(cafile=served.ca)
    context.load_cert_chain(*files)
    with httpx.Client(verify=context) as client:
        form = {"username": "alice", "password": PASSWORD}
        certain = client.post(f"{served.https_url}/api/certlogin", data=form, headers=JSON, timeout=30).json()
    assert certain["loginStatus"] == "SUCCESS"
    post(f"{served.url}/api/logout", headers=session)

    log = served.errors[introduced:]

    assert log.count("refused ") >= 5, "what is refused is logged, or this shows nothing"
    secrets = (PASSWORD, CODE, WRONG, BETTUNE, CONTROL, STRANGE, token, certain["sessionToken"])
    assert [line for line in log.splitlines() if any(secret in line for secret in secrets)] == []


def streamed(served: Served, token: str) -> None:
    host, _, port = served.stream.rpartition(":")
    context = ssl.create_default_context(cafile=served.ca)
    with (
        socket.create_connection((host, int(port)), timeout=30) as connection,
        context.wrap_socket(connection, server_hostname="localhost") as stream,
    ):
        stream.recv(1000)
        message = {"op": "authentication", "id": 1, "appKey": "alice-live", "session": token}
        stream.sendall(json.dumps(message).encode() + b"\r\n")
        assert b"status" in stream.recv(1000)
