"""Names come in the language that a request asks for, or in that of the account, wherever there are names.

Source: manual, "Especificación de la configuración regional".
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from simulator.world.format.scenario import Translations
from simulator.world.inputs import Restore
from simulator.world.snapshot import encode_snapshot
from tests.contract.account_holder import AccountHolder
from tests.contract.bettor import Bettor, world_of
from tests.in_process import Client, client_of
from tests.scenario import SOCCER, account, event, market, match_odds, scenario

CONTROL = "/control/v1/worlds/default"
GERMAN = {
    "Soccer": "Fußball",
    "World Cup": "Weltmeisterschaft",
    "Group A": "Gruppe A",
    "Germany v Spain": "Deutschland - Spanien",
    "Match Odds": "Spielquoten",
    "Germany": "Deutschland",
    "The Draw": "Unentschieden",
}
GERMAN_MATCH = ["Fußball", "Weltmeisterschaft", "Deutschland - Spanien", "Spielquoten"]
SPANISH = {"Soccer": "Fútbol", "The Draw": "El empate"}
THAI = {"Soccer": "ฟุตบอล"}
WORLD = scenario(
    event(
        "100",
        "Germany v Spain",
        SOCCER,
        match_odds("1.101", "Germany", "Spain", "The Draw"),
        market("1.102", "Winner 2026", None, "Yes", "No"),
        competition={"id": "7", "name": "World Cup"},
        groups=[{"id": "8", "name": "Group A"}],
        countryCode="DE",
        venue="Berlin",
    ),
    accounts=["alice", "bob", account("greta", locale="de_AT"), account("somsak", locale="th")],
    translations={"de": GERMAN, "es": SPANISH, "th": THAI},
)
MATCH, HOME = "1.101", 1


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of(WORLD) as client:
        yield client


# By operation


def listing(operation: str, *path: str) -> Callable[[Bettor, dict[str, Any]], Any]:
    def names(bettor: Bettor, locale: dict[str, Any]) -> Any:
        (found,) = bettor.ask(operation, filter={"marketIds": [MATCH]}, **locale)
        for step in path:
            found = found[step]
        return [found]

    return names


def catalogue(bettor: Bettor, locale: dict[str, Any]) -> list[str]:
    projection = ["EVENT_TYPE", "COMPETITION", "EVENT", "RUNNER_DESCRIPTION"]
    (found,) = bettor.ask(
        "listMarketCatalogue", filter={"marketIds": [MATCH]}, maxResults=1, marketProjection=projection, **locale
    )
    about = [found[kind]["name"] for kind in ("eventType", "competition", "event")]
    return [*about, found["marketName"], *(runner["runnerName"] for runner in found["runners"])]


def cleared(bettor: Bettor, locale: dict[str, Any]) -> list[str]:
    report = bettor.ask("listClearedOrders", betStatus="SETTLED", includeItemDescription=True, **locale)
    item = report["clearedOrders"][0]["itemDescription"]
    return [item[name] for name in ("eventTypeDesc", "eventDesc", "marketDesc", "runnerDesc")]


def statement(bettor: Bettor, locale: dict[str, Any]) -> list[str]:
    assert isinstance(bettor, AccountHolder)
    deposit, bet, commission = (
        item["legacyData"] for item in bettor.account("getAccountStatement", **locale)["accountStatement"]
    )
    assert bet["fullMarketName"] == commission["fullMarketName"]
    return [deposit["fullMarketName"], bet["fullMarketName"], bet["marketName"], bet["selectionName"]]


EVENT_PATH, COMPETITION_PATH = ("event", "name"), ("competition", "name")
NAMES: dict[str, tuple[Callable[[Bettor, dict[str, Any]], Any], list[str], list[str]]] = {
    # operation: how its names are found, in English and in German
    "listEventTypes": (listing("listEventTypes", "eventType", "name"), ["Soccer"], ["Fußball"]),
    "listCompetitions": (listing("listCompetitions", *COMPETITION_PATH), ["World Cup"], ["Weltmeisterschaft"]),
    "listEvents": (listing("listEvents", *EVENT_PATH), ["Germany v Spain"], ["Deutschland - Spanien"]),
    "listMarketTypes": (listing("listMarketTypes", "marketType"), ["MATCH_ODDS"], ["MATCH_ODDS"]),
    "listCountries": (listing("listCountries", "countryCode"), ["DE"], ["DE"]),
    "listVenues": (listing("listVenues", "venue"), ["Berlin"], ["Berlin"]),
    "listMarketCatalogue": (
        catalogue,
        ["Soccer", "World Cup", "Germany v Spain", "Match Odds", "Germany", "Spain", "The Draw"],
        [*GERMAN_MATCH, "Deutschland", "Spain", "Unentschieden"],
    ),
    "listClearedOrders": (
        cleared,
        ["Soccer", "Germany v Spain", "Match Odds", "Germany"],
        ["Fußball", "Deutschland - Spanien", "Spielquoten", "Deutschland"],
    ),
    "getAccountStatement": (
        statement,
        ["Deposit", "Soccer / World Cup / Germany v Spain / Match Odds", "Match Odds", "Germany"],
        ["Deposit", "Fußball / Weltmeisterschaft / Deutschland - Spanien / Spielquoten", "Spielquoten", "Deutschland"],
    ),
}
SETTLED = ("listClearedOrders", "getAccountStatement")


@pytest.mark.parametrize("operation", NAMES)
def test_names_are_in_the_language_asked_for_or_else_in_that_of_the_account(client: Client, operation: str) -> None:
    """Greta's account is Austrian, and Alice's English; nothing is Korean, and Japanese is not on offer at all."""
    names, english, german = NAMES[operation]
    alice, greta = AccountHolder(client, "alice"), AccountHolder(client, "greta")
    if operation in SETTLED:
        won_by_both(alice, greta)

    for bettor, own in ((alice, english), (greta, german)):
        for locale in ({}, {"locale": ""}, {"locale": None}):
            assert names(bettor, locale) == own
        for asked, expected in (("de", german), ("de-DE", german), ("DE", german), ("en_GB", english)):
            assert names(bettor, {"locale": asked}) == expected
        for asked in ("ko", "ja"):
            assert names(bettor, {"locale": asked}) == english


def won_by_both(*winners: AccountHolder) -> None:
    for winner in winners:
        winner.bet({"selectionId": HOME, "side": "BACK", "orderType": "LIMIT", "limitOrder": limit()}, market=MATCH)
    against = {"selectionId": HOME, "side": "LAY", "orderType": "LIMIT", "limitOrder": limit(size=20.0)}
    AccountHolder(winners[0].client, "bob").bet(against, market=MATCH)
    winners[0].settle(MATCH, HOME)


def limit(size: float = 10.0) -> dict[str, Any]:
    return {"size": size, "price": 3.0, "persistenceType": "LAPSE"}


def test_the_details_of_an_account_say_its_locale(client: Client) -> None:
    assert "de_AT" == AccountHolder(client, "greta").account("getAccountDetails")["localeCode"]


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en", ["Soccer", "Group A", "Germany v Spain", "Match Odds", "Winner 2026"]),
        ("en_GB", ["Soccer", "Group A", "Germany v Spain", "Match Odds", "Winner 2026"]),
        ("de", ["Fußball", "Gruppe A", "Deutschland - Spanien", "Spielquoten", "Winner 2026"]),
        ("es", ["Fútbol", "Group A", "Germany v Spain", "Match Odds", "Winner 2026"]),
        ("sv", ["Soccer", "Group A", "Germany v Spain", "Match Odds", "Winner 2026"]),
    ],
)
def test_the_menu_is_in_the_language_of_its_address_whoever_asks(
    client: Client, locale: str, expected: list[str]
) -> None:
    for username in ("alice", "greta"):
        assert expected == menu_names(client, locale, username)


def menu_names(client: Client, locale: str, username: str = "alice") -> list[str]:
    path = f"/exchange/betting/rest/v1/{locale}/navigation/menu.json"
    root = client.get(path, headers=Bettor(client, username).headers).json()

    def names(node: dict[str, Any]) -> list[str]:
        return [node["name"], *(name for child in node.get("children", ()) for name in names(child))]

    return names(root)[1:]


@pytest.mark.parametrize(
    ("username", "locale", "query", "found"),
    [
        ("alice", None, "Germany", True),
        ("alice", None, "Deutschland", False),
        ("alice", "de", "Deutschland", True),
        ("alice", "de", "Germany", True),
        ("alice", "de", "fußball spielquoten", True),
        ("alice", "de", "empate", False),
        ("greta", None, "weltm*", True),
        ("greta", "es", "weltm*", False),
        ("somsak", None, "ฟุตบอล", True),
    ],
)
def test_a_text_query_finds_names_in_english_and_in_the_language_of_the_request(
    client: Client, username: str, locale: str | None, query: str, found: bool
) -> None:
    types = Bettor(client, username).ask("listMarketTypes", filter={"textQuery": query}, locale=locale)

    assert found == ({"marketType": "MATCH_ODDS", "marketCount": 1} in types)


def test_time_ranges_know_no_locale_but_that_of_the_account(client: Client) -> None:
    for username, found in (("alice", 0), ("greta", 1)):
        ranges = Bettor(client, username).ask(
            "listTimeRanges", filter={"textQuery": "Weltmeisterschaft"}, granularity="DAYS"
        )
        assert found == len(ranges)


# What is added


def test_what_is_added_brings_its_names_and_changes_menus_that_were_read(client: Client) -> None:
    assert "Match Odds" in menu_names(client, "es")
    final = event("200", "Final", SOCCER, match_odds("1.201", "Germany", "Spain"))

    added = client.post(
        f"{CONTROL}/markets",
        json={"events": [final], "translations": {"es": {"Final": "La final", "Match Odds": "Cuotas"}}},
    )

    assert 201 == added.status_code
    assert ["Fútbol", "Group A", "Germany v Spain", "Cuotas", "Winner 2026", "La final", "Cuotas"] == menu_names(
        client, "es"
    )
    names = Bettor(client).ask("listEvents", filter={"eventIds": ["200"]}, locale="es")
    assert "La final" == names[0]["event"]["name"]


def test_names_can_be_added_alone(client: Client) -> None:
    assert 201 == client.post(f"{CONTROL}/markets", json={"translations": {"ko": {"Soccer": "축구"}}}).status_code
    assert "축구" == Bettor(client).ask("listEventTypes", filter={}, locale="ko")[0]["eventType"]["name"]


def test_what_has_a_name_in_a_language_cannot_get_another_one(client: Client) -> None:
    for text, status in (("Fußball", 201), ("Fussball", 400)):
        document = {"translations": {"de": {"Soccer": text}}}
        response = client.post(f"{CONTROL}/markets", json=document)
        assert status == response.status_code
    assert '"Soccer" is "Fußball" in this world and cannot be "Fussball".' == response.json()["detail"]
    assert "$.translations.de.Soccer" == response.json()["path"]
    assert GERMAN == world_of(client).catalogue.translations["de"]


def test_a_world_that_began_again_has_the_names_of_its_scenario(client: Client) -> None:
    client.post(f"{CONTROL}/markets", json={"translations": {"de": {"Spain": "Spanien"}}})
    client.post(f"{CONTROL}/reset")

    assert GERMAN == world_of(client).catalogue.translations["de"]


def test_a_world_that_is_restored_has_the_names_of_then_and_menus_that_say_so(client: Client) -> None:
    world = world_of(client)
    client.post(f"{CONTROL}/markets", json={"translations": {"es": {"Match Odds": "Cuotas"}}})
    snapshot = encode_snapshot(world.snapshot())
    client.post(f"{CONTROL}/reset")
    before = menu_names(client, "es")

    world.do(Restore(msgspec.Raw(snapshot))).accepted()

    assert ("Match Odds" in before, "Cuotas" in menu_names(client, "es")) == (True, True)


@pytest.mark.parametrize("where", ["scenario", "additions"])
@pytest.mark.parametrize(
    ("translations", "path", "complaint"),
    [
        ({"en": {"Soccer": "Football"}}, "$.translations", 'There is no key "en" here; there are bg, cs, da, de, el, '),
        ({"de": ["Fußball"]}, "$.translations.de", "A mapping is needed, and here stands a list of 1."),
        ({"de": {"Soccer": ""}}, "$.translations.de.Soccer", "A text of 1 to 255 characters is needed, and here"),
        ({"de": {"A": "B", "C": "x" * 256}}, "$.translations.de.C", "A text of 1 to 255 characters is needed, and"),
        ({"de": {"A": "B", "0": 0}}, '$.translations.de["0"]', "is needed, and here stands 0: put it in quotes."),
        ({"de": {"Soccer": None}}, "$.translations.de.Soccer", "and here stands null."),
    ],
)
def test_translations_that_are_none_are_refused_with_their_place(
    client: Client, where: str, translations: Any, path: str, complaint: str
) -> None:
    if where == "scenario":
        response = client.post("/control/v1/worlds", json={**WORLD, "translations": translations})
    else:
        response = client.post(f"{CONTROL}/markets", json={"translations": translations})

    assert (400, path) == (response.status_code, response.json()["path"])
    assert complaint in response.json()["detail"]


def test_the_languages_are_those_of_the_manual_and_of_its_menus() -> None:
    manual = "en da sv de it el es tr ko cs bg ru fr th"
    menus = "en bg da de el es it pt ru sv"

    assert {*manual.split(), *menus.split()} - {"en"} == {*Translations.__struct_fields__}
