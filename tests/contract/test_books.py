"""listMarketBook and listRunnerBook answer what the manual, the interface definition and recordings say."""

from typing import Any

import pytest

from simulator.betfair.errors import ApiErrorCode
from simulator.exchange.commands import HideRunner, ReinstateRunner
from simulator.exchange.orders import RunnerKey, Side
from tests.contract.betting_world import (
    AWAY,
    BEST,
    DAY,
    HOME,
    MATCH,
    OTHER,
    PLACES,
    RACE,
    TOTAL,
    BettingWorld,
    prices,
    refusal,
)
from tests.evidence import recorded

ALL = {"priceData": ["EX_ALL_OFFERS"]}


# Shape


class TestShape:
    def test_a_runner_nobody_traded_has_neither_last_price_nor_total(self, betting: BettingWorld) -> None:
        """What was never traded has no last price, and outside racing there is no adjustment factor."""
        assert {"selectionId": 1, "handicap": 0.0, "status": "ACTIVE"} == betting.book()["runners"][0]

    def test_an_active_runner_nobody_traded_has_a_total_of_nothing_once_it_has_had_an_order(
        self, betting: BettingWorld
    ) -> None:
        """Recorded in 2023: some runners without a last price have a total of 0.0, others none."""
        betting.cancel(betting.back("alice", HOME, 3.0, 10))

        bet_on, left_alone, _ = betting.book()["runners"]

        assert {"selectionId": 1, "handicap": 0.0, "status": "ACTIVE", "totalMatched": 0.0} == bet_on
        assert "totalMatched" not in left_alone

    def test_a_removed_runner_has_no_total(self, betting: BettingWorld) -> None:
        """Recorded of a removed runner: neither a last price nor a total, also where there were orders."""
        betting.back("alice", 1, 3.0, 10, market=RACE)
        betting.remove(1)

        removed, _ = betting.book(RACE)["runners"]

        assert ("REMOVED", False) == (removed["status"], "totalMatched" in removed)

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

    def test_a_hidden_runner_is_shown_and_its_bets_are_at_one_until_it_is_reinstated(
        self, betting: BettingWorld
    ) -> None:
        """Manual, RunnerStatus: matched bets are "set to 1.0", and "back to the original prices" later."""
        betting.matched("BACK", 1, 3.0, 10, market=RACE)
        shown = []
        for command in (HideRunner, ReinstateRunner):
            betting.apply(command(RACE, RunnerKey(1)))
            book = betting.book(RACE, orderProjection="ALL", matchProjection="ROLLED_UP_BY_PRICE")
            runner = book["runners"][0]
            price, order = runner["matches"][0]["price"], runner["orders"][0]
            shown.append((book["numberOfActiveRunners"], runner["status"], price, order["avgPriceMatched"]))

        assert [(1, "HIDDEN", 1.0, 1.0), (2, "ACTIVE", 3.0, 3.0)] == shown


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
        projection = {**BEST, "exBestOffersOverrides": {"bestPricesDepth": depth}}

        assert shown == len(prices(betting.book(priceProjection=projection)))

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

    def test_rolling_over_of_stakes_is_accepted_and_changes_nothing(self, betting: BettingWorld) -> None:
        """Cumulative sizes are "not supported as yet" (`SportsAPING.xml`)."""
        betting.offer(HOME, Side.LAY, [(2.0, 5), (1.9, 7)])

        assert [(2.0, 5.0), (1.9, 7.0)] == prices(betting.book(priceProjection={**BEST, "rolloverStakes": "true"}))

    @pytest.mark.parametrize("depth", [{}, {"exBestOffersOverrides": {"bestPricesDepth": 4}}])
    def test_a_delayed_key_sees_three_best_offers_and_nothing_that_was_traded(
        self, betting: BettingWorld, depth: dict[str, Any]
    ) -> None:
        """The manual gives the delayed key three levels of EX_BEST_OFFERS; its recorded runner has a total of 0.0."""
        betting.offer(HOME, Side.LAY, [(2.0, 5), (1.9, 7), (1.8, 9), (1.7, 11)])
        betting.matched("BACK", HOME, 3.0, 10)
        projection = {"priceData": ["EX_ALL_OFFERS", "EX_TRADED"], **depth}

        (book,) = betting.ask("listMarketBook", delayed=True, marketIds=[MATCH], priceProjection=projection)

        runner = book["runners"][0]
        assert (True, 20.0) == (book["isMarketDataDelayed"], book["totalMatched"])
        assert (3.0, 0.0) == (runner["lastPriceTraded"], runner["totalMatched"])
        assert [(2.0, 5.0), (1.9, 7.0), (1.8, 9.0)] == prices(book)
        assert [] == prices(book, "tradedVolume")

    def test_a_delayed_key_may_ask_for_less_than_three_levels(self, betting: BettingWorld) -> None:
        """A depth of its own is kept where it is smaller."""
        betting.offer(HOME, Side.LAY, [(2.0, 5), (1.9, 7), (1.8, 9)])
        projection = {**BEST, "exBestOffersOverrides": {"bestPricesDepth": 2}}

        (book,) = betting.ask("listMarketBook", delayed=True, marketIds=[MATCH], priceProjection=projection)

        assert [(2.0, 5.0), (1.9, 7.0)] == prices(book)

    def test_a_delayed_key_sees_nothing_of_the_starting_price(self, betting: BettingWorld) -> None:
        """EX_BEST_OFFERS are all the data that the manual grants it."""
        betting.at_close("BACK", "alice", 1, 10)
        projection = {"priceData": ["SP_AVAILABLE", "SP_TRADED", *BEST["priceData"]]}

        (book,) = betting.ask("listMarketBook", delayed=True, marketIds=[RACE], priceProjection=projection)
        (one_runner,) = betting.ask(
            "listRunnerBook", delayed=True, marketId=RACE, selectionId=1, priceProjection=projection
        )

        for runner in (*book["runners"], *one_runner["runners"]):
            assert ("sp" not in runner, "ex" in runner) == (True, True)


# Which markets


class TestMarkets:
    def test_order_is_that_of_the_market_ids_and_each_comes_once(self, betting: BettingWorld) -> None:
        """Markets come by their ids, whatever was asked for first (recorded); naming one twice does not double it."""
        books = betting.ask("listMarketBook", marketIds=[TOTAL, RACE, MATCH, RACE])

        assert [MATCH, RACE, TOTAL] == [book["marketId"] for book in books]

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

    def test_a_closed_market_that_was_in_play_goes_on_saying_so(self, betting: BettingWorld) -> None:
        """Recorded of every market that turned in play and closed: `inPlay` and `betDelay` stay as they were."""
        betting.turn_in_play()
        betting.settle(HOME)

        book = betting.book()

        assert ("CLOSED", True, 5) == (book["status"], book["inplay"], book["betDelay"])

    def test_a_closed_market_that_was_never_in_play_says_so_too(self, betting: BettingWorld) -> None:
        """As the market that the manual prints, and a recorded one that never turned in play."""
        betting.settle(HOME)

        book = betting.book()

        assert ("CLOSED", False, 0) == (book["status"], book["inplay"], book["betDelay"])

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


# One runner


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
