"""httpx led into a place: its requests are answered by the application, in the thread in which the worlds live."""

import asyncio
from typing import Final

import httpx

from simulator.fault_delivery import AnswerLost, AnswerNeverComes
from simulator.testing.place import Place


class PlaceTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers requests by httpx's own ASGI transport, whichever thread or event loop they come from."""

    def __init__(self, place: Place) -> None:
        self._place: Final = place
        self._within: Final = httpx.ASGITransport(place.app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, and wait for it."""
        request.read()
        answering = self._place.engine.submit(self._answer(request))
        try:
            return answering.result(_patience_seconds(request))
        except TimeoutError:
            answering.cancel()
            raise _too_late(request) from None
        except AnswerLost as lost:
            raise _as_on_a_connection(lost, request) from None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, while whoever awaits it may go on with something else."""
        await request.aread()
        answering = self._place.engine.submit(self._answer(request))
        try:
            async with asyncio.timeout(_patience_seconds(request)):
                return await asyncio.wrap_future(answering)
        except TimeoutError:
            raise _too_late(request) from None
        except AnswerLost as lost:
            raise _as_on_a_connection(lost, request) from None

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._within.handle_async_request(
            httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        )
        content = b"".join([part async for part in answer.aiter_raw()])
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(content))


def _patience_seconds(request: httpx.Request) -> float | None:
    """Return how long a client waits for an answer, `None` where it waits for ever."""
    seconds: float | None = request.extensions.get("timeout", {}).get("read")
    return seconds


def _too_late(request: httpx.Request) -> httpx.ReadTimeout:
    return httpx.ReadTimeout("The answer does not come in time; it may wait for the world's clock.", request=request)


def _as_on_a_connection(lost: AnswerLost, request: httpx.Request) -> httpx.TransportError:
    """Return what a client would learn of an answer that is lost, if there were a connection."""
    kind = httpx.ReadTimeout if isinstance(lost, AnswerNeverComes) else httpx.RemoteProtocolError
    return kind(f"{lost}", request=request)


class Clients:
    """A client that waits for its answers, and one for `await`."""

    def __init__(self, place: Place) -> None:
        transport = PlaceTransport(place)
        self.plain: Final = httpx.Client(transport=transport, base_url=place.url, trust_env=False)
        self.waiting: Final = httpx.AsyncClient(transport=transport, base_url=place.url, trust_env=False)

    def close(self) -> None:
        """Take no requests any more."""
        self.plain.close()
