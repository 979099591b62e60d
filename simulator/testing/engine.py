"""A thread with an event loop, in which worlds live while a test goes on in its own thread."""

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from simulator.testing.errors import BetsimError, is_sentence

__tracebackhide__ = is_sentence

T = TypeVar("T")


class Engine:
    """Runs everything that concerns its worlds, one thing after the other, as a server would.

    A daemon: a test that forgets to stop it does not keep the program from ending.
    """

    def __init__(self) -> None:
        self._loop: Final = _new_loop()
        self._thread: Final = threading.Thread(target=self._loop.run_forever, name="betsim", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Return whether anything can still be done here."""
        return self._thread.is_alive()

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Do some work in the thread of the engine, and return what is told what it comes to."""
        if not self.is_running:
            work.close()
            raise BetsimError("This is closed, with all its worlds.")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what some work comes to, which is done in the thread of the engine; raise what it raises."""
        if threading.current_thread() is self._thread:
            work.close()
            raise BetsimError("This is asked from the thread of the worlds themselves, which cannot wait for itself.")
        return self.submit(work).result()

    def call(self, function: Callable[[], T]) -> T:
        """Return what a function returns that is called in the thread of the engine; raise what it raises."""

        async def work() -> T:
            return function()

        return self.run(work())

    def stop(self) -> None:
        """End the thread, and whatever still goes on in it. Once more does nothing."""
        if not self.is_running:
            return
        self.run(_end_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _end_tasks() -> None:
    """Cancel what else goes on in the running loop, and wait for it and for the threads that the loop has begun."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    loop = asyncio.get_running_loop()
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()


def _new_loop() -> asyncio.AbstractEventLoop:
    """Return an event loop of the kind that `betsim serve` has, whatever kind the test chooses for its own."""
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop  # noqa: PLC0415, it is not there on Windows

    return uvloop.new_event_loop()
