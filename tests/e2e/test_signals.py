"""A server that is told to stop waits for what is on its way, and no longer once it is told again.

In a thread, so that the time is that of the server and not of a process that ends.
"""

import signal
import socket
import threading
import time
from contextlib import suppress

import pytest
from starlette.types import Receive, Scope, Send

from simulator.server import SHUTDOWN_SECONDS, Server, listen
from tests.serving import PATIENCE_SECONDS

REQUEST = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize("signals", [1, 2])
def test_a_second_signal_ends_what_the_first_waits_for(signals: int) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] not in ("http.disconnect", "lifespan.startup", "lifespan.shutdown"):
            pass
        if scope["type"] == "lifespan":
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})

    ready = threading.Event()
    server = Server(app, on_ready=ready.set, on_stop=lambda: None)
    with listen("127.0.0.1", 0) as bound:
        thread = threading.Thread(target=server.run, args=([bound],))
        thread.start()
        assert ready.wait(PATIENCE_SECONDS)
        with socket.create_connection(bound.getsockname(), timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(REQUEST)
            while not server.server_state.tasks:
                time.sleep(0.01)
            started = time.monotonic()
            for _ in range(signals):
                server.handle_exit(signal.SIGINT, None)
            with suppress(ConnectionResetError):
                assert connection.recv(65536) == b""
            waited = time.monotonic() - started
        thread.join(PATIENCE_SECONDS)

    assert (waited < SHUTDOWN_SECONDS) is (signals == 2)
