"""Best offers are rolled up by the models of the manual, in the currency asked for."""

from typing import Any

import pytest

from simulator.betfair.betting.rollup import Rollup
from simulator.betfair.errors import ApiErrorCode
from simulator.betfair.schema.sports_enums import RollupModel
from simulator.exchange.orders import Side
from tests.contract.betting_world import BEST, HOME, MATCH, TOTAL, BettingWorld, prices, refusal


def best(betting: BettingWorld, market_id: str = MATCH, side: str = "availableToBack", **overrides: Any) -> Any:
    projection = {**BEST, "exBestOffersOverrides": overrides}
    return prices(betting.book(market_id, priceProjection=projection), side)


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

    def test_the_default_limit_is_the_minimum_stake_of_the_currency(self, betting: BettingWorld) -> None:
        """Eve's Hong Kong dollars have a minimum stake of 10, at 8 a pound 1.25: she does not see what alice sees."""
        betting.offer(HOME, Side.LAY, [(2.0, 1.2), (1.9, 0.05)])

        (of_eve,) = betting.ask("listMarketBook", "eve", marketIds=[MATCH], priceProjection=BEST)

        assert [(1.9, 10.0)] == prices(of_eve)
        assert [(2.0, 1.2)] == prices(betting.book(priceProjection=BEST))

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

    def test_a_limit_that_is_no_whole_penny_is_reached_by_the_next(self, betting: BettingWorld) -> None:
        """At 1.2 dollars a pound 1 dollar is 83 1/3 pence: 0.83 falls short of it, 0.84 does not."""
        betting.offer(HOME, Side.LAY, [(2.0, 0.83), (1.9, 0.01), (1.8, 0.84)])
        one = {**BEST, "exBestOffersOverrides": {"rollupModel": "STAKE", "rollupLimit": 1}}

        assert [(1.9, 1.0), (1.8, 1.0)] == prices(betting.book(currencyCode="CAD", priceProjection=one))

    def test_without_a_currency_it_is_that_of_the_account(self, betting: BettingWorld) -> None:
        """Alice sees the exchange's own pounds, eve Hong Kong dollars at 8 a pound; an empty code is none."""
        betting.matched("BACK", HOME, 2.0, 10)
        betting.offer(HOME, Side.LAY, [(1.5, 10)])

        def books(username: str, **params: Any) -> Any:
            return betting.ask("listMarketBook", username, marketIds=[MATCH], priceProjection=BEST, **params)

        assert books("alice") == books("alice", currencyCode="GBP") == books("alice", currencyCode="")
        assert books("eve") == books("eve", currencyCode="HKD") == books("alice", currencyCode="HKD")
        assert [(1.5, 80.0)] == prices(books("eve")[0])
        assert (160.0, 80.0) == (books("eve")[0]["totalMatched"], books("eve")[0]["totalAvailable"])

    def test_an_unknown_currency_is_refused(self, betting: BettingWorld) -> None:
        """A code that is no currency is INVALID_INPUT_DATA."""
        assert ApiErrorCode.INVALID_INPUT_DATA == refusal(betting, marketIds=[MATCH], currencyCode="XXX")

    def test_own_orders_keep_the_currency_of_the_account(self, betting: BettingWorld) -> None:
        """What alice bet is what she bet."""
        betting.back("alice", HOME, 2.0, 10)

        order = betting.book(currencyCode="EUR", orderProjection="ALL")["runners"][0]["orders"][0]

        assert 10.0 == order["size"]
