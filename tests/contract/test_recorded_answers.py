"""Recorded answers survive our types, are what our documents allow, and are what some scenario answers.

They lie outside the repository; where they are absent the tests that read them are skipped and say so.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from simulator.betfair.errors import (
    ACCOUNT_EXCEPTION,
    BETTING_EXCEPTION,
    ApiError,
    ApiErrorCode,
    ExceptionType,
    Fault,
    ProtocolError,
)
from simulator.betfair.identity import CertificateLoginAnswer, SignInAnswer
from simulator.betfair.json_rpc import error_member
from simulator.betfair.schema import scores_aping, sports_aping, sports_enums
from simulator.betfair.schema.sports_markets import MarketBook, MarketCatalogue
from simulator.betfair.schema.wire import decode_hook, encode_hook
from tests.contract.recorded_scenes import POLLED_MARKETS, SCENES
from tests.documented import check, document
from tests.evidence import RECORDINGS, needs, text_of
from tests.in_process import client_of

RESULTS = {
    "responses/cancel_orders.json": "cancelOrders",
    "responses/list_cleared_orders.json": "listClearedOrders",
    "responses/list_competitions.json": "listCompetitions",
    "responses/list_countries.json": "listCountries",
    "responses/list_current_orders.json": "listCurrentOrders",
    "responses/list_current_orders_description.json": "listCurrentOrders",
    "responses/list_event_types.json": "listEventTypes",
    "responses/list_events.json": "listEvents",
    "responses/list_market_book.json": "listMarketBook",
    "responses/list_market_catalogue.json": "listMarketCatalogue",
    "responses/list_market_catalogue_no_ero.json": "listMarketCatalogue",
    "responses/list_market_profit_and_loss.json": "listMarketProfitAndLoss",
    "responses/list_market_types.json": "listMarketTypes",
    "responses/list_race_details.json": "listRaceDetails",
    "responses/list_runner_book.json": "listRunnerBook",
    "responses/list_time_ranges.json": "listTimeRanges",
    "responses/list_venues.json": "listVenues",
    "responses/place_orders.json": "placeOrders",
    "responses/replace_orders.json": "replaceOrders",
    "responses/update_orders.json": "updateOrders",
    "live-2026/betting_replace_orders_cancelled_not_placed_live.json": "replaceOrders",
    "live-2026/list_current_orders_sp_matched.json": "listCurrentOrders",
    "live-2026/list_current_orders_sp_resting.json": "listCurrentOrders",
}
"""Recorded results over JSON-RPC, and of which operation they are."""

MEMBERS: dict[str, type] = {
    **{f"polled-2023/{market_id}": MarketBook for market_id in POLLED_MARKETS},
    **{f"polled-2023/{market_id}.json": MarketCatalogue for market_id in ("1.199967351", *POLLED_MARKETS)},
}
"""Recordings of one member of a result."""

SIGN_INS: dict[str, tuple[type, str]] = {
    "responses/keep_alive_fail.json": (SignInAnswer, "keepAlive"),
    "responses/keep_alive_success.json": (SignInAnswer, "keepAlive"),
    "responses/login_fail.json": (CertificateLoginAnswer, "certlogin"),
    "responses/login_interactive_fail.json": (SignInAnswer, "login"),
    "responses/login_interactive_success.json": (SignInAnswer, "login"),
    "responses/login_success.json": (CertificateLoginAnswer, "certlogin"),
    "responses/logout_fail.json": (SignInAnswer, "logout"),
    "responses/logout_success.json": (SignInAnswer, "logout"),
}
"""Recorded answers of the identity service, with their types and the last part of their addresses."""

ERRORS: dict[str, ExceptionType] = {
    "live-2026/account_jsonrpc_error_invalid_input_live.json": ACCOUNT_EXCEPTION,
    "live-2026/betting_jsonrpc_error_invalid_params_live.json": BETTING_EXCEPTION,
    "live-2026/betting_jsonrpc_error_invalid_session_live.json": BETTING_EXCEPTION,
    "live-2026/betting_jsonrpc_error_too_much_data_live.json": BETTING_EXCEPTION,
}
"""Recorded errors over JSON-RPC, and the exception of their interface."""

REORDERED = {
    "responses/list_market_book.json": "the key line was pasted in, not where recordings of 2023 have it",
    "responses/list_market_catalogue.json": "a later field was pasted in, not where the service writes it",
    "responses/list_market_catalogue_no_ero.json": "a later field was pasted in, not where the service writes it",
}
"""Recordings whose members are not in the order of the service, and why."""

MADE_UP_BY_A_LIBRARY = {"responses/login_interactive_fail.json"}
"""Its status is a code, which an interactive login has as its error beside the status FAIL (manual)."""

_PASSED_AWAY = "answers have not had it for years (recorded in 2026)"
_CAME_LATER = "it came after the recording (manual, PlaceInstructionReport)"
_ABRIDGED = "the library abridged it: the manual prints all four members, and so does every client that logs in"
RIGHT_DIFFERENCES: dict[str, dict[str, str]] = {
    "responses/list_current_orders.json": {"result.currentOrders[].regulatorAuthCode": _PASSED_AWAY},
    "responses/list_current_orders_description.json": {"result.currentOrders[].regulatorAuthCode": _PASSED_AWAY},
    "responses/place_orders.json": {"result.instructionReports[].orderStatus": _CAME_LATER},
    "responses/replace_orders.json": {"result.instructionReports[].placeInstructionReport.orderStatus": _CAME_LATER},
    "responses/login_interactive_success.json": {"product": _ABRIDGED, "error": _ABRIDGED},
    "responses/login_interactive_fail.json": {"token": _ABRIDGED, "product": _ABRIDGED, "error": _ABRIDGED},
    "polled-2023/1.199967351.json": {"op": "who recorded it put it there"},
}
"""Where our answer has another shape than a recorded one, and why that is right."""


def read(file: str) -> Any:
    return json.loads(text_of(RECORDINGS / file))


def result_of(file: str) -> Any:
    return read(file)["result"]


def member_of_result(file: str) -> Any:
    """A recorded market without what is not of the service."""
    return {name: member for name, member in read(file).items() if name not in RIGHT_DIFFERENCES.get(file, {})}


def unabridged(file: str) -> Any:
    """A recorded answer of the identity service, with the members that were left out of it."""
    answer = read(file)
    left_out = RIGHT_DIFFERENCES.get(file, {})
    return {name: answer.get(name, "") for name in ("token", "product", "status", "error")} if left_out else answer


# Our types


@needs(RECORDINGS)
@pytest.mark.parametrize(("file", "operation"), RESULTS.items())
def test_a_recorded_result_survives_our_types(file: str, operation: str) -> None:
    """Decoded into our structs and encoded again it says the same, with its members in the same order."""
    signature = {**sports_aping.OPERATIONS, **scores_aping.OPERATIONS}[operation]

    assert_survives(result_of(file), signature.result, file)


@needs(RECORDINGS)
@pytest.mark.parametrize(("file", "kind"), MEMBERS.items())
def test_a_recorded_market_survives_our_types(file: str, kind: type) -> None:
    assert_survives(member_of_result(file), kind, file)


@needs(RECORDINGS)
@pytest.mark.parametrize(("file", "kind"), [(file, kind) for file, (kind, _) in SIGN_INS.items()])
def test_a_recorded_answer_of_the_identity_service_survives_our_types(file: str, kind: type) -> None:
    assert_survives(unabridged(file), kind, file)


@needs(RECORDINGS)
@pytest.mark.parametrize(("file", "exception"), ERRORS.items())
def test_a_recorded_error_is_what_we_write_for_its_code(file: str, exception: ExceptionType) -> None:
    """The number, the code and the members; a fault of the framework has a number alone."""
    recorded = read(file)["error"]
    details = recorded.get("data", {}).get(exception.name)
    error: ApiError | ProtocolError
    if details is None:
        error = ProtocolError(next(fault for fault in Fault if fault.text == recorded["message"]), "")
    else:
        error = ApiError(ApiErrorCode(details["errorCode"]), details["errorDetails"])

    assert recorded == error_member(error, exception, "SANITIZED")


def assert_survives(recorded: Any, kind: Any, file: str) -> None:
    decoded = msgspec.convert(recorded, kind, dec_hook=decode_hook)
    encoded = json.loads(msgspec.json.encode(decoded, enc_hook=encode_hook))

    assert recorded == encoded
    if file not in REORDERED:
        assert json.dumps(recorded) == json.dumps(encoded)


# Our documents


@needs(RECORDINGS)
@pytest.mark.parametrize(
    ("file", "operation"),
    [
        *RESULTS.items(),
        *((file, operation) for file, (_, operation) in SIGN_INS.items() if file not in MADE_UP_BY_A_LIBRARY),
    ],
)
def test_a_recorded_answer_is_one_that_our_document_allows(file: str, operation: str) -> None:
    """With every status and code among the closed list that the document has for it."""
    body = result_of(file) if file in RESULTS else unabridged(file)

    check(
        OPERATION_IDS.get(operation, operation), 200, {b"content-type": b"application/json"}, json.dumps(body).encode()
    )


OPERATION_IDS = {"keepAlive": "keepAlivePost", "logout": "logoutPost"}


@needs(RECORDINGS)
@pytest.mark.parametrize(("file", "kind"), MEMBERS.items())
def test_a_recorded_market_is_one_that_our_document_allows(file: str, kind: type) -> None:
    operation = {MarketBook: "listMarketBook", MarketCatalogue: "listMarketCatalogue"}[kind]

    check(operation, 200, {b"content-type": b"application/json"}, json.dumps([member_of_result(file)]).encode())


# Our answers


@needs(RECORDINGS)
@pytest.mark.parametrize("file", SCENES)
def test_there_is_a_scenario_in_which_our_answer_has_the_recorded_shape(file: str) -> None:
    """All paths with the kinds of their values, but for what is different and right to be."""
    recorded, scene = read(file), SCENES[file]
    recording = recording_of(file)
    with client_of(scene.scenario(recording)) as client:
        ours = shape(scene.play(client, recording))
    theirs = shape(recorded)

    right = RIGHT_DIFFERENCES.get(file, {})
    differences = {path: f"here {ours.get(path)}, there {theirs.get(path)}" for path in {**ours, **theirs}}
    assert {} == {
        path: what for path, what in differences.items() if path not in right and ours.get(path) != theirs.get(path)
    }
    assert not {path for path in right if ours.get(path) == theirs.get(path)}, "what is no difference any more"


@needs(RECORDINGS)
@pytest.mark.parametrize("file", [file for file, kind in MEMBERS.items() if kind is MarketCatalogue])
def test_a_scenario_can_say_all_that_a_recorded_catalogue_says(file: str) -> None:
    """Value for value; but what was traded is not said."""
    recorded, scene = read(file), SCENES[file]
    recording = recording_of(file)
    with client_of(scene.scenario(recording)) as client:
        ours = scene.play(client, recording)

    same = [name for name in recorded if name != "totalMatched" and name not in RIGHT_DIFFERENCES.get(file, {})]
    assert {name: recorded[name] for name in same} == {name: ours[name] for name in same}


@needs(RECORDINGS)
@pytest.mark.parametrize("file", [file for file, kind in MEMBERS.items() if kind is MarketBook])
def test_each_runner_of_a_recorded_book_has_the_members_of_ours(file: str) -> None:
    """The runners in their order, each with its own members: those that traded, were bet on in vain, or neither."""
    scene, recording = SCENES[file], recording_of(file)
    with client_of(scene.scenario(recording)) as client:
        ours = scene.play(client, recording)

    def members(book: Any) -> list[tuple[Any, ...]]:
        return [(runner["selectionId"], runner["handicap"], *runner) for runner in book["runners"]]

    assert members(recording[1]) == members(ours)


def recording_of(file: str) -> tuple[Any, Any]:
    """Return the catalogue of a recorded market and its book, `None` where there is none."""
    market_id = file.removesuffix(".json")
    return read(f"{market_id}.json"), read(market_id) if market_id in SCENES else None


def shape(answer: Any) -> dict[str, list[str]]:
    """Return the kinds of the values at every path of an answer; members of a list have the same path."""
    kinds: dict[str, set[str]] = {}
    for path, kind in _kinds(answer, ""):
        kinds.setdefault(path, set()).add(kind)
    return {path: sorted(found) for path, found in kinds.items()}


def _kinds(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _kinds(member, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        if not value:
            yield f"{path}[]", "nothing"
        for member in value:
            yield from _kinds(member, f"{path}[]")
    else:
        yield path, _kind(value, path)


def _kind(value: object, path: str) -> str:
    """Return what a value is: numbers with a point are none without one, and dates of whole seconds say so."""
    if not isinstance(value, str):
        return type(value).__name__
    date = re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(\d{3})Z", value)
    if date:
        return "date" if date[1] == "000" else "date with milliseconds"
    return "number as a text" if value.isdigit() and path.lower().endswith("id") else "text"


# That nothing is forgotten


CLOSED_LISTS = {
    "Order.status": sports_enums.OrderStatus,
    "Match.side": sports_enums.Side,
    "PlaceInstructionReport.errorCode": sports_enums.InstructionReportErrorCode,
    "PlaceExecutionReport.errorCode": sports_enums.ExecutionReportErrorCode,
    "UpdateExecutionReport.status": sports_enums.ExecutionReportStatus,
    "ClearedOrderSummary.betOutcome": sports_enums.BetOutcome,
    "CurrentOrderSummary.persistenceType": sports_enums.PersistenceType,
    "MarketDescription.bettingType": sports_enums.MarketBettingType,
    "MarketBook.status": sports_enums.MarketStatus,
    "Runner.status": sports_enums.RunnerStatus,
}


@pytest.mark.parametrize("member", CLOSED_LISTS)
def test_the_document_lists_the_values_of_a_text_that_has_no_others(member: str) -> None:
    schemas = document("betfair-betting.yaml")["components"]["schemas"]
    struct, _, name = member.partition(".")

    reference = schemas[struct]["properties"][name]["$ref"]

    assert schemas[reference.rpartition("/")[2]]["enum"] == sorted(one.value for one in CLOSED_LISTS[member])


@needs(RECORDINGS)
def test_every_recorded_answer_is_looked_at_and_has_a_scenario() -> None:
    """All files but those of the stream."""
    files = {
        f"{folder}/{path.name}"
        for folder in ("responses", "polled-2023", "live-2026")
        for path in (RECORDINGS / folder).iterdir()
        if not path.name.startswith(("streaming", "ocm"))
    }

    assert files == {*RESULTS, *MEMBERS, *SIGN_INS, *ERRORS} == SCENES.keys()


def test_every_difference_is_one_of_a_recording_that_there_is() -> None:
    assert {*REORDERED, *RIGHT_DIFFERENCES} <= SCENES.keys()
