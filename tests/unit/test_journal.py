"""What happens in a world is written down in one numbered order, and what is kept of it is bounded."""

from typing import Any

import msgspec
import pytest

from simulator.exchange.orders import Side
from simulator.world import journal as journal_module
from simulator.world.inputs import AdvanceClock, LogIn, Restore
from simulator.world.journal import Entry, Request, Wanted
from simulator.world.loading.named import builtin_scenario
from simulator.world.retelling import Retelling, decode_beginning, decode_told, encode_beginning, encode_told
from simulator.world.snapshot import Snapshot, encode_snapshot
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from simulator.world.worlds import UnknownWorld, Worlds
from tests.unit.world_builder import MINUTE, START, at, bet, subscribe_and_authorise, world_of

EVERYTHING = Wanted()


def server_with_bets() -> Worlds:
    """A server with a world in which alice and bob log in and bet, and carol cannot."""
    worlds = Worlds()
    world = worlds.create(world_of(at("+PT1M", "suspend")).scenario)
    world.do(LogIn("alice", "secret", "alice-live")).accepted()
    world.do(bet("alice", Side.LAY, 150, 500)).accepted()
    worlds.journal(world.id).note(Request("placeOrders", "alice", "SUCCESS"))
    world.do(bet("bob", Side.BACK, 150, 500)).accepted()
    world.do(bet("bob", Side.BACK, 150, 10_000_000))
    worlds.journal(world.id).note(Request("placeOrders", "bob", "INSUFFICIENT_FUNDS", "too much", "prdang-1"))
    world.do(AdvanceClock(2 * MINUTE)).accepted()
    return worlds


def entries(worlds: Worlds, wanted: Wanted = EVERYTHING, after: int = 0, limit: int = 1000) -> list[Entry]:
    return worlds.journal("default").read(wanted, after, limit).entries


def told_again(worlds: Worlds) -> str:
    """The state hash to which the story of a journal leads, by way of JSON."""
    beginning, told = worlds.journal("default").story()
    retelling = Retelling(decode_beginning(encode_beginning(beginning)))
    for one in told:
        retelling.tell(decode_told(encode_told(one)))
    return state_hash(retelling.world)


def test_entries_are_numbered_without_gaps_from_the_beginning_of_the_world() -> None:
    everything = entries(server_with_bets())

    assert [entry.number for entry in everything] == list(range(1, len(everything) + 1))
    assert everything[0].name == "Reset"
    assert everything[0].content["source"] == "beginning"
    assert {entry.kind for entry in everything} == {"request", "input", "event", "refusal"}
    assert [entry.at for entry in everything] == sorted(entry.at for entry in everything)
    assert everything[0].at == START


WANTED: dict[str, tuple[Wanted, list[str]]] = {
    "requests": (Wanted(kind="request"), ["placeOrders", "placeOrders"]),
    "refusals": (Wanted(kind="refusal"), ["INSUFFICIENT_FUNDS"]),
    "an operation": (Wanted(operation="placeOrders"), ["placeOrders", "placeOrders"]),
    "an input": (Wanted(operation="PlaceOrders", account="alice"), ["PlaceOrders"]),
    "an account's events": (Wanted(kind="event", account="alice"), ["SessionOpened", "OrderPlaced", "OrderMatched"]),
    "an event": (Wanted(event="OrderMatched"), ["OrderMatched"]),
    "an event's name is no input": (Wanted(event="PlaceOrders"), []),
    "a market": (
        Wanted(market_id="1.113197491", kind="input"), ["PlaceOrders", "PlaceOrders", "PlaceOrders", "suspend"]
    ),
    "another market": (Wanted(market_id="1.1"), []),
}  # fmt: skip


@pytest.mark.parametrize(("wanted", "names"), WANTED.values(), ids=WANTED)
def test_a_reader_gets_what_is_wanted(wanted: Wanted, names: list[str]) -> None:
    assert [entry.name for entry in entries(server_with_bets(), wanted)] == names


def test_pages_follow_one_another_until_nothing_is_left() -> None:
    worlds = server_with_bets()
    journal = worlds.journal("default")
    read: list[Entry] = []
    after = 0
    while True:
        page = journal.read(EVERYTHING, after, 3)
        read.extend(page.entries)
        if not page.entries:
            break
        after = page.last_number

    assert read == entries(worlds)
    assert journal.read(Wanted(kind="fault"), 0, 3).last_number == len(read)


def test_a_refused_request_tells_why() -> None:
    (refused,) = [entry for entry in entries(server_with_bets(), Wanted(kind="request")) if entry.accounts == ("bob",)]

    assert refused.content == {
        "operation": "placeOrders",
        "account": "bob",
        "outcome": "INSUFFICIENT_FUNDS",
        "problem": "too much",
        "request_uuid": "prdang-1",
    }


def test_no_password_and_no_token_is_shown() -> None:
    worlds = server_with_bets()
    (session,) = worlds.default.sessions
    everything = repr(entries(worlds))

    assert session.token not in everything
    assert "'secret'" not in everything
    assert "'password': 'hidden'" in everything


def test_what_a_vendor_does_is_among_what_concerns_both_and_shows_nothing_to_get_in_with() -> None:
    worlds = Worlds()
    world = worlds.create(builtin_scenario("demo"))
    session_token = subscribe_and_authorise(world)
    (grant,) = world.vendors.grants.values()
    (code,) = world.vendors.codes

    of_alice, of_bob = ({one.name for one in entries(worlds, Wanted(account=name))} for name in ("alice", "bob"))
    everything = repr(entries(worlds))

    assert {"SubscriptionActivated", "VendorAuthorised", "VendorAdmitted"} <= of_alice & of_bob
    assert "SubscriptionMade" in of_bob - of_alice
    assert not any(secret in everything for secret in (session_token, grant.refresh_token, code, "bob-vendor-secret"))


def test_a_listener_is_called_for_every_entry_until_it_stops() -> None:
    worlds = server_with_bets()
    journal = worlds.journal("default")
    heard: list[int] = []
    stop = journal.listen(lambda: heard.append(journal.last_number))

    worlds.default.do(bet("alice", Side.LAY, 150, 500))
    stop()
    worlds.default.do(bet("alice", Side.LAY, 150, 500))

    assert len(heard) == 1


def test_the_story_leads_to_the_present_state() -> None:
    worlds = server_with_bets()

    assert told_again(worlds) == state_hash(worlds.default)


def test_a_world_that_went_back_does_not_show_the_snapshot_in_its_journal() -> None:
    worlds = server_with_bets()
    snapshot = encode_snapshot(worlds.default.snapshot())
    worlds.default.do(Restore(msgspec.Raw(snapshot))).accepted()

    (restored,) = entries(worlds, Wanted(operation="Restore"))

    assert "snapshot" not in restored.content
    assert told_again(worlds) == state_hash(worlds.default)


def test_the_story_begins_with_the_snapshot_to_which_a_world_went_back() -> None:
    """What came before it need not be told, nor what was refused; and nothing else keeps such a document."""
    worlds = server_with_bets()
    world = worlds.default
    snapshot = msgspec.Raw(encode_snapshot(world.snapshot()))
    world.do(AdvanceClock(5)).accepted()
    world.do(Restore(snapshot)).accepted()
    world.do(AdvanceClock(7)).accepted()
    assert world.do(Restore(msgspec.Raw(b"{}"))).refusal is not None

    beginning, told = worlds.journal("default").story()

    assert beginning.restoration is not None
    assert [type(one.input).__name__ for one in told] == ["AdvanceClock"]
    assert told_again(worlds) == state_hash(world)
    retelling = Retelling(beginning)
    assert retelling.tell(told[0]).sequence == world.sequence - 1


@pytest.fixture
def small_journals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "MOST_ENTRIES", 40)
    monkeypatch.setattr(journal_module, "MOST_INPUTS", 10)


@pytest.mark.usefixtures("small_journals")
def test_a_long_story_is_kept_in_part_and_still_leads_to_the_present_state() -> None:
    worlds = server_with_bets()
    world, journal = worlds.default, worlds.journal("default")
    for number in range(100):
        world.do(AdvanceClock(1 + number)).accepted()
        journal.note(Request("placeOrders", "alice", "SUCCESS"))

    kept = entries(worlds)

    assert journal.last_number > 300
    assert 40 <= len(kept) <= 84
    assert kept[0].number == journal.dropped + 1
    assert [entry.number for entry in kept] == list(range(journal.dropped + 1, journal.last_number + 1))
    assert len(journal.story()[1]) <= 11
    assert told_again(worlds) == state_hash(world)


@pytest.mark.usefixtures("small_journals")
def test_a_long_story_is_cut_where_nobody_makes_requests_too() -> None:
    worlds = server_with_bets()
    for number in range(100):
        worlds.default.do(AdvanceClock(1 + number)).accepted()

    assert len(worlds.journal("default").story()[1]) <= 11
    assert told_again(worlds) == state_hash(worlds.default)


@pytest.mark.usefixtures("small_journals")
def test_a_story_of_many_bets_is_cut_once_there_are_as_many_inputs_as_bets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise each input would cost a share of a snapshot that is the larger the more bets there are."""
    worlds = Worlds()
    world, take = worlds.create(world_of().scenario), World.snapshot
    snapshots: list[int] = []

    def count(world: World) -> Snapshot:
        snapshots.append(len(world.exchange.orders))
        return take(world)

    monkeypatch.setattr(World, "snapshot", count)
    for _ in range(100):
        world.do(bet("alice", Side.LAY, 102, 200)).accepted()
    assert len(snapshots) <= 2

    for number in range(2 * len(world.exchange.orders)):
        world.do(AdvanceClock(1 + number)).accepted()
    assert snapshots[-1] == len(world.exchange.orders)
    assert len(worlds.journal("default").story()[1]) <= len(world.exchange.orders) + 1


def test_a_world_that_went_on_from_a_snapshot_leaves_it_to_its_journal() -> None:
    worlds = server_with_bets()
    fork = worlds.prepare_restored(worlds.default.snapshot(), is_fork=True)()
    assert fork.restoration is not None

    worlds.take_in(fork)

    with pytest.raises(RuntimeError, match="known to its journal"):
        _ = fork.restoration
    assert worlds.journal(fork.id).story()[0].restoration is not None


def test_a_world_that_is_deleted_takes_its_journal_with_it() -> None:
    worlds = server_with_bets()
    second = worlds.create(world_of().scenario)
    journal: Any = worlds.journal(second.id)
    assert journal is not worlds.journal("default")

    worlds.delete(second.id)

    with pytest.raises(UnknownWorld):
        worlds.journal(second.id)
