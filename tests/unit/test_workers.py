"""Processes that do jobs leave Ctrl-C to the one that has started them, from their first moment on."""

import signal
import subprocess
import sys
from contextlib import ExitStack
from signal import SIG_BLOCK, SIGINT, getsignal, pthread_sigmask

import pytest

from simulator.backtest.workers import ctrl_c_waits, processes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals cannot wait here")

WAITING = "from signal import *; print(SIGINT in pthread_sigmask(SIG_BLOCK, []))"


def test_a_process_that_is_being_started_has_ctrl_c_wait() -> None:
    with ctrl_c_waits():
        started = subprocess.run([sys.executable, "-c", WAITING], capture_output=True, text=True, check=True)
    assert started.stdout == "True\n"
    assert SIGINT not in pthread_sigmask(SIG_BLOCK, [])


def test_ctrl_c_comes_once_the_processes_are_started() -> None:
    before = signal.signal(SIGINT, signal.default_int_handler)
    starting = ExitStack()
    try:
        starting.enter_context(ctrl_c_waits())
        signal.raise_signal(SIGINT)
        with pytest.raises(KeyboardInterrupt):
            starting.close()
    finally:
        signal.signal(SIGINT, before)


def test_a_process_that_does_jobs_ignores_ctrl_c_and_what_it_starts_does_not_have_it_wait() -> None:
    with processes(1) as pool:
        with ctrl_c_waits():
            handler, waits = pool.submit(getsignal, SIGINT), pool.submit(pthread_sigmask, SIG_BLOCK, [])
        assert handler.result() is signal.SIG_IGN
        assert waits.result() == set()
