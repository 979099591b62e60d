"""What it costs to read recorded markets: the files themselves, and what is prepared of them.

The yardstick is the least that any reader does: to decode the same bytes and to keep dictionaries of what they say.
All are measured in processor time, in rounds of one after the other, decompression apart. The recordings are those
that BETSIM_EVIDENCE has; without them the small one that ships is read.
"""

import gc
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from simulator.data import recording_bytes, recording_names
from simulator.recorded import unpacking
from simulator.recorded.messages import decode_message
from simulator.recorded.prepared import PreparedRecording
from simulator.recorded.preparing import prepare
from simulator.recorded.recording import Played, Recording
from simulator.recorded.sources import Source, sources
from tests.evidence import STREAMS

ROUNDS = 9
NAMES = ("1.127236622.bz2", "1.181223995.bz2", "1.166811431.bz2", "1.242971311.bz2", "29788105.xz")
BIG_MEGABYTES = 100


def run() -> None:
    """Measure and print."""
    print("reading: recorded markets, processor time, decompression apart")
    print(f"  {'':28}{'updates':>8}{'floor':>9}{'raw':>7}{'watched':>9}{'prepared':>10}{'watched':>9}{'unpack':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for source in _recordings(Path(folder)):
            _compare(source, Path(folder, "prepared"))
        _threads(max(_recordings(Path(folder)), key=lambda source: source.file.stat().st_size))
        _memory(Path(folder))


def _recordings(folder: Path) -> Iterator[Source]:
    files = [STREAMS / name for name in NAMES if (STREAMS / name).exists()]
    if not files:
        for name in recording_names():
            files.append(folder / name)
            files[-1].write_bytes(recording_bytes(name))
    yield from sources(map(str, files))


def _compare(source: Source, file: Path) -> None:
    lines = list(source.lines())
    in_memory = source._replace(lines=lambda: iter(lines))
    prepare(Recording(in_memory, is_watched=True), file)
    ways: dict[str, Callable[[], object]] = {
        "unpack": lambda: sum(map(len, source.lines())),
        "floor": lambda: _floor(lines),
        "raw": lambda: _play(Recording(in_memory)),
        "raw watched": lambda: _play(Recording(in_memory, is_watched=True)),
        "prepared": lambda: _play(PreparedRecording(file)),
        "prepared watched": lambda: _play(PreparedRecording(file), watch=True),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            gc.collect()
            start = process_time()
            way()
            seconds[name].append(process_time() - start)
    floor = median(seconds["floor"])
    ratios = {name: median(taken) / floor for name, taken in seconds.items()}
    print(
        f"  {source.name.rpartition('/')[2]:28}{len(lines):>8,}{1000 * floor:>6.1f} ms{ratios['raw']:>7.2f}"
        f"{ratios['raw watched']:>9.2f}{ratios['prepared']:>10.2f}{ratios['prepared watched']:>9.2f}"
        f"{ratios['unpack']:>9.2f}"
    )


def _play(recording: Played, *, watch: bool = False) -> None:
    for changed in recording.messages():
        if watch:
            for market in changed:
                market.is_watched = True


def _floor(lines: list[bytes]) -> None:
    """Decode, and keep the ladders of every runner in dictionaries."""
    runners: dict[object, tuple[dict[int, int], ...]] = {}
    for line in lines:
        for change in decode_message(line).mc or ():
            market_id = change.id
            for one in change.rc or ():
                key = (market_id, one.id, one.hc)
                ladders = runners.get(key)
                if ladders is None:
                    ladders = runners[key] = ({}, {}, {}, {}, {})
                backs, lays, traded, layers, backers = ladders
                for ladder, told in (
                    (backs, one.atb),
                    (lays, one.atl),
                    (traded, one.trd),
                    (layers, one.spb),
                    (backers, one.spl),
                ):
                    if told is not None:
                        for price, size in told:
                            if size:
                                ladder[round(price * 100)] = round(size * 100)
                            else:
                                ladder.pop(round(price * 100), None)


def _threads(source: Source) -> None:
    """Print what passes until a packed file is played, with and without a thread that unpacks ahead."""
    seconds: dict[bool, list[float]] = {True: [], False: []}
    has_processors = unpacking.has_processors
    try:
        for _ in range(ROUNDS):
            for ahead, taken in seconds.items():
                unpacking.has_processors = lambda ahead=ahead: ahead  # type: ignore[misc]
                start = perf_counter()
                _play(Recording(source))
                taken.append(perf_counter() - start)
    finally:
        unpacking.has_processors = has_processors
    with_thread, without = min(seconds[True]), min(seconds[False])
    print(f"  unpacked ahead by a thread: {1000 * with_thread:.0f} ms pass, without {1000 * without:.0f} ms")


_CHILD = """
import re, sys
from pathlib import Path
from simulator.recorded.recording import Recording
from simulator.recorded.preparing import prepare
from simulator.recorded.prepared import PreparedRecording
from simulator.recorded.sources import sources
file, prepared = sys.argv[1:]
(source,) = sources([file])
def peak(): return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
before = peak()
for _ in Recording(source).messages(): pass
raw = peak()
prepare(Recording(source, is_watched=True), Path(prepared))
for _ in PreparedRecording(Path(prepared)).messages(): pass
print(before, raw, peak())
"""


def _memory(folder: Path) -> None:
    """Print the most memory that a big file of many markets with thousands of images takes, where Linux tells it."""
    if not Path("/proc/self/status").exists():
        return
    file = folder / "big"
    size = write_big(file)
    output = subprocess.run(
        [sys.executable, "-c", _CHILD, str(file), str(folder / "big.parquet")],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    before, raw, prepared = map(int, output.split())
    print(
        f"  a file of {size // 2**20} MB with thousands of images: {raw - before} MB more than before to play it, "
        f"{prepared - before} MB to prepare it and play that, pyarrow included"
    )


def write_big(file: Path) -> int:
    """Write a file of twelve markets that are told whole again and again; return its size in bytes."""
    runners = [{"id": number, "status": "ACTIVE", "sortPriority": number} for number in range(1, 13)]
    definition = {"status": "OPEN", "version": 1, "runners": runners}
    size = number = 0
    with file.open("wb") as output:
        while size < BIG_MEGABYTES * 2**20:
            prices = [[round(1.01 + step / 100, 2), (number * 7 + step) % 5000 / 10] for step in range(60)]
            changes = [{"id": one["id"], "atb": prices, "atl": prices, "trd": prices} for one in runners]
            change = {"id": f"1.{number % 12}", "img": True, "marketDefinition": definition, "rc": changes}
            size += output.write(json.dumps({"op": "mcm", "pt": 1000 + number, "mc": [change]}).encode() + b"\n")
            number += 1
    return size
