"""Requests may weigh 200 points, by the manual's tables."""

from collections.abc import Callable

import pytest

from simulator.betfair.betting.limits import (
    check_book_weight,
    check_number_of_ids,
    check_profit_and_loss_weight,
)
from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.schema.sports_enums import PriceData
from simulator.betfair.schema.sports_inputs import ExBestOffersOverrides, PriceProjection

SP_AVAILABLE = PriceData.SP_AVAILABLE
SP_TRADED = PriceData.SP_TRADED
BEST = PriceData.EX_BEST_OFFERS
ALL = PriceData.EX_ALL_OFFERS
TRADED = PriceData.EX_TRADED

# Data, depth of best offers, and the most markets whose weights come to no more than 200.
WEIGHTS: list[tuple[tuple[PriceData, ...], int | None, int]] = [
    ((), None, 100),  # 2
    ((SP_AVAILABLE,), None, 66),  # 3
    ((SP_TRADED,), None, 28),  # 7
    ((BEST,), None, 40),  # 5
    ((ALL,), None, 11),  # 17
    ((TRADED,), None, 11),  # 17
    ((BEST, TRADED), None, 10),  # 20, not 22
    ((ALL, TRADED), None, 6),  # 32, not 34
    ((SP_AVAILABLE, SP_TRADED), None, 20),  # 10
    ((BEST, SP_AVAILABLE), None, 25),  # 8
    ((BEST, TRADED, SP_AVAILABLE, SP_TRADED), None, 6),  # 30
    ((ALL, BEST), None, 11),  # all offers trump best offers
    ((ALL, BEST, TRADED), None, 6),
    # A depth scales the weight of best offers by depth / 3, exactly.
    ((BEST,), 3, 40),
    ((BEST,), 6, 20),
    ((BEST,), 10, 12),  # 16 2/3
    ((BEST,), 1, 120),  # 1 2/3
    ((BEST, TRADED), 6, 5),
    ((BEST, TRADED), 1, 30),
    ((BEST, SP_TRADED), 6, 11),  # 10 + 7: the depth is none of the starting price's
    ((ALL,), 9, 11),
    ((TRADED,), 9, 11),
]


def refused(check: Callable[[], None]) -> ApiErrorCode | None:
    try:
        check()
    except ApiError as error:
        return error.code
    return None


@pytest.mark.parametrize(("data", "depth", "most"), WEIGHTS)
def test_book_weight(data: tuple[PriceData, ...], depth: int | None, most: int) -> None:
    """So many markets may be asked for at once, and not one more."""
    overrides = None if depth is None else ExBestOffersOverrides(bestPricesDepth=depth)
    projection = PriceProjection(priceData=data, exBestOffersOverrides=overrides)

    assert refused(lambda: check_book_weight(projection, most)) is None
    assert refused(lambda: check_book_weight(projection, most + 1)) is ApiErrorCode.TOO_MUCH_DATA


def test_book_without_a_projection_weighs_two() -> None:
    """As one without price data does."""
    assert refused(lambda: check_book_weight(None, 100)) is None
    assert refused(lambda: check_book_weight(None, 101)) is ApiErrorCode.TOO_MUCH_DATA


def test_profit_and_loss_weighs_four() -> None:
    """Fifty markets at once."""
    assert refused(lambda: check_profit_and_loss_weight(50)) is None
    assert refused(lambda: check_profit_and_loss_weight(51)) is ApiErrorCode.TOO_MUCH_DATA


def test_ids_of_markets_and_bets_count_together() -> None:
    """Two hundred and fifty in all."""
    ids = [str(number) for number in range(125)]

    assert refused(lambda: check_number_of_ids(ids, ids, None)) is None
    assert refused(lambda: check_number_of_ids(ids, [*ids, "one more"])) is ApiErrorCode.REQUEST_SIZE_EXCEEDS_LIMIT
