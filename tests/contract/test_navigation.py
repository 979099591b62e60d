"""The navigation menu over HTTP: what stands in it and where, who may fetch it, and that it is made once a change.

Sources: manual, "Datos de navegación para las aplicaciones"; a recorded menu as a client keeps it in its tests.
"""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.betfair.navigation import kept
from simulator.world.inputs import AdvanceClock, Reset
from tests.contract.bettor import Bettor, world_of
from tests.in_process import Client, client_of
from tests.scenario import (
    GREYHOUND_RACING,
    HORSE_RACING,
    SOCCER,
    TENNIS,
    Block,
    asian_handicap,
    event,
    happening,
    line,
    market,
    match_odds,
    place,
    scenario,
    sides,
    win,
)

MENU = "/exchange/betting/rest/v1/en/navigation/menu.json"
CONTROL = "/control/v1/worlds/default"
LEAGUE = {"id": "31", "name": "Premier League"}
CUP, SATURDAY = {"id": "900", "name": "Northern Cup"}, {"id": "901", "name": "Saturday"}

WORLD = scenario(
    event(
        "100",
        "Newcastle v Chelsea",
        SOCCER,
        match_odds("1.101", "Newcastle", "Chelsea", "The Draw"),
        asian_handicap("1.102", *sides("Newcastle", "Chelsea", -0.5)),
        line("1.103"),
        match_odds("1.104", "Newcastle", "Chelsea", "The Draw", status="INACTIVE"),
        market("1.105", "To Score", "TO_SCORE", "Jones", "Smith", numberOfWinners=0),
        market("1.106", "Special", None, "Yes", "No", status="SUSPENDED"),
        competition=LEAGUE,
        countryCode="GB",
    ),
    event("110", "Rangers v Celtic", SOCCER, match_odds("1.111", "Rangers", "Celtic"), competition=LEAGUE),
    event("120", "Cup 2027", SOCCER, market("1.121", "Winner", "TOURNAMENT_WINNER", "Rangers", "Celtic"), groups=[CUP]),
    event(
        "130",
        "Bury v Stoke",
        SOCCER,
        match_odds("1.131", "Bury", "Stoke"),
        parent="120",
        groups=[SATURDAY],
        competition=LEAGUE,
    ),
    event("140", "Leeds v Hull", SOCCER, match_odds("1.141", "Leeds", "Hull"), groups=[CUP, SATURDAY]),
    event("150", "Open Final", TENNIS, match_odds("1.151", "A. Durand", "B. Keller")),
    event(
        "200",
        "Ascot 6th Jun",
        HORSE_RACING,
        place("1.202", "Sea Fever", "Moonshot", "Old Tom"),
        win("1.201", "Sea Fever", "Moonshot", "Old Tom"),
        win("1.203", "Pike", "Perch", startTime="2026-06-06T18:35:00.000Z", name="6f Mdn"),
        market("1.204", "Gold Cup", "ANTEPOST_WIN", "Sea Fever", "Pike"),
        countryCode="GB",
        venue="Ascot",
    ),
    event("210", "Big Races", HORSE_RACING, win("1.211", "Sea Fever", "Pike", name="Derby 2027")),
    event(
        "300",
        "Romford 6th Jun",
        GREYHOUND_RACING,
        win("1.301", "1. Ballyfox", "2. Tinker", name="A4 400m"),
        countryCode="GB",
        venue="Romford",
    ),
    schedule=[happening("2026-06-06T18:30:00.000Z", "1.111", "void")],
)


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of(WORLD) as client:
        yield client


def menu(client: Client, method: str = "GET", path: str = MENU) -> Any:
    response = client.request(method, path, headers=Bettor(client).headers)
    assert response.status_code == 200, response.text
    return response.json()


def outline(node: Any) -> Any:
    """A node by its type and its id, with its children; a market by its id alone."""
    if node["type"] == "MARKET":
        return node["id"]
    return f"{node['type']} {node['id']}", [outline(child) for child in node["children"]]


def find(node: Any, node_id: object) -> Any:
    if node["id"] == node_id:
        return node
    found = (find(child, node_id) for child in node.get("children", ()))
    return next((one for one in found if one is not None), None)


# What stands where


def test_every_market_stands_where_customers_look_for_it(client: Client) -> None:
    """Groups are competitions unless the scenario gives others, and races stand directly below their sport."""
    match = ["1.101", "1.102", "1.103", "1.105", "1.106"]
    cup = ("EVENT 120", ["1.121", ("GROUP 901", [("EVENT 130", ["1.131"])])])
    cup_and_saturday = ("GROUP 900", [cup, ("GROUP 901", [("EVENT 140", ["1.141"])])])
    assert outline(menu(client)) == (
        "GROUP 0",
        [
            (
                "EVENT_TYPE 1",
                [("GROUP 31", [("EVENT 100", match), ("EVENT 110", ["1.111"])]), cup_and_saturday],
            ),
            ("EVENT_TYPE 2", [("EVENT 150", ["1.151"])]),
            (
                "EVENT_TYPE 7",
                [
                    ("RACE 200.1800", ["1.202", "1.201"]),
                    ("RACE 200.1835", ["1.203"]),
                    ("EVENT 200", ["1.204"]),
                    ("EVENT 210", ["1.211"]),
                ],
            ),
            ("EVENT_TYPE 4339", [("RACE 300.1800", ["1.301"])]),
        ],
    )


def test_nodes_have_the_members_that_are_recorded(client: Client) -> None:
    """In the recorded order, and with empty texts where there is nothing to say."""
    whole = menu(client)
    without_children = {
        node_id: {name: value for name, value in find(whole, node_id).items() if name != "children"}
        for node_id in (0, "1", "31", "100", "110", "200.1800", "1.101")
    }

    assert list(whole) == ["type", "name", "id", "children"]
    assert list(find(whole, "200.1800")) == ["type", "name", "id", "countryCode", "venue", "startTime", "children"]
    assert without_children == {
        0: {"type": "GROUP", "name": "ROOT", "id": 0},
        "1": {"type": "EVENT_TYPE", "name": "Soccer", "id": "1"},
        "31": {"type": "GROUP", "name": "Premier League", "id": "31"},
        "100": {"type": "EVENT", "name": "Newcastle v Chelsea", "id": "100", "countryCode": "GB"},
        "110": {"type": "EVENT", "name": "Rangers v Celtic", "id": "110", "countryCode": ""},
        "200.1800": {
            "type": "RACE",
            "name": "1m Hcap",
            "id": "200.1800",
            "countryCode": "GB",
            "venue": "Ascot",
            "startTime": "2026-06-06T18:00:00.000Z",
        },
        "1.101": {
            "type": "MARKET",
            "name": "Match Odds",
            "id": "1.101",
            "exchangeId": "1",
            "marketType": "MATCH_ODDS",
            "marketStartTime": "2026-06-06T18:00:00.000Z",
            "numberOfWinners": 1,
        },
    }


@pytest.mark.parametrize(
    ("market_id", "winners", "market_type"),
    [
        ("1.101", 1, "MATCH_ODDS"),
        ("1.202", 2, "PLACE"),
        ("1.102", "", "ASIAN_HANDICAP"),
        ("1.103", "", "TOTAL_GOALS"),
        ("1.105", "", "TO_SCORE"),
        ("1.106", 1, ""),
    ],
)
def test_the_number_of_winners_is_an_empty_text_where_it_is_not_known_before(
    client: Client, market_id: str, winners: object, market_type: str
) -> None:
    node = find(menu(client), market_id)

    assert (node["numberOfWinners"], node["marketType"]) == (winners, market_type)


# When it changes


def do(client: Client, path: str, document: object = None) -> None:
    response = client.post(f"{CONTROL}/{path}", json={} if document is None else document)
    assert response.is_success, response.text


def test_a_market_that_is_closed_leaves_and_what_held_it_alone_leaves_with_it(client: Client) -> None:
    assert find(menu(client), "150")
    do(client, "markets/1.151/settle", {"results": [{"selectionId": 1, "status": "WINNER"}]})
    world_of(client).do(AdvanceClock(90 * 60_000)).accepted()

    whole = menu(client)
    assert [find(whole, gone) for gone in ("1.151", "150", "2", "1.111", "110")] == [None] * 5
    assert find(whole, "31") is not None


def test_what_is_added_is_there_and_so_is_a_market_that_is_published(client: Client) -> None:
    menu(client)
    final = event("160", "Cup Final", SOCCER, match_odds("1.161", "Bury", "Leeds"), parent="120")
    do(client, "markets", {"events": [final]})
    do(client, "markets/1.104/resume")

    whole = menu(client)
    assert find(find(whole, "120"), "1.161")
    assert find(find(whole, "100"), "1.104")


def test_a_race_keeps_its_id_when_it_is_put_off(client: Client) -> None:
    menu(client)
    for market_id in ("1.201", "1.202"):
        do(client, f"markets/{market_id}/change-start-time", {"startTime": "2026-06-06T18:05:00Z"})

    race = find(menu(client), "200.1800")
    assert race["startTime"] == race["children"][0]["marketStartTime"] == "2026-06-06T18:05:00.000Z"


def test_a_world_that_begins_again_has_its_first_menu(client: Client) -> None:
    first = menu(client)
    do(client, "markets/1.101/void")
    assert menu(client) != first
    world_of(client).do(Reset()).accepted()

    assert menu(client) == first


def test_it_is_made_once_for_each_change_and_not_for_each_request(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def counted(world: Any, names: Any) -> Any:
        made.append(world)
        return make(world, names)

    make = kept.menu_of
    monkeypatch.setattr(kept, "menu_of", counted)
    for _ in range(3):
        menu(client)
    for verb in ("suspend", "resume", "lapse", "close"):
        do(client, f"markets/1.101/{verb}")
        menu(client)
        menu(client, path=MENU.replace("/en/", "/sv/"))
    assert len(made) == 1

    do(client, "markets/1.101/void")
    for _ in range(3):
        menu(client)
    assert len(made) == 2


def test_each_world_has_its_own() -> None:
    other = scenario(event("500", "Elsewhere", TENNIS, match_odds("1.501", "A", "B")), accounts=["carol"])
    with client_of(WORLD, other) as client:
        world = next(one for one in client.worlds if one.id != "default")
        account = world.accounts.by_username["carol"]
        login = client.post(
            "/api/login",
            data={"username": "carol", "password": "secret"},
            headers={"X-Application": account.app_key, "Accept": "application/json"},
        )
        headers = {"X-Application": account.app_key, "X-Authentication": login.json()["token"]}

        assert find(client.get(MENU, headers=headers).json(), "1.501")
        assert find(menu(client), "1.501") is None


# How it is asked for


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("locale", ["en", "en_GB", "bg", "da", "de", "el", "es", "it", "pt", "ru", "sv"])
def test_there_is_one_in_each_locale_by_either_method(client: Client, method: str, locale: str) -> None:
    assert menu(client, method, MENU.replace("/en/", f"/{locale}/")) == menu(client)


def test_it_is_compressed_for_who_accepts_that_and_equal_menus_are_equal_bytes(client: Client) -> None:
    headers = Bettor(client).headers
    bodies = []
    for encoding in ("gzip", "identity"):

        async def raw(http: Any, encoding: str = encoding) -> tuple[bytes, str]:
            request = http.build_request("GET", MENU, headers={**headers, "Accept-Encoding": encoding})
            response = await http.send(request, stream=True)
            body = b"".join([chunk async for chunk in response.aiter_raw()])
            return body, response.headers.get("content-encoding", "")

        bodies.append(client.run(raw))
    (compressed, said), (plain, nothing) = bodies

    assert (said, nothing) == ("gzip", "")
    assert len(compressed) < len(plain)
    assert gzip.decompress(compressed) == plain
    assert (
        client.get(MENU, headers=headers).content
        == plain
        == json.dumps(json.loads(plain), separators=(",", ":")).encode()
    )


# Who may not have it


@pytest.mark.parametrize(
    ("path", "changes", "status", "code"),
    [
        (MENU, {"X-Application": ""}, 400, "NO_APP_KEY"),
        (MENU, {"X-Application": "nobody"}, 400, "INVALID_APP_KEY"),
        (MENU, {"X-Authentication": ""}, 400, "NO_SESSION"),
        (MENU, {"X-Authentication": "nonsense"}, 400, "INVALID_SESSION_INFORMATION"),
        (MENU, {"X-Application": "", "X-Authentication": ""}, 400, "NO_APP_KEY"),
        (MENU, {"X-Application": "bob-live"}, 403, "DSC-0037"),
        (MENU.replace("/en/", "/fr/"), {}, 404, "DSC-0021"),
        (MENU.replace("/en/", "/EN/"), {}, 404, "DSC-0021"),
        (MENU.replace("/en/", "/en%00/"), {"X-Application": ""}, 404, "DSC-0021"),
        (MENU.replace("menu", "other"), {}, 404, "DSC-0021"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_is_not_let_in_gets_the_fault_of_the_betting_service(
    client: Client, method: str, path: str, changes: dict[str, str], status: int, code: str
) -> None:
    """The locale is looked at first: there is no file of that name for anybody (chosen)."""
    response = client.request(method, path, headers={**Bettor(client).headers, "Accept": "", **changes})
    fault = response.json()
    detail = fault["detail"].get("APINGException", {})

    assert (response.status_code, detail.get("errorCode", fault["faultstring"])) == (status, code)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_told_which_there_are(client: Client, method: str) -> None:
    response = client.request(method, MENU, headers=Bettor(client).headers)

    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


def test_whatever_is_posted_is_not_looked_at(client: Client) -> None:
    response = client.post(MENU, content=b"\xff{", headers=Bettor(client).headers)

    assert response.status_code == 200


# What a scenario may say


def an_event(event_id: str, **more: Any) -> Block:
    return event(event_id, f"Event {event_id}", TENNIS, **more)


@pytest.mark.parametrize(
    ("events", "place"),
    [
        ([an_event("1", parent="1")], "$.events[0].parent"),
        ([an_event("1", parent="2"), an_event("2")], "$.events[0].parent"),
        ([an_event("600", parent="9")], "$.events[0].parent"),
        ([an_event(str(600 + n), **({"parent": str(599 + n)} if n else {})) for n in range(12)], "$.events[11].parent"),
        ([an_event("600", groups=[CUP, {**CUP, "name": "Other"}])], "$.events[0].groups[1].name"),
        ([an_event("600", groups=[{"id": "x", "name": "Cup"}])], "$.events[0].groups[0].id"),
        ([an_event("600", groups=[CUP] * 11)], "$.events[0].groups"),
    ],
)
def test_a_place_in_the_menu_that_cannot_be_is_refused_with_its_place(
    client: Client, events: list[Block], place: str
) -> None:
    for path, document in (("/control/v1/worlds", scenario(*events)), (f"{CONTROL}/markets", {"events": events})):
        response = client.post(path, json=document)
        assert (response.status_code, response.json()["path"]) == (400, place)
