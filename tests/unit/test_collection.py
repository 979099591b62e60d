"""Full collections of garbage are put off while large documents are worked on, and only then."""

import gc

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
