"""listClearedOrders answers what the manual, the interface definition and a recording say."""

from itertools import dropwhile, takewhile
from typing import Any

import pytest

from simulator.betfair.betting.cleared_levels import HOISTED, LEVELS, TABLE, Rule
from simulator.betfair.errors import ApiErrorCode
from simulator.betfair.schema.sports_enums import GroupBy
from simulator.exchange.commands import CloseMarket, UpdateInstruction, UpdateOrders
from simulator.exchange.orders import Persistence
from tests.contract.betting_world import AWAY, DAY, HOME, MATCH, PLACES, RACE, BettingWorld, refusal
from tests.evidence import MANUAL, recorded, text_of

MINUTE = 60_000


@pytest.fixture
def settled() -> BettingWorld:
    """Two markets settled a minute apart: alice wins 30 and loses 4 and 5 in the match, loses 10 in the race."""
    betting = BettingWorld()
    betting.matched("BACK", HOME, 4.0, 10, strategy="a", reference="r1")
    betting.matched("LAY", HOME, 3.0, 2, strategy="a")
    betting.matched("BACK", AWAY, 3.0, 5)
    betting.advance(MINUTE)
    betting.matched("BACK", 1, 4.0, 10, market=RACE, strategy="b")
    betting.settle(HOME)
    betting.advance(MINUTE)
    betting.settle(2, market=RACE)
    return betting


def ids(bets: list[Any]) -> list[str]:
    return [bet["betId"] for bet in bets]


# Shape


def test_a_settled_bet_is_the_recorded_one(betting: BettingWorld) -> None:
    """A lay of 2 at 1.22 that lost: 44 pence, and every member of the recorded answer in its order."""
    bet_id = betting.matched("LAY", 1, 1.22, 2, market=RACE)
    betting.advance(4 * MINUTE)
    betting.settle(1, market=RACE)

    (bet,) = betting.cleared()

    (expected,) = recorded("list_cleared_orders")["clearedOrders"]
    assert list(expected) == list(bet)
    same = {
        key: value
        for key, value in expected.items()
        if key not in ("eventId", "marketId", "selectionId", "betId") and not key.endswith("Date")
    }
    assert same == {key: bet[key] for key in same}
    assert ("200", RACE, 1, bet_id) == (bet["eventId"], bet["marketId"], bet["selectionId"], bet["betId"])
    assert ("2026-06-06T17:00:00.000Z", "2026-06-06T17:04:00.000Z") == (bet["lastMatchedDate"], bet["settledDate"])


def test_nothing_is_an_empty_page(betting: BettingWorld) -> None:
    """Without cleared orders the list is empty."""
    for status in ("SETTLED", "VOIDED", "LAPSED", "CANCELLED"):
        answer = betting.ask("listClearedOrders", betStatus=status)
        assert {"clearedOrders": [], "moreAvailable": False} == answer


def test_outcome_is_that_of_the_bet_and_profit_is_gross(settled: BettingWorld) -> None:
    """WON and LOST, as recorded; commission is no part of a bet's profit."""
    expected = [("LOST", -10.0), ("LOST", -5.0), ("LOST", -4.0), ("WON", 30.0)]

    assert expected == [(bet["betOutcome"], bet["profit"]) for bet in settled.cleared()]
    assert not any("commission" in bet for bet in settled.cleared())


def test_prices_and_sizes_are_of_the_matched_part(betting: BettingWorld) -> None:
    """The price asked for, the average price got, and only what was matched; references where there were any."""
    betting.lay("bob", HOME, 3.0, 1)
    betting.lay("bob", HOME, 2.5, 2)
    betting.back("alice", HOME, 2.4, 10, reference="mine", strategy="value")
    betting.settle(AWAY)

    (bet,) = betting.cleared()

    assert (2.4, 2.67, 3.0, -3.0) == (bet["priceRequested"], bet["priceMatched"], bet["sizeSettled"], bet["profit"])
    assert ("mine", "value") == (bet["customerOrderRef"], bet["customerStrategyRef"])


# Statuses


def test_every_part_of_a_bet_is_cleared_by_itself(betting: BettingWorld) -> None:
    """Matched, cancelled and lapsed parts of one bet are in three lists; the first waits for the result."""
    betting.lay("bob", HOME, 3.0, 4)
    bet_id = betting.back("alice", HOME, 3.0, 10)
    betting.advance(MINUTE)
    betting.cancel(bet_id, 1)
    betting.advance(MINUTE)
    before = ids(betting.cleared()), ids(betting.cleared("CANCELLED")), ids(betting.cleared("LAPSED"))
    betting.apply(CloseMarket(MATCH))
    betting.advance(MINUTE)
    betting.settle(HOME)

    assert ([], [bet_id], []) == before
    assert (4.0, "2026-06-06T17:03:00.000Z") == sized(betting.cleared(), "sizeSettled")
    assert (1.0, "2026-06-06T17:01:00.000Z") == sized(betting.cleared("CANCELLED"), "sizeCancelled")
    assert (5.0, "2026-06-06T17:02:00.000Z") == sized(betting.cleared("LAPSED"), "sizeCancelled")


def sized(bets: list[Any], field: str) -> tuple[float, str]:
    (bet,) = bets
    return bet[field], bet["settledDate"]


@pytest.mark.parametrize("status", ["CANCELLED", "LAPSED"])
def test_an_unmatched_bet_has_nothing_of_a_settlement(betting: BettingWorld, status: str) -> None:
    """What the interface definition calls specific to settled and voided bets is absent."""
    bet_id = betting.back("alice", HOME, 3.0, 10)
    if status == "CANCELLED":
        betting.cancel(bet_id)
    else:
        betting.turn_in_play()

    expected = {
        "eventTypeId": "1", "eventId": "100", "marketId": MATCH, "selectionId": HOME, "handicap": 0.0, "betId": bet_id,
        "placedDate": "2026-06-06T17:00:00.000Z", "persistenceType": "LAPSE", "orderType": "LIMIT", "side": "BACK",
        "priceRequested": 3.0, "settledDate": "2026-06-06T17:00:00.000Z", "sizeCancelled": 10.0,
    }  # fmt: skip
    assert [expected] == betting.cleared(status)


def test_cleared_at_once_and_current_until_the_market_is_settled(betting: BettingWorld) -> None:
    """A cancelled bet of an open market is in both lists; afterwards in one."""
    bet_id = betting.back("alice", HOME, 3.0, 10)
    betting.cancel(bet_id)

    assert [bet_id] == ids(betting.cleared("CANCELLED")) == ids(betting.orders())
    betting.settle(HOME)
    assert [bet_id] == ids(betting.cleared("CANCELLED"))
    assert [] == betting.orders()


def test_a_killed_order_is_cancelled(betting: BettingWorld) -> None:
    """Fill-or-kill that could not be filled is "not at all (cancelled)", as the definition says, and does not lapse."""
    bet_id = betting.back("alice", HOME, 3.0, 10, fill_or_kill=True)

    (bet,) = betting.cleared("CANCELLED")

    assert (bet_id, 10.0) == (bet["betId"], bet["sizeCancelled"])
    assert [] == betting.cleared("LAPSED")


def test_a_voided_bet_made_nothing(betting: BettingWorld) -> None:
    """It has its matched price and size, no profit, and no outcome, of which there are only three."""
    bet_id = betting.matched("BACK", HOME, 3.0, 10)
    betting.back("alice", AWAY, 9.0, 10)
    betting.void()

    (bet,) = betting.cleared("VOIDED")

    assert (bet_id, 3.0, 10.0, 0.0, 1) == (
        bet["betId"], bet["priceMatched"], bet["sizeSettled"], bet["profit"], bet["betCount"]
    )  # fmt: skip
    assert not {"betOutcome", "lastMatchedDate", "sizeCancelled"} & set(bet)
    assert [] == betting.cleared()


# Filters


def test_every_filter_restricts_and_empty_sets_do_not(settled: BettingWorld) -> None:
    """Filters by sport, event, market, runner, bet, references and side, alone and together."""
    race, away, lay, home = ids(settled.cleared())

    def shown(**params: Any) -> list[str]:
        return ids(settled.cleared(**params))

    assert [race] == shown(eventTypeIds=["7"])
    assert [race] == shown(eventIds=["200", "999"])
    assert [away, lay, home] == shown(marketIds=[MATCH])
    assert [lay, home] == shown(runnerIds=[{"marketId": MATCH, "selectionId": HOME}])
    assert [away, race] == shown(
        runnerIds=[
            {"marketId": MATCH, "selectionId": AWAY, "handicap": 0},
            {"marketId": RACE, "selectionId": 1},
            {"marketId": MATCH, "selectionId": HOME, "handicap": 1},
        ]
    )[::-1]
    assert [away, home] == shown(betIds=[home, away, "7"])
    assert [home] == shown(customerOrderRefs=["r1"])
    assert [race, lay, home] == shown(customerStrategyRefs=["a", "b"])
    assert [lay] == shown(side="LAY")
    assert [lay] == shown(side="LAY", customerStrategyRefs=["a"], eventTypeIds=["1"])
    assert [race, away, lay, home] == shown(eventTypeIds=[], eventIds=[], marketIds=[], runnerIds=[], betIds=[])
    assert [] == ids(settled.ask("listClearedOrders", "eve", betStatus="SETTLED")["clearedOrders"])


def test_the_range_of_dates_is_inclusive(settled: BettingWorld) -> None:
    """Both ends count to the millisecond; the wrong way round nothing is found."""
    first, second = "2026-06-06T17:01:00.000Z", "2026-06-06T17:02:00.000Z"

    def shown(**dates: str) -> int:
        return len(settled.cleared(settledDateRange=dates))

    assert 4 == shown(**{"from": first, "to": second})
    assert 1 == shown(**{"from": "2026-06-06T17:01:00.001Z"})
    assert 3 == shown(to="2026-06-06T17:01:59.999Z")
    assert 0 == shown(**{"from": second, "to": first})


def test_ninety_days_are_kept(settled: BettingWorld) -> None:
    """What was settled longer ago is gone."""
    settled.advance(90 * DAY - MINUTE)
    all_there = len(settled.cleared())
    settled.advance(1)

    assert (4, 1) == (all_there, len(settled.cleared()))


def test_bet_ids_are_limited(betting: BettingWorld) -> None:
    """A thousand, and no more."""
    bet_ids = [str(number) for number in range(1001)]

    assert [] == betting.cleared(betIds=bet_ids[:1000])
    assert ApiErrorCode.REQUEST_SIZE_EXCEEDS_LIMIT == refusal(
        betting, "listClearedOrders", betStatus="SETTLED", betIds=bet_ids
    )


def test_latest_comes_first_and_pages_go_on(settled: BettingWorld) -> None:
    """By settled date and then by bet id, both falling."""
    everything = ids(settled.cleared())

    def page(**params: int) -> tuple[list[str], bool]:
        answer = settled.ask("listClearedOrders", betStatus="SETTLED", **params)
        return ids(answer["clearedOrders"]), answer["moreAvailable"]

    assert sorted(everything, key=int, reverse=True) == everything
    assert (everything[:3], True) == page(recordCount=3)
    assert (everything[3:], False) == page(fromRecord=3, recordCount=3)
    assert (everything, False) == page(recordCount=0)
    assert ApiErrorCode.INVALID_INPUT_DATA == refusal(settled, "listClearedOrders", betStatus="SETTLED", fromRecord=-1)


# Levels


SPANISH = {
    "Fecha de asentamiento": "settledDate", "Recuento de la apuesta": "betCount", "Ganancia": "profit",
    "ID de tipo de evento": "eventTypeId", "ID de evento": "eventId", "ID de mercado": "marketId",
    "ID de selección": "selectionId", "Hándicap": "handicap", "Lado": "side", "Precio solicitado": "priceRequested",
    "Precio coincidente": "priceMatched", "Tamaño asentado": "sizeSettled", "Precio reducido": "priceReduced",
    "Comisión": "commission", "ID de apuesta": "betId", "Fecha de realización": "placedDate",
    "Tipo de persistencia": "persistenceType", "Tipo de pedido": "orderType", "BetOutcome": "betOutcome",
}  # fmt: skip
NOT_IN_THE_DEFINITION = {
    "Se establecieron como", "ID de Exchange", "Código regulador", "Código de autenticación de regulador",
    "Fecha anulada (donde corresponda)",
}  # fmt: skip
RULES = {"S": Rule.SHOWN, "MÁX.": Rule.LATEST, "SUMA": Rule.SUM, "PROM.": Rule.AVERAGE}


def manual_table() -> dict[str, dict[str, str]]:
    """Read the manual's table of roll-ups: what it says by its own name of the field and by level."""
    lines = text_of(MANUAL).splitlines()
    table = takewhile(str.strip, dropwhile(lambda line: not line.startswith("Nivel de acumulación:"), lines))
    levels, *rows = [line.split("\t") for line in table]
    return {row[0]: dict(zip(levels[1:], row[1:], strict=True)) for row in rows}


def test_the_table_is_the_manuals() -> None:
    """Field by field and level by level; a count is a sum, and N(...) is absent."""
    table = manual_table()

    assert set(SPANISH) | NOT_IN_THE_DEFINITION == set(table)
    for spanish, name in SPANISH.items():
        for level in ("BET", "SIDE", "MARKET", "EVENT", "EVENT_TYPE"):
            rule = RULES.get(table[spanish][level], Rule.ABSENT)
            if name == "betCount" and level != "BET":
                rule = Rule.SUM
            assert rule is TABLE[name][LEVELS.index(GroupBy(level))], (name, level)


@pytest.mark.parametrize("level", LEVELS)
def test_a_line_has_the_fields_of_its_level(settled: BettingWorld, level: GroupBy) -> None:
    """Whatever the table shows at a level is in the answer where the bets agree on it, and nothing else."""
    column = LEVELS.index(level)
    available = {name for name, rules in TABLE.items() if rules[column] is not Rule.ABSENT}
    references = {"customerOrderRef", "customerStrategyRef"}
    hoisted = {name for name, (_, levels) in HOISTED.items() if level in levels}

    lines = settled.cleared(groupBy=level)

    assert available - references <= set(lines[-1]) <= available | hoisted


ONE_SIDE = {"selectionId", "handicap", "side", "priceRequested", "priceMatched", "sizeSettled"}


@pytest.mark.parametrize(
    ("bets", "level", "shown"),
    [
        # One bet: everything is unambiguous, and its id too.
        ([("BACK", HOME)], "SIDE", {"betId", *ONE_SIDE}),
        ([("BACK", HOME)], "RUNNER", {"betId", *ONE_SIDE}),
        ([("BACK", HOME)], "MARKET", {"betId", *ONE_SIDE}),
        ([("BACK", HOME)], "EVENT", set()),
        # Several on one side of one runner.
        ([("BACK", HOME), ("BACK", HOME)], "SIDE", ONE_SIDE),
        ([("BACK", HOME), ("BACK", HOME)], "RUNNER", ONE_SIDE),
        ([("BACK", HOME), ("BACK", HOME)], "MARKET", ONE_SIDE),
        # Both sides of one runner.
        ([("BACK", HOME), ("LAY", HOME)], "RUNNER", {"selectionId", "handicap"}),
        ([("BACK", HOME), ("LAY", HOME)], "MARKET", {"selectionId", "handicap"}),
        # Two runners: that all are backs at a handicap of 0 says nothing of a runner that there is not.
        ([("BACK", HOME), ("BACK", AWAY)], "MARKET", set()),
    ],
)
def test_what_is_unambiguous_is_shown_at_higher_levels(
    betting: BettingWorld, bets: list[tuple[str, int]], level: str, shown: set[str]
) -> None:
    """The published table: betId where there is one bet, side and the like where all are on one side of one runner."""
    for side, runner in bets:
        betting.matched(side, runner, 2.0, 10)
    betting.settle(HOME)

    (line,) = betting.cleared(groupBy=level)

    assert shown == {"betId", *ONE_SIDE} & set(line)


def test_hoisted_prices_are_averaged_and_sizes_summed(betting: BettingWorld) -> None:
    """Ten at 2.0 and five at 3.0 are 15 at 2.33, of the market as of the side."""
    betting.matched("BACK", HOME, 2.0, 10)
    betting.matched("BACK", HOME, 3.0, 5)
    betting.settle(HOME)

    (line,) = betting.cleared(groupBy="MARKET")

    assert (HOME, 0.0, "BACK") == (line["selectionId"], line["handicap"], line["side"])
    assert (2.33, 2.33, 15.0) == (line["priceRequested"], line["priceMatched"], line["sizeSettled"])
    assert (20.0, 0.8) == (line["profit"], line["commission"])


def test_sides_are_averaged_by_size(betting: BettingWorld) -> None:
    """Two backs of a runner: prices averaged by size, sizes and profits summed, the latest date of placing."""
    betting.matched("BACK", HOME, 2.0, 10)
    betting.advance(MINUTE)
    betting.matched("BACK", HOME, 3.0, 5)
    betting.matched("LAY", HOME, 3.0, 1, persistence=Persistence.PERSIST)
    betting.settle(HOME)

    lay, back = betting.cleared(groupBy="SIDE")

    assert ("LAY", -2.0, 1) == (lay["side"], lay["profit"], lay["betCount"])
    expected = {
        "eventTypeId": "1", "eventId": "100", "marketId": MATCH, "selectionId": HOME, "handicap": 0.0,
        "placedDate": "2026-06-06T17:01:00.000Z", "persistenceType": "LAPSE", "orderType": "LIMIT", "side": "BACK",
        "priceRequested": 2.33, "settledDate": "2026-06-06T17:01:00.000Z", "betCount": 2, "priceMatched": 2.33,
        "priceReduced": False, "sizeSettled": 15.0, "profit": 20.0,
    }  # fmt: skip
    assert expected == back


def test_what_bets_do_not_agree_on_is_absent(betting: BettingWorld) -> None:
    """A market with bets of two persistences has none."""
    betting.matched("BACK", HOME, 2.0, 10, persistence=Persistence.PERSIST)
    betting.matched("BACK", AWAY, 2.0, 10)
    betting.settle(HOME)

    (line,) = betting.cleared(groupBy="MARKET")

    assert ("LIMIT", False) == (line["orderType"], "persistenceType" in line)


def test_the_persistence_is_that_of_the_placing(betting: BettingWorld) -> None:
    """To the definition it is the state "at bet placement time"; current orders show the present one."""
    bet_id = betting.back("alice", HOME, 3.0, 10)
    betting.apply(UpdateOrders("alice", MATCH, (UpdateInstruction(int(bet_id), Persistence.PERSIST),)))
    betting.lay("bob", HOME, 3.0, 10)

    assert ["PERSIST"] == [order["persistenceType"] for order in betting.orders()]
    betting.settle(HOME)
    assert ["LAPSE"] == [order["persistenceType"] for order in betting.cleared()]


def test_commission_is_that_of_the_market(settled: BettingWorld) -> None:
    """Alice nets 21 in the match: 4 % of it is 84 pence; her loss in the race bears none."""
    race, match = settled.cleared(groupBy="MARKET")

    assert (RACE, -10.0, 0.0, 1) == (race["marketId"], race["profit"], race["commission"], race["betCount"])
    assert (MATCH, 21.0, 0.84, 3) == (match["marketId"], match["profit"], match["commission"], match["betCount"])


def test_events_and_sports_sum_their_markets_up(betting: BettingWorld) -> None:
    """Commission is summed over markets and not over bets; dates are the latest."""
    betting.matched("BACK", 1, 3.0, 10, market=RACE)
    betting.matched("BACK", 1, 2.0, 10, market=RACE)
    betting.matched("BACK", 1, 2.0, 10, market=PLACES)
    betting.settle(1, market=RACE)
    betting.advance(MINUTE)
    betting.settle(1, 2, market=PLACES)

    expected = {
        "eventTypeId": "7", "eventId": "200", "settledDate": "2026-06-06T17:01:00.000Z", "betCount": 3,
        "commission": 2.2, "profit": 40.0,
    }  # fmt: skip
    assert [expected] == betting.cleared(groupBy="EVENT")
    expected.pop("eventId")
    assert [expected] == betting.cleared(groupBy="EVENT_TYPE")


def test_runners_and_strategies_have_no_commission(settled: BettingWorld) -> None:
    """Profit and number of bets, on a runner within its market, and on a strategy across the exchange."""
    runners = settled.cleared(groupBy="RUNNER")
    strategies = settled.cleared(groupBy="STRATEGY")

    assert [(RACE, 1, -10.0, 1), (MATCH, AWAY, -5.0, 1), (MATCH, HOME, 26.0, 2)] == [
        (line["marketId"], line["selectionId"], line["profit"], line["betCount"]) for line in runners
    ]
    assert [
        {"settledDate": "2026-06-06T17:02:00.000Z", "betCount": 1, "profit": -10.0, "customerStrategyRef": "b"},
        {"settledDate": "2026-06-06T17:01:00.000Z", "betCount": 1, "profit": -5.0},
        {"settledDate": "2026-06-06T17:01:00.000Z", "betCount": 2, "profit": 26.0, "customerStrategyRef": "a"},
    ] == strategies


def test_lines_are_paged_too(settled: BettingWorld) -> None:
    """A record of a level is a line of it."""
    answer = settled.ask("listClearedOrders", betStatus="SETTLED", groupBy="MARKET", recordCount=1)

    assert ([RACE], True) == ([line["marketId"] for line in answer["clearedOrders"]], answer["moreAvailable"])


@pytest.mark.parametrize("status", ["VOIDED", "LAPSED", "CANCELLED"])
def test_only_settled_bets_are_added_up(betting: BettingWorld, status: str) -> None:
    """Other levels than BET are INVALID_INPUT_DATA with other statuses than SETTLED."""
    assert [] == betting.cleared(status, groupBy="BET")
    assert ApiErrorCode.INVALID_INPUT_DATA == refusal(betting, "listClearedOrders", betStatus=status, groupBy="MARKET")


# Descriptions


def test_item_descriptions_say_what_the_ids_of_a_level_are(settled: BettingWorld) -> None:
    """Words for sport, event, market and runner, as far as a level has their ids."""
    sport = {"eventTypeDesc": "Horse Racing"}
    event = {**sport, "eventDesc": "Ascot 6th Jun"}
    market = {
        **event, "marketDesc": "1m Hcap", "marketType": "WIN", "marketStartTime": "2026-06-06T17:30:00.000Z"
    }  # fmt: skip
    bet = {**market, "runnerDesc": "Sea Fever", "numberOfWinners": 1}

    def described(level: str) -> Any:
        line = settled.cleared(groupBy=level, includeItemDescription=True)[0]
        return line.get("itemDescription")

    assert bet == described("BET")
    assert market == described("SIDE") == described("RUNNER") == described("MARKET")
    assert event == described("EVENT")
    assert sport == described("EVENT_TYPE")
    assert described("STRATEGY") is None
    assert "itemDescription" not in settled.cleared()[0]
