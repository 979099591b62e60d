"""listMarketBook and listRunnerBook answer what the manual, the interface definition and recordings say."""

from typing import Any

import pytest

from simulator.betfair.betting.rollup import Rollup
from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.schema.sports_enums import RollupModel
from simulator.exchange.orders import Side
from tests.contract.betting_world import (
    AWAY,
    DAY,
    HOME,
    MATCH,
    OTHER,
    PLACES,
    RACE,
    TOTAL,
    BettingWorld,
    recorded,
)

BEST = {"priceData": ["EX_BEST_OFFERS"]}
ALL = {"priceData": ["EX_ALL_OFFERS"]}


@pytest.fixture
def betting() -> BettingWorld:
    return BettingWorld()


def prices(book: Any, side: str = "availableToBack", runner: int = 0) -> list[tuple[float, float]]:
    return [(line["price"], line["size"]) for line in book["runners"][runner]["ex"][side]]


def best(betting: BettingWorld, market_id: str = MATCH, side: str = "availableToBack", **overrides: Any) -> Any:
    projection = {**BEST, "exBestOffersOverrides": overrides}
    return prices(betting.book(market_id, priceProjection=projection), side)


def refusal(betting: BettingWorld, name: str = "listMarketBook", **params: Any) -> ApiErrorCode:
    with pytest.raises(ApiError) as caught:
        betting.ask(name, **params)
    return caught.value.code


# Shape


class TestShape:
    def test_market_book_has_the_recorded_keys_in_the_recorded_order(self, betting: BettingWorld) -> None:
        """A market's members are those of the recorded book, without those that only some markets have."""
        betting.matched("BACK", HOME, 2.0, 10)

        special = ("betDelayModels", "keyLineDescription")
        expected = [key for key in recorded("list_market_book")[0] if key not in special]

        assert expected == list(betting.book())

    def test_runner_has_the_recorded_keys_in_the_recorded_order(self, betting: BettingWorld) -> None:
        """A traded runner of a racing market with everything asked for looks like the recorded one."""
        betting.matched("BACK", 1, 2.0, 10, market=RACE)

        runner = betting.book(
            RACE, priceProjection={"priceData": ["SP_TRADED", *ALL["priceData"]]}, orderProjection="ALL"
        )["runners"][0]

        expected = recorded("list_market_book")[0]["runners"][0]
        assert list(expected) == list(runner)
        assert list(expected["ex"]) == list(runner["ex"])
        assert list(expected["orders"][0]) == list(runner["orders"][0])
        assert list(expected["matches"][0]) == list(runner["matches"][0])

    def test_price_size_has_the_recorded_keys(self, betting: BettingWorld) -> None:
        """A line of a ladder is a price and a size, and nothing else."""
        betting.offer(HOME, Side.LAY, [(2.0, 10)])

        line = betting.book(priceProjection=ALL)["runners"][0]["ex"]["availableToBack"][0]

        assert list(recorded("list_market_book")[0]["runners"][0]["ex"]["availableToBack"][0]) == list(line)

    def test_a_runner_nobody_traded_has_neither_last_price_nor_total(self, betting: BettingWorld) -> None:
        """What was never traded has no last price, and outside racing there is no adjustment factor."""
        assert {"selectionId": 1, "handicap": 0.0, "status": "ACTIVE"} == betting.book()["runners"][0]

    def test_racing_has_adjustment_factors(self, betting: BettingWorld) -> None:
        """A runner of a race has its adjustment factor in percent."""
        assert [60.25, 39.75] == [runner["adjustmentFactor"] for runner in betting.book(RACE)["runners"]]

    def test_a_market_without_a_match_has_no_last_match_time(self, betting: BettingWorld) -> None:
        """The last match time is absent until there is one."""
        assert "lastMatchTime" not in betting.book()

    def test_numbers_of_the_market_are_those_of_all_runners(self, betting: BettingWorld) -> None:
        """Matched money counts for both sides, available money is what rests."""
        betting.advance(250)
        betting.matched("BACK", HOME, 2.0, 10)
        betting.matched("LAY", AWAY, 3.0, 5.25)
        betting.offer(HOME, Side.LAY, [(1.5, 7.5)])

        book = betting.book()

        assert "2026-06-06T17:00:00.250Z" == book["lastMatchTime"]
        assert (30.5, 7.5) == (book["totalMatched"], book["totalAvailable"])
        assert [20.0, 10.5, None] == [runner.get("totalMatched") for runner in book["runners"]]
        assert [2.0, 3.0, None] == [runner.get("lastPriceTraded") for runner in book["runners"]]

    def test_states_of_the_market_are_shown(self, betting: BettingWorld) -> None:
        """Status, in-play and bet delay follow the market, and so does its version."""
        before = betting.book()
        betting.turn_in_play()
        in_play = betting.book()
        betting.suspend()
        suspended = betting.book()

        assert ("OPEN", False, 0) == (before["status"], before["inplay"], before["betDelay"])
        assert ("OPEN", True, 5) == (in_play["status"], in_play["inplay"], in_play["betDelay"])
        assert ("SUSPENDED", True, 5) == (suspended["status"], suspended["inplay"], suspended["betDelay"])
        assert before["version"] < in_play["version"] < suspended["version"]


# Prices


class TestPrices:
    def test_exchange_prices_are_there_only_where_they_are_asked_for(self, betting: BettingWorld) -> None:
        """Without any EX_ data there is no `ex`; with any, all three lists are there."""
        empty = {"availableToBack": [], "availableToLay": [], "tradedVolume": []}

        assert "ex" not in betting.book()["runners"][0]
        assert "ex" not in betting.book(RACE, priceProjection={"priceData": ["SP_AVAILABLE"]})["runners"][0]
        for data in ("EX_BEST_OFFERS", "EX_ALL_OFFERS", "EX_TRADED"):
            assert empty == betting.book(priceProjection={"priceData": [data]})["runners"][0]["ex"]

    def test_best_offers_are_the_three_best_of_each_side(self, betting: BettingWorld) -> None:
        """Backers see the highest prices first, layers the lowest."""
        betting.offer(HOME, Side.LAY, [(1.9, 2), (2.0, 1), (1.8, 3), (1.7, 4)])
        betting.offer(HOME, Side.BACK, [(2.2, 2), (2.1, 1), (2.4, 3), (2.6, 4)])

        book = betting.book(priceProjection=BEST)

        assert [(2.0, 1.0), (1.9, 2.0), (1.8, 3.0)] == prices(book, "availableToBack")
        assert [(2.1, 1.0), (2.2, 2.0), (2.4, 3.0)] == prices(book, "availableToLay")

    @pytest.mark.parametrize(("depth", "shown"), [(1, 1), (2, 2), (10, 10), (11, 10), (12, 10)])
    def test_depth_is_what_is_asked_for_up_to_ten(self, betting: BettingWorld, depth: int, shown: int) -> None:
        """`bestPricesDepth` says how many lines; there are never more than ten."""
        betting.offer(HOME, Side.LAY, [(1 + step / 100, 5) for step in range(1, 15)])

        assert shown == len(best(betting, bestPricesDepth=depth))

    def test_all_offers_trump_best_offers(self, betting: BettingWorld) -> None:
        """With both asked for every level is there, as small as it may be."""
        offers = [(2.0, 0.01), (1.9, 0.5), (1.8, 3.0), (1.7, 4.0), (1.01, 999.0)]
        betting.offer(HOME, Side.LAY, offers)
        projection = {
            "priceData": ["EX_BEST_OFFERS", "EX_ALL_OFFERS"], "exBestOffersOverrides": {"bestPricesDepth": 1}
        }  # fmt: skip

        assert offers == prices(betting.book(priceProjection=projection))
        assert offers == prices(betting.book(priceProjection=ALL))

    def test_traded_volume_counts_both_sides_by_rising_price(self, betting: BettingWorld) -> None:
        """A match of 10 adds 20 to the volume at its price."""
        betting.matched("BACK", HOME, 3.0, 10)
        betting.matched("BACK", HOME, 2.0, 4)
        betting.matched("LAY", HOME, 3.0, 1)

        book = betting.book(priceProjection={"priceData": ["EX_TRADED"]})

        assert [(2.0, 8.0), (3.0, 22.0)] == prices(book, "tradedVolume")
        assert [] == prices(book, "availableToBack")

    @pytest.mark.parametrize("data", ["SP_AVAILABLE", "SP_TRADED"])
    def test_starting_prices_are_no_numbers_before_there_is_money(self, betting: BettingWorld, data: str) -> None:
        """On a BSP market that is not reconciled near and far price are there, and no actual one."""
        projection = {"priceData": [data]}
        expected = {"nearPrice": "NaN", "farPrice": "NaN", "backStakeTaken": [], "layLiabilityTaken": []}

        assert expected == betting.book(RACE, priceProjection=projection)["runners"][0]["sp"]
        assert "sp" not in betting.book(MATCH, priceProjection=projection)["runners"][0]
        assert "sp" not in betting.book(RACE, priceProjection=BEST)["runners"][0]

    @pytest.mark.parametrize("option", ["virtualise", "rolloverStakes"])
    def test_options_without_effect_are_accepted(self, betting: BettingWorld, option: str) -> None:
        """Virtual offers do not exist yet and cumulative stakes are not supported: real offers are shown."""
        betting.offer(HOME, Side.LAY, [(2.0, 5), (1.9, 7)])

        assert [(2.0, 5.0), (1.9, 7.0)] == prices(betting.book(priceProjection={**BEST, option: "true"}))

    def test_a_delayed_key_sees_best_offers_and_nothing_that_was_traded(self, betting: BettingWorld) -> None:
        """The manual gives the delayed key EX_BEST_OFFERS only; its recorded runner has a total of 0.0."""
        betting.offer(HOME, Side.LAY, [(2.0, 5), (1.9, 7), (1.8, 9), (1.7, 11)])
        betting.matched("BACK", HOME, 3.0, 10)
        projection = {"priceData": ["EX_ALL_OFFERS", "EX_TRADED"]}

        (book,) = betting.ask("listMarketBook", delayed=True, marketIds=[MATCH], priceProjection=projection)

        runner = book["runners"][0]
        assert (True, 20.0) == (book["isMarketDataDelayed"], book["totalMatched"])
        assert (3.0, 0.0) == (runner["lastPriceTraded"], runner["totalMatched"])
        assert [(2.0, 5.0), (1.9, 7.0), (1.8, 9.0)] == prices(book)
        assert [] == prices(book, "tradedVolume")


# Rollup


class TestRollup:
    def test_small_offers_add_up_at_the_price_just_reached(self, betting: BettingWorld) -> None:
        """Recorded: 0.81 at 70 and 0.47 at 65 appear as 1.28 at 65."""
        betting.offer(HOME, Side.LAY, [(70, 0.81), (65, 0.47), (60, 1.0), (55, 0.99)])
        betting.offer(HOME, Side.BACK, [(75, 0.5), (80, 0.49), (85, 0.02)])

        book = betting.book(priceProjection=BEST)

        assert [(65.0, 1.28), (60.0, 1.0)] == prices(book, "availableToBack")
        assert [(85.0, 1.01)] == prices(book, "availableToLay")

    def test_stake_rolls_up_to_the_limit_and_leaves_the_rest(self, betting: BettingWorld) -> None:
        """A line is complete as soon as the limit is reached; what is left under it is not shown."""
        betting.offer(HOME, Side.LAY, [(2.0, 4), (1.9, 6), (1.8, 25), (1.7, 9)])

        assert [(1.9, 10.0), (1.8, 25.0)] == best(betting, rollupModel="STAKE", rollupLimit=10)

    def test_payout_rolls_up_price_times_size(self, betting: BettingWorld) -> None:
        """2.0 x 1 + 1.9 x 3 + 1.8 x 2 is 11.30, the first sum from 10 up."""
        betting.offer(HOME, Side.LAY, [(2.0, 1), (1.9, 3), (1.8, 2), (1.7, 6)])

        assert [(1.8, 6.0), (1.7, 6.0)] == best(betting, rollupModel="PAYOUT", rollupLimit=10)

    def test_payout_of_a_line_market_is_twice_the_size(self, betting: BettingWorld) -> None:
        """On a LINE market the price is a line and the odds are 2: 2 x 4 falls short of 10, 2 x 5 does not."""
        betting.offer(1, Side.LAY, [(10.5, 4), (9.5, 1), (8.5, 5)], TOTAL)

        assert [(9.5, 5.0), (8.5, 5.0)] == best(betting, TOTAL, rollupModel="PAYOUT", rollupLimit=10)

    def test_none_leaves_out_what_is_under_the_minimum_stake(self, betting: BettingWorld) -> None:
        """NONE adds nothing up and still filters by the minimum stake; a limit means nothing to it."""
        betting.offer(HOME, Side.LAY, [(2.0, 0.99), (1.9, 1), (1.8, 0.5), (1.7, 3)])

        assert [(1.9, 1.0), (1.7, 3.0)] == best(betting, rollupModel="NONE", rollupLimit=2)

    def test_managed_liability_rolls_up_as_stake(self, betting: BettingWorld) -> None:
        """The model is not supported as yet: its first part is STAKE, and the switch never comes."""
        betting.offer(HOME, Side.BACK, [(2.0, 4), (10.0, 6), (20.0, 25)])
        overrides = {"rollupLimit": 10, "rollupLiabilityThreshold": 5.0, "rollupLiabilityFactor": 5}

        lines = best(betting, MATCH, "availableToLay", rollupModel="MANAGED_LIABILITY", **overrides)

        assert [(10.0, 10.0), (20.0, 25.0)] == lines

    def test_a_limit_without_a_model_is_ignored(self, betting: BettingWorld) -> None:
        """Without a model the limit is the minimum stake."""
        betting.offer(HOME, Side.LAY, [(2.0, 4), (1.9, 6)])

        assert [(2.0, 4.0), (1.9, 6.0)] == best(betting, rollupLimit=100)

    def test_a_model_without_a_limit_has_the_minimum_stake(self, betting: BettingWorld) -> None:
        """STAKE and PAYOUT alike take the minimum stake, 1 pound, where no limit is given."""
        betting.offer(HOME, Side.LAY, [(2.0, 0.4), (1.9, 0.2), (1.8, 0.4)])

        assert [(1.8, 1.0)] == best(betting, rollupModel="STAKE")
        assert [(1.9, 0.6)] == best(betting, rollupModel="PAYOUT")

    def test_a_limit_of_nothing_shows_every_level(self, betting: BettingWorld) -> None:
        """Every size reaches a limit of 0."""
        betting.offer(HOME, Side.LAY, [(2.0, 0.4), (1.9, 0.01)])

        assert [(2.0, 0.4), (1.9, 0.01)] == best(betting, rollupModel="STAKE", rollupLimit=0)

    def test_only_levels_that_are_shown_are_read(self) -> None:
        """A ladder of any length costs what is shown of it."""
        read: list[int] = []
        levels = ((read.append(price) or price, 500) for price in range(200, 100, -1))

        assert [(200, 500), (199, 500)] == Rollup(RollupModel.STAKE, 100).best(levels, 2)
        assert [200, 199] == read

    def test_the_default_limit_is_the_minimum_stake_of_the_account(self, betting: BettingWorld) -> None:
        """Eve's currency has a minimum stake of 10, so she does not see what alice sees."""
        betting.offer(HOME, Side.LAY, [(2.0, 4), (1.9, 6)])

        (of_eve,) = betting.ask("listMarketBook", "eve", marketIds=[MATCH], priceProjection=BEST)

        assert [(1.9, 10.0)] == prices(of_eve)
        assert [(2.0, 4.0), (1.9, 6.0)] == prices(betting.book(priceProjection=BEST))

    @pytest.mark.parametrize(
        "overrides", [{"bestPricesDepth": 0}, {"bestPricesDepth": -3}, {"rollupModel": "STAKE", "rollupLimit": -1}]
    )
    def test_overrides_that_are_no_depth_and_no_limit_are_refused(
        self, betting: BettingWorld, overrides: dict[str, Any]
    ) -> None:
        """A depth is 1 or more, a limit 0 or more."""
        projection = {**BEST, "exBestOffersOverrides": overrides}

        assert ApiErrorCode.INVALID_INPUT_DATA == refusal(betting, marketIds=[MATCH], priceProjection=projection)


class TestCurrency:
    def test_amounts_are_shown_in_the_currency_asked_for(self, betting: BettingWorld) -> None:
        """At 1.25 euros a pound 10 pounds are 12.50 euros, cut to whole cents, and prices stay."""
        betting.matched("BACK", HOME, 2.0, 10)
        betting.offer(HOME, Side.LAY, [(1.5, 10), (1.4, 1.01)])

        book = betting.book(currencyCode="EUR", priceProjection={"priceData": ["EX_BEST_OFFERS", "EX_TRADED"]})

        assert (25.0, 13.76) == (book["totalMatched"], book["totalAvailable"])
        assert 25.0 == book["runners"][0]["totalMatched"]
        assert [(1.5, 12.5), (1.4, 1.26)] == prices(book)
        assert [(2.0, 25.0)] == prices(book, "tradedVolume")

    def test_limits_count_in_the_currency_asked_for(self, betting: BettingWorld) -> None:
        """At 2 dollars a pound the minimum stake of a dollar is 50 pence, and 10 dollars are 5 pounds."""
        betting.offer(HOME, Side.LAY, [(2.0, 0.49), (1.9, 0.01), (1.8, 4.5)])
        ten = {**BEST, "exBestOffersOverrides": {"rollupModel": "STAKE", "rollupLimit": 10}}

        assert [(1.9, 1.0), (1.8, 9.0)] == prices(betting.book(currencyCode="USD", priceProjection=BEST))
        assert [(1.8, 10.0)] == prices(betting.book(currencyCode="USD", priceProjection=ten))

    def test_the_currency_of_the_exchange_changes_nothing(self, betting: BettingWorld) -> None:
        """Pounds are what the exchange counts in; an empty code is none."""
        betting.matched("BACK", HOME, 2.0, 10)

        assert betting.book() == betting.book(currencyCode="GBP") == betting.book(currencyCode="")

    def test_an_unknown_currency_is_refused(self, betting: BettingWorld) -> None:
        """A code that is no currency is INVALID_INPUT_DATA."""
        assert ApiErrorCode.INVALID_INPUT_DATA == refusal(betting, marketIds=[MATCH], currencyCode="XXX")

    def test_own_orders_keep_the_currency_of_the_account(self, betting: BettingWorld) -> None:
        """What alice bet is what she bet."""
        betting.back("alice", HOME, 2.0, 10)

        order = betting.book(currencyCode="EUR", orderProjection="ALL")["runners"][0]["orders"][0]

        assert 10.0 == order["size"]


# Which markets


class TestMarkets:
    def test_order_is_that_of_the_request_and_each_comes_once(self, betting: BettingWorld) -> None:
        """Markets come in the order asked for; naming one twice does not double it."""
        books = betting.ask("listMarketBook", marketIds=[RACE, MATCH, RACE, TOTAL])

        assert [RACE, MATCH, TOTAL] == [book["marketId"] for book in books]

    def test_unknown_markets_are_left_out(self, betting: BettingWorld) -> None:
        """A market nobody knows leaves no gap and no error."""
        assert [MATCH] == [book["marketId"] for book in betting.ask("listMarketBook", marketIds=["1.9", MATCH])]
        assert [] == betting.ask("listMarketBook", marketIds=["1.9"])
        assert [] == betting.ask("listMarketBook", marketIds=[])

    @pytest.mark.parametrize("market_id", ["", "x", "1", "1.", ".1", "1.1x", "1.101\n"])
    def test_what_is_no_market_id_is_refused(self, betting: BettingWorld, market_id: str) -> None:
        """A text that no market could have is INVALID_INPUT_DATA."""
        assert ApiErrorCode.INVALID_INPUT_DATA == refusal(betting, marketIds=[MATCH, market_id])

    def test_open_and_closed_markets_are_not_mixed(self, betting: BettingWorld) -> None:
        """Asked for both, the service shows the open ones; asked for closed ones only, it shows them."""
        betting.settle(HOME)
        betting.suspend(RACE)

        both = betting.ask("listMarketBook", marketIds=[MATCH, RACE])
        closed = betting.ask("listMarketBook", marketIds=[MATCH])

        assert [RACE] == [book["marketId"] for book in both]
        assert ["CLOSED"] == [book["status"] for book in closed]

    def test_a_closed_market_shows_its_results_and_no_money(self, betting: BettingWorld) -> None:
        """The manual prints a settled market: totals of nothing, no last match, empty lists, statuses of runners."""
        betting.matched("BACK", HOME, 2.0, 10)
        betting.back("alice", HOME, 3.0, 10)
        betting.settle(HOME)

        book = betting.book(priceProjection={"priceData": ["EX_ALL_OFFERS", "EX_TRADED"]}, orderProjection="ALL")

        assert (0.0, 0.0, 0) == (book["totalMatched"], book["totalAvailable"], book["numberOfActiveRunners"])
        assert "lastMatchTime" not in book
        assert ["WINNER", "LOSER", "LOSER"] == [runner["status"] for runner in book["runners"]]
        empty = {"availableToBack": [], "availableToLay": [], "tradedVolume": []}
        assert {"selectionId": HOME, "handicap": 0.0, "status": "WINNER", "ex": empty} == book["runners"][0]

    def test_a_closed_market_is_neither_in_play_nor_delayed(self, betting: BettingWorld) -> None:
        """What was in play is over."""
        betting.turn_in_play()
        betting.settle(HOME)

        book = betting.book()

        assert (False, 0) == (book["inplay"], book["betDelay"])

    def test_closed_markets_can_be_read_for_ninety_days(self, betting: BettingWorld) -> None:
        """A day later than that the market is as unknown as any."""
        betting.settle(HOME)
        betting.advance(90 * DAY)
        last = betting.ask("listMarketBook", marketIds=[MATCH])
        betting.advance(1)

        assert [MATCH] == [book["marketId"] for book in last]
        assert [] == betting.ask("listMarketBook", marketIds=[MATCH])

    def test_weight_is_limited(self, betting: BettingWorld) -> None:
        """Best offers weigh 5, so forty markets are as many as one request may have."""
        forty = [f"1.{number}" for number in range(40)]

        assert [] == betting.ask("listMarketBook", marketIds=forty, priceProjection=BEST)
        assert ApiErrorCode.TOO_MUCH_DATA == refusal(betting, marketIds=[*forty, "1.40"], priceProjection=BEST)

    def test_number_of_ids_is_limited(self, betting: BettingWorld) -> None:
        """Market and bet ids together may be 250."""
        bet_ids = [str(number) for number in range(250)]

        assert 1 == len(betting.ask("listMarketBook", marketIds=[MATCH], betIds=bet_ids[:249]))
        assert ApiErrorCode.REQUEST_SIZE_EXCEEDS_LIMIT == refusal(betting, marketIds=[MATCH], betIds=bet_ids)


# Own bets


class TestOwnBets:
    def test_without_a_projection_there_are_no_bets(self, betting: BettingWorld) -> None:
        """Orders and matches are there where they are asked for, and never on runners without any."""
        betting.matched("BACK", HOME, 2.0, 10)

        assert "orders" not in betting.book()["runners"][0]
        asked = betting.book(orderProjection="ALL", includeOverallPosition=True, partitionMatchedByStrategyRef=True)
        assert not {"orders", "matches", "matchesByStrategy"} & set(asked["runners"][1])
        assert {"orders", "matches", "matchesByStrategy"} <= set(asked["runners"][0])

    def test_bets_of_others_are_not_shown(self, betting: BettingWorld) -> None:
        """Bob's order is bob's."""
        betting.back("bob", HOME, 2.0, 10)

        assert "orders" not in betting.book(orderProjection="ALL")["runners"][0]

    def test_an_order_is_shown_whole(self, betting: BettingWorld) -> None:
        """All fields of the interface definition, sizes in backer's stake."""
        betting.lay("bob", HOME, 2.5, 4)
        bet_id = betting.back("alice", HOME, 2.2, 10, strategy="s", reference="r")
        betting.cancel(bet_id, 1)

        expected = {
            "betId": bet_id, "orderType": "LIMIT", "status": "EXECUTABLE", "persistenceType": "LAPSE", "side": "BACK",
            "price": 2.2, "size": 10.0, "bspLiability": 0.0, "placedDate": "2026-06-06T17:00:00.000Z",
            "avgPriceMatched": 2.5, "sizeMatched": 4.0, "sizeRemaining": 5.0, "sizeLapsed": 0.0, "sizeCancelled": 1.0,
            "sizeVoided": 0.0, "customerOrderRef": "r", "customerStrategyRef": "s",
        }  # fmt: skip
        assert [expected] == betting.book(orderProjection="ALL")["runners"][0]["orders"]

    def test_projection_picks_orders_and_leaves_the_position_whole(self, betting: BettingWorld) -> None:
        """EXECUTABLE shows what is unmatched beside the volume of all orders (manual, best practice)."""
        done = betting.matched("BACK", HOME, 2.0, 10)
        waiting = betting.back("alice", HOME, 3.0, 5)

        def shown(projection: str) -> tuple[list[str], int]:
            runner = betting.book(orderProjection=projection)["runners"][0]
            return [order["betId"] for order in runner["orders"]], len(runner["matches"])

        assert ([done, waiting], 1) == shown("ALL")
        assert ([waiting], 1) == shown("EXECUTABLE")
        assert ([done], 1) == shown("EXECUTION_COMPLETE")

    def test_unmatched_orders_come_with_an_empty_list_of_matches(self, betting: BettingWorld) -> None:
        """Where there are orders both lists are there, empty or not."""
        betting.back("alice", HOME, 3.0, 5)

        assert [] == betting.book(orderProjection="ALL")["runners"][0]["matches"]

    def test_matches_alone_come_without_orders(self, betting: BettingWorld) -> None:
        """A match projection without an order projection shows the position, and an empty list of orders."""
        betting.matched("BACK", HOME, 2.0, 10)

        runner = betting.book(matchProjection="ROLLED_UP_BY_AVG_PRICE")["runners"][0]

        assert ([], [{"side": "BACK", "price": 2.0, "size": 10.0}]) == (runner["orders"], runner["matches"])

    def test_matches_are_rolled_up_as_asked(self, betting: BettingWorld) -> None:
        """Each match by itself, a line a side and price, or a line a side at the average price."""
        betting.lay("bob", HOME, 3.0, 1)
        betting.lay("bob", HOME, 2.5, 1)
        first = betting.back("alice", HOME, 2.5, 2)
        second = betting.matched("BACK", HOME, 2.5, 1)
        betting.matched("LAY", HOME, 2.0, 4)

        def matches(projection: str) -> Any:
            return betting.book(orderProjection="ALL", matchProjection=projection)["runners"][0]["matches"]

        single = matches("NO_ROLLUP")
        assert [first, first, second] == [match["betId"] for match in single][:3]
        assert ["1", "2", "3", "4"] == [match["matchId"] for match in single]
        assert {"2026-06-06T17:00:00.000Z"} == {match["matchDate"] for match in single}
        assert [
            {"side": "BACK", "price": 2.5, "size": 2.0},
            {"side": "BACK", "price": 3.0, "size": 1.0},
            {"side": "LAY", "price": 2.0, "size": 4.0},
        ] == matches("ROLLED_UP_BY_PRICE")
        assert [
            {"side": "BACK", "price": 2.67, "size": 3.0},
            {"side": "LAY", "price": 2.0, "size": 4.0},
        ] == matches("ROLLED_UP_BY_AVG_PRICE")

    def test_the_overall_position_can_be_left_out(self, betting: BettingWorld) -> None:
        """Orders alone are shown where the position is not wanted."""
        betting.matched("BACK", HOME, 2.0, 10)

        runner = betting.book(orderProjection="ALL", includeOverallPosition=False)["runners"][0]

        assert ("orders" in runner, "matches" in runner) == (True, False)

    def test_matches_are_broken_down_by_strategy(self, betting: BettingWorld) -> None:
        """Matches of no strategy stand under the empty text, unmatched strategies under none."""
        betting.matched("BACK", HOME, 2.0, 10, strategy="a")
        betting.matched("BACK", HOME, 2.0, 5)
        betting.back("alice", HOME, 9.0, 5, strategy="b")

        runner = betting.book(
            orderProjection="ALL", matchProjection="ROLLED_UP_BY_PRICE", partitionMatchedByStrategyRef=True
        )["runners"][0]

        assert {
            "a": {"matches": [{"side": "BACK", "price": 2.0, "size": 10.0}]},
            "": {"matches": [{"side": "BACK", "price": 2.0, "size": 5.0}]},
        } == runner["matchesByStrategy"]
        assert [{"side": "BACK", "price": 2.0, "size": 15.0}] == runner["matches"]

    def test_strategies_restrict_orders_and_the_breakdown_but_not_the_position(self, betting: BettingWorld) -> None:
        """The overall position is not filtered; an empty set is none."""
        wanted = betting.matched("BACK", HOME, 2.0, 10, strategy="a")
        betting.matched("BACK", HOME, 2.0, 5, strategy="b")
        params = {
            "orderProjection": "ALL", "matchProjection": "ROLLED_UP_BY_PRICE", "partitionMatchedByStrategyRef": True
        }  # fmt: skip

        of_a = betting.book(**params, customerStrategyRefs=["a"])["runners"][0]
        of_all = betting.book(**params, customerStrategyRefs=[])["runners"][0]

        assert [wanted] == [order["betId"] for order in of_a["orders"]]
        assert ["a"] == list(of_a["matchesByStrategy"])
        assert [15.0] == [match["size"] for match in of_a["matches"]]
        assert ["a", "b"] == list(of_all["matchesByStrategy"])

    def test_matched_since_keeps_recent_matches_and_executable_orders(self, betting: BettingWorld) -> None:
        """An order matched at that very time counts, with all its matches; unmatched orders always do."""
        betting.matched("BACK", HOME, 2.0, 10)
        waiting = betting.back("alice", HOME, 3.0, 5)
        partly = betting.back("alice", HOME, 2.5, 5)
        betting.lay("bob", HOME, 2.5, 1)
        betting.advance(60_000)
        betting.lay("bob", HOME, 2.5, 4)

        runner = betting.book(orderProjection="ALL", matchedSince="2026-06-06T17:01:00.000Z")["runners"][0]
        later = betting.book(orderProjection="ALL", matchedSince="2026-06-06T17:01:00.001Z")["runners"][0]

        assert [waiting, partly] == [order["betId"] for order in runner["orders"]]
        assert [1.0, 4.0] == [match["size"] for match in runner["matches"]]
        assert [waiting] == [order["betId"] for order in later["orders"]]

    def test_bet_ids_restrict_orders(self, betting: BettingWorld) -> None:
        """Only the bets that are named count; ids of nobody's bets find nothing."""
        first, second = betting.back("alice", HOME, 2.0, 10), betting.back("alice", HOME, 2.0, 10)

        runner = betting.book(orderProjection="ALL", betIds=[second, "x", "0"])["runners"][0]

        assert [second] == [order["betId"] for order in runner["orders"]]
        assert first != second

    def test_a_bet_that_was_voided_has_no_matches(self, betting: BettingWorld) -> None:
        """A closed market shows no bets at all: they are cleared."""
        betting.matched("BACK", HOME, 2.0, 10)
        betting.void()

        assert "orders" not in betting.book(orderProjection="ALL")["runners"][0]


class TestRunnerBook:
    def test_one_runner_with_the_numbers_of_the_market(self, betting: BettingWorld) -> None:
        """The list holds one market with one runner; its totals are those of all runners."""
        betting.matched("BACK", HOME, 2.0, 10)
        betting.matched("BACK", AWAY, 3.0, 10)

        (book,) = betting.ask(
            "listRunnerBook", marketId=MATCH, selectionId=AWAY, priceProjection=BEST, orderProjection="ALL"
        )

        assert [AWAY] == [runner["selectionId"] for runner in book["runners"]]
        assert (40.0, 3) == (book["totalMatched"], book["numberOfRunners"])
        assert 1 == len(book["runners"][0]["orders"])

    def test_it_has_the_recorded_keys(self, betting: BettingWorld) -> None:
        """The recorded answer for a delayed key, key by key."""
        betting.matched("BACK", HOME, 2.0, 10)

        (book,) = betting.ask("listRunnerBook", delayed=True, marketId=MATCH, selectionId=HOME)

        (expected,) = recorded("list_runner_book")
        assert list(expected) == list(book)
        assert list(expected["runners"][0]) == list(book["runners"][0])
        assert (True, 0.0) == (book["isMarketDataDelayed"], book["runners"][0]["totalMatched"])

    def test_a_handicap_picks_one_of_the_runners_of_a_selection(self, betting: BettingWorld) -> None:
        """Without a handicap all of them are there."""

        def handicaps(**params: Any) -> list[float]:
            (book,) = betting.ask("listRunnerBook", marketId=OTHER, selectionId=1, **params)
            return [runner["handicap"] for runner in book["runners"]]

        assert [-0.5, -1.0] == handicaps()
        assert [-1.0] == handicaps(handicap="-1")
        assert [] == handicaps(handicap=0.123)

    def test_unknown_markets_and_runners_leave_nothing(self, betting: BettingWorld) -> None:
        """An unknown market leaves no book, an unknown selection no runner."""
        assert [] == betting.ask("listRunnerBook", marketId="1.9", selectionId=1)
        (book,) = betting.ask("listRunnerBook", marketId=PLACES, selectionId=99)
        assert [] == book["runners"]
        assert ApiErrorCode.INVALID_INPUT_DATA == refusal(betting, "listRunnerBook", marketId="x", selectionId=1)
