"""What is prepared of a recording plays as the recording does, message by message, and a naive twin agrees."""

from itertools import zip_longest
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator.recorded import preparing
from simulator.recorded.market import RecordedMarket
from simulator.recorded.prepared import PreparedRecording
from simulator.recorded.preparing import prepare
from simulator.recorded.recording import Recording
from simulator.recorded.selection import any_lines
from simulator.recorded.sources import Source, sources
from simulator.recorded.wanted import EVERYTHING, Wanted
from tests.recorded_messages import LINES, market_state, moves_told, written

WANTED = st.sampled_from([EVERYTHING, Wanted(market_types=frozenset({"WIN"})), Wanted(market_ids=frozenset({"1.2"}))])

RECONCILED = {"id": "1.1", "marketDefinition": {"status": "OPEN", "runners": [], "bspReconciled": True}}


def source_of(folder: str, drawn: list[Any]) -> Source:
    file = Path(folder, "recording")
    file.write_bytes(b"\n".join(written(drawn)))
    (source,) = sources([str(file)])
    return source


@pytest.mark.parametrize("rows_a_group", [1, 64 * 1024])
@given(drawn=LINES, wanted=WANTED, watching=st.lists(st.booleans(), min_size=12, max_size=12))
def test_a_prepared_recording_plays_as_the_recording_does(
    rows_a_group: int, drawn: list[Any], wanted: Wanted, watching: list[bool]
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(preparing, "ROWS_A_GROUP", rows_a_group)
        source = source_of(folder, drawn)
        prepare(Recording(source, is_watched=True), Path(folder, "prepared"))
        raw, prepared = Recording(source, wanted), PreparedRecording(Path(folder, "prepared"), wanted, source.name)
        for is_watched, ours, theirs in zip_longest(watching, raw.messages(), prepared.messages()):
            if ours is None:
                assert theirs is None
                break
            assert [market_state(market) for market in ours] == [market_state(market) for market in theirs]
            assert [moves_told(market) for market in ours] == [moves_told(market) for market in theirs]
            for market in (*ours, *theirs):
                market.is_watched = is_watched

    assert (raw.problems, raw.problem_count, raw.left_out) == (
        prepared.problems,
        prepared.problem_count,
        prepared.left_out,
    )
    assert [*raw.markets] == [*prepared.markets]


@settings(max_examples=30)
@given(drawn=LINES, place=st.integers(0, 12))
# A message that tells bets of a runner at the starting price, and then an image that leaves the runner out.
@example(drawn=[{"mc": [{**RECONCILED, "rc": [{"id": 1, "spb": [[2.0, 2]]}]}, {"id": "1.1", "img": True}]}], place=0)
def test_the_lines_of_a_prepared_recording_lead_to_the_same_markets_from_any_of_them_on(
    drawn: list[Any], place: int
) -> None:
    with TemporaryDirectory() as folder:
        source = source_of(folder, drawn)
        prepare(Recording(source, is_watched=True), Path(folder, "prepared"))
        (prepared,) = sources([str(Path(folder, "prepared"))])
        raw = Recording(source)
        lines = list(any_lines(prepared))
        told: dict[str, RecordedMarket] = {}
        for ours, line in zip_longest(raw.messages(), (line for line in lines if line.changes)):
            theirs = list(dict.fromkeys(told.setdefault(one.id, RecordedMarket(one.id)) for one in line.changes))
            for market in theirs:
                market.begin_update(line.published_at)
            for change in line.changes:
                told[change.id].go_on(change)
            assert list(map(in_any_order, ours)) == list(map(in_any_order, theirs))

        assert list(any_lines(prepared, place)) == [
            line for line in lines if not 0 < line.number <= place or line.problem
        ]
        assert list(any_lines(source, place)) == [line for line in any_lines(source) if line.number > place]
        assert [(line.number, line.problem) for line in lines if line.problem] == [
            (problem.line, problem.text) for problem in raw.problems
        ]


def in_any_order(market: RecordedMarket) -> dict[str, Any]:
    """The state of a market, without what depends on the order of changes in one message, which is another one."""
    state = market_state(market)
    state["runners"].sort(key=itemgetter(0))
    del state["has_new_definition"]
    for _, runner in state["runners"]:
        del runner["rises"]
    return state


def twin(drawn: list[Any]) -> dict[str, dict[tuple[int, int], dict[str, dict[int, int]]]]:
    """The ladders of every market by selection and member, written as simply as can be."""
    markets: dict[str, dict[tuple[int, int], dict[str, dict[int, int]]]] = {}
    for one in drawn:
        for change in () if isinstance(one, bytes) else one["mc"]:
            if change.get("img"):
                markets[change["id"]] = {}
            runners = markets.setdefault(change["id"], {})
            for runner in change.get("marketDefinition", {}).get("runners", ()):
                runners.setdefault((int(runner["id"]), round(runner.get("hc", 0) * 100)), {})
            for runner in change.get("rc", ()):
                ladders = runners.setdefault((int(runner["id"]), round(runner.get("hc", 0) * 100)), {})
                for name in ("atb", "atl", "trd", "spb", "spl"):
                    for price, size in runner.get(name, ()):
                        ladders.setdefault(name, {})[round(price * 100)] = round(size * 100)
                for name in LEVEL_NAMES:
                    for level, price, size in runner.get(name, ()):
                        ladders.setdefault(name, {})[level] = (round(price * 100), round(size * 100))
    return {market_id: {key: by_levels(ladders, runners) for key, ladders in runners.items()}
            for market_id, runners in markets.items()}  # fmt: skip


LEVEL_NAMES = ("batb", "batl", "bdatb", "bdatl")


def by_levels(ladders: dict[str, Any], runners: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    """The ladders of a runner, made of levels where its market has none."""
    told = {name for each in runners.values() for name in each}
    if told & {"atb", "atl"}:
        return ladders
    names = ("batb", "batl") if told & {"batb", "batl"} else ("bdatb", "bdatl")
    made = {
        name: {price: size for _, (price, size) in sorted(ladders.get(levels, {}).items(), reverse=True) if size}
        for name, levels in zip(("atb", "atl"), names, strict=True)
    }
    return ladders | made


@given(LINES)
def test_ladders_and_best_prices_are_those_of_a_naive_twin(drawn: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        recording = Recording(source_of(folder, drawn))
        for changed in recording.messages():
            for market in changed:
                assert all(runner.best_back is None or runner.best_back for runner in market.runners.values())

    for market_id, runners in twin(drawn).items():
        market = recording.markets[market_id]
        assert set(market.runners) == set(runners)
        for key, ladders in runners.items():
            runner = market.runners[key]
            theirs = {name: {p: s for p, s in ladder.items() if s} for name, ladder in ladders.items()}
            assert (
                runner.available_to_back,
                runner.available_to_lay,
                runner.traded,
                runner.starting_price_lays,
                runner.starting_price_backs,
            ) == tuple(theirs.get(name, {}) for name in ("atb", "atl", "trd", "spb", "spl"))
            if runner.available_to_back:
                assert runner.best_back == max(runner.available_to_back)
            if runner.available_to_lay:
                assert runner.best_lay == min(runner.available_to_lay)


@given(drawn=LINES)
def test_the_moves_of_a_watched_market_lead_from_one_state_to_the_next(drawn: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        known: dict[tuple[int, int], int] = {}
        """By runner and ladder and price; runners are objects that stay."""
        runners: dict[int, Any] = {}
        for changed in Recording(source_of(folder, drawn)).messages():
            for market in changed:
                is_first = not market.is_watched
                for runner in market.runners.values():
                    runners[id(runner)] = runner
                    if is_first:
                        known |= sizes(runner)
                for runner, ladder, price, before, after in market.moves:
                    key = (id(runner), ladder, price)
                    assert known.get(key, 0) == before != after
                    known[key] = after
                for runner in market.runners.values():
                    mine = {key: size for key, size in known.items() if key[0] == id(runner) and size}
                    assert mine == sizes(runner)
                market.is_watched = True


def sizes(runner: Any) -> dict[Any, int]:
    return {
        (id(runner), ladder, price): size for ladder in range(1, 6) for price, size in runner.quantities[ladder].items()
    }


@given(content=st.binary(max_size=300), keeps_the_end=st.booleans(), data=st.data())
def test_a_prepared_file_that_is_broken_is_named(content: bytes, keeps_the_end: bool, data: st.DataObject) -> None:
    drawn = [{"mc": [{"id": "1.1", "rc": [{"id": 1, "atb": [[2, 2]]}]}]}] * 20
    with TemporaryDirectory() as folder:
        source = source_of(folder, drawn)
        file = Path(folder, "prepared")
        prepare(Recording(source, is_watched=True), file)
        whole = file.read_bytes()
        place = data.draw(st.integers(4, len(whole) - 1))
        file.write_bytes(whole[:place] + content + (whole[place + len(content) :] if keeps_the_end else b""))
        recording = PreparedRecording(file)
        played = [market_state(market) for changed in recording.messages() for market in changed]

    assert len(played) == 20 or recording.problems
