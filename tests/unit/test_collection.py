"""Collections of garbage are put off while large documents are worked on or strategies play, and only then."""

import gc

from simulator.backtest.collection import FEWEST_COLLECTED, seldom_collected
from simulator.control.collection import NEVER, full_collections_put_off


def test_young_objects_are_collected_as_usual_and_old_ones_later() -> None:
    usual = gc.get_threshold()

    with full_collections_put_off():
        assert (*usual[:2], NEVER) == gc.get_threshold()

    assert usual == gc.get_threshold()


def test_the_last_of_several_who_put_them_off_puts_back_what_was() -> None:
    usual = gc.get_threshold()
    first, second = full_collections_put_off(), full_collections_put_off()

    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert NEVER == gc.get_threshold()[2]
    second.__exit__(None, None, None)

    assert usual == gc.get_threshold()


def test_they_are_not_put_off_any_more_after_a_failure() -> None:
    usual = gc.get_threshold()
    try:
        with full_collections_put_off():
            raise LookupError
    except LookupError:
        pass

    assert usual == gc.get_threshold()


def test_while_strategies_play_what_is_there_is_left_alone_and_young_objects_are_collected_seldom() -> None:
    usual = gc.get_threshold()
    assert gc.get_freeze_count() == 0

    with seldom_collected():
        assert (FEWEST_COLLECTED, 1) == gc.get_threshold()[:2]
        assert gc.get_freeze_count() > 0
        with seldom_collected():
            assert (FEWEST_COLLECTED, 1) == gc.get_threshold()[:2]
        assert (FEWEST_COLLECTED, 1) == gc.get_threshold()[:2]
        assert gc.get_freeze_count() > 0

    assert (usual, 0) == (gc.get_threshold(), gc.get_freeze_count())


def test_the_last_of_several_who_play_at_a_time_puts_back_what_was() -> None:
    usual = gc.get_threshold()
    first, second = seldom_collected(), seldom_collected()

    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert (FEWEST_COLLECTED, 1) == gc.get_threshold()[:2]
    second.__exit__(None, None, None)

    assert (usual, 0) == (gc.get_threshold(), gc.get_freeze_count())


def test_where_garbage_is_never_looked_for_playing_strategies_does_not_change_that() -> None:
    usual = gc.get_threshold()
    gc.set_threshold(0)
    try:
        with seldom_collected():
            assert gc.get_threshold()[0] == 0
    finally:
        gc.set_threshold(*usual)
