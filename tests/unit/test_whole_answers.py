"""An answer is written at once, and is byte for byte what the web server makes of its head and its body."""

import asyncio
import logging
from typing import Any, cast

import pytest
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from simulator.http import Response, respond
from simulator.http_parts import HeldFlow, WholeCycle


class Transport:
    """Remembers what is written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def close(self) -> None:
        self.is_closed = True


def answered(
    kind: type[RequestResponseCycle], response: Response, accept: bytes, method: str, keep_alive: bool
) -> Transport:
    """The transport on which a request was answered to its end."""
    transport, ends = Transport(), list[None]()

    async def answer() -> RequestResponseCycle:
        cycle = kind(
            scope=cast(Any, {"type": "http", "method": method, "headers": []}),
            transport=cast(asyncio.Transport, transport),
            flow=HeldFlow(cast(asyncio.Transport, transport)),
            logger=logging.getLogger(),
            access_logger=logging.getLogger(),
            access_log=False,
            default_headers=[(b"date", b"now")],
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=keep_alive,
            on_response=lambda: ends.append(None),
        )
        await respond(cast(Any, cycle.send), response, {b"accept-encoding": accept})
        return cycle

    cycle = asyncio.run(answer())
    assert cycle.response_complete
    assert cycle.message_event.is_set()
    assert len(ends) == 1
    return transport


@pytest.mark.parametrize("body", [b"", b"{}", b"[" + b"1," * 200 + b"1]"])
@pytest.mark.parametrize("accept", [b"", b"gzip", b"gzip, identity;q=0"])
@pytest.mark.parametrize("status", [200, 400])
def test_an_answer_is_one_write_of_what_would_have_been_two(body: bytes, accept: bytes, status: int) -> None:
    response = Response(status, body)
    usual = answered(RequestResponseCycle, response, accept, "POST", True)
    whole = answered(WholeCycle, response, accept, "POST", True)

    assert whole.written == [b"".join(usual.written)]
    assert len(usual.written) == 2


@pytest.mark.parametrize(
    ("response", "method", "keep_alive"),
    [
        (Response(200, b"{}"), "HEAD", True),
        (Response(200, b"{}"), "POST", False),
        (Response(204, b""), "POST", True),
        (Response(302, b"", headers=((b"location", b"/here"),)), "POST", True),
    ],
)
def test_what_is_more_than_that_is_left_to_the_web_server(response: Response, method: str, keep_alive: bool) -> None:
    usual = answered(RequestResponseCycle, response, b"", method, keep_alive)
    whole = answered(WholeCycle, response, b"", method, keep_alive)

    assert whole.written == usual.written
    assert whole.is_closed == usual.is_closed == (not keep_alive)


def test_a_header_that_would_be_two_is_not_sent() -> None:
    response = Response(302, b"", headers=((b"location", b"/\r\nset-cookie: a=b"),))

    with pytest.raises(RuntimeError, match="Invalid HTTP header value"):
        answered(WholeCycle, response, b"", "POST", True)
