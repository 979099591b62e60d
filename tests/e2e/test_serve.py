"""The command line serves, says when it is ready, tells what is wrong, and ends when it is told to."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator import __version__
from simulator.betfair.stream.clocks import initial_token, message_token
from simulator.world.loading.loading import load_scenario
from tests.serving import BETSIM, PATIENCE_SECONDS, READY, Served, first_line, get, post, serving, started

SCENARIO = """
name: derby
clock: {now: "2026-06-06T17:55:00.000Z", rate: 0}
accounts:
  - {username: alice, password: "it's secret", appKey: alice-live, delayedAppKey: alice-delayed, balance: 1000.00}
  - {username: bob, password: hidden, balance: 5}
events:
  - id: "1"
    name: Newcastle v Chelsea
    eventType: {id: "1", name: Soccer}
    openDate: "2026-06-06T18:00:00.000Z"
    markets:
      - id: "1.1"
        name: Match Odds
        marketType: MATCH_ODDS
        startTime: "2026-06-06T18:00:00.000Z"
        turnInPlay: true
        betDelay: 5
        runners: [{selectionId: 1, name: Newcastle}, {selectionId: 2, name: Chelsea}]
bettune:
  users: [{token: old-bettune, revoked: true}, {token: alice-bettune}]
schedule:
  - {at: "-PT1S", market: "1.1", do: turn-in-play}
"""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a file with a scenario."""
    file = tmp_path_factory.mktemp("scenarios") / "derby.yaml"
    file.write_text(SCENARIO)
    return str(file)


@pytest.fixture(scope="module")
def served(scenario: str) -> Iterator[Served]:
    with serving("--scenario", scenario) as served:
        yield served


def betsim(*arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
    """Run a command that ends by itself."""
    return subprocess.run(
        [*BETSIM, *arguments], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False, **options
    )


# Serving


def test_a_server_says_it_is_ready_in_one_line_and_answers_there(served: Served) -> None:
    assert READY.fullmatch(served.ready_line)
    assert served.control_url == f"{served.url}/control/v1"
    assert get(f"{served.url}/health").json() == {"status": "ready", "version": __version__}
    assert served.world()["http"]["url"] == served.url


def test_a_server_says_where_its_stream_is_and_speaks_first_there(served: Served) -> None:
    host, _, port = served.stream.rpartition(":")
    assert served.world()["stream"] == {"host": host, "port": int(port)}

    with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as connection:
        assert connection.recv(1000).startswith(b'{"op":"connection","connectionId":"002-')


def test_the_credentials_can_be_pasted_into_a_shell(served: Served) -> None:
    exports = "\n".join(line for line in served.errors.splitlines() if line.startswith("export "))

    script = f'{exports}\necho "$BETSIM_URL|$BETSIM_USERNAME|$BETSIM_PASSWORD|$BETSIM_APP_KEY"'
    shell = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)

    assert shell.stdout == f"{served.url}|alice|it's secret|alice-live\n"


def test_the_credentials_can_be_pasted_into_python(served: Served) -> None:
    lines = served.errors.splitlines()
    snippet = "\n".join(lines[lines.index("# For Python:") : lines.index("trading.login_interactive()") + 1])

    subprocess.run([sys.executable, "-c", f"{snippet}\nassert trading.session_token"], check=True, timeout=60)


def test_every_further_account_is_told_too(served: Served) -> None:
    assert re.search(r"username 'bob', password 'hidden', app key '\w{16}'", served.errors)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_cleanly_when_it_is_told_to(scenario: str, number: int) -> None:
    with serving("--scenario", scenario) as served:
        with httpx.Client(timeout=PATIENCE_SECONDS) as connected:
            connected.get(f"{served.url}/health")
            served.process.send_signal(number)

            assert served.process.wait(PATIENCE_SECONDS) == 0
        assert "Traceback" not in served.errors
        assert served.process.stdout is not None
        assert served.process.stdout.read() == ""


def test_a_server_does_not_wait_for_a_bet_that_waits_for_a_frozen_clock(scenario: str) -> None:
    with serving("--scenario", scenario) as served:
        port = int(served.url.rpartition(":")[2])
        account = served.accounts()[0]
        headers = {"accept": "application/json", "x-application": account.app_key}
        form = {"username": account.username, "password": account.password}
        token = post(f"{served.url}/api/login", data=form, headers=headers).json()["token"]
        body = (
            b'{"marketId": "1.1", "instructions": [{"selectionId": 1, "side": "BACK", "orderType": "LIMIT", '
            b'"limitOrder": {"size": 2, "price": 3, "persistenceType": "LAPSE"}}]}'
        )
        request = (
            f"POST /exchange/betting/rest/v1.0/placeOrders/ HTTP/1.1\r\nContent-Type: application/json\r\n"
            f"X-Application: {account.app_key}\r\nX-Authentication: {token}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(request.encode() + body)
            while not served.control("clock", {"advance": "PT0S"})["nextDue"]:
                pass
            served.process.send_signal(signal.SIGTERM)

            assert served.process.wait(PATIENCE_SECONDS) == 0
            answer = connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert b'"status":"TIMEOUT"' in answer
        assert "Traceback" not in served.errors


def test_an_address_that_others_can_reach_needs_the_token_that_was_printed(scenario: str) -> None:
    with serving("--scenario", scenario, "--host", "0.0.0.0") as served:
        address = f"{served.control_url}/worlds"
        token = re.search(r"^export BETSIM_CONTROL_TOKEN=(\S+)$", served.errors, re.MULTILINE)
        assert token

        assert get(address).status_code == 401
        assert get(address, headers={"authorization": f"Bearer {token[1]}"}).status_code == 200
        assert get(f"{served.url}/health").status_code == 200


def test_two_servers_never_make_up_the_same_token(scenario: str) -> None:
    tokens = set()
    for _ in range(2):
        with serving("--scenario", scenario, "--host", "0.0.0.0") as served:
            tokens |= set(re.findall(r"^export BETSIM_CONTROL_TOKEN=(\S+)$", served.errors, re.MULTILINE))

    assert len(tokens) == 2


def test_a_token_of_ones_own_is_wanted_on_loopback_too(scenario: str) -> None:
    with serving("--scenario", scenario, "--control-token", "s3cret") as served:
        assert get(f"{served.control_url}/worlds").status_code == 401
        headers = {"authorization": "Bearer s3cret"}
        assert get(f"{served.control_url}/worlds", headers=headers).status_code == 200


def test_a_token_that_no_header_can_carry_is_refused_at_once(scenario: str) -> None:
    for token in ("ключ", "two words", "line\nfeed"):
        result = betsim("serve", "--port", "0", "--scenario", scenario, "--control-token", token)

        assert result.returncode == 2
        assert "--control-token" in result.stderr


def test_another_seed_makes_up_other_ids_in_every_world(scenario: str) -> None:
    made_up = set()
    for seed in ("0", "1"):
        with serving("--scenario", scenario, "--seed", seed) as served:
            content = Path(scenario).read_bytes()
            headers = {"content-type": "application/yaml"}
            other = post(f"{served.control_url}/worlds", content=content, headers=headers).json()
            for world in (served.world(), other):
                made_up.add(world["betfair"]["accounts"][1]["appKey"])

    assert len(made_up) == 4


def test_a_server_listens_on_the_other_internet_protocol_too(scenario: str) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with serving("--scenario", scenario, "--host", "::1") as served:
        assert served.url.startswith("http://[::1]:")
        assert get(f"{served.control_url}/worlds").status_code == 200


# Bytes that are no request


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /health HTTP/1.1\r\nX-Long: " + b"x" * 65536 + b"\r\n\r\n",
        b"GET /health HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(10_000)) + b"\r\n",
        b"GET /" + b"x" * 65536 + b" HTTP/1.1\r\n\r\n",
        b"GET /%ff%00\xff HTTP/1.1\r\n\r\n",
        b"GET health HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/9.9\r\n\r\n",
        b"POST /control/v1/worlds HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /control/v1/worlds HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST /control/v1/worlds HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /health HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x00" * 100 + b"\r\n\r\n",
    ],
)  # fmt: skip
def test_no_bytes_bring_a_server_down(served: Served, request_bytes: bytes) -> None:
    port = int(served.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(request_bytes)
        answer = connection.recv(65536)

    assert re.match(rb"HTTP/1\.1 [24]\d\d ", answer)
    assert get(f"{served.url}/health").status_code == 200
    assert "Traceback" not in served.errors


def test_a_caller_who_hangs_up_in_the_middle_leaves_no_trace(served: Served) -> None:
    port = int(served.url.rpartition(":")[2])
    for path in (b"/control/v1/worlds", b"/exchange/betting/json-rpc/v1", b"/api/login"):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(
                b"POST " + path + b" HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
            )

    assert get(f"{served.url}/health").status_code == 200
    assert "Traceback" not in served.errors


# What goes wrong at the start


@pytest.mark.parametrize("command", [["serve"], ["exec", "--", "true"]])
def test_a_port_in_use_is_said_in_a_sentence(served: Served, scenario: str, command: list[str]) -> None:
    port = served.url.rpartition(":")[2]

    result = betsim(command[0], "--port", port, "--scenario", scenario, *command[1:])

    assert result.returncode == 1
    assert result.stderr == f"betsim: Port {port} of 127.0.0.1 is in use; port 0 finds a free one.\n"
    assert result.stdout == ""


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.1", "a" * 300])
def test_an_address_of_another_machine_is_said_in_a_sentence(scenario: str, host: str) -> None:
    result = betsim("serve", "--port", "0", "--host", host, "--scenario", scenario)

    assert result.returncode == 1
    assert host in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", [["serve", "--scenario"], ["scenario", "check"]])
def test_a_wrong_scenario_is_said_with_its_file_its_line_and_its_place(tmp_path: Path, command: list[str]) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("name: wrong\naccounts:\n  - {username: alice, password: secret, currency: XXX}\n")

    result = betsim(*command, str(file))

    assert result.returncode == 2
    assert f"{file}, line 3, at $.accounts[0].currency" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("name", ["no such scenario", "/", "/dev/null", "/dev/zero", "pipe", "huge", "", "a\udcffb"])
@pytest.mark.parametrize("command", [["serve", "--port", "0", "--scenario"], ["scenario", "check"]])
def test_a_scenario_that_is_none_is_said_in_a_sentence(tmp_path: Path, command: list[str], name: str) -> None:
    """At once, also where a file never ends, never begins, or is larger than memory."""
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge").open("wb") as huge:
        # Nothing is written: this system's files may have holes.
        huge.truncate(3_000_000_000)
    started = time.monotonic()

    result = betsim(*command, name, cwd=tmp_path)

    assert result.returncode == 2
    assert result.stdout == ""
    assert re.fullmatch(r"betsim: .*, at \$: .+\.\n", result.stderr), result.stderr
    assert time.monotonic() - started < 10


# What nobody reads


def reading_nothing(*arguments: str, **streams: Any) -> "subprocess.Popen[str]":
    return subprocess.Popen([*BETSIM, *arguments], text=True, stderr=subprocess.PIPE, **streams)


def test_that_a_server_is_ready_has_to_be_said_to_somebody(scenario: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with reading_nothing("serve", "--port", "0", "--scenario", scenario, stdout=writer) as process:
        os.close(writer)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 1
    assert errors.splitlines()[-1] == "betsim: it cannot be said that the server is ready: Broken pipe."
    assert "Traceback" not in errors


def test_a_server_without_a_standard_output_does_not_start(scenario: str) -> None:
    program = f"exec {shlex.join([*BETSIM, 'serve', '--port', '0', '--scenario', scenario])} >&-"
    result = subprocess.run(
        ["sh", "-c", program], stderr=subprocess.PIPE, text=True, timeout=PATIENCE_SECONDS, check=False
    )

    assert result.returncode == 1
    assert result.stderr == ("betsim: standard output is closed, so nobody would learn that the server is ready.\n")


def test_a_server_whose_messages_nobody_reads_any_more_goes_on(scenario: str) -> None:
    arguments = ("serve", "--port", "0", "--scenario", scenario)
    with reading_nothing(*arguments, stdout=subprocess.PIPE) as process:
        ready = READY.fullmatch(first_line(process))
        assert ready
        assert process.stderr is not None
        process.stderr.close()
        for _ in range(3):
            assert get(f"{ready['http']}/nothing").status_code == 404
        process.send_signal(signal.SIGTERM)

        assert process.wait(PATIENCE_SECONDS) == 0


# Where the real service is in doubt


def test_what_is_not_known_of_the_real_service_can_be_chosen(scenario: str) -> None:
    options = ("--missing-session", "INVALID_SESSION_INFORMATION", "--batches-in-completion-order")
    options += ("--certificate-required", "--unknown-clock", "refuse")
    with serving("--scenario", scenario, *options) as served:
        login = post(
            f"{served.url}/api/certlogin",
            data={"username": "alice", "password": "it's secret"},
            headers={"X-Application": "alice-live"},
        )
        call = {"jsonrpc": "2.0", "method": "SportsAPING/v1.0/listEventTypes", "params": {"filter": {}}, "id": 1}
        answers = post(
            f"{served.url}/exchange/betting/json-rpc/v1",
            json=[call, {**call, "method": "SportsAPING/v1.0/listThings", "id": 2}],
            headers={"X-Application": "alice-live"},
        ).json()
        resumed = resume_unknown_stream(served)

    assert login.json() == {"loginStatus": "CERT_AUTH_REQUIRED"}
    assert [answer["id"] for answer in answers] == [2, 1]
    assert answers[1]["error"]["data"]["APINGException"]["errorCode"] == "INVALID_SESSION_INFORMATION"
    assert (resumed["id"], resumed["errorCode"], resumed["connectionClosed"]) == (2, "INVALID_CLOCK", True)


def resume_unknown_stream(served: Served) -> dict[str, Any]:
    """Go on from tokens that the stream has never given, and return what it says to that."""
    login = {"username": "alice", "password": "it's secret"}
    headers = {"X-Application": "alice-live", "Accept": "application/json"}
    session = post(f"{served.url}/api/login", data=login, headers=headers).json()["token"]
    tokens = {"initialClk": initial_token(999, 3), "clk": message_token(0, 3)}
    host, _, port = served.stream.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as connection:
        for message in (
            {"op": "authentication", "id": 1, "appKey": "alice-live", "session": session},
            {"op": "marketSubscription", "id": 2, "marketFilter": {}, **tokens},
        ):
            connection.sendall(json.dumps(message).encode() + b"\r\n")
        lines = connection.makefile("rb")
        _, _, last = (next(lines) for _ in range(3))
    found: dict[str, Any] = json.loads(last)
    return found


# What is told of refusals


@pytest.mark.parametrize(("options", "told"), [((), True), (("--log-level", "warning"), False)])
def test_a_refusal_is_one_line_on_standard_error_unless_less_is_wanted(
    scenario: str, options: tuple[str, ...], told: bool
) -> None:
    with serving("--scenario", scenario, *options) as served:
        introduction = served.errors
        get(f"{served.url}/bet-tune-api/v1/sports")
        get(f"{served.url}/health")

        line = "betsim: refused listSports: missing_token: No token provided\n"
        assert served.errors.removeprefix(introduction) == (line if told else "")


def test_a_level_that_nobody_knows_is_refused_with_those_that_are(scenario: str) -> None:
    result = betsim("serve", "--port", "0", "--scenario", scenario, "--log-level", "chatty")

    assert result.returncode == 2
    assert [level for level in ("debug", "info", "warning", "error", "critical") if level not in result.stderr] == []


# A command beside a server


def test_a_command_finds_the_server_in_its_environment_and_gives_its_exit_status(scenario: str) -> None:
    program = (
        "import os, sys, httpx\n"
        "world = httpx.get(os.environ['BETSIM_CONTROL'] + '/worlds/' + os.environ['BETSIM_WORLD']).json()\n"
        "account = world['betfair']['accounts'][0]\n"
        "assert world['http']['url'] == os.environ['BETSIM_URL']\n"
        "assert account['username'] == os.environ['BETSIM_USERNAME']\n"
        "assert account['password'] == os.environ['BETSIM_PASSWORD']\n"
        "assert account['appKey'] == os.environ['BETSIM_APP_KEY']\n"
        "assert account['delayedAppKey'] == os.environ['BETSIM_DELAYED_APP_KEY']\n"
        "assert [token['revoked'] for token in world['bettune']['tokens']] == [True, False]\n"
        "assert world['bettune']['tokens'][1]['token'] == os.environ['BETSIM_BETTUNE_TOKEN']\n"
        "stream = world['stream']\n"
        "assert f'{stream[\"host\"]}:{stream[\"port\"]}' == os.environ['BETSIM_STREAM']\n"
        "print('the words of the command')\n"
        "sys.exit(int(sys.argv[1]))\n"
    )

    for status in (0, 7):
        result = betsim("exec", "--scenario", scenario, "--", sys.executable, "-c", program, str(status))

        assert result.returncode == status, result.stderr
        assert result.stdout == "the words of the command\n"


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["no such command"], 127),
        (["/"], 126),
        (["sh", "-c", "kill -9 $$"], 128 + 9),
    ],
)
def test_a_command_that_comes_to_no_good_end_gives_the_status_that_shells_give(
    scenario: str, command: list[str], status: int
) -> None:
    assert betsim("exec", "--scenario", scenario, "--", *command).returncode == status


def test_a_command_may_have_options_of_its_own(scenario: str) -> None:
    result = betsim("exec", "--scenario", scenario, "--", "echo", "--port", "--help")

    assert result.stdout == "--port --help\n"


def test_a_signal_is_passed_on_to_the_command(scenario: str) -> None:
    script = "trap 'exit 5' TERM; echo started; while :; do sleep 0.1; done"
    with started(
        [*BETSIM, "exec", "--scenario", scenario, "--", "sh", "-c", script], stdout=subprocess.PIPE
    ) as process:
        assert first_line(process) == "started\n"
        process.send_signal(signal.SIGTERM)

        assert process.wait(PATIENCE_SECONDS) == 5


# Scenarios


def test_a_scenario_that_is_right_is_summed_up(scenario: str) -> None:
    result = betsim("scenario", "check", scenario)

    assert (result.returncode, result.stdout) == (0, "derby: 2 accounts, 1 events, 1 markets\n")


def test_the_scenarios_that_ship_with_the_package_are_listed_and_right() -> None:
    names = [line.split()[0] for line in betsim("scenario", "list").stdout.splitlines()]

    assert "demo" in names
    for name in names:
        assert betsim("scenario", "check", name).returncode == 0


def test_the_scenario_of_this_test_is_right() -> None:
    assert load_scenario(SCENARIO, "scenario").name == "derby"


# A world as a scenario


def test_a_served_world_is_written_into_a_file_that_passes_the_check(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "now.yaml"

    written = betsim("scenario", "export", "--control", served.control_url, str(file))

    assert (written.returncode, written.stderr) == (0, "")
    assert betsim("scenario", "check", str(file)).returncode == 0
    assert "# - The history of accounts" in file.read_text()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--world", "nowhere"), "answers 404: There is no world 'nowhere'."),
        (("--control", "http://127.0.0.1:1/control/v1"), "does not answer: "),
        (("--control", "file:///etc"), "is not the address of a control API"),
    ],
)
def test_a_world_that_cannot_be_read_is_said_in_a_sentence(
    served: Served, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    file = tmp_path / "now.yaml"

    ended = betsim("scenario", "export", "--control", served.control_url, *arguments, str(file))

    assert ended.returncode == 1
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not file.exists()


NOT_SERVED_WITH = (
    "tarfile",
    "statistics",
    "trustme",
    "OpenSSL",
    "hypothesis",
    "pytest",
    "httpx",
    "simulator.backtest",
    "simulator.recorded",
    "simulator.record_command",
    "simulator.scenario_command",
    "simulator.specifications.scenario_schema",
    "simulator.testing",
    "simulator.world.loading.saturday",
)
"""What some commands, options and scenarios need, or tests, and a server with the demo does not."""


def test_nobody_who_serves_waits_for_what_only_others_need() -> None:
    command = [sys.executable, "-X", "importtime", *BETSIM[1:], "serve", "--port", "0", "--stream-port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert READY.match(process.stdout.readline())
    finally:
        process.terminate()
        _, told = process.communicate(timeout=PATIENCE_SECONDS)
    read = set(re.findall(r"^import time:.*\| +(\S+)$", told, re.MULTILINE))

    assert "simulator.world.world" in read
    assert not read & set(NOT_SERVED_WITH)
