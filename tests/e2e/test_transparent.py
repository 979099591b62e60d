"""`betsim exec --transparent`: programs that know only the real addresses, with no setting changed, find the server."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import BETSIM

PATIENCE_SECONDS = 120

ENTER = "from simulator.namespaces import enter_own_namespaces as enter; enter()"


def _lacking() -> str | None:
    """Why this system cannot run these tests, or `None`."""
    tried = subprocess.run([sys.executable, "-c", ENTER], capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else tried.stderr.strip().splitlines()[-1]


LACKING = _lacking()
pytestmark = pytest.mark.skipif(LACKING is not None, reason=f"{LACKING}")


def needing(tool: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed")


def transparently(
    *command: str, options: tuple[str, ...] = ("--scenario", "derby"), before: tuple[str, ...] = ()
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*before, *BETSIM, "exec", "--transparent", *options, "--", *command],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


BOT = """
import os, sys, threading
import betfairlightweight
from betfairlightweight import filters

bot = betfairlightweight.APIClient("alice", "alice-password", app_key="alice-live-key", certs=sys.argv[1])
bot.login()
(market,) = bot.betting.list_market_catalogue(filter=filters.market_filter(market_type_codes=["WIN"]), max_results=1,
                                              market_projection=["RUNNER_DESCRIPTION"])
runner = market.runners[0].selection_id
best = filters.price_projection(["EX_BEST_OFFERS"])
book = bot.betting.list_market_book([market.market_id], price_projection=best)[0]
price = book.runners[0].ex.available_to_back[0].price
order = filters.place_instruction("LIMIT", runner, "BACK", limit_order=filters.limit_order(price, "LAPSE", size=2.0))
print(bot.betting.place_orders(market.market_id, [order]).status)
print(bot.account.get_account_funds().exposure)
print(len(bot.navigation.list_navigation()["children"]) > 0)

told = threading.Event()
class Listener(betfairlightweight.StreamListener):
    def on_data(self, raw):
        going_on = super().on_data(raw)
        if self.stream is not None and self.stream._caches:
            told.set()
        return going_on

stream = bot.streaming.create_stream(listener=Listener())
stream.subscribe_to_markets(filters.streaming_market_filter(market_ids=[market.market_id]),
                            filters.streaming_market_data_filter(["EX_BEST_OFFERS"]))
def read():
    try:
        stream.start()
    except betfairlightweight.exceptions.BetfairError:
        pass  # It was stopped.
reader = threading.Thread(target=read)
reader.start()
print("streamed" if told.wait(30) else "nothing came")
stream.stop()
reader.join()
print(bot.logout().status)
"""

FOLLOWER = """
import os

import betfairlightweight
import requests

bot = betfairlightweight.APIClient("alice", "alice-password", app_key="alice-live-key")
bot.login_interactive()
(event,) = bot.scores.list_available_events(event_type_ids=["1"], event_status=["PENDING"])[:1]
world = requests.get(f"{os.environ['BETSIM_CONTROL']}/worlds").json()["worlds"][0]["id"]
told = {"type": "Goal", "team": "home", "status": "KickOff"}
requests.post(f"{os.environ['BETSIM_CONTROL']}/worlds/{world}/events/{event.event_id}/incident", json=told)
(scores,) = bot.in_play_service.get_scores([event.event_id])
timeline = bot.in_play_service.get_event_timeline(event.event_id)
print(scores.score.home.score, timeline.update_detail[-1].type)
bot.race_card.login()
(market,) = bot.betting.list_market_catalogue(
    filter=betfairlightweight.filters.market_filter(market_type_codes=["WIN"]), max_results=1
)
(card,) = bot.race_card.get_race_card([market.market_id])
print(card.race.race_title == market.market_name, len(card.runners) > 1, card.runners[0].jockey is not None)
"""


def test_a_bot_of_betfairlightweight_logs_in_by_certificate_bets_and_streams(tmp_path: Path) -> None:
    program = tmp_path / "bot.py"
    program.write_text(BOT)

    ended = transparently(
        sys.executable, str(program), str(tmp_path / "alice"), options=("--tls-folder", str(tmp_path))
    )

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split() == ["SUCCESS", "-2.0", "True", "streamed", "SUCCESS"]


def test_a_follower_of_scores_and_race_cards_has_no_address_to_change(tmp_path: Path) -> None:
    """The library has these hosts built in."""
    program = tmp_path / "follower.py"
    program.write_text(FOLLOWER)

    ended = transparently(sys.executable, str(program), options=())

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split() == ["1", "Goal", "True", "True", "True"]


@needing("curl")
def test_curl_logs_in_at_the_real_address_and_asks_the_real_exchange() -> None:
    script = (
        "curl -sS -H 'X-Application: alice-live-key' -H 'Accept: application/json' "
        "-d 'username=alice&password=alice-password' https://identitysso.betfair.com/api/login; echo; "
        "curl -sS -H 'X-Application: alice-live-key' -H 'Content-Type: application/json' "
        "-d '{\"filter\": {}}' https://api.betfair.com/exchange/betting/rest/v1.0/listEventTypes/"
    )

    ended = transparently("sh", "-c", script, options=())

    login, listing = map(json.loads, ended.stdout.splitlines())
    assert login["status"] == "SUCCESS"
    assert listing["detail"]["APINGException"]["errorCode"] == "NO_SESSION"


def test_nobody_else_can_be_reached() -> None:
    ended = transparently(sys.executable, "-c", "import socket; socket.create_connection(('192.0.2.1', 443), 20)")

    assert ended.returncode == 1
    assert "Network is unreachable" in ended.stderr


NODE = """
const https = require('https'), tls = require('tls');
https.get('https://api.betfair.com/health', answer => answer.on('data', data => console.log(JSON.parse(data).status)));
const stream = tls.connect(443, 'stream-api.betfair.com', {servername: 'stream-api.betfair.com'});
stream.on('data', data => { console.log(JSON.parse(data).op); stream.end(); });
"""


@needing("node")
def test_node_finds_the_server_and_its_stream(tmp_path: Path) -> None:
    program = tmp_path / "bot.js"
    program.write_text(NODE)

    ended = transparently("node", str(program))

    assert sorted(ended.stdout.split()) == ["connection", "ready"], ended.stderr


JAVA = """
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

public class Bot {
    public static void main(String[] arguments) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://api.betfair.com/health")).build();
        System.out.println(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        try (SSLSocket stream = (SSLSocket) factory.createSocket("stream-api.betfair.com", 443)) {
            SSLParameters parameters = stream.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            stream.setSSLParameters(parameters);
            String line = new BufferedReader(new InputStreamReader(stream.getInputStream())).readLine();
            System.out.println(line.contains("connectionId"));
        }
    }
}
"""


@needing("java")
@needing("keytool")
def test_java_finds_the_server_and_its_stream(tmp_path: Path) -> None:
    program = tmp_path / "Bot.java"
    program.write_text(JAVA)

    ended = transparently("java", str(program))

    assert ended.stdout.split() == ["200", "true"], ended.stderr


def test_the_exit_status_is_the_command_s_and_nothing_outside_has_changed() -> None:
    before = Path("/etc/hosts").read_bytes()

    ended = transparently("sh", "-c", "grep -c 'api.betfair.com' /etc/hosts; exit 7")

    assert ended.returncode == 7
    assert int(ended.stdout) > 1
    assert Path("/etc/hosts").read_bytes() == before


@needing("unshare")
def test_who_is_not_root_has_no_more_rights_in_there_than_outside() -> None:
    ended = transparently(
        "sh",
        "-c",
        "id -u; grep CapEff /proc/self/status",
        before=("unshare", "--user", "--map-user=1000", "--map-group=1000", "--"),
    )

    assert ended.stdout.split() == ["1000", "CapEff:", "0000000000000000"], ended.stderr


@needing("unshare")
@needing("setpriv")
def test_where_namespaces_are_forbidden_it_is_said_how_they_could_be_had() -> None:
    """A place in which nobody has the right to make a network of its own, nor a namespace of users."""
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --bounding-set=-all --inh-caps=-all "$@"'

    ended = transparently("true", before=("unshare", "--user", "--map-root-user", "sh", "-c", forbid, "sh"))

    assert ended.returncode == 1
    assert ended.stderr.startswith("betsim: This system does not allow a network of its own: ")
    assert "--cap-add SYS_ADMIN" in ended.stderr
    assert "Traceback" not in ended.stderr
