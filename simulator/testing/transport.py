"""httpx led into a place: its requests are answered by the application, in the thread in which the worlds live."""

import asyncio
from typing import Final

import httpx

from simulator.testing.place import Place


class PlaceTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers requests by httpx's own ASGI transport, whichever thread or event loop they come from."""

    def __init__(self, place: Place) -> None:
        self._place: Final = place
        self._within: Final = httpx.ASGITransport(place.app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, and wait for it."""
        request.read()
        return self._place.engine.run(self._answer(request))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, while whoever awaits it may go on with something else."""
        await request.aread()
        return await asyncio.wrap_future(self._place.engine.submit(self._answer(request)))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._within.handle_async_request(
            httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        )
        content = b"".join([part async for part in answer.aiter_raw()])
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(content))


class Clients:
    """A client that waits for its answers, and one for `await`."""

    def __init__(self, place: Place) -> None:
        transport = PlaceTransport(place)
        self.plain: Final = httpx.Client(transport=transport, base_url=place.url, trust_env=False)
        self.waiting: Final = httpx.AsyncClient(transport=transport, base_url=place.url, trust_env=False)

    def close(self) -> None:
        """Take no requests any more."""
        self.plain.close()
