"""Every failure that ships with the package happens to betfairlightweight, and to a bot that survives it."""

import re
from pathlib import Path
from typing import Any

import pytest
from betfairlightweight import APIClient, filters
from betfairlightweight.exceptions import APIError, BetfairError, InvalidResponse, LoginError, StatusCodeError

from simulator import data
from simulator.testing import World
from tests.clients.fair import HOME, MATCH_ODDS
from tests.clients.library import current_orders, limit
from tests.clients.survivors import bet_size_in_market, cancel_for_good, place_once, read_again, with_session

FAILURES = [name.removesuffix(".yaml") for name in data.failure_names()]
PAGE = Path(__file__).parents[3] / "docs" / "failure-modes.md"
BET = limit(HOME, "BACK", 2.5, 10, customer_order_ref="mine")
SHORT_SECONDS = 0.5


def fail(world: World, failure: str) -> None:
    world.fault(failure)


def bet(client: APIClient) -> str:
    report = client.betting.place_orders(MATCH_ODDS, [BET])
    bet_id: str = report.place_instruction_reports[0].bet_id
    return bet_id


def books(client: APIClient) -> Any:
    return client.betting.list_market_book([MATCH_ODDS])


# Bets of which nobody knows


@pytest.mark.parametrize("failure", ["answer-lost", "answer-stalled", "order-timeout"])
def test_a_bet_that_was_placed_is_found_and_not_placed_twice(world: World, client: APIClient, failure: str) -> None:
    fail(world, failure)
    client.betting.read_timeout = SHORT_SECONDS if failure == "answer-stalled" else 16

    assert len(place_once(client, MATCH_ODDS, BET, "once")) == 1
    assert len(current_orders(client)) == 1


@pytest.mark.parametrize("failure", ["order-timeout-without-bet", "bet-in-progress"])
def test_a_bet_that_was_not_placed_is_not_found(world: World, client: APIClient, failure: str) -> None:
    fail(world, failure)

    assert place_once(client, MATCH_ODDS, BET, "once") == []


def test_a_retry_with_the_same_reference_is_a_duplicate(world: World, client: APIClient) -> None:
    fail(world, "answer-lost")
    with pytest.raises(APIError):
        client.betting.place_orders(MATCH_ODDS, [BET], customer_ref="once")

    report = client.betting.place_orders(MATCH_ODDS, [BET], customer_ref="once")

    assert report.error_code == "DUPLICATE_TRANSACTION"
    assert len(current_orders(client)) == 1


def test_an_order_that_failed_in_the_matcher_has_no_bet_id(world: World, client: APIClient) -> None:
    fail(world, "order-without-bet-id")

    report = client.betting.place_orders(MATCH_ODDS, [BET])

    assert (report.error_code, report.place_instruction_reports[0].bet_id) == ("ERROR_IN_MATCHER", None)
    assert bet_size_in_market(client, MATCH_ODDS) == 0


# What happens before a request arrives


def test_a_cancellation_comes_too_late(world: World, client: APIClient) -> None:
    bet_id = bet(client)
    fail(world, "cancel-races-match")

    order = cancel_for_good(client, MATCH_ODDS, bet_id)

    assert (order.status, order.size_matched) == ("EXECUTION_COMPLETE", 10)


def test_a_bet_has_lapsed_when_the_cancellation_arrives(world: World, client: APIClient) -> None:
    bet_id = bet(client)
    fail(world, "in-play-on-the-way")

    assert cancel_for_good(client, MATCH_ODDS, bet_id).size_lapsed == 10


def test_only_the_rest_is_replaced(world: World, client: APIClient) -> None:
    bet_id = bet(client)
    fail(world, "replace-of-a-rest")

    report = client.betting.replace_orders(MATCH_ODDS, [filters.replace_instruction(bet_id, 3.0)])

    assert report.replace_instruction_reports[0].place_instruction_reports.instruction.limit_order.size == 6
    assert bet_size_in_market(client, MATCH_ODDS) == 10


def test_a_bet_is_cancelled_and_the_one_in_its_stead_is_not_placed(world: World, client: APIClient) -> None:
    bet_id = bet(client)
    fail(world, "replace-half-done")

    report = client.betting.replace_orders(MATCH_ODDS, [filters.replace_instruction(bet_id, 3.0)])

    (instruction,) = report.replace_instruction_reports
    assert (report.error_code, instruction.error_code) == ("BET_ACTION_ERROR", "CANCELLED_NOT_PLACED")
    assert instruction.cancel_instruction_reports.status == "SUCCESS"
    assert instruction.place_instruction_reports.status == "FAILURE"
    assert bet_size_in_market(client, MATCH_ODDS) == 0


@pytest.mark.parametrize(
    ("do", "more", "status"),
    [("refuse", {"code": "BET_IN_PROGRESS"}, "FAILURE"), ("timeout-before", {}, "TIMEOUT")],
)
def test_a_replacement_of_which_nothing_is_known_can_be_read(
    world: World, client: APIClient, do: str, more: dict[str, str], status: str
) -> None:
    bet_id = bet(client)
    world.fault("replaceOrders", do, **more)

    report = client.betting.replace_orders(MATCH_ODDS, [filters.replace_instruction(bet_id, 3.0)])

    (instruction,) = report.replace_instruction_reports
    assert (report.status, instruction.place_instruction_reports.status) == (status, status)
    assert bet_size_in_market(client, MATCH_ODDS) == 10


def test_a_market_is_suspended_when_the_bet_arrives(world: World, client: APIClient) -> None:
    fail(world, "suspended-on-the-way")

    assert client.betting.place_orders(MATCH_ODDS, [BET]).error_code == "MARKET_SUSPENDED"
    assert books(client)[0].status == "SUSPENDED"


def test_somebody_takes_the_offer_first(world: World, client: APIClient) -> None:
    fail(world, "somebody-was-faster")

    report = client.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 2.1, 50)])

    assert report.place_instruction_reports[0].size_matched == 0


def test_half_of_a_batch_fails(world: World, client: APIClient) -> None:
    first, second = bet(client), bet(client)
    fail(world, "half-a-batch")

    report = client.betting.cancel_orders(MATCH_ODDS, [{"betId": first}, {"betId": second}])

    assert (report.status, report.error_code) == ("PROCESSED_WITH_ERRORS", "PROCESSED_WITH_ERRORS")
    assert [(each.status, each.error_code) for each in report.cancel_instruction_reports] == [
        ("FAILURE", "BET_TAKEN_OR_LAPSED"),
        ("SUCCESS", None),
    ]
    assert [(order.bet_id, order.size_matched) for order in current_orders(client) if order.size_matched] == [
        (first, 10)
    ]


def test_exposure_is_still_worked_out(world: World, client: APIClient) -> None:
    fail(world, "exposure-is-slow")
    bet(client)

    assert client.betting.place_orders(MATCH_ODDS, [BET]).error_code == "INSUFFICIENT_FUNDS"
    assert bet(client)


# Who asks, and how often


def test_a_session_that_is_lost_is_begun_anew(world: World, client: APIClient) -> None:
    fail(world, "session-lost")

    report = with_session(client, lambda: client.betting.place_orders(MATCH_ODDS, [BET]))

    assert report.status == "SUCCESS"
    assert len(current_orders(client)) == 1


def test_a_login_is_banned(world: World, client: APIClient) -> None:
    fail(world, "login-banned")

    with pytest.raises(LoginError, match="TEMPORARY_BAN_TOO_MANY_REQUESTS"):
        client.login_interactive()
    client.login_interactive()


def test_too_much_data_is_asked_for(world: World, client: APIClient) -> None:
    fail(world, "too-much-data")

    with pytest.raises(APIError, match="TOO_MUCH_DATA"):
        books(client)


def test_heartbeats_stop_to_count(world: World, client: APIClient) -> None:
    bet(client)
    fail(world, "heartbeat-lost")

    answer = client.session.post(
        f"{client.api_uri}heartbeat/json-rpc/v1",
        json={"method": "HeartbeatAPING/v1.0/heartbeat", "params": {"preferredTimeoutSeconds": 10}},
        headers=client.request_headers,
        timeout=16,
    ).json()
    world.advance("PT1M")

    assert answer["result"]["actualTimeoutSeconds"] == 10
    assert current_orders(client)[0].status == "EXECUTABLE"


# Answers


READABLE_AGAIN = {
    "too-many-requests": APIError,
    "gateway-busy": StatusCodeError,
    "answer-cut-off": APIError,
    "answer-malformed": InvalidResponse,
}


@pytest.mark.parametrize(("failure", "error"), READABLE_AGAIN.items(), ids=READABLE_AGAIN)
def test_what_only_reads_is_asked_again(
    world: World, client: APIClient, failure: str, error: type[BetfairError]
) -> None:
    fail(world, failure)

    with pytest.raises(error):
        books(client)
    assert read_again(lambda: books(client))[0].market_id == MATCH_ODDS


@pytest.mark.parametrize("failure", ["answer-drips", "slow-network"])
def test_a_slow_answer_is_an_answer(world: World, client: APIClient, failure: str) -> None:
    fail(world, failure)

    assert books(client)[0].market_id == MATCH_ODDS
    assert world.control("GET", "faults")["fired"][0]["milliseconds"] > 0


# The page


def test_every_failure_has_a_test_and_a_place_on_the_page() -> None:
    page, own = PAGE.read_text(encoding="utf-8"), Path(__file__)
    tests = "".join(file.read_text(encoding="utf-8") for file in own.parent.glob("test_*.py"))

    assert [name for name in FAILURES if f"`{name}`" not in page] == []
    assert [name for name in FAILURES if f'"{name}"' not in tests] == []
    assert set(re.findall(r"^\| `([\w-]+)`", page, re.MULTILINE)) == set(FAILURES)


def test_every_failure_mode_that_is_told_of_has_a_name() -> None:
    """F1 to F30 are how the page and the files count them."""
    texts = [data.failure_bytes(name).decode() for name in data.failure_names()]

    told = {int(number) for text in texts for number in re.findall(r"^# F(\d+):", text)}

    assert told == set(range(1, 31))


def test_the_page_shows_what_the_tests_drive() -> None:
    shown = re.findall(r"<!-- shown: (\S+) -->\n```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)

    assert shown
    for path, code in shown:
        assert code in (PAGE.parents[1] / path).read_text(encoding="utf-8")
