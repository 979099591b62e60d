"""Faults that let something happen to the market of a request, over the wire: ordered, met, and told of."""

from typing import Any

import pytest

from simulator.world.inputs import AdvanceClock, Reset
from simulator.world.world import World
from tests.contract.bettor import CONTROL, HOME, MATCH, NEXT_MATCH, Bettor, back, world_of
from tests.contract.waiting_bets import advancing, doing, report_during
from tests.in_process import Client

FAULTS = f"{CONTROL}/faults"
BET = {"instructions": [back(2.0, 5)]}


def happen(operation: str, *happenings: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"operation": operation, "do": "happen", "happenings": list(happenings), **rest}


def order(client: Client, *faults: dict[str, Any]) -> Any:
    response = client.post(FAULTS, json={"faults": faults})
    assert response.status_code == 201, response.text
    return response.json()


def notices(client: Client) -> list[tuple[str, str | None, str]]:
    return [
        (notice["do"], notice["market"], notice["problem"])
        for notice in client.get("/control/v1/worlds/default").json()["notices"]
    ]


def statuses(client: Client) -> dict[str, str]:
    return {market_id: str(market.status) for market_id, market in world_of(client).exchange.markets.items()}


# Ordering

SUSPEND = {"do": "suspend"}
WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "nothing that happens": ({"operation": "placeOrders", "do": "happen"}, "happenings", "What happens is missing"),
    "an empty list": (happen("placeOrders"), "happenings", "from 1 to 20"),
    "too many": (happen("placeOrders", *[SUSPEND] * 21), "happenings", "from 1 to 20"),
    "a text": (happen("placeOrders", "suspend"), "happenings[0]", "A mapping is needed"),  # type: ignore[arg-type]
    "a verb": (happen("placeOrders", {"do": "supsend"}), "happenings[0].do", 'Did you mean "suspend"?'),
    "no verb": (happen("placeOrders", {"at": "+PT1M"}), "happenings[0]", '"do" is missing'),
    "a verb that is none": (happen("placeOrders", {"do": ["suspend"]}), "happenings[0].do", ""),
    "what is done to a match": (happen("placeOrders", {"do": "finish"}), "happenings[0].do", "cannot be done"),
    "a member": (
        happen("placeOrders", {"do": "remove", "factor": 1}), "happenings[0]", "there are do, at, selectionId, handicap"
    ),
    "a market": (happen("placeOrders", {"do": "close", "market": MATCH}), "happenings[0].market", "of the request"),
    "a time": (happen("placeOrders", {"do": "close", "at": "soon"}), "happenings[0].at", "not a time"),
    "a factor": (
        happen("placeOrders", {"do": "remove", "adjustmentFactor": 100}), "happenings[0].adjustmentFactor", "at most"
    ),
    "a handicap of nobody": (happen("placeOrders", {"do": "hide", "handicap": 1}), "happenings[0].handicap", "which"),
    "a handicap too fine": (
        happen("placeOrders", {"do": "hide", "selectionId": 1, "handicap": 0.125}), "happenings[0].handicap", "decimals"
    ),
    "a start": (
        happen("placeOrders", {"do": "change-start-time", "startTime": "6 pm"}), "happenings[0].startTime", "not a time"
    ),
    "no start": (happen("placeOrders", {"do": "change-start-time"}), "happenings[0]", "needed are do, startTime."),
    "a result": (
        happen("placeOrders", {"do": "settle", "results": [{"selectionId": 1, "status": "WINER"}]}),
        "happenings[0].results[0].status", 'Did you mean "WINNER"?',
    ),
    "a runner with two results": (
        happen("placeOrders", {"do": "settle", "results": [{"selectionId": 1, "status": "WINNER"}] * 2}),
        "happenings[0].results", "two results",
    ),
    "results of two betting types": (
        happen("placeOrders", {"do": "settle", "margin": 1, "total": 2}), "happenings[0].total", "and not by both"
    ),
    "a dead heat of nobody": (
        happen("placeOrders", {"do": "settle", "deadHeat": [1, 2]}), "happenings[0].deadHeat", "results, which are miss"
    ),
    "no offers": (happen("placeOrders", {"do": "offers"}), "happenings[0]", "nothing to back"),
    "offers that match each other": (
        happen("placeOrders", {"do": "offers", "availableToBack": [[2, 5]], "availableToLay": [[2, 5]]}),
        "happenings[0]", "match each other",
    ),
    "an offer of nothing": (
        happen("placeOrders", {"do": "offers", "availableToBack": [[2, 0]]}),
        "happenings[0].availableToBack[0][1]", "at least",
    ),
    "a price too fine": (
        happen("placeOrders", {"do": "offers", "availableToBack": [[2.001, 5]]}),
        "happenings[0].availableToBack[0][0]", "The price",
    ),
    "a status of a race": (
        happen("placeOrders", {"do": "race-status", "status": "OF"}), "happenings[0].status", 'Did you mean "OFF"?'
    ),
    "a runner of no bet": (happen("listMarketBook", {"do": "remove"}), "happenings[0]", "about no bet"),
    "a result of no bet": (happen("listMarketBook", {"do": "settle"}), "happenings[0]", "about no bet"),
    "no market": (happen("listEventTypes", SUSPEND), "operation", "happen happens to cancelOrders"),
    "a login": (happen("login", SUSPEND), "operation", "happens to"),
    "a stream": (happen("marketSubscription", SUSPEND), "operation", "happens to"),
    "happenings of another word": (
        {"operation": "placeOrders", "do": "truncate", "happenings": [SUSPEND]}, "happenings", "cannot be said"
    ),
    "when": (happen("placeOrders", SUSPEND, when="during"), "when", "one of before, after"),
    "no time that passes": ({"operation": "placeOrders", "do": "time-passes"}, "advance", "missing"),
    "time that stands": ({"operation": "*", "do": "time-passes", "advance": "PT0S"}, "advance", "a duration from"),
    "too much time": ({"operation": "*", "do": "time-passes", "advance": "P367D"}, "advance", "a duration from"),
    "a bet elsewhere that is none": ({"operation": "cancelOrders", "do": "bet-elsewhere"}, "operation", "placeOrders"),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "place", "sentence"), WRONG.values(), ids=WRONG)
def test_what_no_market_would_take_is_refused_at_once_with_its_place(
    client: Client, fault: dict[str, Any], place: str, sentence: str
) -> None:
    problem = client.post(FAULTS, json={"faults": [fault]})

    assert problem.status_code == 400, problem.text
    assert problem.json()["path"] == f"$.faults[0].{place}"
    assert sentence in problem.json()["detail"]
    assert client.get(FAULTS).json()["pending"] == []


def test_what_is_to_happen_and_has_is_told_by_its_verbs(client: Client, alice: Bettor) -> None:
    verbs = ["suspend", "resume"]
    (pending,) = order(client, happen("placeOrders", *({"do": verb} for verb in verbs)))["pending"]
    alice.place(back(2.0, 5))
    (fired,) = client.get(FAULTS).json()["fired"]

    assert [(each["do"], each["happenings"]) for each in (pending, fired)] == [("happen", verbs)] * 2


# Happening


def test_it_happens_before_the_request_is_carried_out_or_after_it(client: Client, alice: Bettor) -> None:
    order(client, happen("placeOrders", SUSPEND, when="before"), happen("placeOrders", SUSPEND))

    assert alice.place(back(2.0, 5))["errorCode"] == "MARKET_SUSPENDED"
    assert statuses(client)[MATCH] == "SUSPENDED"
    client.post(f"{CONTROL}/markets/{MATCH}/resume")
    assert alice.place(back(2.0, 5))["status"] == "SUCCESS"
    assert statuses(client)[MATCH] == "SUSPENDED"


def test_it_happens_later_by_the_clock_of_the_world(client: Client, alice: Bettor) -> None:
    order(client, happen("placeOrders", {"do": "suspend", "at": "+PT1M"}))
    alice.bet(back(2.0, 5))

    world_of(client).do(AdvanceClock(59_999)).accepted()
    assert statuses(client)[MATCH] == "OPEN"
    world_of(client).do(AdvanceClock(1)).accepted()
    assert statuses(client)[MATCH] == "SUSPENDED"


ABOUT_MARKETS: dict[str, dict[str, Any]] = {
    "listMarketBook": {"marketIds": [NEXT_MATCH, MATCH]},
    "listRunnerBook": {"marketId": NEXT_MATCH, "selectionId": HOME},
    "listMarketCatalogue": {"filter": {"marketIds": [NEXT_MATCH]}, "maxResults": 1},
    "listMarketProfitAndLoss": {"marketIds": [NEXT_MATCH]},
    "listCurrentOrders": {"marketIds": [NEXT_MATCH]},
    "listClearedOrders": {"betStatus": "SETTLED", "marketIds": [NEXT_MATCH]},
}


@pytest.mark.parametrize(("operation", "request_body"), ABOUT_MARKETS.items(), ids=ABOUT_MARKETS)
def test_it_happens_to_the_market_that_a_request_asks_about(
    client: Client, alice: Bettor, operation: str, request_body: dict[str, Any]
) -> None:
    order(client, happen(operation, SUSPEND, after=1))

    alice.ask(operation, **request_body)
    assert set(statuses(client).values()) == {"OPEN", "INACTIVE"}
    alice.ask(operation, **request_body)

    assert [market_id for market_id, status in statuses(client).items() if status == "SUSPENDED"] == [NEXT_MATCH]


def test_what_is_impossible_is_a_notice_and_the_request_goes_on(client: Client, alice: Bettor) -> None:
    order(client, happen("listCurrentOrders", SUSPEND), happen("cancelOrders", {"do": "remove"}, when="before"))
    order(client, happen("placeOrders", {"do": "reconcile"}), {"operation": "placeOrders", "do": "bet-elsewhere"})

    assert alice.ask("listCurrentOrders")["currentOrders"] == []
    assert alice.cancel({"betId": "7"})["instructionReports"][0]["errorCode"] == "INVALID_BET_ID"
    assert alice.place(back(2.0, 5))["status"] == "SUCCESS"
    assert alice.place(back(2.0, 6_000))["status"] == "SUCCESS"

    assert notices(client) == [
        ("suspend", None, "the request names no market to which it could happen"),
        ("remove", MATCH, "the request names no bet to whose runner it could happen"),
        ("reconcile", MATCH, f"market {MATCH} has no starting price"),
        ("bet-elsewhere", MATCH, notices(client)[-1][2]),
    ]
    assert notices(client)[-1][2].startswith("INSUFFICIENT_FUNDS")
    missed = client.get(f"{CONTROL}/journal", params={"event": "FaultWithoutEffect"}).json()["entries"]
    assert [each["content"]["number"] for each in missed] == [1, 2, 4]


def test_a_bet_in_the_bet_delay_is_matched_before_anything_follows_on_it(client: Client, alice: Bettor) -> None:
    client.post(f"{CONTROL}/markets/{MATCH}/turn-in-play")
    order(client, happen("placeOrders", SUSPEND))

    def is_open(_: World) -> None:
        assert statuses(client)[MATCH] == "OPEN"

    report = report_during(client, alice, "placeOrders", BET, is_open, advancing(5_000))

    assert report["status"] == "SUCCESS"
    assert statuses(client)[MATCH] == "SUSPENDED"


def test_nothing_follows_in_a_world_that_has_begun_again_meanwhile(client: Client, alice: Bettor) -> None:
    client.post(f"{CONTROL}/markets/{MATCH}/turn-in-play")
    order(client, happen("placeOrders", SUSPEND))

    report = report_during(client, alice, "placeOrders", BET, doing(Reset()))

    assert report["status"] == "TIMEOUT"
    assert statuses(client)[MATCH] == "OPEN"


# Time, and bets of elsewhere


def test_time_passes_before_a_request_of_any_face_is_carried_out(client: Client, alice: Bettor) -> None:
    passes = {"do": "time-passes", "advance": "PT1M"}
    order(client, *({"operation": operation, **passes} for operation in ("listEventTypes", "keepAlive", "listSports")))
    begun = world_of(client).clock.now()

    alice.ask("listEventTypes", filter={})
    assert world_of(client).clock.now() == begun + 60_000
    client.post("/api/keepAlive", headers={**alice.headers, "accept": "application/json"})
    assert world_of(client).clock.now() == begun + 120_000
    client.get("/bet-tune-api/v1/sports", headers={"authorization": "Bearer a-bettune"})
    assert world_of(client).clock.now() == begun + 180_000


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_same_bets_are_placed_elsewhere_without_references(client: Client, alice: Bettor, when: str) -> None:
    order(client, {"operation": "placeOrders", "do": "bet-elsewhere", "when": when})

    report = alice.place(
        {**back(2.0, 5), "customerOrderRef": "mine"}, {**back(3.0, 4), "customerOrderRef": "too"},
        customerRef="once", customerStrategyRef="best",
    )  # fmt: skip

    own = [each["betId"] for each in report["instructionReports"]]
    orders = {each["betId"]: each for each in alice.ask("listCurrentOrders")["currentOrders"]}
    others = [each for bet_id, each in orders.items() if bet_id not in own]
    assert [(each["priceSize"]["price"], each["priceSize"]["size"]) for each in others] == [(2.0, 5.0), (3.0, 4.0)]
    assert not any({"customerOrderRef", "customerStrategyRef"} & set(each) for each in others)
    assert [bet_id in own for bet_id in sorted(orders, key=int)] == (
        [True, True, False, False] if when == "after" else [False, False, True, True]
    )
