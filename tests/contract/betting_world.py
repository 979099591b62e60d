"""A world to bet in, and how to ask about it: in process, from parameters in bytes to the answer in bytes."""

import json
from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from simulator.betfair.betting.reading import READING
from simulator.betfair.decoding import ParameterDecoder
from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.operations import Call
from simulator.betfair.schema.wire import encode_hook
from simulator.exchange.commands import (
    CancelInstruction,
    CancelOrders,
    Command,
    PlaceInstruction,
    PlaceOrders,
    Reconcile,
    RemoveRunner,
    RunnerResult,
    SettleMarket,
    SuspendMarket,
    TurnInPlay,
    VoidMarket,
)
from simulator.exchange.events import Event, OrderPlaced
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side, TimeInForce
from simulator.world.inputs import AdvanceClock
from tests.scenario import (
    HORSE_RACING,
    SOCCER,
    Block,
    account,
    asian_handicap,
    each_way,
    event,
    line,
    match_odds,
    place,
    runner,
    scenario,
    sides,
    win,
    world_of,
)
from tests.sessions import log_in

OPERATIONS = {operation.name: operation for operation in READING}
DECODERS = {operation.name: ParameterDecoder(operation.request) for operation in READING}
DAY = 24 * 60 * 60 * 1000

MATCH, RACE, TOTAL, PLACES, EACH_WAY, OTHER = "1.101", "1.201", "1.301", "1.202", "1.203", "1.401"
HOME, AWAY, DRAW = 1, 2, 3

BEST = {"priceData": ["EX_BEST_OFFERS"]}

HORSES = (runner(1, "Sea Fever", adjustmentFactor=60.25), runner(2, "Moonshot", adjustmentFactor=39.75))

BETTING = scenario(
    event(
        "100",
        "Newcastle v Chelsea",
        SOCCER,
        match_odds(MATCH, "Newcastle", "Chelsea", "The Draw", turnInPlay=True, crossMatching=True, betDelay=5),
        line(TOTAL),
        competition={"id": "31", "name": "Premier League"},
        countryCode="GB",
    ),
    event(
        "200",
        "Ascot 6th Jun",
        HORSE_RACING,
        win(RACE, *HORSES, bspMarket=True),
        place(PLACES, *HORSES, runner(3, "Third", adjustmentFactor=1), baseRate=10, discountAllowed=False),
        each_way(EACH_WAY, "Sea Fever", "Moonshot", "Third"),
        starts="2026-06-06T17:30:00.000Z",
        countryCode="GB",
        venue="Ascot",
    ),
    event(
        "400",
        "Rangers v Celtic",
        SOCCER,
        asian_handicap(OTHER, *sides("Rangers", "Celtic", -0.5, -1)),
        starts="2026-06-07T18:00:00.000Z",
    ),
    name="betting",
    accounts=[
        account("alice", balance=10_000, discountRate=20),
        account("bob", balance=10_000),
        account("eve", balance=10_000, currency="HKD"),
    ],
    currencyRates={"EUR": 1.25, "USD": 2, "CAD": 1.2, "HKD": 8},
)


class BettingWorld:
    """The world of `BETTING`, empty of bets. Amounts and prices are written as on the wire: 2.5 is 2.50 pounds."""

    def __init__(self, document: Block = BETTING) -> None:
        self.world = world_of(document)

    def ask(self, name: str, username: str = "alice", *, delayed: bool = False, **params: Any) -> Any:
        """Call an operation with these parameters and return its answer, read back from its bytes."""
        operation, account = OPERATIONS[name], self.world.accounts.by_username[username]
        app_key = account.delayed_app_key if delayed else account.app_key
        session = log_in(self.world, username, account.password, app_key)
        assert session is not None
        request = DECODERS[name].decode(json.dumps(params).encode())
        now = self.world.run_due()
        answer = operation.function(Call(self.world, session, account, app_key, delayed, request, now))
        return json.loads(msgspec.json.encode(answer, enc_hook=encode_hook))

    def book(self, market_id: str = MATCH, **params: Any) -> Any:
        """Return the book of one market."""
        books = self.ask("listMarketBook", marketIds=[market_id], **params)
        assert len(books) == 1
        return books[0]

    def orders(self, **params: Any) -> list[Any]:
        """Return alice's current orders."""
        return self.ask("listCurrentOrders", **params)["currentOrders"]

    def cleared(self, status: str = "SETTLED", **params: Any) -> list[Any]:
        """Return alice's cleared orders."""
        return self.ask("listClearedOrders", betStatus=status, **params)["clearedOrders"]

    # What happens

    def back(self, username: str, selection_id: int, price: float, size: float, **order: Any) -> str:
        """Place a back bet and return its id."""
        return self._bet(Side.BACK, username, selection_id, price, size, **order)

    def lay(self, username: str, selection_id: int, price: float, size: float, **order: Any) -> str:
        """Place a lay bet and return its id."""
        return self._bet(Side.LAY, username, selection_id, price, size, **order)

    def _bet(
        self,
        side: Side,
        username: str,
        selection_id: int,
        price: float,
        size: float,
        *,
        market: str = MATCH,
        handicap: float = 0,
        persistence: Persistence = Persistence.LAPSE,
        strategy: str | None = None,
        reference: str | None = None,
        fill_or_kill: bool = False,
    ) -> str:
        instruction = PlaceInstruction(
            RunnerKey(selection_id, round(handicap * 100)),
            side,
            OrderType.LIMIT,
            price=round(price * 100),
            size=round(size * 100),
            persistence=persistence,
            time_in_force=TimeInForce.FILL_OR_KILL if fill_or_kill else None,
            customer_order_reference=reference,
        )
        return self._place(username, market, instruction, strategy)

    def _place(self, username: str, market: str, instruction: PlaceInstruction, strategy: str | None) -> str:
        events = self.apply(PlaceOrders(username, market, (instruction,), None, strategy))
        return next(str(event.bet_id) for event in events if isinstance(event, OrderPlaced))

    def at_close(
        self, side: str, username: str, selection_id: int, liability: float, limit: float | None = None, **order: Any
    ) -> str:
        """Place a bet for the starting price in the race and return its id; `liability` is the stake of a back."""
        order_type = OrderType.MARKET_ON_CLOSE if limit is None else OrderType.LIMIT_ON_CLOSE
        instruction = PlaceInstruction(
            RunnerKey(selection_id),
            Side(side),
            order_type,
            price=None if limit is None else round(limit * 100),
            liability=round(liability * 100),
            **order,
        )
        return self._place(username, RACE, instruction, None)

    def matched(
        self, side: str, selection_id: int, price: float, size: float, market: str = MATCH, **order: Any
    ) -> str:
        """Match a bet of alice's against one of bob's and return its id."""
        there, here = (self.lay, self.back) if side == "BACK" else (self.back, self.lay)
        there("bob", selection_id, price, size, market=market, handicap=order.get("handicap", 0))
        return here("alice", selection_id, price, size, market=market, **order)

    def offer(self, selection_id: int, side: Side, offers: Iterable[tuple[float, float]], market: str = MATCH) -> None:
        """Rest bets of any size on one side, those of the world's liquidity account."""
        for price, size in offers:
            self._bet(side, "liquidity", selection_id, price, size, market=market)

    def cancel(self, bet_id: str, size: float | None = None, market: str = MATCH) -> None:
        """Cancel a bet of alice's, whole or by a size."""
        reduction = None if size is None else round(size * 100)
        self.apply(CancelOrders("alice", market, (CancelInstruction(int(bet_id), reduction),)))

    def settle(self, *winners: int, market: str = MATCH) -> None:
        """Settle a market; runners that are not named lose."""
        self.apply(SettleMarket(market, tuple(RunnerResult(RunnerKey(winner), "WINNER") for winner in winners)))

    def void(self, market: str = MATCH) -> None:
        """Void a market."""
        self.apply(VoidMarket(market))

    def remove(
        self, selection_id: int, factor: float | None = None, *, vacant: bool = False, market: str = RACE
    ) -> None:
        """Withdraw a runner, by its own reduction factor or by another one, in percent."""
        thousandths = None if factor is None else round(factor * 1000)
        self.apply(RemoveRunner(market, RunnerKey(selection_id), thousandths, vacant))

    def reconcile(self, market: str = RACE) -> None:
        """Hold the starting price auction of a market."""
        self.apply(Reconcile(market))

    def suspend(self, market: str = MATCH) -> None:
        """Suspend a market."""
        self.apply(SuspendMarket(market))

    def turn_in_play(self, market: str = MATCH) -> None:
        """Turn a market in play."""
        self.apply(TurnInPlay(market))

    def advance(self, milliseconds: int) -> None:
        """Let time pass."""
        self.world.do(AdvanceClock(milliseconds)).accepted()

    def apply(self, command: Command) -> tuple[Event, ...]:
        """Carry out a command of the exchange."""
        return self.world.do(command).accepted()


def refusal(betting: BettingWorld, name: str = "listMarketBook", **params: Any) -> ApiErrorCode:
    """Return why an operation refuses these parameters."""
    with pytest.raises(ApiError) as caught:
        betting.ask(name, **params)
    return caught.value.code


def prices(book: Any, side: str = "availableToBack", runner: int = 0) -> list[tuple[float, float]]:
    """Return one list of prices and sizes of a runner, the first of a book unless said otherwise."""
    return [(line["price"], line["size"]) for line in book["runners"][runner]["ex"][side]]
