"""What best offers show of levels that are too small for lines of their own."""

import pytest

from simulator.betfair.betting.rollup import Line, Rollup
from simulator.betfair.schema.sports_enums import RollupModel

BOOK = Rollup(RollupModel.STAKE, 100)
STREAM = Rollup(RollupModel.STAKE, 100, shows_rest=True)


@pytest.mark.parametrize(
    ("offers", "depth", "of_book", "of_stream"),
    [
        ([(150_00, 164), (340_00, 108), (950_00, 48)], 3, [(150_00, 164), (340_00, 108)], None),
        ([(200, 500), (190, 40), (180, 30)], 3, [(200, 500)], [(200, 500), (180, 70)]),
        ([(200, 40), (190, 30)], 3, [], [(190, 70)]),
        ([(200, 500), (190, 40)], 1, [(200, 500)], [(200, 500)]),
        ([(200, 40), (190, 60)], 3, [(190, 100)], [(190, 100)]),
        ([], 3, [], []),
    ],
)
def test_what_is_left_at_the_end_is_a_line_of_the_stream_and_not_of_books(
    offers: list[Line], depth: int, of_book: list[Line], of_stream: list[Line] | None
) -> None:
    """The first is recorded, in a capture of 2025 at its end: the stream had all three."""
    assert BOOK.best(offers, depth) == of_book
    assert STREAM.best(offers, depth) == (offers if of_stream is None else of_stream)
