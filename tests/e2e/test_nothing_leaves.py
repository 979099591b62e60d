"""betsim keeps to this machine: nothing connects to anywhere else, neither the server nor what serves it to clients."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

from tests.serving import BETSIM, CHECKOUT

PATIENCE_SECONDS = 120

WATCH = '''
"""Writes down every address that this process connects to, sends to or looks up. uvloop would not tell."""
import json, os, sys

sys.modules["uvloop"] = None
_file = open(os.environ["WATCHED"], "a", buffering=1)

def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        print(json.dumps([sys.argv[0], event, repr(arguments[1])]), file=_file)
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        print(json.dumps([sys.argv[0], event, repr(arguments[0])]), file=_file)

sys.addaudithook(watch)
'''

SESSION = """
import os, socket
import betfairlightweight
from betfairlightweight import filters

url = os.environ["BETSIM_URL"]
bot = betfairlightweight.APIClient(os.environ["BETSIM_USERNAME"], os.environ["BETSIM_PASSWORD"],
                                   app_key=os.environ["BETSIM_APP_KEY"])
bot.identity_uri, bot.api_uri = url + "/api/", url + "/exchange/"
bot.navigation_uri = url + "/exchange/betting/rest/v1/en/navigation/menu.json"
bot.login_interactive()
market = bot.betting.list_market_catalogue(filter=filters.market_filter(), max_results=1)[0].market_id
bot.betting.list_market_book([market])
bot.navigation.list_navigation()
bot.account.get_account_funds()
host, _, port = os.environ["BETSIM_STREAM"].rpartition(":")
with socket.create_connection((host, int(port))) as stream:
    assert b"connectionId" in stream.recv(1000)
import urllib.request
for path in ("/", "/specs/", "/health", "/control/v1/worlds", "/control/v1/worlds/default/scenario"):
    urllib.request.urlopen(url + path).read()
recorded = b'{"recorded": ["https://recordings.example/1.bz2"]}'
try:
    urllib.request.urlopen(
        urllib.request.Request(url + "/control/v1/worlds", recorded, {"Content-Type": "application/json"})
    )
except urllib.error.HTTPError as refused:
    assert b"connects to nobody" in refused.read()
else:
    raise AssertionError("a URL is followed that nobody has allowed")
bot.logout()
"""

LOOPBACK = re.compile(r"""^\(?b?['"](127\.\d+\.\d+\.\d+|::1|localhost)['"]""")


def test_nobody_is_connected_to_but_this_machine_while_clients_are_served(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    (tmp_path / "session.py").write_text(SESSION)
    watched = tmp_path / "watched"
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{tmp_path}:{CHECKOUT}", "WATCHED": str(watched)}

    ended = subprocess.run(
        [*BETSIM, "exec", "--scenario", "derby", "--", sys.executable, str(tmp_path / "session.py")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    seen = [json.loads(line) for line in watched.read_text().splitlines()]
    programs = {Path(program).name for program, _, _ in seen}
    assert {"cli.py", "session.py"} <= programs, "both are watched, or this shows nothing"
    assert [entry for entry in seen if LOOPBACK.match(entry[2]) is None] == []


CONNECTING = {"create_connection", "open_connection", "open_unix_connection", "sock_connect", "connect", "connect_ex",
              "sendto", "urlopen", "urlretrieve", "build_opener"}  # fmt: skip
CLIENTS = {"urllib.request", "http.client", "requests", "httpx", "aiohttp", "smtplib", "ftplib", "xmlrpc.client"}

FILES_OPENED = {"sqlite3.connect"}
"""What is called alike, and opens a file."""

MAY_CONNECT = {
    "simulator/scenario_command.py": "betsim scenario export reads from the address that it is given",
    "simulator/record.py": "betsim record is a client of the server that it is given",
    "simulator/live": "a strategy that is run against a server is a client of the server that it is given",
    "simulator/testing": "clients in tests connect to the server of the test",
}


def test_no_module_of_the_server_could_connect_to_anywhere() -> None:
    """No library of clients is imported, and no function called that makes a connection."""
    found = []
    for source in sorted(CHECKOUT.joinpath("simulator").rglob("*.py")):
        path = source.relative_to(CHECKOUT).as_posix()
        if any(path == allowed or path.startswith(f"{allowed}/") for allowed in MAY_CONNECT):
            continue
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found += [(path, name.name) for name in node.names if name.name in CLIENTS]
            elif isinstance(node, ast.ImportFrom) and node.module in CLIENTS:
                found.append((path, str(node.module)))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CONNECTING:
                called = ast.unparse(node.func)
                found += [(path, called)] if called not in FILES_OPENED else []

    assert found == []
    assert all(CHECKOUT.joinpath(path).exists() for path in MAY_CONNECT)
