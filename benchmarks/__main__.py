"""Run the benchmarks: `python -m benchmarks` runs all, `python -m benchmarks kernel` (or `virtual`, or `http`) one."""

import sys

from benchmarks import (
    cross_matching,
    documents,
    fold,
    http,
    journal,
    kernel,
    listings,
    navigation,
    reading,
    reads,
    snapshot,
    statement,
    stream,
    tls,
    virtual,
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
}


def main(names: list[str]) -> int:
    """Run the named benchmarks, all of them without a name."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"there is no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        BENCHMARKS[name]()
    return 0


sys.exit(main(sys.argv[1:]))
