"""Recorded markets go on in a world as they did then, with bets of everybody who bets in it."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from simulator.backtest.engine import Engine
from simulator.backtest.lane import Lane, Settings
from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.orders import Order, OrderType, Persistence, RunnerKey, Side
from simulator.exchange.statuses import MarketStatus
from simulator.reading_recordings import open_recordings
from simulator.recorded.messages import read_lines
from simulator.recorded.sources import sources
from simulator.recorded.wanted import Chosen, Wanted
from simulator.replay.beginning import scenario_of
from simulator.replay.messages import Messages
from simulator.world.clock import RealTime
from simulator.world.export import Export, encode_export, replay
from simulator.world.format.quantities import instant_text
from simulator.world.format.scenario import BetTuneMatch, Finish, RecordedFile, ScoreEntry, Settle, Suspend
from simulator.world.happened import MarketLeftAlone, Notice, RecordingFollowed
from simulator.world.inputs import AddToBetTune, AdvanceClock, LogIn, MoveToNext, Reset, SetClock
from simulator.world.journal import Journal
from simulator.world.present import present_of
from simulator.world.recordings import CannotFollow, follow_nothing
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from tests.recording_files import BEGINNING, Race, a_race
from tests.unit.test_snapshot import written
from tests.unit.world_builder import heard_by

FIRST = BEGINNING + 1_000
"""When the first message of a recording comes."""
MARKET = "1.1"
SHIPPED = Path(__file__).parents[2] / "fixtures" / "recorded"
FROZEN = RealTime(lambda: 0, lambda: 0.0)


def world_of(*files: Path, at: int | None = None, **options: object) -> World:
    """A world that follows some files, whose clock stands still."""
    when = None if at is None else instant_text(at)
    scenario = scenario_of(map(str, files), at=when, rate=Decimal(0), **options)  # type: ignore[arg-type]
    return World(scenario, real_time=FROZEN, open_recordings=open_recordings)


def bet(side: Side, price: int, size: int, runner: int = 1, username: str = "alice") -> PlaceOrders:
    """A request for one bet on a runner of the race."""
    instruction = PlaceInstruction(
        RunnerKey(runner), side, OrderType.LIMIT, price, size, Persistence.PERSIST
    )  # fmt: skip
    return PlaceOrders(username, MARKET, (instruction,))


def offers_to_back(world: World, runner: int = 1) -> list[tuple[int, int]]:
    book = world.exchange.markets[MARKET].runners[RunnerKey(runner)].book
    return [(level.price, level.total) for level in book.lays.best_first()]


def balance_of(world: World, username: str = "alice") -> int:
    return world.exchange.ledger.balance_of(username)


@pytest.fixture
def race(tmp_path: Path) -> Path:
    return a_race().write(tmp_path)


# How it goes on


def test_a_world_begins_with_the_first_message_and_the_markets_that_it_names(race: Path) -> None:
    world = world_of(race)

    assert world.clock.now() == FIRST
    assert world.exchange.markets[MARKET].status is MarketStatus.OPEN
    assert world.next_due == FIRST + 1_000


def test_before_the_first_message_there_are_no_markets_and_they_appear_with_theirs(tmp_path: Path) -> None:
    later = Race("1.2", event_id="10")
    later.at += 5_000
    later.messages.clear()
    later.defines()
    world = world_of(a_race().write(tmp_path), later.write(tmp_path), at=BEGINNING - 60_000)
    assert not world.exchange.markets

    world.do(SetClock(FIRST)).accepted()
    assert list(world.exchange.markets) == list(world.catalogue.markets) == [MARKET]

    world.do(AdvanceClock(60_000)).accepted()
    assert list(world.exchange.markets) == list(world.catalogue.markets) == [MARKET, "1.2"]
    assert world.clock.now() == FIRST + 60_000


def test_a_world_that_begins_later_has_everything_that_came_before(race: Path) -> None:
    world = world_of(race, at=FIRST + 2_500)

    assert offers_to_back(world) == [(300, 50_00), (290, 20_00)]
    assert offers_to_back(world, 2) == [(200, 50_00)]
    assert world.next_due == FIRST + 3_000


@pytest.mark.parametrize("place", [0, 3])
def test_nobody_waits_for_heartbeats_and_markets_that_are_not_wanted(tmp_path: Path, place: int) -> None:
    """Also where they are dated long after the end: they are no messages of this world."""
    late = 4_070_908_800_000
    other, race = Race("1.2", market_type="PLACE"), a_race()
    other.at = late
    other.messages.clear()
    other.defines()
    other.offers(1, ltp=2.0)
    race.messages[place:place] = [json.dumps({"op": "mcm", "ct": "HEARTBEAT", "pt": late}), *other.messages]
    world = world_of(race.write(tmp_path), wanted=Wanted(market_types=frozenset({"WIN"})))
    assert world.clock.now() == FIRST
    due = []
    while world.next_due is not None:
        due.append(world.next_due)
        world.do(MoveToNext()).accepted()
        if world.clock.now() == FIRST + 5_000:
            world = World.of_snapshot(written(world), FROZEN, open_recordings)
    assert due[:9] == [FIRST + 1_000 * number for number in range(1, 10)]
    assert max(due) < late
    assert list(world.exchange.markets) == [MARKET]
    assert world.exchange.markets[MARKET].status is MarketStatus.CLOSED


def test_what_one_file_says_of_a_market_counts_for_what_another_tells_later(tmp_path: Path) -> None:
    """Also where that is the other file's next message already when the market turns out not to be wanted."""
    race, other = a_race(), Race("1.2", market_type="PLACE")
    del race.messages[2:]
    other.at = BEGINNING + 5_000
    other.offers(1, ltp=2.0)
    race.says(other.messages.pop())
    other.messages.clear()
    other.at = BEGINNING + 3_500
    other.defines()
    names = [str(race.write(tmp_path)), str(other.write(tmp_path))]
    followed = Messages(
        [RecordedFile(path=name, sha256="", first_at=at) for name, at in zip(names, (FIRST, other.at), strict=True)],
        list(sources(names)),
        Chosen(Wanted(market_types=frozenset({"WIN"}))),
    )
    assert [(place, line.number) for place, line in followed.until(BEGINNING + 60_000)] == [(0, 1), (0, 2)]


def test_what_is_due_next_is_the_next_message_until_all_have_come(race: Path) -> None:
    world = world_of(race)
    heard = heard_by(world)
    times = []
    while world.next_due is not None:
        world.do(MoveToNext()).accepted()
        times.append(world.clock.now() - FIRST)

    assert times == [1_000 * number for number in range(1, 11)]
    followed = [event.at - FIRST for event in heard if isinstance(event, RecordingFollowed)]
    assert followed == times
    assert world.exchange.markets[MARKET].status is MarketStatus.CLOSED


def test_a_running_clock_brings_the_messages_at_its_rate(race: Path) -> None:
    seconds = [0.0]
    scenario = scenario_of([str(race)], rate=Decimal(60))
    world = World(scenario, real_time=RealTime(lambda: 0, lambda: seconds[0]), open_recordings=open_recordings)

    seconds[0] = 0.05
    world.run_due()

    assert world.clock.now() == FIRST + 3_000
    assert world.exchange.markets[MARKET].runners[RunnerKey(1)].book.shown_last_price_traded == 300


def test_files_are_told_in_the_order_of_time(tmp_path: Path) -> None:
    first, second = Race("1.1"), Race("1.2")
    for number in range(3):
        second.at = first.at
        first.offers(1, atb=[(2.0, 1.0 + number)])
        second.offers(1, atb=[(2.0, 1.0 + number)])
    world = world_of(first.write(tmp_path), second.write(tmp_path))
    heard = heard_by(world)

    world.do(AdvanceClock(60_000)).accepted()

    told = [(event.at - FIRST, event.market_id) for event in heard if isinstance(event, RecordingFollowed)]
    assert told == [(at, market_id) for at in (1_000, 2_000, 3_000) for market_id in ("1.1", "1.2")]


def test_what_was_told_late_is_told_when_it_comes_in_the_file(tmp_path: Path) -> None:
    race = Race()
    race.offers(1, atb=[(2.0, 1.0)])
    race.at -= 500_000
    race.offers(1, atb=[(2.0, 7.0)])
    world = world_of(race.write(tmp_path))

    world.do(MoveToNext()).accepted()

    assert world.clock.now() == FIRST + 1_000
    assert offers_to_back(world) == [(200, 7_00)]


# How it is listed


def test_a_market_is_listed_with_the_names_that_the_recording_has_and_ids_where_it_has_none(tmp_path: Path) -> None:
    file = Race(event_id="9", eventName="Ascot 13th Sep", venue="Ascot", timezone="Europe/London").write(tmp_path)
    described = world_of(file).catalogue.markets[MARKET]

    assert (described.event.name, described.event.venue, described.event.event_type_name) == (
        "Ascot 13th Sep", "Ascot", "Horse Racing",
    )  # fmt: skip
    assert [runner.name for runner in described.runners.values()] == ["Runner 1", "Runner 2", "Runner 3"]
    assert described.name == MARKET
    assert instant_text(described.start_time) == "2020-09-13T12:30:00.000Z"


def test_a_new_definition_lists_the_market_anew(tmp_path: Path) -> None:
    race = Race()
    race.defines(marketTime="2020-09-13T12:40:00.000Z", eventName="Ascot", name="1m Hcap")
    world = world_of(race.write(tmp_path))

    world.do(MoveToNext()).accepted()

    described = world.catalogue.markets[MARKET]
    assert (described.name, described.event.name) == ("1m Hcap", "Ascot")
    assert instant_text(described.start_time) == "2020-09-13T12:40:00.000Z"
    assert world.catalogue.markets_of_event["9"] == [described]
    assert world.catalogue.events["9"] is described.event


# Bets


def test_what_a_bet_takes_is_gone_and_what_is_shown_is_recorded_and_ours(race: Path) -> None:
    world = world_of(race, at=FIRST + 3_000)

    world.do(bet(Side.BACK, 300, 30_00)).accepted()

    book = world.exchange.markets[MARKET].runners[RunnerKey(1)].book
    assert offers_to_back(world) == [(300, 20_00), (290, 20_00)]
    assert dict(book.shown_traded) == {300: 100_00 + 60_00}
    assert book.shown_total_matched == 100_00 + 60_00
    world.do(AdvanceClock(3_000)).accepted()
    assert offers_to_back(world) == [(290, 60_00)]


def test_the_last_price_is_ours_until_the_recording_has_another(tmp_path: Path) -> None:
    recording = a_race()
    recording.offers(2, trd=[(2.0, 10.0)], ltp=2.0, tv=10.0)
    world = world_of(recording.write(tmp_path), at=FIRST + 2_000)
    book = world.exchange.markets[MARKET].runners[RunnerKey(1)].book
    assert book.shown_last_price_traded is None

    world.do(bet(Side.BACK, 290, 5_00)).accepted()
    assert book.shown_last_price_traded == 300
    world.do(bet(Side.LAY, 310, 5_00)).accepted()
    assert book.shown_last_price_traded == 310

    world.do(MoveToNext()).accepted()
    assert book.shown_last_price_traded == 300


def test_bets_are_settled_as_recorded(race: Path) -> None:
    world = world_of(race)
    world.do(SetClock(FIRST + 3_000)).accepted()
    world.do(bet(Side.BACK, 300, 10_00)).accepted()
    world.do(bet(Side.BACK, 200, 10_00, runner=2, username="bob")).accepted()

    world.do(AdvanceClock(60_000)).accepted()

    assert balance_of(world) == 1_000_00 + 20_00 - 1_00
    assert balance_of(world, "bob") == 1_000_00 - 10_00


def test_a_result_that_was_corrected_is_so_at_its_time(tmp_path: Path) -> None:
    race = a_race()
    race.defines(status="OPEN")
    race.ends(winner=2)
    world = world_of(race.write(tmp_path))
    world.do(SetClock(FIRST + 3_000)).accepted()
    world.do(bet(Side.BACK, 300, 10_00)).accepted()

    world.do(SetClock(FIRST + 10_000)).accepted()
    assert balance_of(world) == 1_000_00 + 20_00 - 1_00
    world.do(SetClock(FIRST + 11_000)).accepted()
    (notice,) = world.notices
    assert notice.problem.startswith("it was closed, and the recording opens it once more: ")
    world.do(AdvanceClock(60_000)).accepted()

    assert balance_of(world) == 1_000_00 - 10_00
    (_, again) = world.notices
    assert again.problem == "it was open once more after it was closed, and nobody could bet in it from then on"


@pytest.mark.parametrize("model", ["optimistic", "queue", "pessimistic"])
def test_the_same_bets_in_a_backtest_get_the_same(race: Path, model: str) -> None:
    asked = [
        (2_000, bet(Side.BACK, 300, 30_00)),
        (2_500, bet(Side.LAY, 300, 40_00)),
        (3_000, bet(Side.BACK, 202, 5_00, runner=2)),
        (5_000, bet(Side.BACK, 202, 10_00, runner=2)),
        (5_500, bet(Side.BACK, 290, 100_00)),
    ]
    world = world_of(race, model=model)
    for after, command in asked:
        world.do(SetClock(FIRST + after)).accepted()
        world.do(command).accepted()
    world.do(AdvanceClock(60_000)).accepted()

    lane = Lane(Settings(model=model, balance=1_000_00))
    engine = Engine([lane])
    to_come = list(asked)
    (source,) = sources([str(race)])
    for line in read_lines(source):
        while to_come and FIRST + to_come[0][0] < line.published_at:
            after, command = to_come.pop(0)
            lane.run_until(FIRST + after)
            lane.place(command.market_id, *command.instructions)
        engine.take(line)
    engine.end()

    def got(order: Order) -> tuple[int, ...]:
        return (
            order.size_matched, order.size_lapsed, order.matched_payout, order.matched_at or 0, order.profit or 0,
        )  # fmt: skip

    ours = [got(order) for order in world.exchange.orders.values()]
    assert ours == [got(order) for order in lane.exchange.orders.values()]
    assert len(ours) == len(asked)
    assert any(matched for matched, *_ in ours)
    assert balance_of(world) == lane.exchange.ledger.balance_of("strategy")


# The fold


def told_again(world: World, journal: Journal) -> World:
    beginning, told = journal.story()
    lines = encode_export(Export.of(world, beginning, told)).splitlines()
    return replay(lines, open_recordings)


def test_a_world_is_told_again_by_what_was_asked_and_the_files(race: Path) -> None:
    world = world_of(race)
    journal = Journal(world)
    world.do(LogIn("alice", "alice-password", "alice-live-key")).accepted()
    world.do(SetClock(FIRST + 2_500)).accepted()
    world.do(bet(Side.BACK, 300, 30_00)).accepted()
    world.do(bet(Side.LAY, 290, 30_00)).accepted()
    world.do(SetClock(FIRST + 5_500)).accepted()
    world.do(bet(Side.BACK, 200, 10_00, runner=2)).accepted()

    assert state_hash(told_again(world, journal)) == state_hash(world)
    world.do(AdvanceClock(60_000)).accepted()
    assert state_hash(told_again(world, journal)) == state_hash(world)
    assert len(json.dumps([str(one) for one in journal.story()[1]])) < 4_000


def test_the_digest_of_a_world_hangs_on_what_was_taken_and_how_far_it_is(race: Path) -> None:
    def after(*steps: object) -> str:
        world = world_of(race, at=FIRST + 2_000)
        for step in steps:
            world.do(step).accepted()  # type: ignore[arg-type]
        return state_hash(world)

    bets = bet(Side.BACK, 300, 30_00)
    assert after(bets) == after(bets)
    assert len({after(), after(bets), after(MoveToNext()), after(bets, MoveToNext())}) == 4


def test_a_file_that_is_another_than_it_was_is_not_followed(race: Path, tmp_path: Path) -> None:
    scenario = scenario_of([str(race)])
    a_race(event_id="77").write(tmp_path)

    with pytest.raises(CannotFollow, match=r"1\.1\.bz2: it is another file than the one that was followed before"):
        World(scenario, open_recordings=open_recordings)


def test_a_file_that_has_gone_is_named(race: Path) -> None:
    scenario = scenario_of([str(race)])
    race.unlink()

    with pytest.raises(CannotFollow, match=r"1\.1\.bz2: there is no such file"):
        World(scenario, open_recordings=open_recordings)


def test_where_nobody_reads_recordings_none_are_followed(race: Path) -> None:
    with pytest.raises(CannotFollow, match="no recordings are read"):
        World(scenario_of([str(race)]), open_recordings=follow_nothing)


def test_a_world_begins_again_with_its_recordings(race: Path) -> None:
    world = world_of(race)
    at_first = state_hash(world)
    world.do(SetClock(FIRST + 2_500)).accepted()
    world.do(bet(Side.BACK, 300, 30_00)).accepted()

    world.do(Reset()).accepted()

    assert state_hash(world) == at_first


def test_a_reset_is_refused_once_a_file_has_gone(race: Path) -> None:
    world = world_of(race)
    race.unlink()

    refusal = world.do(Reset()).refusal

    assert refusal is not None
    assert "there is no such file" in refusal.text


def test_the_scenario_of_now_goes_on_with_the_recordings_where_they_are(race: Path) -> None:
    world = world_of(race, at=FIRST + 2_500)

    present = present_of(world)

    assert not present.scenario.events
    again = World(present.scenario, real_time=FROZEN, open_recordings=open_recordings)
    assert offers_to_back(again) == offers_to_back(world)
    assert again.next_due == world.next_due


# What goes wrong


def test_nobody_else_changes_a_market_that_follows_a_recording(race: Path) -> None:
    world = world_of(race)

    refusal = world.do(Suspend(market=MARKET)).refusal

    assert refusal is not None
    assert refusal.text == "market 1.1 follows a recording, which alone says what happens to it"
    assert world.exchange.markets[MARKET].status is MarketStatus.OPEN


def test_the_end_of_a_match_of_bettune_leaves_a_market_alone_that_follows_a_recording(tmp_path: Path) -> None:
    world = world_of(a_race(market_type="MATCH_ODDS").write(tmp_path), at=FIRST)
    match = BetTuneMatch(id=1, date=instant_text(FIRST), home="Runner 1", away="Runner 2", event="9")
    world.do(AddToBetTune(matches=(match,))).accepted()

    events = world.do(Finish(match=1, score=ScoreEntry(home=1, away=0))).accepted()

    reason = "market 1.1 follows a recording, which alone says what happens to it"
    assert [event for event in events if isinstance(event, MarketLeftAlone)] == [
        MarketLeftAlone(FIRST, MARKET, 1, reason)
    ]
    assert world.exchange.markets[MARKET].status is MarketStatus.OPEN


def test_a_market_that_a_recording_closes_without_a_result_is_told_of_and_may_be_settled(tmp_path: Path) -> None:
    race = Race()
    race.offers(1, atb=[(3.0, 50.0)])
    race.defines(status="SUSPENDED")
    race.defines(status="CLOSED")
    world = world_of(race.write(tmp_path))
    world.do(MoveToNext()).accepted()
    world.do(bet(Side.BACK, 300, 10_00)).accepted()

    world.do(AdvanceClock(60_000)).accepted()

    assert world.notices == [
        Notice(
            FIRST + 3_000,
            "follow",
            MARKET,
            None,
            "it is not settled, because no runner is recorded as a winner or a loser",
        )
    ]
    results = [{"selectionId": 1, "status": "WINNER"}]
    statuses = [*results, *({"selectionId": number, "status": "LOSER"} for number in (2, 3))]
    world.do(happening_of(Settle, results=statuses)).accepted()
    assert balance_of(world) == 1_000_00 + 20_00 - 1_00


def happening_of(kind: type[Settle], **content: object) -> Settle:
    return msgspec.convert({"do": "settle", "market": MARKET, **content}, kind)


def test_what_cannot_be_done_here_ends_one_market_and_the_others_go_on(tmp_path: Path) -> None:
    broken = Race("1.1")
    broken.defines(numberOfWinners=-1)
    broken.offers(1, atb=[(2.0, 1.0)])
    other = a_race("1.2")
    world = world_of(broken.write(tmp_path), other.write(tmp_path))

    world.do(AdvanceClock(60_000)).accepted()

    (notice,) = world.notices
    assert notice.market_id == "1.1"
    assert notice.problem.startswith("it is followed no further, because ")
    assert world.exchange.markets["1.2"].status is MarketStatus.CLOSED


def test_lines_that_are_broken_are_left_out_and_told_of(tmp_path: Path) -> None:
    race = Race()
    race.says('{"op":"mcm","pt":16000')
    race.says('{"op":"connection","connectionId":"1"}')
    race.offers(1, atb=[(2.0, 1.0)])
    world = world_of(race.write(tmp_path))

    world.do(MoveToNext()).accepted()

    assert offers_to_back(world) == [(200, 1_00)]
    (notice,) = [notice for notice in world.notices if notice.verb == "read"]
    assert "1.1.bz2, line 2: it is left out" in notice.problem


def test_a_market_whose_recording_ends_without_a_result_may_be_settled_by_hand(tmp_path: Path) -> None:
    race = Race()
    race.offers(1, atb=[(2.0, 1.0)])
    world = world_of(race.write(tmp_path))

    world.do(MoveToNext()).accepted()

    problem = "it is not settled, because the recording ends before its result"
    assert world.notices == [Notice(FIRST + 1_000, "follow", MARKET, None, problem)]
    world.do(Suspend(market=MARKET)).accepted()


def test_a_market_of_two_files_goes_on_with_the_second(tmp_path: Path) -> None:
    whole = a_race()
    first, second = Race(), Race()
    first.messages, second.messages = whole.messages[:5], whole.messages[5:]
    world = world_of(first.write(tmp_path, "1.1-a.bz2"), second.write(tmp_path, "1.1-b.bz2"))

    world.do(SetClock(FIRST + 5_000)).accepted()
    assert world.do(Suspend(market=MARKET)).refusal is not None
    world.do(AdvanceClock(60_000)).accepted()

    assert world.exchange.markets[MARKET].status is MarketStatus.CLOSED
    assert [notice.problem for notice in world.notices] == [
        "it is not settled, because the recording ends before its result",
        "it is recorded on in another file",
    ]


def test_a_market_that_is_closed_and_reconciled_in_one_message_without_a_result_is_told_of(tmp_path: Path) -> None:
    race = Race(bspMarket=True)
    race.offers(1, atb=[(3.0, 50.0)])
    race.defines(status="CLOSED", bspReconciled=True)
    world = world_of(race.write(tmp_path))

    world.do(AdvanceClock(60_000)).accepted()

    (notice,) = world.notices
    assert notice.problem == "it is not settled, because no runner is recorded as a winner or a loser"
    assert world.exchange.markets[MARKET].status is MarketStatus.SUSPENDED


def test_a_betting_type_of_which_nothing_is_known_ends_its_market_alone(tmp_path: Path) -> None:
    odd = Race("1.1", bettingType="FIXED_ODDS")
    world = world_of(odd.write(tmp_path), a_race("1.2").write(tmp_path))

    world.do(AdvanceClock(60_000)).accepted()

    assert "'FIXED_ODDS'" in world.notices[0].problem
    assert list(world.exchange.markets) == ["1.2"]


STATUSES = st.sampled_from(["ACTIVE", "REMOVED", "WINNER", "LOSER", "PLACED", "HIDDEN"])
RUNNERS = st.fixed_dictionaries(
    {"id": st.integers(1, 5), "status": STATUSES},
    optional={
        "adjustmentFactor": st.sampled_from([-3, 0, 5, 50, 100, 150]),
        "bsp": st.sampled_from(["NaN", "Infinity", 0, 2.5]),
        "hc": st.sampled_from([0, 1.5]),
    },
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["OPEN", "SUSPENDED", "CLOSED", "INACTIVE"]),
        "inPlay": st.booleans(),
        "betDelay": st.sampled_from([0, 1, 5]),
        "bspReconciled": st.booleans(),
        "runners": st.lists(RUNNERS, max_size=4),
        "numberOfWinners": st.integers(-1, 4),
        "bettingType": st.sampled_from(["ODDS", "LINE", "ASIAN_HANDICAP_DOUBLE_LINE", "x"]),
        "eachWayDivisor": st.sampled_from([0, 4, -1]),
        "marketBaseRate": st.sampled_from([-1, 5, 200]),
        "marketTime": st.sampled_from(["", "soon", "2020-09-13T12:30:00.000Z"]),
        "bspMarket": st.booleans(),
        "crossMatching": st.booleans(),
        "complete": st.booleans(),
        "version": st.integers(-1, 3),
    },
)


@given(st.lists(CHANGES, min_size=1, max_size=12), st.lists(st.sampled_from(list(Side)), max_size=12))
def test_whatever_a_recording_says_of_a_market_the_world_and_other_markets_go_on(
    tmp_path_factory: pytest.TempPathFactory, definitions: list[dict[str, Any]], sides: list[Side]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    odd, sound = Race("1.1"), a_race("1.2")
    for change in definitions:
        odd.offers(1, atb=[(3.0, 50.0)], atl=[(3.1, 50.0)], trd=[(3.0, 10.0)])
        odd.defines(**change)
    world = world_of(odd.write(folder), sound.write(folder), cross_matching=True)

    for side in sides:
        if world.next_due is not None:
            world.do(MoveToNext()).accepted()
        world.do(bet(side, 305, 5_00))
    world.do(AdvanceClock(60_000)).accepted()

    assert world.next_due is None
    assert world.exchange.markets["1.2"].status is MarketStatus.CLOSED
    assert sum(world.exchange.ledger.balances.values()) == 0
    state_hash(world)


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({"at": "yesterday"}, "'yesterday' is no time to begin at"),
        ({"at": "2021-03-01"}, "'2021-03-01' is no time to begin at"),
        ({"model": "hopeful"}, "There is no fill model 'hopeful'; there are optimistic, queue, pessimistic."),
    ],
)
def test_what_nobody_can_follow_is_named(race: Path, wanted: dict[str, str], problem: str) -> None:
    with pytest.raises(CannotFollow) as refused:
        scenario_of([str(race)], **wanted)  # type: ignore[arg-type]

    assert str(refused.value).startswith(problem)


def test_a_time_may_leave_out_its_seconds(race: Path) -> None:
    assert scenario_of([str(race)], at="2020-09-13T12:26Z").clock.now == "2020-09-13T12:26:00.000Z"


def test_files_without_market_changes_are_refused_and_passed_over_beside_others(race: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text('{"op":"connection","connectionId":"1"}\n')

    with pytest.raises(CannotFollow, match=r"empty\.txt: there are no market changes recorded in it\.$"):
        scenario_of([str(empty)])
    recordings = scenario_of([str(empty), str(race)]).recordings
    assert recordings is not None
    assert [file.path for file in recordings.files] == [str(race)]


def test_a_market_that_is_never_defined_is_noted_and_nothing_else_is_no_replay(race: Path, tmp_path: Path) -> None:
    undefined, goes_on = a_race("1.2"), a_race("1.3")
    undefined.messages = undefined.messages[1:4]
    goes_on.messages = goes_on.messages[1:]
    files = [undefined.write(tmp_path), goes_on.write(tmp_path)]

    with pytest.raises(CannotFollow, match=r"1\.2\.bz2: no market is defined in it: none could be served\.$"):
        scenario_of([str(files[0])])
    world = world_of(*files, race)
    while world.next_due is not None:
        world.do(MoveToNext()).accepted()
    assert sorted(world.exchange.markets) == ["1.1", "1.3"]
    assert [(notice.market_id, notice.problem) for notice in world.notices] == [
        ("1.2", "it is not there, because its file ends before it is defined")
    ]


def test_files_that_cannot_be_read_are_noted_beside_others(race: Path, tmp_path: Path) -> None:
    broken = tmp_path / "1.9.bz2"
    broken.write_bytes(b"BZh9 and no more")

    with pytest.raises(CannotFollow, match=r"1\.9\.bz2: there are no market .* It cannot be read: .* it breaks off, "):
        scenario_of([str(broken)])
    world = world_of(broken, race)
    world.do(MoveToNext()).accepted()
    (notice,) = world.notices
    assert f"{broken}, line 1: it is left out" in notice.problem
    while world.next_due is not None:
        world.do(MoveToNext()).accepted()
    assert [market.status for market in world.exchange.markets.values()] == ["CLOSED"]


def test_customers_are_those_of_the_demo(race: Path) -> None:
    world = world_of(race)

    assert list(world.accounts.by_username) == ["alice", "bob"]
    assert replace(world.scenario, recordings=None).events == ()


def test_a_market_that_is_followed_is_wanted_still_whatever_it_says_after_a_snapshot(tmp_path: Path) -> None:
    """As a race that is put off until the next day, where those of a day are asked for."""
    race = Race()
    race.offers(1, ltp=3.0)
    race.defines(marketTime="2020-09-14T00:05:00.000Z")
    race.ends(winner=1)
    whole = world_of(race.write(tmp_path), wanted=Wanted(until=date(2020, 9, 13)))
    whole.do(AdvanceClock(500)).accepted()
    resumed = World.of_snapshot(written(whole), FROZEN, open_recordings)
    for world in (whole, resumed):
        world.do(AdvanceClock(60_000)).accepted()
        assert world.exchange.markets["1.1"].status is MarketStatus.CLOSED
    assert state_hash(resumed) == state_hash(whole)
