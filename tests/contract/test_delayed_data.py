"""Market data that is late: with a delayed app key, and in accounts without funds."""

from collections.abc import Callable
from typing import Any

import pytest

from simulator.exchange.commands import RunnerResult, SettleMarket, SuspendMarket, TurnInPlay
from simulator.exchange.orders import RunnerKey
from simulator.world.inputs import AdvanceClock, Reset, Restore
from simulator.world.snapshot import encode_snapshot
from simulator.world.state_hash import state_hash
from tests.contract.betting_world import BEST, BETTING, DRAW, HOME, MATCH, OTHER, RACE, BettingWorld
from tests.scenario import account

DELAY = 30_000


def late(betting: BettingWorld, market_id: str = MATCH, **params: Any) -> Any:
    """Return the book of a market as a delayed app key sees it."""
    projection = {"priceProjection": BEST, **params}
    (book,) = betting.ask("listMarketBook", "bob", delayed=True, marketIds=[market_id], **projection)
    assert book["isMarketDataDelayed"] is True
    return book


def to_back(book: Any, runner: int = 0) -> list[tuple[float, float]]:
    offers = book["runners"][runner]["ex"]["availableToBack"]
    return [(offer["price"], offer["size"]) for offer in offers]


def wait(betting: BettingWorld, milliseconds: int) -> None:
    betting.world.do(AdvanceClock(milliseconds))


def test_an_offer_is_seen_when_the_delay_is_over_and_no_millisecond_sooner(betting: BettingWorld) -> None:
    assert [] == to_back(late(betting))
    betting.lay("alice", HOME, 3.0, 10)

    wait(betting, DELAY - 1)
    assert [] == to_back(late(betting))
    assert [(3.0, 10.0)] == to_back(betting.book(priceProjection=BEST))
    wait(betting, 1)
    assert [(3.0, 10.0)] == to_back(late(betting))


def test_every_state_in_between_is_seen_one_after_the_other(betting: BettingWorld) -> None:
    late(betting)
    seen = []
    for price in (3.0, 3.1, 3.2):
        betting.lay("alice", HOME, price, 10)
        wait(betting, 1000)
    wait(betting, DELAY - 3000)
    for _ in range(3):
        seen.append(to_back(late(betting)))
        wait(betting, 1000)

    levels = [(3.2, 10.0), (3.1, 10.0), (3.0, 10.0)]
    assert [levels[2:], levels[1:], levels] == seen


def test_a_market_that_nobody_has_asked_for_late_is_shown_as_it_is_then(betting: BettingWorld) -> None:
    betting.lay("alice", HOME, 3.0, 10)
    assert [(3.0, 10.0)] == to_back(late(betting))
    betting.lay("alice", HOME, 3.1, 10)
    assert [(3.0, 10.0)] == to_back(late(betting))


def test_nothing_is_kept_where_nobody_asks_late(betting: BettingWorld) -> None:
    betting.book(priceProjection=BEST)
    betting.lay("alice", HOME, 3.0, 10)
    assert {} == betting.world.delayed_markets.watched
    late(betting)
    assert {MATCH} == betting.world.delayed_markets.watched.keys()


def test_no_more_is_kept_than_may_still_be_shown(betting: BettingWorld) -> None:
    late(betting)
    for _ in range(100):
        betting.lay("alice", HOME, 3.0, 1)
        wait(betting, 1000)
    assert 31 >= len(betting.world.delayed_markets.watched[MATCH])


def test_a_closed_market_is_kept_no_longer_than_its_end_is_still_to_be_seen(betting: BettingWorld) -> None:
    late(betting)
    betting.world.do(SettleMarket(MATCH, (RunnerResult(RunnerKey(HOME), "WINNER"),))).accepted()
    wait(betting, DELAY - 1)
    late(betting, RACE)
    assert {MATCH, RACE} == betting.world.delayed_markets.watched.keys()
    assert "OPEN" == late(betting)["status"]

    wait(betting, 1)
    late(betting, OTHER)

    assert {RACE, OTHER} == betting.world.delayed_markets.watched.keys()
    assert "CLOSED" == late(betting)["status"]
    assert {RACE, OTHER} == betting.world.delayed_markets.watched.keys()


@pytest.mark.parametrize(
    ("change", "shows"),
    [
        (SuspendMarket(MATCH), lambda book: (book["status"], book["version"])),
        (TurnInPlay(MATCH), lambda book: (book["inplay"], book["betDelay"])),
        (
            SettleMarket(MATCH, (RunnerResult(RunnerKey(HOME), "WINNER"),)),
            lambda book: (book["status"], [runner["status"] for runner in book["runners"]]),
        ),
    ],
    ids=["suspended", "in play", "settled"],
)
def test_states_and_results_are_as_late_as_offers(
    betting: BettingWorld, change: Any, shows: Callable[[Any], object]
) -> None:
    before = shows(late(betting))
    assert betting.world.do(change).refusal is None

    now = shows(betting.book())
    assert before != now
    assert before == shows(late(betting))
    wait(betting, DELAY)
    assert now == shows(late(betting))


def test_virtual_offers_are_as_late_as_those_they_follow_from(betting: BettingWorld) -> None:
    virtual = {"priceProjection": {**BEST, "virtualise": True}}
    late(betting)
    for selection_id in (1, 2):
        betting.back("alice", selection_id, 3.0, 30)
    wait(betting, 1)

    live = betting.book(**virtual)
    assert to_back(live, DRAW - 1)
    assert [] == to_back(late(betting, **virtual), DRAW - 1)
    wait(betting, DELAY)
    assert to_back(live, DRAW - 1) == to_back(late(betting, **virtual), DRAW - 1)


def test_ones_own_orders_are_not_late(betting: BettingWorld) -> None:
    late(betting)
    betting.lay("bob", HOME, 3.0, 10)
    book = late(betting, orderProjection="ALL")
    assert [] == to_back(book)
    assert [10.0] == [order["size"] for order in book["runners"][0]["orders"]]


def test_the_book_of_one_runner_is_as_late(betting: BettingWorld) -> None:
    late(betting)
    betting.lay("alice", HOME, 3.0, 10)
    params = {"marketId": MATCH, "selectionId": HOME, "priceProjection": BEST}
    (book,) = betting.ask("listRunnerBook", "bob", delayed=True, **params)
    assert [] == to_back(book)
    wait(betting, DELAY)
    (book,) = betting.ask("listRunnerBook", "bob", delayed=True, **params)
    assert [(3.0, 10.0)] == to_back(book)


def test_the_delay_is_a_setting() -> None:
    betting = BettingWorld({**BETTING, "marketDataDelay": "PT1S"})
    late(betting)
    betting.lay("alice", HOME, 3.0, 10)
    wait(betting, 999)
    assert [] == to_back(late(betting))
    wait(betting, 1)
    assert [(3.0, 10.0)] == to_back(late(betting))


# Accounts without funds


POOR = {**BETTING, "accounts": [*BETTING["accounts"], account("poor", balance=0)]}


def test_who_has_no_funds_sees_late_data_with_any_key() -> None:
    """The manual, isMarketDataDelayed: data may be late because the account has no funds."""
    betting = BettingWorld(POOR)
    params = {"marketIds": [MATCH], "priceProjection": {"priceData": ["EX_ALL_OFFERS", "EX_TRADED"]}}
    for price in (3.0, 3.1, 3.2, 3.25):
        betting.lay("alice", HOME, price, 10)

    (book,) = betting.ask("listMarketBook", "poor", **params)
    assert book["isMarketDataDelayed"] is True
    assert 3 == len(to_back(book))
    betting.lay("alice", HOME, 3.3, 10)
    (later,) = betting.ask("listMarketBook", "poor", **params)
    assert to_back(book) == to_back(later)


def test_who_has_no_funds_sees_the_present_where_the_world_says_so() -> None:
    betting = BettingWorld({**POOR, "delayedWithoutFunds": False})
    (book,) = betting.ask("listMarketBook", "poor", marketIds=[MATCH], priceProjection=BEST)
    assert book["isMarketDataDelayed"] is False
    assert {} == betting.world.delayed_markets.watched


def test_who_has_bet_everything_has_funds_nevertheless() -> None:
    document = {**BETTING, "accounts": [*BETTING["accounts"], account("poor", balance=10)]}
    betting = BettingWorld(document)
    betting.back("poor", HOME, 3.0, 10)
    (book,) = betting.ask("listMarketBook", "poor", marketIds=[MATCH], priceProjection=BEST)
    assert book["isMarketDataDelayed"] is False


# The world remembers


def test_a_world_that_goes_back_shows_the_past_of_then(betting: BettingWorld) -> None:
    world = betting.world
    late(betting)
    betting.lay("alice", HOME, 3.0, 10)
    wait(betting, 1000)
    snapshot, hash_then = encode_snapshot(world.snapshot()), state_hash(world)
    wait(betting, DELAY)
    assert [(3.0, 10.0)] == to_back(late(betting))

    assert world.do(Restore(snapshot)).refusal is None
    assert hash_then == state_hash(world)
    assert [] == to_back(late(betting))
    wait(betting, DELAY - 1001)
    assert [] == to_back(late(betting))
    wait(betting, 1)
    assert [(3.0, 10.0)] == to_back(late(betting))


def test_what_will_still_be_shown_is_part_of_the_state(betting: BettingWorld) -> None:
    other = BettingWorld()
    for each in (betting, other):
        late(each, RACE)
        each.lay("alice", HOME, 3.0, 10)
    late(betting)
    other.ask("listMarketBook", "bob", delayed=True, marketIds=[RACE])
    assert state_hash(betting.world) != state_hash(other.world)


def test_a_world_that_begins_again_has_forgotten_what_was_seen(betting: BettingWorld) -> None:
    late(betting)
    betting.lay("alice", HOME, 3.0, 10)
    betting.world.do(Reset())
    assert {} == betting.world.delayed_markets.watched
    assert [] == to_back(late(betting))
