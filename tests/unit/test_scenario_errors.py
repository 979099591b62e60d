"""A wrong scenario is refused with the file, the place, the value and the rule."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import inspect

from simulator.control.clock import ClockChange
from simulator.control.schema import NamedFixture
from simulator.world.format.document import (
    ScenarioError,
    path_of,
    read_document,
)
from simulator.world.format.scenario import (
    Additions,
    BetTuneAdditions,
    ChangePlan,
    Finish,
    MarketHappening,
    Odds,
    Scenario,
)
from simulator.world.loading.loading import load_scenario
from simulator.world.loading.needs import in_words
from simulator.world.world import World
from tests.unit.scenario_builder import MARKET, changed, complaint_about, small

CHELSEA_PLACE = ("events", 0, "markets", 0, "runners", 1)


DRAW_PLACE = ("events", 0, "markets", 0, "runners", 2)


CHELSEA, DRAW = path_of(CHELSEA_PLACE), path_of(DRAW_PLACE)


SETTLE = {"at": "+PT5M", "market": MARKET, "do": "settle"}


OFFERS = {"at": "+PT5M", "market": MARKET, "do": "offers"}


WINNER = {"selectionId": 1, "status": "WINNER"}


WRONG: list[tuple[tuple[str | int, ...], object, str, str]] = [
    # place, value, where the complaint is if not there, what it says
    (("name",), "", "", 'A text of 1 to 255 characters is needed, and here stands "".'),
    (("colour",), "red", "$", 'There is no key "colour" here; there are name, description, '),
    (("rules",), "1999", "", '"1999" is not a rule set; there are 2017, 2022.'),
    (("rules",), 2017, "", "A text is needed, and here stands 2017: put it in quotes."),
    (("sessionTimeout",), "12 h", "", '"12 h" is not a duration'),
    (("sessionTimeout",), "PT0S", "", "longer than nothing"),
    (("chasingWindow",), "-PT1H", "", "longer than nothing"),
    (("marketDataDelay",), "PT0.999S", "", "late by 1 to 60 seconds, not by PT0.999S."),
    (("marketDataDelay",), "PT61S", "", "late by 1 to 60 seconds, not by PT61S."),
    (("marketDataDelay",), "soon", "", '"soon" is not a duration'),
    (("transactionCharge",), {"price": -0.001}, "$.transactionCharge.price", "must be at least 0, not -0.001."),
    (("transactionCharge",), {"price": 1001}, "$.transactionCharge.price", "must be at most 1000, not 1001."),
    (("transactionCharge",), {"price": 0.0001}, "$.transactionCharge.price", "has more than three decimals."),
    (("transactionCharge",), {"limitPerHour": -1}, "$.transactionCharge.limitPerHour", "-1"),
    (("booksPerSecond",), 0, "", "0"),
    (("forbiddenBets",), "NO", "", "there are ACCESS_DENIED, PERMISSION_DENIED."),
    (("startingPriceRefresh",), "60", "", '"60" is not a duration'),
    (("currencyRates",), {"XXX": 1}, "$.currencyRates.XXX", '"XXX" is not a currency'),
    (("currencyRates",), {"EUR": 0}, "$.currencyRates.EUR", "between 0.0001 and 1000000"),
    (("currencyRates",), {"EUR": 1000001}, "$.currencyRates.EUR", "between 0.0001 and 1000000"),
    (("currencyRates",), {"EUR": 1.2345678901}, "$.currencyRates.EUR", "at most 9 decimals"),
    (("currencyRates",), {"GBP": 2}, "$.currencyRates.GBP", "a pound, which is 1"),
    (("currencyRates",), {"EUR": "much"}, "$.currencyRates.EUR", 'A number is needed, and here stands "much".'),
    (("delayedKeysMayBet",), "yes", "", 'True or false is needed, and here stands "yes".'),
    (("strictFillOrKill",), "no", "", 'True or false is needed, and here stands "no".'),
    # clock
    (("clock",), "noon", "", 'A mapping is needed, and here stands "noon".'),
    (("clock", "now"), "noon", "", '"noon" is not a time'),
    (("clock", "now"), "+PT5M", "", "is not a time"),
    (("clock", "now"), "2026-06-06T17:55:00", "", "ending in Z"),
    (("clock", "now"), "2026-06-31T17:55:00Z", "", "is not a time: day"),
    (("clock", "now"), "1969-12-31T23:59:59Z", "", "before 1970"),
    (("clock", "now"), "2026-06-06T17:55:00.0001Z", "", "milliseconds"),
    (("clock", "rate"), -1, "", "rate lies between 0 and a thousand million, not -1."),
    (("clock", "rate"), "nan", "", "rate lies between 0 and a thousand million, not NaN."),
    (("clock", "rate"), 1e10, "", "rate lies between 0 and a thousand million, not 10000000000"),
    (("clock", "speed"), 1, "$.clock", 'There is no key "speed" here; there are now, rate.'),
    # accounts
    (("accounts",), {}, "", "A list is needed, and here stands a mapping."),
    (("accounts", 1, "username"), "alice", "", '"alice" already'),
    (("accounts", 1, "username"), "exchange/cashier", "", "the exchange's own accounts"),
    (("accounts", 1, "username"), "liquidity", "", "the exchange's own accounts"),
    (("accounts", 1, "username"), "", "", 'A text of 1 to 255 characters is needed, and here stands "".'),
    (("accounts", 1, "username"), 7, "", "is needed, and here stands 7: put it in quotes."),
    (("accounts", 1, "appKey"), "alice-live", "", '"alice-live" already'),
    (("accounts", 1, "delayedAppKey"), "bob-live", "", '"bob-live" already'),
    (
        ("accounts", 1, "appKey"),
        "two words",
        "",
        'A text of the form [!-~]{1,255} or null is needed, and here stands "two',
    ),
    (("accounts", 1, "appKey"), "key\n", "", 'of the form [!-~]{1,255} or null is needed, and here stands "key\\n".'),
    (("accounts", 1, "currency"), "XAU", "", '"XAU" is not a currency'),
    (("accounts", 1, "balance"), -0.01, "", "at least 0, not -0.01"),
    (("accounts", 1, "balance"), 1.005, "", "1.005 has more than two decimals"),
    (("accounts", 1, "balance"), 1e20, "", "beyond measure"),
    (("accounts", 1, "balance"), True, "", "A number is needed, and here stands true."),
    (("accounts", 1, "status"), "ASLEEP", "", '"ASLEEP" is not a login status'),
    (("accounts", 1, "timezone"), "Mars/Olympus", "", '"Mars/Olympus" is not the name of a timezone'),
    (("accounts", 1, "timezone"), "../etc/passwd", "", '"../etc/passwd" is not the name of a timezone'),
    (("accounts", 1, "timezone"), "Europe", "", '"Europe" is not the name of a timezone'),
    (("accounts", 1, "countryCode"), "gb", "", 'A text of the form [A-Z]{2} is needed, and here stands "gb".'),
    (("accounts", 1, "locale"), "english", "", "A text of the form [A-Za-z]{2}([_-][A-Za-z]{2})? is needed, and here"),
    (("accounts", 1, "discountRate"), 101, "", "The discount rate must be at most 100, not 101."),
    (("accounts", 1, "commissionRate"), -1, "", "The commission rate must be at least 0, not -1."),
    (("accounts", 1, "exposureLimit"), 0, "", "The exposure limit must be at least 0.01, not 0."),
    (("accounts", 1, "jurisdiction"), "FR", "", '"FR" is not a jurisdiction; there are COM, DK, ES, IT.'),
    (("accounts", 1, "lossLimit"), 0, "", "The loss limit must be at least 0.01, not 0."),
    (("accounts", 1, "lossLimitPeriod"), "PT0S", "", "The period of a loss limit must last longer than nothing."),
    (("accounts", 1, "walletStatus"), "EMPTY", "", '"EMPTY" is not a status of a wallet; there are ACTIVE, SUSPENDED.'),
    # events
    (("events", 0, "id"), 27165685, "", "is needed, and here stands 27165685: put it in quotes."),
    (("events", 0, "id"), "derby", "", 'A text of the form [0-9]{1,19} is needed, and here stands "derby".'),
    (("events", 0, "name"), None, "", "A text of 1 to 255 characters is needed, and here stands null."),
    (("events", 0, "eventType"), {"id": "1"}, "", 'The key "name" is missing; needed are id, name.'),
    (("events", 0, "timezone"), "GMT+25", "", '"GMT+25" is not the name of a timezone'),
    (("events", 0, "openDate"), "tomorrow", "", '"tomorrow" is not a time'),
    (("events", 0, "openDate"), "PT5M", "", "is not a time"),
    (("events", 0, "openDate"), "+5M", "", "is not a duration"),
    (
        ("events", 0, "countryCode"),
        "England",
        "",
        'A text of the form [A-Z]{2} or null is needed, and here stands "England".',
    ),
    (("events", 1), {**small()["events"][0], "markets": []}, "$.events[1].id", "event 27165685 already"),
    (
        ("events", 1),
        {**small()["events"][0], "id": "2", "eventType": {"id": "1", "name": "Football"}, "markets": []},
        "$.events[1].eventType.name",
        'called "Soccer" before and "Football" here',
    ),
    # markets
    (("events", 0, "markets", 0, "id"), "113197491", "", r"A text of the form [0-9]{1,3}\.[0-9]{1,15} is needed, and"),
    (("events", 0, "markets", 1), small()["events"][0]["markets"][0], "$.events[0].markets[1].id", "already"),
    (("events", 0, "markets", 0, "bettingType"), "SPREAD", "", '"SPREAD" is not a betting type; there are'),
    (("events", 0, "markets", 0, "status"), "CLOSED", "", "INACTIVE, OPEN, SUSPENDED"),
    (("events", 0, "markets", 0, "startTime"), "18:00", "", "is not a time"),
    (("events", 0, "markets", 0, "suspendTime"), "18:00", "", "is not a time"),
    (("events", 0, "markets", 0, "settleTime"), "+PT", "", "is not a duration"),
    (("events", 0, "markets", 0, "baseRate"), 5.005, "", "5.005 has more than two decimals"),
    (("events", 0, "markets", 0, "betDelay"), -1, "", "A whole number from 0 to 3600 is needed, and here stands -1."),
    (("events", 0, "markets", 0, "betDelay"), 1.5, "", "A whole number from 0 to 3600 is needed, and here stands 1.5."),
    (("events", 0, "markets", 0, "numberOfWinners"), -1, "", "from 0 to 1000 is needed, and here stands -1."),
    (("events", 0, "markets", 0, "eachWayDivisor"), 4, "", "and no other has one"),
    (("events", 0, "markets", 0, "ladder"), "STEEP", "", '"STEEP" is not a price ladder'),
    (("events", 0, "markets", 0, "ladder"), "LINE_RANGE", "", "of LINE markets, and of no others"),
    (("events", 0, "markets", 0, "bettingType"), "LINE", "$.events[0].markets[0].line", "needs its lines"),
    (
        ("events", 0, "markets", 0, "line"),
        {"minUnitValue": 1, "maxUnitValue": 2, "interval": 0.001, "marketUnit": "Goals"},
        "$.events[0].markets[0].line.interval",
        "The interval: 0.001 has more than two decimals.",
    ),
    (
        ("events", 0, "markets", 0, "keyLine"),
        [{"selectionId": 99}],
        "$.events[0].markets[0].keyLine[0]",
        "no runner 99",
    ),
    (
        ("events", 0, "markets", 0, "betDelayModels"),
        ["LATE"],
        "$.events[0].markets[0].betDelayModels[0]",
        'One of DYNAMIC, PASSIVE is needed, and here stands "LATE".',
    ),
    (("events", 0, "markets", 0, "runners"), [], "", "A list of at least 1 is needed, and here stands a list of 0."),
    (("events", 0, "markets", 0, "status"), "INACTIVE", "$.events[0].markets[0].runners[0]", "takes no offers"),
    # runners
    ((*CHELSEA_PLACE, "selectionId"), 1, "", "runner 1 with handicap 0 already"),
    (
        (*CHELSEA_PLACE, "selectionId"),
        "2",
        "",
        'A whole number from 0 to 9223372036854775807 is needed, and here stands "2".',
    ),
    (
        (*CHELSEA_PLACE, "selectionId"),
        2**63,
        "",
        "to 9223372036854775807 is needed, and here stands 9223372036854775808.",
    ),
    ((*CHELSEA_PLACE, "handicap"), 0.125, "", "0.125 has more than two decimals"),
    ((*CHELSEA_PLACE, "status"), "LOSER", "", "not a status a runner can start in"),
    ((*CHELSEA_PLACE, "adjustmentFactor"), 100.01, "", "The adjustment factor must be at most 100, not 100.01."),
    (
        (*CHELSEA_PLACE, "metadata"),
        {"AGE": [7]},
        f"{CHELSEA}.metadata.AGE",
        "Metadata are texts, numbers or null, not a list.",
    ),
    (
        (*CHELSEA_PLACE, "metadata"),
        {"AGE": True},
        f"{CHELSEA}.metadata.AGE",
        "Metadata are texts, numbers or null, not true.",
    ),
    (
        (*CHELSEA_PLACE, "sortPriority"),
        0,
        "",
        "A whole number from 1 to 2147483647 or null is needed, and here stands 0.",
    ),
    # offers
    (
        (*CHELSEA_PLACE, "availableToBack"),
        [[2.01, 5]],
        f"{CHELSEA}.availableToBack[0][0]",
        "2.01 is not on the CLASSIC ladder",
    ),
    (
        (*CHELSEA_PLACE, "availableToBack"),
        [[2.005, 5]],
        f"{CHELSEA}.availableToBack[0][0]",
        "2.005 has more than two decimals",
    ),
    ((*CHELSEA_PLACE, "availableToBack"), [[1000.01, 5]], f"{CHELSEA}.availableToBack[0][0]", "from 1.01 to 1000"),
    (
        (*CHELSEA_PLACE, "availableToBack"),
        [[3, 5.005]],
        f"{CHELSEA}.availableToBack[0][1]",
        "5.005 has more than two decimals",
    ),
    ((*CHELSEA_PLACE, "availableToBack"), [[3, -5]], f"{CHELSEA}.availableToBack[0][1]", "at least 0.01, not -5"),
    ((*CHELSEA_PLACE, "availableToBack"), [[3, 0]], f"{CHELSEA}.availableToBack[0][1]", "at least 0.01, not 0"),
    (
        (*CHELSEA_PLACE, "availableToBack"),
        [[3]],
        f"{CHELSEA}.availableToBack[0]",
        "A list of 2 is needed, and here stands a list of 1.",
    ),
    (
        (*CHELSEA_PLACE, "availableToBack"),
        [["much", 5]],
        f"{CHELSEA}.availableToBack[0][0]",
        'A number is needed, and here stands "much".',
    ),
    ((*DRAW_PLACE, "availableToLay"), [[3.0, 5]], DRAW, "match each other"),
    ((*DRAW_PLACE, "availableToLay"), [[2.98, 5], [4, 5]], DRAW, "match each other"),
    # bettune
    (("bettune", "users", 0, "plan"), "gold", "", '"gold" is not a plan'),
    (
        ("bettune", "users", 1),
        {"token": "alice-bettune"},
        "$.bettune.users[1].token",
        'There is a token "alice-bettune" already.',
    ),
    (
        ("bettune", "filters"),
        [{"id": 1, "name": "x", "betType": "Home", "user": "eve"}],
        "$.bettune.filters[0].user",
        '"eve" is not a user of BetTune in this scenario; there are alice-bettune.',
    ),
    (
        ("bettune", "filters"),
        [{"id": 1, "name": "x", "betType": "Home", "status": "new"}],
        "$.bettune.filters[0].status",
        '"new" is not a status of a filter; there are approved, disabled.',
    ),
    (
        ("bettune", "matches"),
        [{"id": 1, "date": "x", "home": "a", "away": "b"}],
        "$.bettune.matches[0].date",
        "is not a time",
    ),
    # schedule
    (("schedule", 0, "market"), "1.1", "", 'no market "1.1"'),
    (("schedule", 0, "at"), "kick-off", "", '"kick-off" is not a time'),
    (("schedule", 0), {"market": MARKET, "do": "suspend"}, "", "needs its time"),
    (("schedule", 0), {"at": "+PT5M", "market": MARKET}, "", 'The key "do" is missing; needed are do, market.'),
    (("schedule", 0, "do"), "explode", "", '"explode" cannot be done; suspend,'),
    (("schedule", 0, "do"), "reconcile", "$.schedule[0]", "has no starting price"),
    (
        ("schedule", 0, "do"),
        "remove",
        "$.schedule[0]",
        'The key "selectionId" is missing; needed are do, market, selectionId.',
    ),
    (("schedule", 0, "do"), 5, "", "A text is needed, and here stands 5: put it in quotes."),
    (("schedule", 0, "results"), [], "$.schedule[0]", 'There is no key "results" here; there are do, market, at.'),
    (("schedule", 0), SETTLE, "", "settled by results, which is missing"),
    (
        ("schedule", 0),
        {**SETTLE, "results": []},
        "$.schedule[0].results",
        "A list of at least 1 is needed, and here stands a list of 0.",
    ),
    (
        ("schedule", 0),
        {**SETTLE, "results": [{"selectionId": 4, "status": "WINNER"}]},
        "$.schedule[0].results[0].selectionId",
        "no runner 4",
    ),
    (
        ("schedule", 0),
        {**SETTLE, "results": [{"selectionId": 1, "status": "FIRST"}]},
        "$.schedule[0].results[0].status",
        '"FIRST" is not a result',
    ),
    (("schedule", 0), {**SETTLE, "results": [WINNER] * 2}, "$.schedule[0].results", "two results"),
    (
        ("schedule", 0),
        {**SETTLE, "results": [{"selectionId": 1, "status": "LOSER"}]},
        "$.schedule[0]",
        "These results cannot be",
    ),
    (
        ("schedule", 0),
        {**SETTLE, "results": [WINNER], "deadHeat": [1, 2]},
        "$.schedule[0].deadHeat[1]",
        "2 is neither WINNER nor PLACED",
    ),
    (("schedule", 0), {**SETTLE, "results": [WINNER], "deadHeat": [1, 1]}, "$.schedule[0].deadHeat[1]", "named twice"),
    (("schedule", 0), {**OFFERS, "selectionId": 1}, "", "nothing to back and nothing to lay"),
    (
        ("schedule", 0),
        {**OFFERS, "selectionId": 9, "availableToBack": [[2, 2]]},
        "$.schedule[0].selectionId",
        "no runner 9",
    ),
    (
        ("schedule", 0),
        {**OFFERS, "selectionId": 1, "handicap": 0.5, "availableToBack": [[2, 2]]},
        "$.schedule[0].selectionId",
        "no runner 1 with handicap 0.5",
    ),
    (
        ("schedule", 0),
        {**OFFERS, "selectionId": 1, "availableToBack": [[2.01, 2]]},
        "$.schedule[0].availableToBack[0][0]",
        "2.01 is not on the CLASSIC ladder",
    ),
    (
        ("schedule", 0),
        {**OFFERS, "selectionId": 1, "availableToBack": [[2, 2]], "availableToLay": [[2, 2]]},
        "$.schedule[0]",
        "match each other",
    ),
]


@pytest.mark.parametrize(
    ("place", "value", "path", "says"), WRONG, ids=[f"{path_of(row[0])} {str(row[1])[:40]}" for row in WRONG]
)
def test_a_wrong_value_is_refused_at_its_place(
    place: tuple[str | int, ...], value: object, path: str, says: str
) -> None:
    scenario = changed(place, value)

    for text in (yaml.safe_dump(scenario), json.dumps(scenario)):
        complaint = complaint_about(text)
        assert complaint.path == (path or path_of(place))
        assert says in complaint.problem
        assert complaint.problem.endswith((".", "?"))


@pytest.mark.parametrize(
    "kind",
    [Scenario, Additions, BetTuneAdditions, MarketHappening, Finish, ChangePlan, Odds, ClockChange, NamedFixture],
)
def test_every_type_that_a_document_may_have_is_put_in_words(kind: Any) -> None:
    types = list(_types_in(inspect.type_info(kind)))

    assert types
    for needed in types:
        assert in_words(needed)


def test_a_complaint_names_the_file_the_line_the_place_the_value_and_the_rule() -> None:
    text = yaml.safe_dump(changed(("events", 0, "markets", 0, "runners", 1, "availableToBack", 0, 0), 3.01))

    complaint = complaint_about(text)

    line = next(number for number, line in enumerate(text.splitlines(), start=1) if "3.01" in line)
    assert complaint.name == "small.yaml"
    assert complaint.path == "$.events[0].markets[0].runners[1].availableToBack[0][0]"
    assert complaint.line == line
    assert complaint.value == Decimal("3.01")
    assert complaint.problem == (
        "The price 3.01 is not on the CLASSIC ladder; the prices next to it are 3.00 and 3.05."
    )
    assert str(complaint) == f"small.yaml, line {line}, at {complaint.path}: {complaint.problem}"


def test_a_complaint_about_json_has_a_place_and_no_line() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(json.dumps(changed(("clock", "rate"), -1)), "small.json")

    assert caught.value.line is None
    assert str(caught.value).startswith("small.json, at $.clock.rate: ")


def test_a_complaint_about_what_came_in_by_an_alias_has_the_line_of_the_alias() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("name: small\nclock: &c\n  pace: 1\nbettune: *c\naccounts: 5\n", "small.yaml")

    document = read_document("a: &x {b: 1}\nc:\n  d: *x\n", "small.yaml")
    assert document.error(("c", "d", "b"), "Wrong.").line == 3
    assert caught.value.path in ("$.clock", "$.bettune", "$.accounts")


def test_ids_without_quotes_are_refused_with_the_advice_to_quote_them() -> None:
    complaint = complaint_about(yaml.safe_dump(small()).replace(f"id: '{MARKET}'", f"id: {MARKET}"))

    assert complaint.path == "$.events[0].markets[0].id"
    assert complaint.value == Decimal(MARKET)
    assert "quotes" in complaint.problem
    assert MARKET in complaint.problem


@pytest.mark.parametrize("content", ["5", "hello", "[1, 2]", "", "~", "[]"])
def test_a_document_that_is_no_mapping_is_no_scenario(content: str) -> None:
    assert complaint_about(content).path == "$"


def test_a_complaint_does_not_repeat_what_has_no_end() -> None:
    endless = "x" * 100_000

    for scenario in (
        changed(("rules",), endless),
        changed((endless,), 1),
        changed(("sessionTimeout",), endless),
        changed(("currencyRates",), {endless: 1}),
        changed(("accounts", 0, "balance"), f"1.{endless}"),
    ):
        assert len(str(complaint_about(json.dumps(scenario)))) < 1000


@given(st.one_of(st.text(), st.binary()))
@example("- &a [*a]")
@example("{")
@example("%YAML 3.0\n---\n")
def test_any_text_at_all_is_read_or_refused_in_our_own_words(text: str | bytes) -> None:
    try:
        load_scenario(text, "noise")
    except ScenarioError as complaint:
        assert complaint.name == "noise"  # noqa: PT017 - most examples are refused, and one that is not is as good


@given(st.data())
def test_any_one_value_in_the_wrong_place_is_accepted_or_refused_in_our_own_words(drawn: st.DataObject) -> None:
    scenario = small()
    places = list(_places(scenario))
    place = drawn.draw(st.sampled_from(places))
    value = drawn.draw(
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just([]), st.just({}), st.just([[]]),
            st.sampled_from(["NaN", "1e999999999", "1e-999999999", "-0", "+P1D", "-P999999D"]),
        )
    )  # fmt: skip

    try:
        World(load_scenario(json.dumps(changed(place, value)), "noise"))
    except ScenarioError as complaint:
        assert complaint.path.startswith("$")  # noqa: PT017
        assert complaint.problem.endswith((".", "?"))  # noqa: PT017


def _types_in(needed: Any) -> Iterator[inspect.Type]:
    """Yield a type and all that are in it; only of what a mapping of any keys holds there is no word for `Any`."""
    if isinstance(needed, inspect.AnyType):
        return
    yield needed
    inner = [
        *getattr(needed, "types", ()),
        *getattr(needed, "item_types", ()),
        *(field.type for field in getattr(needed, "fields", ())),
        *(getattr(needed, name) for name in ("item_type", "value_type") if hasattr(needed, name)),
    ]
    for member in inner:
        yield from _types_in(member)


def _places(value: object, place: tuple[str | int, ...] = ()) -> Any:
    if place:
        yield place
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, (*place, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _places(inner, (*place, index))
