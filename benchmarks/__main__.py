"""Run the benchmarks: `python -m benchmarks` runs all, `python -m benchmarks kernel` (or `virtual`, or `http`) one.

Those that last a time, `worlds` and `soak`, last as long as `--seconds` says.
"""

import sys
from argparse import ArgumentParser
from functools import partial

from benchmarks import (
    backtest,
    cross_matching,
    documents,
    flumine,
    fold,
    http,
    journal,
    kernel,
    listings,
    navigation,
    reading,
    reads,
    settlement,
    snapshot,
    soak,
    statement,
    stream,
    tls,
    virtual,
    workers,
    worlds,
)

BENCHMARKS = {
    "kernel": kernel.run,
    "fold": fold.run,
    "snapshot": snapshot.run,
    "journal": journal.run,
    "virtual": virtual.run,
    "cross_matching": cross_matching.run,
    "reading": reading.run,
    "reads": reads.run,
    "statement": statement.run,
    "listings": listings.run,
    "navigation": navigation.run,
    "documents": documents.run,
    "http": http.run,
    "stream": stream.run,
    "tls": tls.run,
    "backtest": backtest.run,
    "settlement": settlement.run,
    "workers": workers.run,
    "flumine": flumine.run,
    "worlds": worlds.run,
    "soak": soak.run,
}
LASTING = {"worlds": worlds.run, "soak": soak.run}
"""Those that last a time."""


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, all of them without a name."""
    parser = ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seconds", type=float, help=f"how long {' and '.join(LASTING)} last")
    asked = parser.parse_args(arguments)
    names, seconds = asked.names, asked.seconds
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"there is no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        lasting = LASTING.get(name)
        run = BENCHMARKS[name] if lasting is None or seconds is None else partial(lasting, seconds)
        run()
    return 0


sys.exit(main(sys.argv[1:]))
