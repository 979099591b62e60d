"""Our virtual prices against those that an exchange displayed."""

from pathlib import Path

import pytest

from tests.recorded.virtual_prices import compare

RECORDING = Path(__file__).parents[3] / "shared/recorded/streams/1.197931751.bz2"


@pytest.mark.skipif(not RECORDING.exists(), reason=f"there is no recording at {RECORDING}")
def test_the_recorded_display_of_a_two_winner_market_is_ours() -> None:
    """At least 95 % of the best levels and 80 % of the tenth are those of the present or the previous book."""
    agreement = compare(RECORDING)

    assert agreement.compared[0] > 1_800
    assert agreement.share(0) >= 0.95
    assert all(agreement.share(level) >= 0.80 for level in range(10))
