"""How a world comes to give the answer that was recorded: for each recording a scenario, and what is done in it.

A recording of 2023 makes its own scenario, of everything that its catalogue says, so that its values come back too.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.contract.account_holder import AccountHolder
from tests.contract.bettor import (
    CONTROL,
    MATCH,
    RACE,
    SCENARIO,
    Bettor,
    back,
    lay,
    limit_order,
    market_on_close,
)
from tests.contract.listing_worlds import FAIR
from tests.contract.recorded_markets import UNKNOWN_BOOK, as_catalogued
from tests.in_process import Client
from tests.scenario import HORSE_RACING, Block, event, runner, scenario, win, with_market

SCORES = "/exchange/scores/json-rpc/v1"
ALICE = {"username": "alice", "password": "secret"}
FIRST, SECOND, REMOVED = 1, 2, 3
PROJECTIONS = [
    "COMPETITION", "EVENT", "EVENT_TYPE", "MARKET_START_TIME", "MARKET_DESCRIPTION", "RUNNER_DESCRIPTION",
    "RUNNER_METADATA",
]  # fmt: skip

MEETING = scenario(
    event(
        "200",
        "Ascot 6th Jun",
        HORSE_RACING,
        win(
            RACE,
            runner(FIRST, "Sea Fever", adjustmentFactor=60.25),
            runner(SECOND, "Moonshot", adjustmentFactor=30),
            runner(REMOVED, "Old Tom", adjustmentFactor=9.75),
            bspMarket=True,
            turnInPlay=True,
            betDelay=1,
            betDelayModels=["PASSIVE"],
            keyLine=[{"selectionId": FIRST}, {"selectionId": SECOND}],
        ),
        countryCode="GB",
        venue="Ascot",
    ),
    now="2026-06-06T17:00:00.250Z",
    accounts=["alice", "bob"],
)
"""A race of which everything is said that books show."""

QUIET_MATCH = with_market(SCENARIO, MATCH, betDelay=0)


class Scene(NamedTuple):
    """A scenario, made of the recording where it needs it, and what to do in it to get the answer."""

    scenario: Callable[[Any], Block]
    play: Callable[[Client, Any], Any]


def in_world(document: Block, play: Callable[[Client], Any]) -> Scene:
    """Return a scene that needs nothing of the recording."""
    return Scene(lambda _: document, lambda client, _: play(client))


def betting(play: Callable[[Bettor], object], document: Block = QUIET_MATCH) -> Scene:
    """Return a scene of Alice's, who calls the betting service last of all; the answer comes with its envelope."""

    def answer(client: Client) -> Any:
        alice = Bettor(client)
        play(alice)
        return json.loads(alice.text)

    return in_world(document, answer)


def asked(operation: str, document: Block = QUIET_MATCH, **params: Any) -> Scene:
    """Return a scene in which nothing happens but one call."""
    return betting(lambda alice: alice.ask(operation, **params), document)


def refused(operation: str, document: Block = QUIET_MATCH, **params: Any) -> Scene:
    """Return a scene of one call of the betting service that is refused."""
    return betting(lambda alice: alice.call(operation, **params), document)


def form(path: str, *, password: str = "secret") -> Scene:
    """Return a scene of a login."""

    def play(client: Client) -> Any:
        headers = {"Accept": "application/json", "X-Application": "alice-live"}
        return client.post(path, data={**ALICE, "password": password}, headers=headers).json()

    return in_world(QUIET_MATCH, play)


def session(path: str, token: str | None = None) -> Scene:
    """Return a scene of a call about a session, Alice's own unless there is another token."""

    def play(client: Client) -> Any:
        headers = {**Bettor(client).headers, "Accept": "application/json"}
        return client.post(path, headers=headers if token is None else {**headers, "X-Authentication": token}).json()

    return in_world(QUIET_MATCH, play)


# What Alice does


def matched(alice: Bettor, instruction: dict[str, Any], against: dict[str, Any], market_id: str = MATCH) -> None:
    alice.bet(instruction, market=market_id)
    Bettor(alice.client, "bob").bet(against, market=market_id)


def orders(alice: Bettor, **params: Any) -> None:
    matched(alice, lay(1.22), back(1.22))
    alice.ask("listCurrentOrders", **params)


def settled(alice: Bettor) -> None:
    matched(alice, lay(1.22), back(1.22))
    control(alice.client, f"markets/{MATCH}/settle", results=[{"selectionId": FIRST, "status": "WINNER"}])
    alice.ask("listClearedOrders", betStatus="SETTLED")


def profits(alice: Bettor) -> None:
    matched(alice, lay(1.2), back(1.2))
    alice.ask("listMarketProfitAndLoss", marketIds=[MATCH])


def replaced(alice: Bettor) -> None:
    alice.replace({"betId": alice.bet(lay(1.01, persistenceType="LAPSE")), "newPrice": 1.02})


def cancelled_and_not_placed(alice: Bettor) -> None:
    bet_id = alice.bet(back(2.5, 5.0, persistenceType="LAPSE"))
    alice.call(
        "replaceOrders", marketId=MATCH, instructions=[{"betId": bet_id, "newPrice": 2.57}], customerRef="reference"
    )


def runner_book(client: Client) -> Any:
    matched(Bettor(client), lay(1.22), back(1.22))
    delayed = Bettor(client, delayed=True)
    delayed.ask("listRunnerBook", marketId=MATCH, selectionId=FIRST)
    return json.loads(delayed.text)


def whole_book(alice: Bettor) -> None:
    """Suspended in play after the auction: a runner with bets of all kinds, another one, and one that is gone."""
    bob = Bettor(alice.client, "bob")
    matched(alice, back(3.0, 10.0), lay(3.0, 10.0), RACE)
    for bettor, side in ((alice, "BACK"), (bob, "LAY")):
        bettor.place(market_on_close(side, 10.0), market=RACE)
    for instruction in (back(8.0, 5.0, persistenceType="PERSIST"), lay(2.0, 5.0, persistenceType="PERSIST")):
        bob.bet(instruction, market=RACE)
    control(alice.client, f"markets/{RACE}/runners/{REMOVED}/remove")
    control(alice.client, f"markets/{RACE}/turn-in-play")
    control(alice.client, f"markets/{RACE}/suspend")
    price_data = ["SP_TRADED", "EX_ALL_OFFERS", "EX_TRADED"]
    alice.ask("listMarketBook", marketIds=[RACE], priceProjection={"priceData": price_data}, orderProjection="ALL")


def at_starting_price(alice: Bettor, *, until_it_is_made: bool) -> None:
    """A stake of 2 at any price, resting; or matched with one of bob's."""
    alice.place({**market_on_close("BACK", 2.0), "customerOrderRef": "O-1"}, market=RACE)
    if until_it_is_made:
        Bettor(alice.client, "bob").place(market_on_close("LAY", 10.0), market=RACE)
        control(alice.client, f"markets/{RACE}/turn-in-play")
    alice.ask("listCurrentOrders")


def races(client: Client) -> Any:
    control(client, f"markets/{RACE}/settle", results=[{"selectionId": FIRST, "status": "WINNER"}])
    call = {"jsonrpc": "2.0", "method": "ScoresAPING/v1.0/listRaceDetails", "params": {}, "id": 1}
    return client.post(SCORES, json=call, headers=Bettor(client).headers).json()


def account_input(client: Client) -> Any:
    alice = AccountHolder(client)
    alice.account_error("getAccountStatement", recordCount=-1)
    return json.loads(alice.text)


def unknown_session(client: Client) -> Any:
    alice = Bettor(client)
    alice.headers["X-Authentication"] = "unknown"
    alice.call("listEventTypes", filter={})
    return json.loads(alice.text)


def control(client: Client, path: str, **document: Any) -> None:
    """Do something through our own API."""
    response = client.post(f"{CONTROL}/{path}", json=document)
    assert response.is_success, response.text


# Recordings of 2023


def catalogued(client: Client, recording: Any) -> Any:
    (found,) = Bettor(client).ask(
        "listMarketCatalogue",
        filter={"marketIds": [recording[0]["marketId"]]},
        marketProjection=PROJECTIONS,
        maxResults=1,
    )
    return found


def booked(client: Client, recording: Any) -> Any:
    """Trade what has a last price, and bet in vain on what has but a total; then ask for no prices, as was done."""
    _, book = recording
    alice, bob = Bettor(client), Bettor(client, "bob")
    market_id = book["marketId"]
    for each in book["runners"]:
        price, selection = each.get("lastPriceTraded", 2.0), {"handicap": each["handicap"]}
        backed, laid = ({**limit_order(side, price, 2.0, each["selectionId"]), **selection} for side in ("BACK", "LAY"))
        if "lastPriceTraded" in each:
            alice.bet(backed, market=market_id)
            bob.bet(laid, market=market_id)
        elif "totalMatched" in each:
            alice.cancel({"betId": alice.bet(backed, market=market_id)}, market=market_id)
    if book["inplay"]:
        control(client, f"markets/{market_id}/turn-in-play")
    (answer,) = alice.ask("listMarketBook", marketIds=[market_id])
    return answer


def polled(play: Callable[[Client, Any], Any]) -> Scene:
    """Return a scene of a market that was recorded: its catalogue, and the book that was polled with it."""
    return Scene(lambda recording: as_catalogued(recording[0], recording[1] or UNKNOWN_BOOK), play)


POLLED_MARKETS = ("1.216347921", "1.216395208", "1.216395251", "1.216418252", "1.216424223")
"""Those of which there are a catalogue and a book."""

SCENES: dict[str, Scene] = {
    "responses/cancel_orders.json": betting(lambda alice: alice.cancel({"betId": alice.bet(back())})),
    "responses/keep_alive_fail.json": session("/api/keepAlive", ""),
    "responses/keep_alive_success.json": session("/api/keepAlive"),
    "responses/list_cleared_orders.json": betting(settled),
    "responses/list_competitions.json": asked("listCompetitions", FAIR, filter={}),
    "responses/list_countries.json": asked("listCountries", FAIR, filter={}),
    "responses/list_current_orders.json": betting(orders),
    "responses/list_current_orders_description.json": betting(lambda alice: orders(alice, includeItemDescription=True)),
    "responses/list_event_types.json": asked("listEventTypes", FAIR, filter={}),
    "responses/list_events.json": asked("listEvents", FAIR, filter={"eventIds": ["100", "200"]}),
    "responses/list_market_book.json": betting(whole_book, MEETING),
    "responses/list_market_catalogue.json": asked(
        "listMarketCatalogue", FAIR, filter={"eventIds": ["400"]}, marketProjection=PROJECTIONS, maxResults=10
    ),
    "responses/list_market_catalogue_no_ero.json": asked(
        "listMarketCatalogue", FAIR, filter={"eventIds": ["400"]}, marketProjection=PROJECTIONS, maxResults=10
    ),
    "responses/list_market_profit_and_loss.json": betting(profits),
    "responses/list_market_types.json": asked("listMarketTypes", FAIR, filter={}),
    "responses/list_race_details.json": in_world(MEETING, races),
    "responses/list_runner_book.json": in_world(QUIET_MATCH, runner_book),
    "responses/list_time_ranges.json": asked("listTimeRanges", FAIR, filter={}, granularity="DAYS"),
    "responses/list_venues.json": asked("listVenues", FAIR, filter={}),
    "responses/login_fail.json": form("/api/certlogin", password="wrong"),
    "responses/login_interactive_fail.json": form("/api/login", password="wrong"),
    "responses/login_interactive_success.json": form("/api/login"),
    "responses/login_success.json": form("/api/certlogin"),
    "responses/logout_fail.json": session("/api/logout", "unknown"),
    "responses/logout_success.json": session("/api/logout"),
    "responses/place_orders.json": betting(
        lambda alice: alice.place({**lay(1.01, persistenceType="LAPSE"), "handicap": 0})
    ),
    "responses/replace_orders.json": betting(replaced),
    "responses/update_orders.json": betting(
        lambda alice: alice.update({"betId": alice.bet(back()), "newPersistenceType": "PERSIST"})
    ),
    **{f"polled-2023/{market_id}": polled(booked) for market_id in POLLED_MARKETS},
    **{f"polled-2023/{market_id}.json": polled(catalogued) for market_id in ("1.199967351", *POLLED_MARKETS)},
    "live-2026/account_jsonrpc_error_invalid_input_live.json": in_world(QUIET_MATCH, account_input),
    "live-2026/betting_jsonrpc_error_invalid_params_live.json": refused("listEvents"),
    "live-2026/betting_jsonrpc_error_invalid_session_live.json": in_world(QUIET_MATCH, unknown_session),
    "live-2026/betting_jsonrpc_error_too_much_data_live.json": refused(
        "listMarketCatalogue", filter={}, maxResults=1001
    ),
    "live-2026/betting_replace_orders_cancelled_not_placed_live.json": betting(cancelled_and_not_placed),
    "live-2026/list_current_orders_sp_matched.json": betting(
        lambda alice: at_starting_price(alice, until_it_is_made=True), MEETING
    ),
    "live-2026/list_current_orders_sp_resting.json": betting(
        lambda alice: at_starting_price(alice, until_it_is_made=False), MEETING
    ),
}
"""By the file of the recording."""
