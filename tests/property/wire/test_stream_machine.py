"""Random programs in a world that many read from through the stream, held against the services over HTTP.

Customers bet, change bets, and markets are run, settled and offered; the clock moves, the world begins again and goes
back. Spectators with different filters read, fall behind, stop listening, hang up and come back with their tokens. What
each has put together from its messages, as simply as can be, is at every step what listMarketBook, listMarketCatalogue
and listCurrentOrders say.
"""

from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from simulator.app import create_app
from simulator.betfair.stream.hub import StreamSettings
from simulator.betfair.stream.market_view import DISPLAY_DELAY_MILLISECONDS
from simulator.control.worlds import Addresses
from simulator.exchange.commands import (
    CancelInstruction,
    CancelOrders,
    CloseMarket,
    HideRunner,
    LapseUnmatched,
    OpenMarket,
    PlaceInstruction,
    PlaceOrders,
    Reconcile,
    ReinstateRunner,
    RemoveRunner,
    ReplaceInstruction,
    ReplaceOrders,
    RunnerResult,
    SettleMarket,
    SuspendMarket,
    TurnInPlay,
    UpdateInstruction,
    UpdateOrders,
    VoidMarket,
)
from simulator.exchange.orders import Order, Persistence
from simulator.exchange.refusals import Impossible, Refused
from simulator.world.inputs import AdvanceClock, Input, MoveToNext, Reset, Restore
from simulator.world.snapshot import encode_snapshot
from tests.contract.stream_theatre import StreamTheatre
from tests.property.wire.audience import CONFLATION_SECONDS, WISHES, Spectator, Wish
from tests.property.wire.compare_stream import (
    assert_displayed,
    assert_market_is_told,
    assert_orders_are_told,
    readings_of_books,
)
from tests.property.wire.strategies import (
    bets,
    customers,
    limit_orders,
    markets,
    new_prices,
    runners_of,
    strategy_references,
)
from tests.property.wire.twin_stream import MarketsTold, Message, OrdersTold
from tests.property.wire.worlds import HANDICAPS, LINE, MARKETS, SCENARIO
from tests.scenario import loaded

URL = "http://127.0.0.1:8000"
placings = markets.flatmap(lambda market: st.tuples(st.just(market), bets(market)))
places = st.sampled_from(MARKETS).flatmap(
    lambda market: st.tuples(st.just(market), st.sampled_from(runners_of(market)))
)
spectators = st.integers(0, len(WISHES) - 1)


class StreamStage(RuleBasedStateMachine):
    """A world, its stream, the services over HTTP, and the spectators."""

    def __init__(self) -> None:
        super().__init__()
        self.theatre = StreamTheatre(loaded(SCENARIO), StreamSettings())
        self.world = self.theatre.world
        app = create_app(self.theatre.worlds, Addresses(URL))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL)
        self.spectators = [Spectator(self.theatre, wish) for wish in WISHES]
        self.snapshots: list[bytes] = []
        self.is_checking = False

    def teardown(self) -> None:
        try:
            if not self.is_checking:
                self.check_in_the_end()
        finally:
            self.theatre.run(lambda: [connection.end() for connection in list(self.theatre.hub.connections)])
            self.theatre.settle()
            self.theatre.loop.close()

    def check_in_the_end(self) -> None:
        """Everybody is back, and hears of everything."""
        for spectator in self.spectators:
            self.bring_back(spectator)
        # What is displayed with virtual offers follows what is told, in the time of the world.
        self.theatre.let_pass(CONFLATION_SECONDS)
        displayed = self.let_offers_be_displayed()
        self.theatre.let_pass(CONFLATION_SECONDS)
        self.check(everybody=True, displayed=displayed)

    def let_offers_be_displayed(self) -> bool:
        """Move the clock by as much as displayed offers are late; return whether nothing else happens meanwhile."""
        now, due = self.world.clock.now(), self.world.next_due
        self.do(AdvanceClock(DISPLAY_DELAY_MILLISECONDS))
        return due is None or due > now + DISPLAY_DELAY_MILLISECONDS

    def do(self, one: Input) -> bool:
        """Put an input into the world; return whether it was possible."""
        try:
            self.theatre.do(one).accepted()
        except (Impossible, Refused):
            return False
        return True

    def bring_back(self, spectator: Spectator) -> None:
        if spectator.client is None:
            spectator.come(self.complete_of(spectator))
        if spectator.is_behind:
            spectator.read_on()
        spectator.is_deaf = False

    # Over HTTP

    def ask(self, username: str, *calls: tuple[str, Message]) -> list[Any]:
        """Return the results of some calls of a customer, made in one request."""
        account = self.world.accounts.by_username[username]
        now = self.world.clock.now()
        token = next(
            (each.token for each in self.world.sessions if each.account is account and each.expires_at > now), None
        )
        if token is None:
            token = self.theatre.token(username)
        batch = [
            {"jsonrpc": "2.0", "method": f"SportsAPING/v1.0/{name}", "params": params, "id": number}
            for number, (name, params) in enumerate(calls)
        ]
        headers = {"X-Application": account.app_key, "X-Authentication": token}
        response = self.theatre.loop.run_until_complete(
            self.http.post("/exchange/betting/json-rpc/v1", json=batch, headers=headers)
        )
        answers = {each["id"]: each for each in response.json()}
        assert all("result" in answer for answer in answers.values()), (calls, answers)
        return [answers[number]["result"] for number in range(len(batch))]

    def complete_of(self, spectator: Spectator) -> set[str]:
        """Return the bets of a spectator that an image does not have."""
        orders = self.current_orders(spectator.wish)
        return {order["betId"] for order in orders if order["status"] != "EXECUTABLE"}

    def current_orders(self, wish: Wish) -> list[Message]:
        (answer,) = self.ask(wish.username, ("listCurrentOrders", {}))
        orders: list[Message] = answer["currentOrders"]
        return orders

    # Comparing

    def check(self, *, everybody: bool = False, displayed: bool = False) -> None:
        """Hold what spectators know against what the services say: of those who are told at once, or of everybody."""
        self.is_checking = True
        self.read_all()
        catalogue = self.catalogue()
        # Reading near and far prices may change them, which is told.
        books = {wish.levels: self.books(wish.levels) for wish in WISHES if wish.is_of_markets}
        self.read_all()
        for spectator in self.spectators:
            if not spectator.is_attentive or (spectator.is_conflated and not everybody):
                continue
            wish, told = spectator.wish, spectator.told
            if isinstance(told, OrdersTold):
                assert_orders_are_told(told, wish, self.current_orders(wish), spectator.complete_before)
                continue
            assert isinstance(told, MarketsTold)
            for market_id, market in told.markets.items():
                if market_id not in books[wish.levels][0]:
                    assert market["definition"] is None or market["definition"]["status"] == "CLOSED"
                    continue
                of_it = [each[market_id] for each in books[wish.levels]]
                assert_market_is_told(told, wish, market_id, of_it, catalogue.get(market_id, {}))
                if displayed and "EX_BEST_OFFERS_DISP" in wish.fields:
                    assert_displayed(told, market_id, of_it[-1])
        self.is_checking = False

    def read_all(self) -> None:
        for spectator in self.spectators:
            spectator.hear(self.complete_of(spectator) if spectator.client is not None else set())

    def books(self, levels: int) -> list[dict[str, Message]]:
        """Return the books of all markets by id, for each way to ask for them."""
        readings = readings_of_books(list(MARKETS), levels)
        answers = self.ask("alice", *(("listMarketBook", each) for each in readings))
        return [{book["marketId"]: book for book in each} for each in answers]

    def catalogue(self) -> dict[str, Message]:
        parts = ["EVENT", "EVENT_TYPE", "MARKET_DESCRIPTION", "RUNNER_DESCRIPTION"]
        params = {"filter": {}, "maxResults": 100, "marketProjection": parts}
        (entries,) = self.ask("alice", ("listMarketCatalogue", params))
        return {entry["marketId"]: entry for entry in entries}

    # What there is

    def orders(self) -> list[Order]:
        """The bets that can be changed, of those who are customers."""
        return [
            order
            for order in self.world.exchange.orders.values()
            if order.account != "liquidity" and (order.size_remaining or order.liability_waiting)
        ]


class StreamMachine(StreamStage):
    """What happens while the stream is read."""

    @initialize(absent=st.sets(spectators, max_size=3))
    def take_seats(self, absent: set[int]) -> None:
        for number, spectator in enumerate(self.spectators):
            if number not in absent:
                spectator.come(self.complete_of(spectator))
        self.snapshots.append(encode_snapshot(self.world.snapshot()))
        self.check()

    # Bets

    @rule(who=customers, place=placings, strategy=strategy_references)
    def place(self, who: str, place: tuple[str, list[PlaceInstruction]], strategy: str | None) -> None:
        market, instructions = place
        self.do(PlaceOrders(who, market, tuple(instructions), customer_strategy_reference=strategy))
        self.check()

    @rule(bets=st.lists(st.tuples(customers, st.sampled_from(MARKETS).flatmap(
        lambda market: st.tuples(st.just(market), limit_orders(market))
    )), min_size=2, max_size=6))  # fmt: skip
    def place_several(self, bets: list[tuple[str, tuple[str, PlaceInstruction]]]) -> None:
        for who, (market, instruction) in bets:
            self.do(PlaceOrders(who, market, (instruction,)))
        self.check()

    @precondition(lambda machine: machine.orders())
    @rule(data=st.data(), price=new_prices, persistence=st.sampled_from(Persistence), size=st.sampled_from([None, 50]),
          verb=st.sampled_from(["cancel", "replace", "update"]))  # fmt: skip
    def change(self, data: st.DataObject, price: int, persistence: Persistence, size: int | None, verb: str) -> None:
        orders = self.orders()
        order = orders[data.draw(st.integers(0, len(orders) - 1))]
        where = (order.account, order.market_id)
        if verb == "cancel":
            self.do(CancelOrders(*where, (CancelInstruction(order.bet_id, size),)))
        elif verb == "replace":
            self.do(ReplaceOrders(*where, (ReplaceInstruction(order.bet_id, price),)))
        else:
            self.do(UpdateOrders(*where, (UpdateInstruction(order.bet_id, persistence),)))
        self.check()

    # Markets

    @rule(market=markets, make=st.sampled_from([SuspendMarket, OpenMarket, OpenMarket, TurnInPlay, LapseUnmatched]))
    def run(self, market: str, make: Any) -> None:
        self.do(make(market))
        self.check()

    @rule(make=st.sampled_from([Reconcile, CloseMarket]), market=markets)
    def end(self, make: Any, market: str) -> None:
        self.do(make(market))
        self.check()

    @rule(place=places, verb=st.sampled_from(["remove", "hide", "reinstate"]))
    def change_runner(self, place: tuple[str, Any], verb: str) -> None:
        self.do({"remove": RemoveRunner, "hide": HideRunner, "reinstate": ReinstateRunner}[verb](*place))
        self.check()

    @rule(market=markets, winner=st.integers(0, 2), is_void=st.booleans())
    def settle(self, market: str, winner: int, is_void: bool) -> None:
        if is_void:
            self.do(VoidMarket(market))
        elif market == HANDICAPS:
            self.do(SettleMarket(market, margin=winner - 1))
        elif market == LINE:
            self.do(SettleMarket(market, line_result=winner * 100))
        else:
            self.do(SettleMarket(market, (RunnerResult(runners_of(market)[winner], "WINNER"),)))
        self.check()

    # Time

    @rule(milliseconds=st.sampled_from([1, 150, 1000, 5000, 60_000]))
    def let_pass(self, milliseconds: int) -> None:
        self.do(AdvanceClock(milliseconds))
        self.check()

    @rule()
    def let_be_displayed(self) -> None:
        self.check(displayed=self.let_offers_be_displayed())

    @rule()
    def go_to_what_is_next(self) -> None:
        self.do(MoveToNext())
        self.check()

    @rule()
    def let_real_time_pass(self) -> None:
        self.theatre.let_pass(CONFLATION_SECONDS)
        self.check(everybody=True)

    @rule()
    def begin_again(self) -> None:
        self.do(Reset())
        self.check()

    @rule()
    def keep(self) -> None:
        self.snapshots.append(encode_snapshot(self.world.snapshot()))
        self.check()

    @rule(data=st.data())
    def go_back(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(0, len(self.snapshots) - 1))
        assert self.do(Restore(msgspec.Raw(self.snapshots[number])))
        self.check()

    # Spectators

    @rule(number=spectators, way=st.sampled_from(["leave", "fall behind", "stop listening"]))
    def turn_away(self, number: int, way: str) -> None:
        spectator = self.spectators[number]
        if spectator.client is None:
            return
        if way == "leave":
            spectator.leave()
        elif way == "fall behind":
            spectator.fall_behind()
        else:
            spectator.is_deaf = True
        self.check()

    @rule(number=spectators)
    def turn_back(self, number: int) -> None:
        self.bring_back(self.spectators[number])
        self.check()


TestStreamMachine = StreamMachine.TestCase
TestStreamMachine.settings = settings(max_examples=20, stateful_step_count=30)


@pytest.mark.deep
@pytest.mark.parametrize("batch", range(10))
def test_the_stream_and_the_services_agree_through_thousands_of_programs(batch: int) -> None:
    """Every batch makes up programs of its own; in a single run hypothesis would remember gigabytes of them."""
    run_state_machine_as_test(
        StreamMachine,
        settings=settings(
            database=None,
            deadline=None,
            derandomize=False,
            max_examples=100,
            print_blob=True,
            stateful_step_count=60,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
