"""What a backtest costs: to read a market as recorded, and to bet in it, against decoding and dictionaries alone.

The floor decodes the same bytes with the same decoder into ladders that are dictionaries of hundredths, and does
nothing else. All are measured in turn, in processor time, decompression apart, and ratios are taken round by round.

The recordings are those of the evidence (`tests/evidence.py`).
"""

import gc
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Final

from simulator.backtest.engine import Engine
from simulator.backtest.followed import Followed
from simulator.backtest.lane import Lane, Settings
from simulator.exchange.commands import CancelInstruction, PlaceInstruction
from simulator.exchange.orders import Order, OrderType, Persistence, RunnerKey, Side
from simulator.recorded.messages import decode_message, read_line
from simulator.recorded.prepared import PreparedRecording
from simulator.recorded.preparing import prepare
from simulator.recorded.recording import Recording
from simulator.recorded.sources import sources
from tests.evidence import STREAMS

ROUNDS = 7
FILES = ("1.127236622.bz2", "1.181223995.bz2")
EVERY_MILLISECONDS = 10_000
SELDOM_MILLISECONDS = 60_000
STAKE = 2_00
AIMS = {"no bets": " (aim: at most 1.40)", "no bets, prepared": " (aim: at most 0.70)"}
FEW, MANY = 500, 22_000
PARAMETER_SETS = 50


class Favourite:
    """Backs the favourite every so often: at the best price, or at the price of those who wait, behind them."""

    def __init__(self, lane: Lane, *, takes: bool, every: int = EVERY_MILLISECONDS) -> None:
        self.lane, self.takes, self.every = lane, takes, every
        self.next_at = 0
        self.waiting: Order | None = None
        lane.on_update = self

    def __call__(self, followed: Followed) -> None:
        recorded, lane = followed.recorded, self.lane
        if lane.now < self.next_at or recorded.definition is None or recorded.definition.status != "OPEN":
            return
        self.next_at = lane.now + self.every
        priced = [(runner.best_back or 0, key) for key, runner in recorded.runners.items() if runner.best_back]
        if not priced:
            return
        price, key = min(priced)
        market_id = recorded.market_id
        if not self.takes:
            price = recorded.runners[key].best_lay or price
            if self.waiting is not None and self.waiting.size_remaining:
                lane.cancel(market_id, CancelInstruction(self.waiting.bet_id))
        bet = PlaceInstruction(RunnerKey(*key), Side.BACK, OrderType.LIMIT, price, STAKE, Persistence.LAPSE)
        placed = lane.place(market_id, bet).orders
        self.waiting = placed[0] if placed else None


Run = Callable[[Sequence[bytes]], list[Lane]]


def floor(lines: Sequence[bytes]) -> list[Lane]:
    """Decode, and keep the ladders of offers and of traded volume."""
    decode = decode_message
    markets: dict[str, dict[int | str, tuple[dict[int, int], dict[int, int], dict[int, int]]]] = {}
    for line in lines:
        for change in decode(line).mc or ():
            market = markets.setdefault(change.id, {})
            if change.img:
                market.clear()
            for one in change.rc or ():
                ladders = market.get(one.id)
                if ladders is None:
                    ladders = market[one.id] = ({}, {}, {})
                for ladder, told in zip(ladders, (one.atb, one.atl, one.trd), strict=True):
                    for price, size in told or ():
                        if size:
                            ladder[round(price * 100)] = round(size * 100)
                        else:
                            ladder.pop(round(price * 100), None)
    return []


def follow(lines: Sequence[bytes], strategies: Sequence[Callable[[Lane], object]]) -> list[Lane]:
    """Follow the messages with a lane for each strategy."""
    lanes = [Lane(Settings(balance=10**9)) for _ in strategies]
    for lane, strategy in zip(lanes, strategies, strict=True):
        strategy(lane)
    engine = Engine(lanes)
    for number, line in enumerate(lines, start=1):
        engine.take(read_line(line, number))
    engine.end()
    return lanes


def play(prepared: Path, strategies: Sequence[Callable[[Lane], object]]) -> list[Lane]:
    """Follow a prepared recording with a lane for each strategy."""
    lanes = [Lane(Settings(balance=10**9)) for _ in strategies]
    for lane, strategy in zip(lanes, strategies, strict=True):
        strategy(lane)
    engine = Engine(lanes)
    engine.play(PreparedRecording(prepared))
    engine.end()
    return lanes


def nothing(lane: Lane) -> None:
    """Place no bet."""


def takes(lane: Lane) -> Favourite:
    return Favourite(lane, takes=True)


def waits(lane: Lane) -> Favourite:
    return Favourite(lane, takes=False)


def of_set(number: int) -> Callable[[Lane], object]:
    """Return a strategy with a parameter of its own."""
    return lambda lane: Favourite(lane, takes=number % 2 == 0, every=SELDOM_MILLISECONDS + 1_000 * number)


RUNS: Final[dict[str, Run]] = {
    "floor": floor,
    "no bets": lambda lines: follow(lines, [nothing]),
    "takes": lambda lines: follow(lines, [takes]),
    "waits": lambda lines: follow(lines, [waits]),
}


def runs_of(prepared: Path) -> dict[str, Run]:
    """Return what is measured of one recording."""
    played: dict[str, Run] = {
        f"{name}, prepared": partial(_play_prepared, prepared, strategy)
        for name, strategy in (("no bets", nothing), ("takes", takes), ("waits", waits))
    }
    return {**RUNS, **played}


def _play_prepared(prepared: Path, strategy: Callable[[Lane], object], _: Sequence[bytes]) -> list[Lane]:
    return play(prepared, [strategy])


def timed(run: Run, lines: Sequence[bytes]) -> tuple[float, list[Lane]]:
    """Return processor time in milliseconds, and the lanes."""
    gc.collect()
    start = process_time()
    lanes = run(lines)
    return 1_000 * (process_time() - start), lanes


def lines_of(file: str) -> list[bytes]:
    (source,) = sources([file])
    return list(source.lines())


def run() -> None:
    """Measure and print."""
    files = [str(STREAMS / name) for name in FILES]
    print("backtest: processor time of one run, decompression apart, and ratios round by round")
    for file in files:
        with TemporaryDirectory() as folder:
            prepared = Path(folder) / "prepared"
            (source,) = sources([file])
            prepare(Recording(source, is_watched=True), prepared)
            _measure(file, lines_of(file), runs_of(prepared))


def _measure(file: str, lines: Sequence[bytes], runs: dict[str, Run]) -> None:
    rounds: list[dict[str, float]] = []
    bets: dict[str, int] = {}
    for _ in range(ROUNDS):
        times = {}
        for name, each in runs.items():
            times[name], lanes = timed(each, lines)
            bets[name] = sum(len(lane.exchange.orders) for lane in lanes)
        rounds.append(times)
    print(f"{file.rsplit('/', 1)[-1]}: {len(lines):,} lines")
    for name in runs:
        cost = median(times[name] for times in rounds)
        ratio = median(times[name] / times["floor"] for times in rounds)
        aim = AIMS.get(name, "")
        print(f"  {name:<18} {cost:>8.1f} ms {ratio:>6.2f} x the floor {bets[name]:>7,} bets{aim}")
    for name in ("takes", "waits"):
        a_bet = median(times[name] - times["no bets"] for times in rounds) * 1_000 / max(1, bets[name])
        print(f"  {name:<18} a bet costs {a_bet:.0f} microseconds, its place in the queue and settlement included")
    _measure_sets(file, lines)
    _measure_history(lines)


def _measure_sets(file: str, lines: Sequence[bytes]) -> None:
    """Compare one reading for many parameter sets with a reading for each; of the latter every fifth is measured."""
    strategies = [of_set(number) for number in range(PARAMETER_SETS)]
    start = process_time()
    lines_of(file)
    unpacking = 1_000 * (process_time() - start)
    together, lanes = timed(lambda each: follow(each, strategies), lines)
    alone = sum(timed(partial(follow, strategies=[each]), lines)[0] for each in strategies[::5]) * 5
    bets = sum(len(lane.exchange.orders) for lane in lanes) // PARAMETER_SETS
    packed = (unpacking + together) / (PARAMETER_SETS * unpacking + alone)
    print(
        f"  {PARAMETER_SETS} parameter sets with {bets} bets each in one reading cost {packed:.2f} of as many readings"
    )
    print(f"    of the packed file (aim: at most 0.30), and {together / alone:.2f} where it is unpacked before")


def _measure_history(lines: Sequence[bytes]) -> None:
    """Compare what an update costs with few and with many finished bets behind it."""
    costs = [[_after_bets(lines, number) for number in (FEW, MANY)] for _ in range(3)]
    ratio = median(many / few for few, many in costs)
    print(f"  an update with {MANY:,} finished bets costs {ratio:.2f} times one with {FEW} (aim: at most 1.05)")


def _after_bets(lines: Sequence[bytes], number: int) -> float:
    """Return the time that the last three quarters of a recording take after so many bets that were cancelled."""
    lane = Lane(Settings(balance=10**9))
    engine = Engine([lane])
    first = len(lines) // 4
    for place, line in enumerate(lines[:first], start=1):
        engine.take(read_line(line, place))
    followed = next(iter(lane.followed.values()))
    key = next(iter(followed.market.runners))
    far = PlaceInstruction(key, Side.BACK, OrderType.LIMIT, 1000_00, STAKE, Persistence.LAPSE)
    for _ in range(number):
        (order,) = lane.place(followed.market.market_id, far).orders
        lane.cancel(followed.market.market_id, CancelInstruction(order.bet_id))
    waits(lane)
    gc.collect()
    start = process_time()
    for place, line in enumerate(lines[first : 3 * first], start=first + 1):
        engine.take(read_line(line, place))
    return process_time() - start
