"""The same beginning and the same inputs lead to the same story and the same state, in another process too."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.commands import Command, Tick
from simulator.exchange.orders import RunnerKey, Side
from simulator.world.clock import END_OF_TIME, RealTime
from simulator.world.faults import Fault, FaultHappening
from simulator.world.format.scenario import (
    Additions,
    BetLink,
    BetTuneFilter,
    BetTuneMatch,
    ChangeStartTime,
    Finish,
    GoInPlay,
    MakeOffers,
    NamedEntry,
    Resettle,
    ResultEntry,
    Scenario,
    ScoreEntry,
    Settle,
    SideEntry,
    Suspend,
    Translations,
    Withdraw,
)
from simulator.world.happened import Happened
from simulator.world.inputs import (
    Add,
    AddToBetTune,
    AdvanceClock,
    AnyCommand,
    AnyHappening,
    AnyWorldInput,
    Input,
    LogIn,
    LogOut,
    MoveToNext,
    PutPrediction,
    ReadStartingPrices,
    Reset,
    SetClock,
    SetClockRate,
    TakeRequestId,
    WorldInput,
    decode_input,
    encode_input,
)
from simulator.world.journal import entries_of
from simulator.world.loading.named import builtin_scenario
from simulator.world.retelling import (
    Beginning,
    Retelling,
    Told,
    decode_beginning,
    decode_told,
    encode_beginning,
    encode_told,
    told,
)
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from tests.retold import Record
from tests.unit.scenario_builder import MARKET, load, small
from tests.unit.world_builder import MINUTE, START, FakeRealTime, at, bet, world_of

INPUTS = [*get_args(AnyCommand), *get_args(AnyHappening), *get_args(AnyWorldInput)]


def leaves(kind: type[Any]) -> set[type[Any]]:
    """The classes below a class that have none below themselves."""
    below = kind.__subclasses__()
    return set().union(*map(leaves, below)) if below else {kind}


@pytest.mark.parametrize(
    ("root", "listed"), [(Command, AnyCommand), (WorldInput, AnyWorldInput)], ids=["commands", "other inputs"]
)
def test_every_kind_of_input_can_be_read_again(root: type[Any], listed: Any) -> None:
    """One that is missing from the list would be taken, and be no input to whoever tells the story again."""
    assert set(get_args(listed)) == leaves(root)


NUMBERS = st.integers(1, 2**40)
SCORES = st.builds(ScoreEntry, home=st.integers(0, 99), away=st.integers(0, 99))
SIDES = st.builds(
    SideEntry, name=st.none(), score=st.none() | st.integers(0, 99) | st.just("Av"), half_time_score=st.none(),
    full_time_score=st.none(), penalties_score=st.none(), sets=st.integers(0, 5), games=st.none(),
    game_sequence=st.lists(st.integers(0, 7), max_size=5).map(tuple), is_serving=st.none() | st.booleans(),
    yellow_cards=st.none(), red_cards=st.none(), corners_first_half=st.none(), corners_second_half=st.none(),
    aces=st.none(), double_faults=st.none(), service_breaks=st.none(),
)  # fmt: skip
WORDS = st.text(min_size=1, max_size=20)
NAMED = WORDS | st.builds(NamedEntry, id=NUMBERS, name=WORDS)
PRICES_AND_SIZES = st.lists(st.tuples(*[st.decimals(1, 1000, places=2)] * 2), max_size=3).map(tuple)
RESULTS = st.lists(
    st.builds(ResultEntry, selection_id=NUMBERS, status=st.sampled_from(["WINNER", "LOSER"])), min_size=1, max_size=3
).map(tuple)
HAPPENINGS = st.sampled_from([
    Suspend(market="", at="+PT1M"), Withdraw(market="", selection_id=0), ChangeStartTime(market="", start_time="+PT1H"),
    Settle(market="", results=(ResultEntry(selection_id=1, status="WINNER"),)),
])  # fmt: skip
FAULTS = st.builds(
    Fault, happenings=st.lists(st.builds(FaultHappening, happening=HAPPENINGS), max_size=2).map(tuple)
)  # fmt: skip
BOUNDED: dict[str, st.SearchStrategy[Any]] = {
    "selection_id": NUMBERS,
    "name": st.text(min_size=1, max_size=20),
    "match": NUMBERS,
    "event": NUMBERS.map(str),
    "type": st.sampled_from(["KickOff", "Goal", "Anything"]),
    "status": st.text(min_size=1, max_size=20),
    "player": st.none() | st.text(min_size=1, max_size=20),
    "match_time": st.none() | st.integers(1, 999),
    "home": st.none() | SIDES,
    "away": st.none() | SIDES,
    "score": SCORES,
    "user": st.text(min_size=1, max_size=255),
    "results": RESULTS,
    "available_to_back": PRICES_AND_SIZES,
    "available_to_lay": PRICES_AND_SIZES,
    "additions": st.builds(
        Additions,
        events=st.just(load(small()).events),
        schedule=st.lists(st.builds(Finish, match=NUMBERS, score=SCORES), max_size=2).map(tuple),
        translations=st.builds(Translations, de=st.dictionaries(WORDS, WORDS, max_size=2)),
    ),
    "filters": st.lists(
        st.builds(
            BetTuneFilter, id=NUMBERS, name=WORDS, bet_type=WORDS, sport=NUMBERS, user=st.none() | WORDS,
            stake=st.none() | st.decimals(1, 1000, places=2),
        ),
        max_size=2,
    ).map(tuple),
    "matches": st.lists(
        st.builds(
            BetTuneMatch, id=NUMBERS, sport=NUMBERS, home=NAMED, away=NAMED, country=st.none() | NAMED,
            tournament=st.none() | NAMED, season=st.none() | NAMED, score=st.none() | SCORES,
            event=st.none() | NUMBERS.map(str),
            bets=st.lists(
                st.builds(BetLink, bet_type=WORDS, market=st.just(MARKET), selection_id=NUMBERS), max_size=2
            ).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    "faults": st.lists(FAULTS, max_size=2).map(tuple),
    "fault": FAULTS,
    "rate": st.floats(0, 1e9),
    "snapshot": st.just(msgspec.Raw(b'{"format":5}')),
}  # fmt: skip
"""Fields that do not take every value of their type."""


@pytest.mark.parametrize("kind", INPUTS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_input_survives_json_and_can_be_shown_in_a_journal(kind: type[Any], data: st.DataObject) -> None:
    is_command = issubclass(kind, Command)
    bounded = {name: BOUNDED[name] for name in kind.__struct_fields__ if name in BOUNDED and not is_command}
    one = data.draw(st.builds(kind, **bounded))

    assert decode_input(encode_input(one)) == one
    assert msgspec.json.encode(list(entries_of(1, Happened(1, 0, one, ()))))


def test_a_scenario_survives_json() -> None:
    for name in ("demo", "derby", "bettune"):
        outside = FakeRealTime(START)
        world = World(builtin_scenario(name), seed=7, world_id="world-3", real_time=outside.real_time)

        beginning = decode_beginning(encode_beginning(Beginning.of(world)))

        assert beginning == Beginning.of(world)
        assert state_hash(Retelling(beginning).world) == state_hash(world)


@pytest.mark.parametrize("line", [b"", b"{}", b'{"at":1,"input":{}}', b'{"at":1,"input":{"command":"Fly"}}', b"[]"])
def test_what_is_no_input_is_refused(line: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_told(line)


def retold(world: World, story: list[Happened]) -> list[Happened]:
    """The story of another world to which the callers' part of a story is told again, by way of JSON."""
    again: list[Happened] = []
    retelling = Retelling(decode_beginning(encode_beginning(Beginning.of(world))))
    retelling.world.listen(again.append)
    for one in told(story):
        retelling.tell(decode_told(encode_told(one)))
    assert state_hash(retelling.world) == state_hash(world)
    return again


def test_a_story_that_is_told_again_is_the_same_to_the_number_of_every_entry() -> None:
    world = world_of(at("+PT1M", "suspend"), at("+PT2M", "resume"), at("+PT3M", "turn-in-play"))
    story: list[Happened] = []
    world.listen(story.append)
    world.do(LogIn("alice", "wrong", "alice-live"))
    world.do(LogIn("alice", "secret", "alice-live"))
    world.do(bet("alice", Side.LAY, 200, 500))
    world.do(AdvanceClock(4 * MINUTE))
    world.do(bet("bob", Side.BACK, 200, 500))
    world.do(SetClock(START))
    world.do(MoveToNext())

    assert retold(world, story) == story
    assert [happened.sequence for happened in story] == list(range(1, len(story) + 1))
    assert [happened.at for happened in story] == sorted(happened.at for happened in story)
    assert {happened.source for happened in story} == {"caller", "schedule", "held orders"}


def test_a_clock_that_ran_does_not_run_when_its_story_is_told_again() -> None:
    """What fell due by itself, between the inputs, happens again at its own times."""
    scenario = small()
    scenario["clock"] = {"now": "real", "rate": 60}
    scenario["schedule"] = [at("+PT1M", "suspend"), at("+PT5M", "resume")]
    outside = FakeRealTime(START + 123)
    world = World(load(scenario), real_time=outside.real_time)
    story: list[Happened] = []
    world.listen(story.append)
    for pause in (10, 1_000, 2_500, 7_000):
        outside.milliseconds += pause
        world.do(bet("alice", Side.LAY, 200, 500))
        world.run_due()
    outside.milliseconds += 60_000
    world.do(Reset())
    outside.milliseconds += 3_000
    world.do(SetClockRate(0))

    assert retold(world, story) == story


DEEDS = st.one_of(
    st.builds(bet, st.sampled_from(["alice", "bob"]), st.sampled_from(Side), st.sampled_from([190, 200, 203]),
              st.sampled_from([100, 500, 10_000_000]), st.sampled_from([1, 2])),
    st.builds(AdvanceClock, st.sampled_from([0, 1, 4_999, 5_000, 60_000, -1])),
    st.builds(MoveToNext),
    st.builds(LogIn, st.sampled_from(["alice", "nobody"]), st.just("secret"), st.just("alice-live")),
    st.builds(LogOut, st.just("no token")),
    st.builds(TakeRequestId),
    st.builds(SetClockRate, st.sampled_from([0.0, 1.0])),
    st.builds(Reset),
    st.just(GoInPlay(market=MARKET)),
    st.builds(
        lambda settle, winner, status: settle(
            market=MARKET,
            results=(ResultEntry(selection_id=1, status=status), ResultEntry(selection_id=winner, status="WINNER")),
        ),
        st.sampled_from([Settle, Resettle, Resettle]), st.sampled_from([2, 3]), st.sampled_from(["LOSER", "REMOVED"]),
    ),
    st.builds(ReadStartingPrices, st.just(MARKET), st.just((RunnerKey(1),))),
    st.just(MakeOffers(market=MARKET, selection_id=1, available_to_lay=((Decimal("2.02"), Decimal(7)),))),
)  # fmt: skip


@given(st.lists(DEEDS, max_size=12))
def test_another_process_comes_to_the_same_state_after_every_input(deeds: list[Input]) -> None:
    world = world_of(at("+PT1M", "suspend"), at("+PT1M", "resume"), at("+PT2M", "turn-in-play"))
    world.do(SetClockRate(0))
    world = World(world.scenario, real_time=FakeRealTime(START).real_time)
    record = Record(world)

    for one in deeds:
        world.do(one)
        record.note_state()

    assert record.hashes_elsewhere() == record.hashes


def bettune_world() -> World:
    return World(builtin_scenario("bettune"), real_time=FakeRealTime(START).real_time)


@given(
    st.lists(st.tuples(st.sampled_from([1, 2, 3, 4]), st.sampled_from([1_500_000, 2_000_000, 3_000_000])), max_size=8)
)
def test_what_a_participant_does_is_not_told_and_happens_again(predictions: list[tuple[int, int]]) -> None:
    world = bettune_world()
    filters, matches = list(world.bettune.filters), list(world.bettune.matches)
    record = Record(world)

    for number, odds in predictions:
        filter_id, match_id = 100 + number, 200 + number
        added = (BetTuneFilter(id=filter_id, name="Home", bet_type="Home", user="alice", stake=Decimal(2)),)
        world.do(AddToBetTune(added, (BetTuneMatch(id=match_id, date="+PT1H", home="Northam", away="New"),)))
        record.note_state()
        world.do(PutPrediction(filter_id, matches[number % len(matches)], odds))
        world.do(PutPrediction(filters[number % len(filters)], match_id, odds))
        world.do(PutPrediction(filters[number % len(filters)], matches[number % len(matches)], odds))
        record.note_state()
        world.do(AdvanceClock(MINUTE))
        record.note_state()

    assert record.hashes_elsewhere() == record.hashes


# Listeners


def test_a_refusal_is_told_with_its_sentence() -> None:
    world = world_of()
    story: list[Happened] = []
    world.listen(story.append)

    happened = world.do(bet("alice", Side.LAY, 200, 10_000_000))

    assert story == [happened]
    assert happened.events == ()
    assert happened.refusal is not None
    assert happened.refusal.code == "INSUFFICIENT_FUNDS"
    assert "alice" in happened.refusal.problem


def test_a_listener_that_fails_hears_no_more_and_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    world = world_of()
    heard: list[int] = []

    def fails(happened: Happened) -> None:
        heard.append(happened.sequence)
        raise ZeroDivisionError("on purpose")

    story: list[Happened] = []
    world.listen(fails)
    world.listen(story.append)

    first = world.do(bet("alice", Side.LAY, 200, 500))
    second = world.do(bet("alice", Side.LAY, 200, 500))

    assert first.refusal is second.refusal is None
    assert heard == [1]
    assert story == [first, second]
    assert "on purpose" in caplog.text


def test_a_listener_cannot_change_the_world_it_hears_of(caplog: pytest.LogCaptureFixture) -> None:
    world = world_of()
    meddle: Callable[[Happened], object] = lambda _: world.do(AdvanceClock(1))  # noqa: E731
    world.listen(meddle)

    world.do(TakeRequestId())

    assert world.clock.now() == START
    assert "cannot change the world" in caplog.text


def test_a_command_that_only_the_agenda_gives_makes_no_difference() -> None:
    world = world_of()
    before = state_hash(world)

    world.do(Tick())

    assert state_hash(world) == before


def test_the_beginning_of_a_world_can_be_told_of_a_scenario_as_it_is() -> None:
    scenario: Scenario = load(small())

    world = Retelling(Beginning(scenario, 3, "another", START)).world

    assert (world.seed, world.id, world.clock.now()) == (3, "another", START)
    assert Told(START, AdvanceClock(1)) == decode_told(encode_told(Told(START, AdvanceClock(1))))


class StrayingTime(FakeRealTime):
    """Real time that goes on while it is being read."""

    @property
    def real_time(self) -> RealTime:
        def read() -> float:
            self.milliseconds += 7
            return self.milliseconds / 1000

        return RealTime(lambda: self.milliseconds, read)


def test_a_clock_that_runs_on_while_it_is_asked_is_where_the_story_says() -> None:
    """What is asked of a running clock is judged by the time of its entry, and done to exactly that time."""
    world = world_of(at("+PT1M", "suspend"), real_time=StrayingTime(START).real_time)
    story: list[Happened] = []
    world.listen(story.append)

    world.do(SetClockRate(1.0))
    for _ in range(8):
        world.do(AdvanceClock(0))
    world.do(SetClockRate(1000.0))
    world.do(SetClockRate(0.0))

    assert [happened.refusal for happened in story] == [None] * len(story)
    assert retold(world, story) == story


def test_a_listener_may_ask_for_the_time_and_hears_everything_in_order() -> None:
    outside = FakeRealTime(START)
    world = world_of(at("+PT1M", "suspend"), real_time=outside.real_time)
    world.do(SetClockRate(1.0))
    heard: list[int] = []

    def ask(happened: Happened) -> None:
        outside.milliseconds += 2 * MINUTE
        world.run_due()

    world.listen(ask)
    world.listen(lambda happened: heard.append(happened.sequence))
    world.do(TakeRequestId())
    world.run_due()

    assert heard == sorted(heard)
    assert world.exchange.markets[MARKET].status == "SUSPENDED"


def test_what_cannot_be_added_or_begun_any_more_is_refused_and_changes_nothing() -> None:
    world = world_of()
    additions = Additions(events=load(small()).events, translations=Translations(de={"Soccer": "Fußball"}))
    late = Additions(schedule=(Finish(match=1, score=ScoreEntry(home=0, away=0), at="+PT1H"),))
    world.do(SetClock(END_OF_TIME - 1_000)).accepted()
    before = state_hash(world)

    for refused in (Add(additions), Add(late), Reset(-1)):
        happened = world.do(refused)
        assert happened.refusal is not None
        assert happened.events == ()

    assert state_hash(world) == before


def test_a_rate_that_json_cannot_say_is_no_input() -> None:
    with pytest.raises(ValueError, match="finite"):
        SetClockRate(float("nan"))


def test_a_listener_that_is_there_twice_is_taken_off_once() -> None:
    world = world_of()
    heard: list[Happened] = []
    stop, _ = world.listen(heard.append), world.listen(heard.append)

    stop()
    world.do(TakeRequestId())

    assert len(heard) == 1
