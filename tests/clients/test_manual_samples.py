"""The manual's own sample requests are posted as it prints them, and answered in the shape it prints.

The world is the demo at the time of the samples, because its first match is that of the manual's example, with the
other markets of the samples added to it. Line numbers are those of the manual's text.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from simulator.data import fixture_bytes
from tests.clients.library import ServedWorld, world_of
from tests.clients.manual import intact, printed, printed_document, shapes
from tests.serving import Served

Post = Callable[..., Any]

DEMO_CLOCK = "clock: {now: real, rate: 1}"
CLOCK_OF_THE_SAMPLES = 'clock: {now: "2014-03-13T08:00:00.000Z", rate: 0}'

PRICES, LAY, STARTING_PRICE, BACK, RACE = "1.127771425", "1.109850906", "1.111836557", "1.117020524", "1.114363660"
"""The markets of the samples beside those of the demo."""

PAST_RACE = "1.111000000"
"""A market on the day whose races the samples ask for. Its id is made up; it is late, and still to begin."""

RACE_WINNER = 7920154
WITHDRAWN = (8611526, 8611527)
LOSERS = (
    1231425, 7533866, 8220841, 7533883, 8476712, 7012263, 7374225, 8611525, 7659121, 6996332, 7137541,
)  # fmt: skip

STRAIGHT_QUOTES = str.maketrans("“”", '""')
"""Some quotation marks of the heartbeats are printed as those of a text."""

NEWER_THAN_THE_MANUAL = frozenset({"competitionRegion", "orderStatus"})
"""Members of answers that the samples do not have and the interface definition does."""


def market(market_id: str, market_type: str, runners: list[dict[str, Any]], **rest: Any) -> dict[str, Any]:
    """Return a market of the manual's, with what the samples do not tell about it made up."""
    return {
        "id": market_id,
        "name": market_type,
        "marketType": market_type,
        "startTime": "+PT4H",
        "runners": [{"name": f"Runner {runner['selectionId']}", **runner} for runner in runners],
        **rest,
    }


def event(event_id: str, event_type: tuple[str, str], *markets: dict[str, Any]) -> dict[str, Any]:
    """Return an event of the manual's, with a name that is made up."""
    return {
        "id": event_id,
        "name": f"Event {event_id}",
        "eventType": {"id": event_type[0], "name": event_type[1]},
        "countryCode": "GB",
        "openDate": "+PT4H",
        "markets": list(markets),
    }


SAMPLES = {
    "events": [
        event(
            "90000001",
            ("1", "Soccer"),
            market(
                PRICES,
                "MATCH_ODDS",
                [
                    {"selectionId": 44790, "availableToBack": [[7.0, 75.53]], "availableToLay": [[7.2, 152.12]]},
                    {"selectionId": 489720, "availableToBack": [[1.62, 921.06]], "availableToLay": [[1.63, 1001.76]]},
                    {"selectionId": 58805, "availableToBack": [[4.1, 243.85]], "availableToLay": [[4.2, 701.15]]},
                ],
                crossMatching=True,
            ),
            market(LAY, "MATCH_ODDS", [{"selectionId": 237486}, {"selectionId": 1}]),
            market(BACK, "MATCH_ODDS", [{"selectionId": 9170340}], regulators=["GIBRALTAR REGULATOR"]),
        ),
        event(
            "90000002",
            ("7", "Horse Racing"),
            market(STARTING_PRICE, "WIN", [{"selectionId": 5404312}, {"selectionId": 1}], bspMarket=True),
            market(
                RACE,
                "WIN",
                [
                    {"selectionId": selection_id, "adjustmentFactor": 5.0}
                    for selection_id in (*WITHDRAWN, RACE_WINNER, *LOSERS)
                ],
            ),
        ),
        event(
            "90000003",
            ("7", "Horse Racing"),
            market(PAST_RACE, "WIN", [{"selectionId": 1}], startTime="2013-10-16T14:00:00.000Z"),
        ),
    ]
}


@pytest.fixture(scope="module")
def world(served: Served, http: httpx.Client) -> Iterator[ServedWorld]:
    demo = fixture_bytes("demo.yaml").decode()
    assert DEMO_CLOCK in demo
    with world_of(served, http, demo.replace(DEMO_CLOCK, CLOCK_OF_THE_SAMPLES)) as world:
        world.control("markets", SAMPLES)
        yield world


@pytest.fixture(scope="module")
def post(world: ServedWorld, http: httpx.Client) -> Post:
    """Return what posts a body with the headers that the manual's programs send, and returns the document answered."""
    account, url = world.accounts[0], world.served.url
    form = {"username": account.username, "password": account.password}
    login = {"accept": "application/json", "x-application": account.app_key}
    token = http.post(f"{url}/api/login", data=form, headers=login).json()["token"]
    headers = {"X-Application": account.app_key, "X-Authentication": token, "content-type": "application/json"}

    def post(body: str, path: str = "/exchange/betting/json-rpc/v1") -> Any:
        response = http.post(url + path, content=body.encode(), headers=headers)
        assert response.status_code == 200, response.text
        return response.json()

    return post


def result_of(answer: Any, *, batch: bool) -> Any:
    """Return the result of a JSON-RPC answer, a batch of one where the request was one."""
    if batch:
        (answer,) = answer
    assert ["jsonrpc", "result", "id"] == list(answer), answer
    assert ("2.0", 1) == (answer["jsonrpc"], answer["id"])
    return answer["result"]


def printed_shapes(first_line: int, last_line: int) -> set[frozenset[str]]:
    """Return the shapes of all that is still whole of an answer."""
    return {shape for part in intact(printed(first_line, last_line)) for shape in shapes(part)}


def bet(selection_id: int, side: str, price: float, size: float) -> dict[str, Any]:
    """Return an instruction to place one bet."""
    return {
        "selectionId": selection_id,
        "side": side,
        "orderType": "LIMIT",
        "limitOrder": {"size": size, "price": price, "persistenceType": "LAPSE"},
    }


def place(post: Post, market_id: str, *instructions: dict[str, Any]) -> None:
    """Place bets that are accepted."""
    body = json.dumps({"marketId": market_id, "instructions": instructions})
    assert "SUCCESS" == post(body, "/exchange/betting/rest/v1.0/placeOrders/")["status"]


def test_event_types(post: Post) -> None:
    """As JSON-RPC (line 299) and as REST (lines 238 and 251); the answers are at lines 304 and 513."""
    found = result_of(post(printed_document(299)), batch=False)

    expected = {("1", "Soccer"), ("7", "Horse Racing")}
    assert expected == {(each["eventType"]["id"], each["eventType"]["name"]) for each in found}
    assert shapes(found) <= printed_shapes(304, 476)
    assert shapes(found) <= printed_shapes(513, 725)
    for line in (238, 251):
        assert found == post(printed_document(line), "/exchange/betting/rest/v1.0/listEventTypes/")


def test_competitions_of_football(post: Post) -> None:
    """Event types may be numbers, and a tab is a space (lines 277 and 2322, answered from line 2250 on)."""
    for line in (277, 2322):
        found = result_of(post(printed_document(line)), batch=False)

        assert {"id": "2356065", "name": "Pirveli Liga"} in [each["competition"] for each in found]
        assert shapes(found, NEWER_THAN_THE_MANUAL) <= printed_shapes(2255, 2312)


def test_events_of_a_day(post: Post) -> None:
    """The match of the example is among them, and told as it is printed (line 752, answered from line 771 on)."""
    found = result_of(post(printed_document(752)), batch=True)

    assert shapes(found) <= printed_shapes(771, 1235)
    (example,) = [part["event"] for part in intact(printed(771, 1235)) if part.get("event", {}).get("id") == "27165685"]
    assert example in [each["event"] for each in found]


def test_the_catalogue_of_an_event(post: Post) -> None:
    """Every market whose printed description is whole has the names, ids and order of runners that are printed.

    Line 1248, answered from line 1266 on. What was matched on it is another matter.
    """
    found = {each["marketId"]: each for each in result_of(post(printed_document(1248)), batch=True)}
    example = [part for part in intact(printed(1266, 2212)) if "marketId" in part]

    assert shapes(list(found.values())) <= printed_shapes(1266, 2212)
    assert len(example) >= 5
    for expected in example:
        assert expected == found[expected["marketId"]] | {"totalMatched": expected["totalMatched"]}


def test_the_races_of_a_day(post: Post) -> None:
    """The one there is on that day (line 2222, whose answer is not printed; it would look like the one before)."""
    (found,) = result_of(post(printed_document(2222)), batch=True)

    assert (PAST_RACE, "Horse Racing") == (found["marketId"], found["eventType"]["name"])
    without_competition = {shape - {"competition"} for shape in printed_shapes(1266, 2212)}
    assert shapes(found) <= without_competition


def test_prices_of_a_market(post: Post) -> None:
    """`virtualise` is the word "true" (line 2344, answered at line 2354). All runners have been bet on, as printed."""
    place(post, PRICES, bet(44790, "BACK", 7.0, 5), bet(489720, "LAY", 1.63, 5), bet(58805, "BACK", 4.1, 5))

    (found,) = result_of(post(printed_document(2344)), batch=True)

    (expected,) = json.loads(printed_document(2354))[0]["result"]
    assert shapes(expected) == shapes(found)
    assert [44790, 489720, 58805] == [runner["selectionId"] for runner in found["runners"]]
    # The values that say what kind of market this is, and are not what its customers made of it.
    for name in (
        "marketId", "isMarketDataDelayed", "status", "betDelay", "bspReconciled", "complete", "inplay",
        "numberOfWinners", "numberOfRunners", "numberOfActiveRunners", "crossMatching", "runnersVoidable",
    ):  # fmt: skip
        assert expected[name] == found[name], name


def test_a_lay_of_2_at_3(post: Post) -> None:
    """Every number is a word; in the answer they are numbers again (line 2528, answered at line 2554)."""
    found = result_of(post(printed_document(2528)), batch=True)

    expected = json.loads(printed_document(2554))[0]["result"]
    assert shapes(expected) == shapes(found, NEWER_THAN_THE_MANUAL)
    (report,), (expected_report,) = found["instructionReports"], expected["instructionReports"]
    for name in ("betId", "placedDate"):
        assert report[name]
        del expected_report[name]
    assert expected_report == {name: report[name] for name in expected_report}
    assert (expected["status"], expected["marketId"]) == (found["status"], found["marketId"])


def test_a_bet_at_starting_price(post: Post) -> None:
    """A back of 2, of whose matches nothing is said (line 2600, answered at line 2623)."""
    found = result_of(post(printed_document(2600)), batch=True)

    expected = json.loads(printed_document(2623))[0]["result"]
    assert shapes(expected) == shapes(found, NEWER_THAN_THE_MANUAL)
    (report,), (expected_report,) = found["instructionReports"], expected["instructionReports"]
    for name in ("status", "instruction"):
        assert expected_report[name] == report[name]
    assert (expected["status"], expected["marketId"]) == (found["status"], found["marketId"])


def test_current_orders(post: Post) -> None:
    """An empty `dateRange` restricts nothing (line 2653, answered at line 2655). The bet is that of the answer."""
    place(post, BACK, bet(9170340, "BACK", 10, 5))

    found = result_of(post(printed_document(2653)), batch=True)

    expected = json.loads(printed_document(2655))[0]["result"]
    for order in found["currentOrders"] + expected["currentOrders"]:
        assert order.pop("betId")
        assert order.pop("placedDate")
    assert expected == found


def test_heartbeats(post: Post, world: ServedWorld) -> None:
    """Set up, reset, set up again (from line 6891 on), and what is told when one did not come (line 6912)."""
    for sent, answered in ((6891, 6893), (6897, 6899), (6903, 6905), (6912, 6914)):
        if sent == 6912:
            world.advance("PT10S")

        found = post(printed(sent, sent).translate(STRAIGHT_QUOTES), "/exchange/heartbeat/json-rpc/v1")

        assert json.loads(printed(answered, answered)) == found


def test_the_result_of_a_market(post: Post, world: ServedWorld) -> None:
    """Two were withdrawn, one won, eleven lost (line 2667, answered at line 2673)."""
    results = [{"selectionId": RACE_WINNER, "status": "WINNER"}]
    results += [{"selectionId": selection_id, "status": "REMOVED"} for selection_id in WITHDRAWN]
    world.control(f"markets/{RACE}/settle", {"results": results})

    (found,) = result_of(post(printed_document(2667)), batch=True)

    (expected,) = json.loads(printed_document(2673))[0]["result"]
    assert shapes(expected) == shapes(found)
    for document in (expected, found):
        del document["version"]
        for runner in document["runners"]:
            del runner["adjustmentFactor"]
            runner.pop("removalDate", None)
    assert expected == found
