"""JSON-RPC as Betfair's framework speaks it: envelopes, batches, errors and who may call.

Sources: manual, "Los códigos de error más comunes"; recorded answers and errors; the framework (betfair/cougar,
`JsonRpcTransportCommandProcessor`).
"""

import asyncio
import json
import logging
from typing import Any

import httpx
import pytest

from simulator.betfair.dispatch import FaceSettings
from simulator.betfair.errors import BETTING_EXCEPTION, ApiErrorCode
from simulator.betfair.operations import Call, Operation, Service
from simulator.betfair.transport import BetfairFace
from simulator.world.clock import RealTime
from simulator.world.happened import Happened
from simulator.world.inputs import AdvanceClock, TakeRequestId
from simulator.world.worlds import Worlds
from tests.contract.face import NothingRequest, Theatre, call
from tests.scenario import OFF, SOCCER, event, happening, loaded, match_odds, scenario


@pytest.fixture
def theatre() -> Theatre:
    return Theatre()


def error_of(answer: httpx.Response) -> tuple[int, int, str]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["message"]


# Envelopes


def test_an_answer_carries_the_bare_result_between_version_and_id(theatre: Theatre) -> None:
    answer = theatre.rpc(call("listThings", {"name": "a"}, 7))

    assert 200 == answer.status_code
    assert "application/json" == answer.headers["content-type"]
    assert "no-cache" == answer.headers["cache-control"]
    assert '{"jsonrpc":"2.0","result":[{"name":"a","size":2.0,"side":"BACK"}],"id":7}' == answer.text


@pytest.mark.parametrize(
    "call_id", ["1", "-1", "1.50", '"a"', '"\\u00e9"', "true", "[1, 2]", '{"a" : 1}', '""', "12345678901234567890123"]
)
def test_an_id_comes_back_as_it_was_written(theatre: Theatre, call_id: str) -> None:
    answer = theatre.rpc(f'{{"id": {call_id}, "method": "SportsAPING/v1.0/ping", "params": {{}}}}'.encode())

    assert f'{{"jsonrpc":"2.0","result":"SUCCESS","id":{call_id}}}' == answer.text


@pytest.mark.parametrize("member", ["", ', "id": null'])
def test_without_an_id_there_is_none_in_the_answer(theatre: Theatre, member: str) -> None:
    answer = theatre.rpc(f'{{"method": "SportsAPING/v1.0/ping"{member}}}'.encode())

    assert '{"jsonrpc":"2.0","result":"SUCCESS"}' == answer.text


@pytest.mark.parametrize("member", ["", ', "params": {}', ', "params": null', ', "params": []'])
def test_missing_parameters_are_none(theatre: Theatre, member: str) -> None:
    answer = theatre.rpc(f'{{"method": "SportsAPING/v1.0/ping"{member}, "id": 1}}'.encode())

    assert "SUCCESS" == answer.json()["result"]


@pytest.mark.parametrize("version", ['"2.0"', '"1.0"', "2", "null", "{}"])
def test_the_version_of_json_rpc_does_not_matter(theatre: Theatre, version: str) -> None:
    answer = theatre.rpc(f'{{"jsonrpc": {version}, "method": "SportsAPING/v1.0/ping", "id": 1, "extra": 0}}'.encode())

    assert "SUCCESS" == answer.json()["result"]


@pytest.mark.parametrize(
    "method", ["SportsAPING/v1.0/ping", "SportsAPING/v1/ping", "SportsAPING/v1.7/ping", "sportsaping/V1.0/PING"]
)
def test_methods_are_found_in_any_case_and_minor_version(theatre: Theatre, method: str) -> None:
    assert "SUCCESS" == theatre.rpc({"method": method, "id": 1}).json()["result"]


@pytest.mark.parametrize(
    "method",
    [
        "ping",
        "SportsAPING/ping",
        "SportsAPING/v2.0/ping",
        "SportsAPING/v1.0/pong",
        "SportsAPING/v1.0/ping/",
        "SportsAPING/v1.0/ping\n",
        "AccountAPING/v1.0/ping",
        "",
    ],
)
def test_an_unknown_method_is_named_by_a_code_alone(theatre: Theatre, method: str) -> None:
    answer = theatre.rpc({"method": method, "id": 1})

    assert 200 == answer.status_code
    assert '{"jsonrpc":"2.0","error":{"code":-32601,"message":"DSC-0021"},"id":1}' == answer.text


@pytest.mark.parametrize(
    "ending", ["", "/", "/SportsAPING/v1.0/listEventTypes", "/anything/at%20all", "/%0a", "?locale=en"]
)
def test_what_follows_the_version_in_the_path_does_not_matter(theatre: Theatre, ending: str) -> None:
    assert "SUCCESS" == theatre.rpc(call("ping"), f"/exchange/betting/json-rpc/v1{ending}").json()["result"]


def test_positional_parameters_follow_the_definition(theatre: Theatre) -> None:
    answer = theatre.rpc(call("listThings", ["a", 2]))

    assert ["a", "a"] == [thing["name"] for thing in answer.json()["result"]]


@pytest.mark.parametrize(
    ("params", "things"),
    [(["a"], 1), (["a", None], 1), (["a", "2"], 2), (["a", None, "note"], 1), (["a", 2, "note", {"beyond": "all"}], 2)],
)
def test_positional_parameters_may_be_left_out_at_the_end_and_what_is_beyond_them_is_not_looked_at(
    theatre: Theatre, params: list[object], things: int
) -> None:
    assert things == len(theatre.rpc(call("listThings", params)).json()["result"])


@pytest.mark.parametrize("params", [[None, 2], [["a"]], ["a", "many"]])
def test_positional_parameters_are_held_to_the_same_as_named_ones(theatre: Theatre, params: list[object]) -> None:
    assert {"code": -32602, "message": "DSC-0018"} == theatre.rpc(call("listThings", params)).json()["error"]


def test_the_content_type_of_a_call_does_not_matter(theatre: Theatre) -> None:
    body = json.dumps(call("ping")).encode()

    assert "SUCCESS" == theatre.rpc(body, **{"Content-Type": "text/plain"}).json()["result"]
    assert "SUCCESS" == theatre.rpc(body, Accept="application/xml").json()["result"]


# What is no call


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"5",
        b'"text"',
        b"{}",
        b'{"id": 1}',
        b'{"method": 5}',
        b'{"method": null}',
        b'{"method": "SportsAPING/v1.0/ping", "id": 1',
        b'{"method": "SportsAPING/v1.0/ping", "id": NaN}',
        b'{"method": "SportsAPING/v1.0/ping", "id": 01}',
        b'{"method": "SportsAPING/v1.0/ping", "id": 1e400}',
        b'{"method": "SportsAPING/v1.0/ping", "id": "\\ud800"}',
        b'{"method": "SportsAPING/v1.0/ping", "id": "\xff"}',
        b'{"method": "SportsAPING/v1.0/ping", "id": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b'{"method": "\xff"}',
        b'[{"method": "SportsAPING/v1.0/ping"}, {}]',
        b'[{"method": "SportsAPING/v1.0/ping"}, 5]',
        b'[{"method": "SportsAPING/v1.0/ping"}',
        b'[[{"method": "SportsAPING/v1.0/ping"}]]',
        b"[" * 10_000,
        b"\x00\x01\x02",
        b"\x1f\x8b\x08\x00",
        b"<?xml version='1.0'?><call/>",
    ],
    ids=lambda body: repr(body[:60]),
)
def test_what_is_no_call_is_one_parse_error_without_an_id(theatre: Theatre, body: bytes) -> None:
    answer = theatre.rpc(body)

    assert (400, '{"jsonrpc":"2.0","error":{"code":-32700,"message":"DSC-0008"}}') == (answer.status_code, answer.text)
    assert not theatre.stage.calls, "one element that is no call spoils the batch before any call is made"


@pytest.mark.parametrize(
    "params",
    [b'{"name": NaN}', b'{"copies": 1e400, "name": "a"}', b'{"name": "\\ud800"}', b"[" * 10_000 + b"]" * 10_000],
    ids=lambda params: repr(params[:40]),
)
def test_parameters_that_are_not_json_are_a_parse_error(theatre: Theatre, params: bytes) -> None:
    answer = theatre.rpc(b'{"method": "SportsAPING/v1.0/listThings", "id": 1, "params": ' + params + b"}")

    assert (400, '{"jsonrpc":"2.0","error":{"code":-32700,"message":"DSC-0008"}}') == (answer.status_code, answer.text)


@pytest.mark.parametrize(
    "params",
    [{}, {"name": None}, {"name": ["a"]}, {"name": "a", "copies": "many"}, {"name": "a", "copies": True}, [], 5],
)
def test_parameters_that_do_not_fit_are_invalid(theatre: Theatre, params: Any) -> None:
    answer = theatre.rpc(call("listThings", {"name": "a"}) | {"params": params})

    assert '{"jsonrpc":"2.0","error":{"code":-32602,"message":"DSC-0018"},"id":1}' == answer.text
    assert 200 == answer.status_code


# Batches


def test_a_batch_is_answered_by_a_list_in_its_order(theatre: Theatre) -> None:
    answer = theatre.rpc([call("ping", call_id=1), call("pong", call_id=2), call("ping", call_id=3)])

    assert (
        '[{"jsonrpc":"2.0","result":"SUCCESS","id":1},'
        '{"jsonrpc":"2.0","error":{"code":-32601,"message":"DSC-0021"},"id":2},'
        '{"jsonrpc":"2.0","result":"SUCCESS","id":3}]'
    ) == answer.text


def test_a_batch_of_one_is_still_a_list(theatre: Theatre) -> None:
    assert '[{"jsonrpc":"2.0","result":"SUCCESS","id":1}]' == theatre.rpc([call("ping")]).text


@pytest.mark.parametrize("body", [b"[]", b" [ ] "])
def test_an_empty_batch_is_an_error_of_its_own(theatre: Theatre, body: bytes) -> None:
    answer = theatre.rpc(body)

    assert (400, '{"jsonrpc":"2.0","error":{"code":-32600,"message":"DSC-0031"}}') == (answer.status_code, answer.text)


def test_a_batch_of_five_thousand_calls_is_answered(theatre: Theatre) -> None:
    answer = theatre.rpc([call("ping", call_id=number) for number in range(5_000)])

    assert list(range(5_000)) == [element["id"] for element in answer.json()]


def test_the_waits_of_a_batch_are_side_by_side(theatre: Theatre) -> None:
    """All calls have begun before the first is waited for, and the answers keep the order of the calls."""

    async def act(client: httpx.AsyncClient) -> httpx.Response:
        batch = [call("wait", {"name": "a"}, 1), call("ping", call_id=2), call("wait", {"name": "b"}, 3)]
        request = asyncio.ensure_future(client.post("/exchange/betting/json-rpc/v1", json=batch, headers=theatre.alice))
        while len(theatre.stage.calls) < 3:
            await asyncio.sleep(0)
        theatre.stage.gates["b"].set_result("second gate")
        theatre.stage.gates["a"].set_result("first gate")
        return await request

    answers = theatre.run(act).json()

    assert [(1, "first gate"), (2, "SUCCESS"), (3, "second gate")] == [(one["id"], one["result"]) for one in answers]


def test_a_batch_may_be_answered_in_order_of_completion() -> None:
    """As the real service does: what cannot be read comes first, what waits comes when it is ready."""
    theatre = Theatre(FaceSettings(batch_in_completion_order=True))

    async def act(client: httpx.AsyncClient) -> httpx.Response:
        batch = [
            call("wait", {"name": "slow"}, 1),
            call("wait", {"name": "quick"}, 2),
            call("ping", call_id=3),
            call("listThings", {}, 4),
            call("pong", call_id=5),
        ]
        request = asyncio.ensure_future(client.post("/exchange/betting/json-rpc/v1", json=batch, headers=theatre.alice))
        while len(theatre.stage.calls) < 3:
            await asyncio.sleep(0)
        theatre.stage.gates["quick"].set_result("")
        for _ in range(10):
            await asyncio.sleep(0)
        theatre.stage.gates["slow"].set_result("")
        return await request

    assert [4, 5, 3, 2, 1] == [answer["id"] for answer in theatre.run(act).json()]


# Errors of operations


def test_an_error_of_an_operation_is_written_as_recorded(theatre: Theatre) -> None:
    answer = theatre.rpc(call("refuse"))

    assert 200 == answer.status_code
    assert (
        '{"jsonrpc":"2.0","error":{"code":-32099,"message":"ANGX-0001","data":{"APINGException":{'
        '"requestUUID":"prdang001-06061755-0000000001","errorCode":"TOO_MUCH_DATA",'
        '"errorDetails":"MaxResults must be less than or equal to 1000"},"exceptionname":"APINGException"}},"id":1}'
    ) == answer.text


def test_every_failed_request_has_an_id_of_its_own(theatre: Theatre) -> None:
    batch = theatre.rpc([call("refuse"), call("refuse")]).json()

    assert 2 == len({answer["error"]["data"]["APINGException"]["requestUUID"] for answer in batch})


@pytest.mark.parametrize("method", ["fail", "nonsense"])
def test_a_bug_is_logged_and_answered_as_the_service_answers_its_own(
    theatre: Theatre, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = theatre.rpc([call(method), call("ping", call_id=2)])

    assert 200 == answer.status_code
    assert {"code": -32603, "message": "DSC-0005"} == answer.json()[0]["error"]
    assert "SUCCESS" == answer.json()[1]["result"], "the rest of the batch goes on"
    assert "Traceback" in caplog.text


# Who may call


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X-Application": "", "X-Authentication": ""}, "ANGX-0004 NO_APP_KEY"),
        ({"X-Application": ""}, "ANGX-0004 NO_APP_KEY"),
        ({"X-Application": " "}, "ANGX-0004 NO_APP_KEY"),
        ({"X-Application": "unheard-of"}, "ANGX-0007 INVALID_APP_KEY"),
        ({"X-Application": "unheard-of", "X-Authentication": ""}, "ANGX-0007 INVALID_APP_KEY"),
        ({"X-Application": "\xff\xfe"}, "ANGX-0007 INVALID_APP_KEY"),
        ({"X-Authentication": ""}, "ANGX-0005 NO_SESSION"),
        ({"X-Authentication": "unheard-of"}, "ANGX-0003 INVALID_SESSION_INFORMATION"),
        ({"X-Application": "bob-live"}, "ANGX-0003 INVALID_SESSION_INFORMATION"),
    ],
)
def test_headers_are_checked_app_key_first(theatre: Theatre, headers: dict[str, str], expected: str) -> None:
    """In another world than that of the app key the session is unknown."""
    encoded = {name: value.encode("latin-1") for name, value in {**theatre.alice, **headers}.items()}
    answer = theatre.ask("POST", "/exchange/betting/json-rpc/v1", headers=encoded, json=call("ping"))

    error = answer.json()["error"]
    assert expected == f"{error['message']} {error['data']['APINGException']['errorCode']}"
    assert not theatre.stage.calls


@pytest.mark.parametrize(
    ("operation", "headers", "expected"),
    [
        ("tellKey", {}, "alice alice-live False"),
        ("tellKey", {"X-Application": ""}, "alice  False"),
        ("tellKey", {"X-Application": "alice-delayed"}, "alice alice-delayed True"),
        ("tellKey", {"X-Application": "unheard-of"}, "ANGX-0007"),
        ("tellKey", {"X-Application": "bob-live"}, "ANGX-0003"),
        ("tellKey", {"X-Application": "alice-too-live"}, "DSC-0037"),
        ("tellKey", {"X-Application": "", "X-Authentication": ""}, "ANGX-0005"),
        ("tellKey", {"X-Application": "", "X-Authentication": "unheard-of"}, "ANGX-0003"),
        ("tellWorld", {"X-Application": "", "X-Authentication": ""}, "default"),
        ("tellWorld", {"X-Authentication": ""}, "default"),
        ("tellWorld", {"X-Application": "bob-live", "X-Authentication": ""}, "world-2"),
        ("tellWorld", {"X-Application": ""}, "default"),
        ("tellWorld", {}, "default"),
        ("tellWorld", {"X-Application": "unheard-of", "X-Authentication": ""}, "ANGX-0007"),
        ("tellWorld", {"X-Application": "", "X-Authentication": "unheard-of"}, "ANGX-0003"),
        ("tellWorld", {"X-Application": "bob-live"}, "ANGX-0003"),
        ("tellWorld", {"X-Application": "alice-too-live"}, "DSC-0037"),
    ],
)
def test_headers_that_an_operation_does_not_need_are_checked_where_they_are_sent(
    theatre: Theatre, operation: str, headers: dict[str, str], expected: str
) -> None:
    """Who says nothing asks the first world."""
    answer = theatre.rpc(call(operation), **headers).json()

    assert expected == (answer["result"] if "result" in answer else answer["error"]["message"])


def test_where_there_is_no_world_nobody_is_answered() -> None:
    theatre = Theatre()
    for name in ("default", "world-2"):
        theatre.worlds.delete(name)

    answer = theatre.rpc(call("tellWorld"), **{"X-Application": "", "X-Authentication": ""})

    assert (200, -32099, "ANGX-0005") == error_of(answer)


def test_a_customer_is_not_subscribed_to_the_app_key_of_another(theatre: Theatre) -> None:
    over_json_rpc = theatre.rpc([call("ping"), call("ping", call_id=2)], **{"X-Application": "alice-too-live"})
    over_rest = theatre.rest("ping", {}, **{"X-Application": "alice-too-delayed"})

    error = '{"jsonrpc":"2.0","error":{"code":-32099,"message":"DSC-0037"},"id":%d}'
    assert (200, f"[{error % 1},{error % 2}]") == (over_json_rpc.status_code, over_json_rpc.text)
    assert (403, '{"faultcode":"Client","faultstring":"DSC-0037","detail":{}}') == (
        over_rest.status_code,
        over_rest.text,
    )
    assert not theatre.stage.calls


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"%b}", "SUCCESS"),
        (b"%b]", "SUCCESS"),
        (b"%b%b", "SUCCESS"),
        (b" \n%b \xff\x00", "SUCCESS"),
        (b"\xef\xbb\xbf%b", "SUCCESS"),
        (b"\xef\xbb\xbf\n[%b]}", "SUCCESS"),
        (b"[%b]]", "SUCCESS"),
        (b"[]}", "DSC-0031"),
        (b"}%b", "DSC-0008"),
        (b"\xfe\xff%b", "DSC-0008"),
        (b"[%b", "DSC-0008"),
    ],
)
def test_a_body_is_read_to_the_end_of_its_first_value(theatre: Theatre, body: bytes, expected: str) -> None:
    """Official samples send a brace too many or a byte order mark, and the framework reads one value."""
    ping = json.dumps(call("ping")).encode()

    answer = theatre.rpc(body.replace(b"%b", ping)).json()

    first = answer[0] if isinstance(answer, list) else answer
    assert expected == (first["result"] if "result" in first else first["error"]["message"])


def test_an_invalid_app_key_has_no_request_id(theatre: Theatre) -> None:
    error = theatre.rpc(call("ping"), **{"X-Application": "unheard-of"}).json()["error"]

    assert "null" == error["data"]["APINGException"]["requestUUID"]


def test_a_missing_session_may_be_called_invalid() -> None:
    """Live services often answer so, whatever the documentation says."""
    theatre = Theatre(FaceSettings(missing_session=ApiErrorCode.INVALID_SESSION_INFORMATION))

    error = theatre.rpc(call("ping"), **{"X-Authentication": ""}).json()["error"]

    assert "ANGX-0003" == error["message"]


def test_a_session_expires_with_the_clock_of_its_world(theatre: Theatre) -> None:
    theatre.worlds.default.do(AdvanceClock(12 * 60 * 60 * 1000)).accepted()

    assert "ANGX-0003" == theatre.rpc(call("ping")).json()["error"]["message"]


def test_parameters_are_read_before_anybody_asks_who_calls(theatre: Theatre) -> None:
    answer = theatre.rpc(call("listThings"), **{"X-Application": "", "X-Authentication": ""})

    assert (200, -32602, "DSC-0018") == error_of(answer)


def test_an_operation_knows_its_caller_and_the_time(theatre: Theatre) -> None:
    theatre.rpc(call("ping"))
    theatre.rpc(call("ping"), **{"X-Application": "alice-delayed"})

    live, delayed = theatre.stage.calls
    assert theatre.worlds.default is live.world
    assert ("alice", "alice-live", False) == (live.account.username, live.app_key, live.delayed)
    assert ("alice", "alice-delayed", True) == (delayed.account.username, delayed.app_key, delayed.delayed)
    assert theatre.worlds.default.clock.now() == live.now


SCHEDULED = scenario(
    event("1", "A v B", SOCCER, match_odds("1.1", "A", "B")),
    accounts=["carol"],
    clock={"now": "2026-06-06T17:55:00.000Z", "rate": 1},
    schedule=[happening(OFF, "1.1", "suspend")],
)


def test_what_has_fallen_due_happens_before_a_call() -> None:
    """Also where nobody moves the clock: the real time runs, and the call is the first to look."""
    seconds = 0.0

    def market_status(call: Call[NothingRequest]) -> str:
        return call.world.exchange.markets["1.1"].status

    theatre = Theatre()
    theatre.worlds = Worlds(real_time=RealTime(seconds=lambda: seconds))
    theatre.worlds.create(loaded(SCHEDULED))
    operation = Operation("marketStatus", NothingRequest, market_status)
    service = Service(name="betting", interface="SportsAPING", exception=BETTING_EXCEPTION, operations=(operation,))
    theatre.face = BetfairFace(theatre.worlds, (service,))
    theatre.alice = theatre.credentials("carol")

    assert "OPEN" == theatre.rpc(call("marketStatus")).json()["result"]
    seconds += 5 * 60
    assert "SUSPENDED" == theatre.rpc(call("marketStatus")).json()["result"]


# Too many at a time


def test_a_fourth_request_in_flight_is_one_too_many(theatre: Theatre) -> None:
    """Three may be under way; requests that do not count, and those of others, are let through."""

    async def act(client: httpx.AsyncClient) -> list[Any]:
        def begin(name: str, note: str, headers: dict[str, str], copies: int = 0) -> asyncio.Task[httpx.Response]:
            params = {"name": name, "note": note, "copies": copies}
            post = client.post("/exchange/betting/json-rpc/v1", json=call("wait", params), headers=headers)
            return asyncio.ensure_future(post)

        waiting = [begin(name, "counts", theatre.alice) for name in "abc"]
        while len(theatre.stage.calls) < 3:
            await asyncio.sleep(0)
        fourth = (await begin("d", "counts", theatre.alice)).json()
        alone = (await begin("e", "alone", theatre.alice, copies=1)).json()
        another = (await begin("f", "counts", theatre.credentials("alice-too"), copies=1)).json()
        theatre.stage.gates["a"].set_result("")
        await waiting[0]
        after = (await begin("g", "counts", theatre.alice, copies=1)).json()
        for name in "bc":
            theatre.stage.gates[name].set_result("")
        await asyncio.gather(*waiting)
        return [fourth["error"]["message"], alone["result"], another["result"], after["result"]]

    assert ["ANGX-0008", "e", "f", "g"] == theatre.run(act)


def test_who_belongs_to_no_world_changes_none(theatre: Theatre) -> None:
    """Failed requests are counted where their caller belongs, and those of strangers by themselves."""
    stories: list[Happened] = []
    for world in theatre.worlds:
        world.listen(stories.append)
    call = {"jsonrpc": "2.0", "method": "SportsAPING/v1.0/ping", "params": {}, "id": 1}

    def uuid(headers: dict[str, str]) -> str:
        error = theatre.ask("POST", "/exchange/betting/json-rpc/v1", json=call, headers=headers).json()["error"]
        told: str = error["data"][error["data"]["exceptionname"]]["requestUUID"]
        return told

    strangers = [uuid({}), uuid({"X-Authentication": "nobody"})]
    assert stories == []

    own = uuid({"X-Application": theatre.alice["X-Application"]})
    assert [type(told.input) for told in stories] == [TakeRequestId]
    assert [each.rpartition("-")[2] for each in strangers] == ["0000000001", "0000000002"]
    assert own.endswith("-0000000001")
