"""Our virtual prices against those that an exchange displayed."""

from tests.evidence import STREAMS, needs
from tests.recorded.virtual_fills import found, taken
from tests.recorded.virtual_misses import misses
from tests.recorded.virtual_prices import compare

RECORDING = STREAMS / "1.197931751.bz2"


@needs(RECORDING)
def test_the_recorded_display_of_a_two_winner_market_is_ours() -> None:
    """At least 95 % of the best levels and 80 % of the tenth are those of the present or the previous book."""
    agreement = compare(RECORDING)

    assert agreement.compared[0] > 1_800
    assert agreement.share(0) >= 0.95
    assert all(agreement.share(level) >= 0.80 for level in range(10))


@needs(RECORDING)
def test_most_levels_that_differ_are_of_a_book_between_two_messages() -> None:
    """Three in four are such real offers, or ours with these; displays of the message before explain next to none."""
    found, agreement = misses(RECORDING), compare(RECORDING)

    assert found.compared == agreement.compared
    assert found.differing == sum(agreement.compared) - sum(agreement.agreeing)
    assert sum(found.real) + sum(found.explained) >= 0.75 * found.differing
    assert found.real[0] >= 0.8 * (found.compared[0] - agreement.agreeing[0])
    assert found.control <= 0.05 * (sum(found.explained) + sum(found.unexplained))


@needs(RECORDING)
def test_the_more_of_the_book_a_message_sends_the_more_levels_differ() -> None:
    """At most one in forty where it sends under four levels, at least one in six where it sends sixteen or more."""
    found = misses(RECORDING)
    few, some, many = (
        differing / compared
        for differing, compared in zip(found.differing_by_pace, found.compared_by_pace, strict=True)
    )

    assert few <= 1 / 40 < some < 1 / 6 <= many


@needs(RECORDING)
def test_bets_that_take_virtual_offers_find_what_was_displayed() -> None:
    """The levels agree as the rule's do. Nine in ten bets on the best five are matched whole, and else six at most."""
    seen = found(RECORDING)

    assert seen.agreement.compared[0] > 1_800
    assert seen.agreement.share(0) >= 0.95
    assert all(seen.agreement.share(level) >= 0.80 for level in range(10))
    assert len(seen.wanted) > 400
    with_virtual, _ = taken(RECORDING, seen.wanted, cross_matching=True)
    without, _ = taken(RECORDING, seen.wanted, cross_matching=False)
    assert with_virtual >= 0.9 * len(seen.wanted)
    assert without <= 0.6 * len(seen.wanted)
