"""A client for load: keep-alive connections that each send a request as soon as the answer to the last one is there."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import quantiles
from time import perf_counter
from typing import Any


@dataclass(frozen=True)
class Load:
    """What a run of load measured."""

    requests_per_second: float
    p99_milliseconds: float


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Return the bytes of an HTTP request."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", "Accept: */*"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Connection(asyncio.Protocol):
    """One connection: `next_request` gives what to send, `finished` hears of every answer and says whether to go on."""

    def __init__(self, next_request: Callable[[], bytes], finished: Callable[[float, bytes], bool]) -> None:
        self._next_request = next_request
        self._finished = finished
        self._received = b""
        self._sent_at = 0.0
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        """Send the first request."""
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """Collect an answer; when it is whole, go on with the next request or close."""
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(body) < length:
            return
        self._received = b""
        if self._finished(perf_counter() - self._sent_at, head.split(b" ", 2)[1] + b" " + body):
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Tell the run that this connection is done."""
        if not self.closed.done():
            if error is None:
                self.closed.set_result(None)
            else:
                self.closed.set_exception(error)

    def _send(self) -> None:
        self._sent_at = perf_counter()
        self._transport.write(self._next_request())


async def run_load(
    port: int,
    connections: int,
    requests: int,
    next_request: Callable[[int], bytes],
    tls: ssl.SSLContext | None = None,
) -> Load:
    """Send `requests` requests over so many connections; `next_request` makes the n-th. The time is that of requests.

    Raises `RuntimeError` for an answer that is not 200 or reports a failure: what failed must not count as fast.
    """
    sent = 0

    def make() -> bytes:
        nonlocal sent
        sent += 1
        return next_request(sent)

    return await _run(port, [make] * connections, lambda: sent < requests, tls)


async def run_load_for(port: int, seconds: float, makers: Sequence[Callable[[], bytes]]) -> Load:
    """Send requests for so many seconds, over a connection for each maker of requests; raises what `run_load` does."""
    end = perf_counter() + seconds
    return await _run(port, makers, lambda: perf_counter() < end, None)


async def _run(
    port: int, makers: Sequence[Callable[[], bytes]], goes_on: Callable[[], bool], tls: ssl.SSLContext | None
) -> Load:
    answered = 0
    seconds: list[float] = []
    wrong: list[bytes] = []

    def finished(duration: float, answer: bytes) -> bool:
        nonlocal answered
        answered += 1
        seconds.append(duration)
        if not answer.startswith(b"200") or b'"FAILURE"' in answer or b'"error"' in answer:
            wrong.append(answer)
        return goes_on() and not wrong

    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(partial(Connection, make, finished), "127.0.0.1", port, ssl=tls) for make in makers
    ]
    start = perf_counter()
    already = answered
    await asyncio.gather(*(connection.closed for _, connection in opened))
    elapsed = perf_counter() - start
    if wrong:
        raise RuntimeError(f"an answer under load was wrong: {wrong[0][:300]!r}")
    return Load((answered - already) / elapsed, quantiles(seconds, n=100)[98] * 1000)
