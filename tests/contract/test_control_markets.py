"""Through our own API everything is done to markets that a schedule can do, or it is said why it cannot be done now."""

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.exchange.orders import RunnerKey
from tests.afternoon import ASIAN, CUP, DOGS, EACH_WAY, LINE, PLACE, TOTAL, WIN, afternoon
from tests.contract.control_world import DERBY, MARKET, WORLD, changed, event_with_market, problem_of
from tests.in_process import Client, client_of


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of(DERBY) as client:
        yield client


def test_a_market_is_led_through_its_life(client: Client) -> None:
    states = []
    for verb in ("suspend", "resume", "turn-in-play", "close", "settle"):
        content = {"json": {"results": [{"selectionId": 3, "status": "WINNER"}]}} if verb == "settle" else {}
        done = client.post(f"{MARKET}/{verb}", **content)
        assert done.status_code == 200, done.text
        states.append((verb, done.json()["status"], done.json()["inPlay"]))

    assert states == [
        ("suspend", "SUSPENDED", False),
        ("resume", "OPEN", False),
        ("turn-in-play", "OPEN", True),
        ("close", "SUSPENDED", True),
        ("settle", "CLOSED", True),
    ]


def test_what_is_done_to_a_market_raises_its_version(client: Client) -> None:
    versions = [client.post(f"{MARKET}/{verb}").json()["version"] for verb in ("suspend", "resume", "suspend")]

    assert versions == sorted(set(versions))


def test_a_void_closes_a_market(client: Client) -> None:
    assert client.post(f"{MARKET}/void").json()["status"] == "CLOSED"


def test_unmatched_bets_lapse_on_demand(client: Client) -> None:
    market = client.worlds.default.exchange.markets["1.1"]
    assert market.total_available > 0

    client.post(f"{MARKET}/lapse")

    assert market.total_available == 0


def test_offers_are_made(client: Client) -> None:
    market = client.worlds.default.exchange.markets["1.1"]
    before = market.total_available

    made = client.post(
        f"{MARKET}/offers",
        json={"selectionId": 2, "handicap": 0, "availableToBack": [[3.0, 10]], "availableToLay": [[3.2, 5.5]]},
    )

    assert made.status_code == 200
    assert market.total_available == before + 1550


def offered(client: Client, selection_id: int, **offers: Any) -> Any:
    made = client.post(f"{MARKET}/offers", json={"selectionId": selection_id, **offers})
    assert made.status_code == 200, made.text
    return made.json()


def test_offers_that_rest_say_so(client: Client) -> None:
    document = offered(client, 2, availableToBack=[[3.0, 10]], availableToLay=[[3.2, 5.5]])

    bets = document.pop("bets")
    assert document == {"marketId": "1.1", "status": "OPEN", "inPlay": False, "version": document["version"]}
    assert [(bet["side"], bet["price"], bet["size"]) for bet in bets] == [("LAY", 3.0, 10.0), ("BACK", 3.2, 5.5)]
    assert [(bet["matched"], bet["sizeMatched"], bet["sizeResting"]) for bet in bets] == [([], 0, 10), ([], 0, 5.5)]
    assert {(bet["selectionId"], bet["handicap"]) for bet in bets} == {(2, 0.0)}
    assert all(int(bet["betId"]) in client.worlds.default.exchange.orders for bet in bets)


def test_offers_that_meet_resting_ones_say_what_they_matched(client: Client) -> None:
    """250 of the draw rest at 3.0 to back; who lays 300 there gets them and leaves 50, and 20 at 2.8 meet nobody."""
    (rests,) = offered(client, 3, availableToBack=[[2.9, 30]])["bets"]
    exchange = client.worlds.default.exchange
    first = next(order for order in exchange.orders.values() if order.runner == RunnerKey(3) and order.price == 300)

    (crossing,) = offered(client, 3, availableToLay=[[2.9, 300]])["bets"]

    assert crossing["matched"] == [
        {"price": 3.0, "size": 250.0, "bets": [str(first.bet_id)]},
        {"price": 2.9, "size": 30.0, "bets": [rests["betId"]]},
    ]
    assert (crossing["size"], crossing["sizeMatched"], crossing["sizeResting"]) == (300.0, 280.0, 20.0)


def test_an_offer_that_is_matched_across_runners_names_the_bets_on_the_others() -> None:
    """Backs of 120 at 2.0 and 100 at 3.0 on the others are a lay of 40 at 6.0 on the draw (1/2 + 1/3 + 1/6 = 1)."""
    with client_of(changed("events.0.markets.0.crossMatching", value=True)) as client:
        orders = client.worlds.default.exchange.orders
        home = next(order for order in orders.values() if order.runner == RunnerKey(1))
        (away,) = offered(client, 2, availableToLay=[[3.0, 100]])["bets"]

        (draw,) = offered(client, 3, availableToLay=[[3.5, 100]])["bets"]

        assert draw["matched"] == [{"price": 6.0, "size": 40.0, "bets": [str(home.bet_id), away["betId"]]}]
        assert (draw["sizeMatched"], draw["sizeResting"]) == (40.0, 60.0)
        assert (home.size_matched, orders[int(away["betId"])].size_matched) == (12_000, 8_000)


def test_events_markets_and_happenings_are_added_to_a_running_world(client: Client) -> None:
    client.post(f"{WORLD}/clock", json={"advance": "PT1S"})
    additions = {
        "events": [event_with_market("5", "1.5"), event_with_market("6", "1.6")],
        "schedule": [{"at": "+PT10S", "market": "1.1", "do": "suspend"}],
    }

    added = client.post(f"{WORLD}/markets", json=additions)

    assert added.status_code == 201
    assert [market["marketId"] for market in added.json()["markets"]] == ["1.5", "1.6"]
    assert client.get(f"{WORLD}/clock").json()["nextDue"] == "2026-06-06T17:55:11.000Z"
    assert client.post(f"{WORLD}/markets/1.6/suspend").status_code == 200


def test_a_dead_heat_may_be_named(client: Client) -> None:
    winners = [{"selectionId": 1, "status": "WINNER"}, {"selectionId": 2, "status": "WINNER"}]

    settled = client.post(f"{MARKET}/settle", json={"results": winners, "deadHeat": [1, 2]})

    assert settled.status_code == 200
    assert settled.json()["status"] == "CLOSED"


def test_a_dead_heat_may_be_for_some_of_the_places() -> None:
    with client_of(changed("events.0.markets.0.numberOfWinners", 2)) as client:
        results = [{"selectionId": number, "status": "WINNER"} for number in (1, 2, 3)]

        settled = client.post(f"{MARKET}/settle", json={"results": results, "deadHeat": [2, 3]})

        assert settled.status_code == 200
        assert settled.json()["status"] == "CLOSED"


# Markets of every type


@pytest.fixture
def races() -> Iterator[Client]:
    """A client of a world with a market of every kind."""
    with client_of(afternoon()) as client:
        yield client


@pytest.mark.parametrize(
    ("market", "document"),
    [
        (WIN, {"results": [{"selectionId": 1, "status": "WINNER"}]}),
        (PLACE, {"results": [{"selectionId": 1, "status": "WINNER"}, {"selectionId": 2, "status": "WINNER"}]}),
        (
            EACH_WAY,
            {
                "results": [
                    {"selectionId": 1, "status": "WINNER"},
                    {"selectionId": 2, "status": "PLACED"},
                    {"selectionId": 3, "status": "PLACED"},
                    {"selectionId": 4, "status": "REMOVED"},
                ],
                "deadHeat": [2, 3],
            },
        ),
        (ASIAN, {"margin": -2}),
        (TOTAL, {"total": 3}),
        (LINE, {"lineResult": 10.5}),
    ],
)
def test_a_market_is_settled_by_what_its_betting_type_asks_for(
    races: Client, market: str, document: dict[str, Any]
) -> None:
    settled = races.post(f"{WORLD}/markets/{market}/settle", json=document)

    assert settled.status_code == 200, settled.text
    assert settled.json()["status"] == "CLOSED"


@pytest.mark.parametrize(
    ("market", "document", "path"),
    [
        (EACH_WAY, {"results": [{"selectionId": 1, "status": "FIRST"}]}, "$.results[0].status"),
        (EACH_WAY, {"results": [{"selectionId": 1, "status": "LOSER"}], "deadHeat": [1, 2]}, "$.deadHeat[0]"),
        (ASIAN, {}, "$"),
        (ASIAN, {"results": [{"selectionId": 1, "handicap": -0.5, "status": "WINNER"}]}, "$.results"),
        (ASIAN, {"margin": "2"}, "$.margin"),
        (ASIAN, {"margin": 1001}, "$.margin"),
        (TOTAL, {"margin": 2}, "$.margin"),
        (TOTAL, {"total": -1}, "$.total"),
        (TOTAL, {"total": 2.5}, "$.total"),
        (LINE, {"lineResult": 10.555}, "$.lineResult"),
        (LINE, {"lineResult": 1e12}, "$.lineResult"),
        (LINE, {"lineResult": None}, "$"),
    ],
)
def test_a_result_of_another_type_is_refused_at_its_place(
    races: Client, market: str, document: dict[str, Any], path: str
) -> None:
    refusal = races.post(f"{WORLD}/markets/{market}/settle", json=document)

    assert refusal.status_code == 400
    assert problem_of(refusal)["path"] == path


def test_some_runners_of_a_market_are_settled_before_the_others(races: Client) -> None:
    settled = races.post(
        f"{WORLD}/markets/{CUP}/settle-runners",
        json={"results": [{"selectionId": 1, "status": "WINNER"}, {"selectionId": 4, "status": "LOSER"}]},
    )

    assert (settled.status_code, settled.json()["status"]) == (200, "OPEN")
    market = races.worlds.default.exchange.markets[CUP]
    assert [runner.status.value for runner in market.runners.values()] == ["WINNER", "ACTIVE", "ACTIVE", "LOSER"]


def test_the_starting_prices_are_made_on_demand(races: Client) -> None:
    made = races.post(f"{WORLD}/markets/{WIN}/reconcile")

    assert (made.status_code, made.json()["inPlay"]) == (200, False)
    assert races.worlds.default.exchange.markets[WIN].bsp_reconciled


@pytest.mark.parametrize("document", [None, {}, {"adjustmentFactor": 12.5}, {"handicap": 0, "adjustmentFactor": 0}])
def test_a_runner_is_withdrawn(races: Client, document: dict[str, Any] | None) -> None:
    content = {} if document is None else {"json": document}
    version = races.worlds.default.exchange.markets[WIN].version

    removed = races.post(f"{WORLD}/markets/{WIN}/runners/2/remove", **content)

    assert removed.status_code == 200, removed.text
    assert removed.json() == {"marketId": WIN, "status": "OPEN", "inPlay": False, "version": version + 1}
    assert races.worlds.default.exchange.markets[WIN].runners[RunnerKey(2)].status == "REMOVED"


def test_of_an_asian_handicap_the_runner_is_named_with_its_handicap(races: Client) -> None:
    path = f"{WORLD}/markets/{ASIAN}/runners/1/remove"

    refusal = races.post(path, json={})
    removed = races.post(path, json={"handicap": -0.5})

    assert (refusal.status_code, problem_of(refusal)["path"]) == (400, "$.handicap")
    assert removed.status_code == 200
    assert races.worlds.default.exchange.markets[ASIAN].runners[RunnerKey(1, -50)].status == "REMOVED"


def test_a_start_time_is_changed(races: Client) -> None:
    """Bets of before stay good: the version is raised, and not the oldest that a bet may carry."""
    market = races.worlds.default.exchange.markets[WIN]
    version, material = market.version, market.material_version

    changed = races.post(f"{WORLD}/markets/{WIN}/change-start-time", json={"startTime": "2026-06-06T15:30:00.000Z"})

    assert changed.status_code == 200, changed.text
    assert changed.json() == {"marketId": WIN, "status": "OPEN", "inPlay": False, "version": version + 1}
    assert market.material_version == material
    assert races.worlds.default.catalogue.markets[WIN].start_time == 1_780_759_800_000


def test_a_runner_is_added_to_a_market_that_is_not_complete(races: Client) -> None:
    event = event_with_market("77", "1.77")
    event["markets"][0]["complete"] = False
    assert races.post(f"{WORLD}/markets", json={"events": [event]}).status_code == 201
    path, runner = f"{WORLD}/markets/1.77/add-runner", {"selectionId": 9, "name": "Harriers"}

    added, again = races.post(path, json=runner), races.post(path, json=runner)

    assert added.status_code == 200, added.text
    assert (again.status_code, problem_of(again)["path"]) == (400, "$.selectionId")
    world = races.worlds.default
    assert list(world.exchange.markets["1.77"].runners) == list(world.catalogue.markets["1.77"].runners)
    assert world.catalogue.markets["1.77"].runners[RunnerKey(9)].name == "Harriers"


@pytest.mark.parametrize("document", [None, {}, {"handicap": 0}])
def test_a_runner_is_hidden_and_reinstated(races: Client, document: dict[str, Any] | None) -> None:
    content = {} if document is None else {"json": document}
    runner = races.worlds.default.exchange.markets[WIN].runners[RunnerKey(2)]

    for verb, status in (("hide", "HIDDEN"), ("reinstate", "ACTIVE")):
        done = races.post(f"{WORLD}/markets/{WIN}/runners/2/{verb}", **content)
        assert done.status_code == 200, done.text
        assert runner.status == status


def test_a_greyhound_leaves_its_trap_vacant(races: Client) -> None:
    assert races.post(f"{WORLD}/markets/{DOGS}/runners/2/remove").status_code == 200

    assert races.worlds.default.exchange.markets[DOGS].runners[RunnerKey(2)].status == "REMOVED_VACANT"


@pytest.mark.parametrize("selection", ["9", "01", "-1", "x", "1.0", "%20", "9" * 40])
def test_an_unknown_runner_is_not_found(races: Client, selection: str) -> None:
    refusal = races.post(f"{WORLD}/markets/{WIN}/runners/{selection}/remove")

    assert refusal.status_code == 404
    assert problem_of(refusal)["type"] == "urn:betsim:problem:unknown-runner"


@pytest.mark.parametrize(
    ("before", "path", "document"),
    [
        ([], f"markets/{DOGS}/reconcile", {}),
        ([f"markets/{WIN}/reconcile"], f"markets/{WIN}/reconcile", {}),
        ([f"markets/{WIN}/turn-in-play"], f"markets/{WIN}/reconcile", {}),
        ([f"markets/{WIN}/close"], f"markets/{WIN}/reconcile", {}),
        ([f"markets/{WIN}/void"], f"markets/{WIN}/runners/1/remove", {}),
        ([f"markets/{WIN}/void"], f"markets/{WIN}/change-start-time", {"startTime": "+PT1H"}),
        ([], f"markets/{WIN}/add-runner", {"selectionId": 9, "name": "Late"}),
        ([], f"markets/{WIN}/runners/1/reinstate", {}),
        ([f"markets/{WIN}/runners/1/hide"], f"markets/{WIN}/runners/1/hide", {}),
        ([f"markets/{WIN}/runners/1/hide"], f"markets/{WIN}/runners/1/remove", {}),
        ([], f"markets/{TOTAL}/runners/1/hide", {"handicap": -3}),
        ([f"markets/{WIN}/runners/1/remove"], f"markets/{WIN}/runners/1/remove", {}),
        (
            [f"markets/{WIN}/runners/1/remove"],
            f"markets/{WIN}/settle",
            {"results": [{"selectionId": 1, "status": "WINNER"}]},
        ),
        ([], f"markets/{EACH_WAY}/settle", {"results": [{"selectionId": 1, "status": "WINNER"}]}),
        ([], f"markets/{WIN}/settle-runners", {"results": [{"selectionId": 1, "status": "WINNER"}]}),
        ([], f"markets/{EACH_WAY}/settle-runners", {"results": [{"selectionId": 1, "status": "LOSER"}]}),
        (
            [],
            f"markets/{CUP}/settle",
            {"results": [{"selectionId": n, "status": "WINNER"} for n in (1, 2, 3, 4)], "deadHeat": [1, 2]},
        ),
        ([f"markets/{ASIAN}/void"], f"markets/{ASIAN}/settle", {"margin": 0}),
    ],
)
def test_what_makes_no_sense_for_a_market_of_its_type_changes_nothing(
    races: Client, before: list[str], path: str, document: dict[str, Any]
) -> None:
    for step in before:
        assert races.post(f"{WORLD}/{step}").status_code == 200
    state_hash = races.get(f"{WORLD}/state-hash").json()

    refusal = races.post(f"{WORLD}/{path}", json=document)

    assert refusal.status_code == 409, refusal.text
    assert problem_of(refusal)["type"] == "urn:betsim:problem:impossible"
    assert races.get(f"{WORLD}/state-hash").json() == state_hash


# What cannot be done now


@pytest.mark.parametrize(
    ("before", "path", "document"),
    [
        ([], "markets/1.1/resume", {}),
        (["suspend"], "markets/1.1/suspend", {}),
        (["turn-in-play"], "markets/1.1/turn-in-play", {}),
        (["close"], "markets/1.1/resume", {}),
        (["void"], "markets/1.1/void", {}),
        (["void"], "markets/1.1/lapse", {}),
        (["void"], "markets/1.1/close", {}),
        (["void"], "markets/1.1/settle", {"results": [{"selectionId": 1, "status": "WINNER"}]}),
        (["suspend"], "markets/1.1/offers", {"selectionId": 1, "availableToLay": [[2.0, 5]]}),
        ([], "clock", {"set": "2026-06-06T17:54:59.999Z"}),
    ],
)
def test_what_makes_no_sense_now_changes_nothing(
    client: Client, before: list[str], path: str, document: dict[str, Any]
) -> None:
    for verb in before:
        assert client.post(f"{MARKET}/{verb}").status_code == 200
    state_hash = client.get(f"{WORLD}/state-hash").json()

    refusal = client.post(f"{WORLD}/{path}", json=document)

    assert refusal.status_code == 409
    problem_of(refusal)
    assert client.get(f"{WORLD}/state-hash").json() == state_hash
