"""How often the book of one market may be asked for, where a scenario bounds it."""

from collections.abc import Iterator

import pytest

from tests.contract.bettor import CONTROL, MATCH, NEXT_MATCH, Bettor, betting
from tests.in_process import Client


@pytest.fixture
def client() -> Iterator[Client]:
    with betting(booksPerSecond=5) as client:
        yield client


def ask(bettor: Bettor, *market_ids: str) -> int:
    """Ask for books; return how many there are."""
    return len(bettor.ask("listMarketBook", marketIds=market_ids))


def is_refused(bettor: Bettor, *market_ids: str) -> bool:
    code, details = bettor.refusal("listMarketBook", marketIds=market_ids)
    assert "too often" in details
    return code == "TOO_MANY_REQUESTS"


def test_the_sixth_request_for_a_market_within_a_second_is_one_too_many(client: Client, alice: Bettor) -> None:
    for _ in range(5):
        assert 1 == ask(alice, MATCH)
    assert is_refused(alice, MATCH)

    client.post(f"{CONTROL}/clock", json={"advance": "PT0.999S"})
    assert is_refused(alice, MATCH)
    client.post(f"{CONTROL}/clock", json={"advance": "PT0.001S"})
    for _ in range(5):
        assert 1 == ask(alice, MATCH)
    assert is_refused(alice, MATCH)


def test_every_market_and_every_account_is_counted_by_itself(alice: Bettor, bob: Bettor) -> None:
    for _ in range(5):
        ask(alice, MATCH)
    assert 1 == ask(alice, NEXT_MATCH)
    assert 1 == ask(bob, MATCH)


def test_a_request_of_which_one_market_is_too_much_counts_for_none(alice: Bettor) -> None:
    for _ in range(5):
        ask(alice, MATCH)
    for _ in range(9):
        assert is_refused(alice, NEXT_MATCH, MATCH)
    for _ in range(5):
        assert 1 == ask(alice, NEXT_MATCH)


def test_a_market_that_is_named_twice_counts_once_and_one_that_is_not_there_never(alice: Bettor) -> None:
    for _ in range(5):
        assert 1 == ask(alice, MATCH, MATCH, "1.999")
    assert is_refused(alice, MATCH)
    assert 0 == ask(alice, "1.999")


def test_books_of_single_runners_are_not_counted(alice: Bettor) -> None:
    """The advice is about listMarketBook."""
    for _ in range(6):
        assert alice.ask("listRunnerBook", marketId=MATCH, selectionId=1)


def test_without_the_setting_a_market_may_be_asked_for_as_often_as_one_likes() -> None:
    with betting() as client:
        alice = Bettor(client)
        for _ in range(20):
            assert 1 == ask(alice, MATCH)
        assert [] == list(client.worlds.default.book_requests.state())
