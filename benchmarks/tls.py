"""What TLS costs: the same requests to the same server over both of its ports, on connections that are kept.

As in `benchmarks.http` the server runs on one processor and the load on another, and ratios are taken round by round.
The load pays for TLS as well, so the processor time of the server is what says how much of it is ours.
"""

import asyncio
import ssl
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.http import (
    CONNECTIONS,
    REQUESTS,
    ROUNDS,
    SCENARIO,
    process,
    processor_seconds,
    requests_of,
    with_readers,
)
from benchmarks.load import run_load

LEAST_RATIO = 0.8
"""Of the requests a second over TLS and in plain HTTP: what is wanted."""


def run() -> None:
    """Measure and print."""
    print(f"tls: kept connections, {CONNECTIONS} of them, {ROUNDS} rounds of {REQUESTS:,} requests")
    print("  the last three columns are the server's own processor time")
    titles = ("plain req/s", "tls req/s", "ratio", "plain us", "tls us", "ratio")
    print(f"  {'operation':<24}" + "".join(f"{title:>13}" for title in titles))
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "scenario.yaml"
        scenario.write_text(with_readers(SCENARIO.read_text()))
        ports = ("--port", "0", "--tls", "--tls-port", "0")
        command = [sys.executable, "-m", "simulator.cli", "serve", *ports, "--scenario", str(scenario)]
        with process(command) as (process_id, ready):
            plain, secure = (int(ready.split(f"{scheme}://127.0.0.1:")[1].split()[0]) for scheme in ("http", "https"))
            context = ssl.create_default_context(cafile=ready.split("ca=")[1].strip())
            for name, make in requests_of(plain).items():
                _print(name, [_round(process_id, plain, secure, context, make) for _ in range(ROUNDS)])


def _round(
    process_id: int, plain: int, secure: int, context: ssl.SSLContext, make: Callable[[int], bytes]
) -> tuple[float, float, float, float]:
    """Return the requests a second in plain and over TLS, and the microseconds of processor that each took."""
    begun = processor_seconds(process_id)
    in_plain = asyncio.run(run_load(plain, CONNECTIONS, REQUESTS, make)).requests_per_second
    between = processor_seconds(process_id)
    over_tls = asyncio.run(run_load(secure, CONNECTIONS, REQUESTS, make, context)).requests_per_second
    done = processor_seconds(process_id)
    return in_plain, over_tls, (between - begun) / REQUESTS * 1e6, (done - between) / REQUESTS * 1e6


def _print(name: str, rounds: list[tuple[float, float, float, float]]) -> None:
    plain, tls, plain_us, tls_us = (median(column) for column in zip(*rounds, strict=True))
    ratio = median(tls / plain for plain, tls, _, _ in rounds)
    print(
        f"  {name:<24}{plain:>13,.0f}{tls:>13,.0f}{ratio:>13.2f}{plain_us:>13.0f}{tls_us:>13.0f}"
        f"{median(a / b for _, _, a, b in rounds):>13.2f}" + ("" if ratio >= LEAST_RATIO else f"  below {LEAST_RATIO}")
    )
