"""Steps in which bettors place bets over the wire, and change them."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from msgspec.structs import replace

from simulator.exchange.commands import (
    PlaceInstruction,
)
from simulator.exchange.orders import Persistence
from tests.property.wire.flaws import Flaw, flaws
from tests.property.wire.requests import Cancelling, Placing, Replacing, Updating
from tests.property.wire.stage import (
    Letter,
    WireStage,
    markets_to_bet_in,
    some_bet,
)
from tests.property.wire.strategies import (
    Reading,
    any_market,
    bets,
    bettors,
    customer_references,
    customers,
    limit_orders,
    manners,
    new_prices,
    order_references,
    readings,
    seldom,
    strategy_references,
    versions,
)
from tests.property.wire.worlds import (
    MATCH,
)

reductions = st.sampled_from([None, None, None, 50, 100, 100_000, 0, -100])

placings = markets_to_bet_in.flatmap(lambda market: st.tuples(st.just(market), bets(market)))
ordinary_placings = markets_to_bet_in.flatmap(
    lambda market: st.tuples(st.just(market), st.lists(limit_orders(market), min_size=1, max_size=2))
)


def named_with(change: st.SearchStrategy[Any]) -> st.SearchStrategy[list[tuple[int, Any]]]:
    """One bet and what is to become of it, or a few of them."""
    pair = st.tuples(some_bet, change)
    return st.one_of(*[st.lists(pair, min_size=1, max_size=1)] * 3, st.lists(pair, min_size=2, max_size=3))


class Betting(WireStage):
    """Bettors place, cancel, replace and update, rightly or with any mistake."""

    @rule(
        who=bettors, manner=manners, place=placings, reference=customer_references, strategy=strategy_references,
        version=versions, asynchronous=st.sampled_from([None, None, None, False, True]),
        flaw=flaws("placeOrders"), texts=seldom, own_reference=order_references,
    )  # fmt: skip
    def place(
        self,
        *,
        who: str,
        manner: str,
        place: tuple[str, list[PlaceInstruction]],
        reference: str | None,
        strategy: str | None,
        version: str | None,
        asynchronous: bool | None,
        flaw: Flaw | None,
        texts: bool,
        own_reference: str | None,
    ) -> None:
        market, instructions = place
        if own_reference is not None:
            instructions = [replace(instructions[0], customer_order_reference=own_reference), *instructions[1:]]
        asked = Placing(market, tuple(instructions), reference, strategy, self.version(market, version), asynchronous)
        self.send(self.sender(who, manner), self.edit(asked, flaw, texts=texts))

    @rule(who=customers, place=ordinary_placings)
    def place_as_usual(self, who: str, place: tuple[str, list[PlaceInstruction]]) -> None:
        self.send(self.sender(who), self.edit(Placing(place[0], tuple(place[1]))))

    @rule(
        who=customers, manner=manners, named=named_with(reductions),
        elsewhere=seldom, reference=customer_references, flaw=flaws("cancelOrders"), texts=seldom,
    )  # fmt: skip
    def cancel(
        self,
        who: str,
        manner: str,
        named: list[tuple[int, int | None]],
        elsewhere: bool,
        reference: str | None,
        flaw: Flaw | None,
        texts: bool,
    ) -> None:
        who, market = self.owner_and_market(who, named[0][0], elsewhere)
        self.send(self.sender(who, manner), self.edit(Cancelling(market, tuple(named), reference), flaw, texts=texts))

    @rule(
        who=customers, manner=manners, market=st.one_of(st.none(), any_market), bets=st.sampled_from([None, ()]),
        reference=customer_references,
    )  # fmt: skip
    def cancel_all(
        self, who: str, manner: str, market: str | None, bets: tuple[()] | None, reference: str | None
    ) -> None:
        self.send(self.sender(who, manner), self.edit(Cancelling(market, bets, reference)))

    @rule(
        who=customers, manner=manners, named=named_with(new_prices),
        elsewhere=seldom, reference=customer_references, version=versions, flaw=flaws("replaceOrders"),
        asynchronous=st.sampled_from([None, None, False, True]), texts=seldom,
    )  # fmt: skip
    def replace(
        self,
        *,
        who: str,
        manner: str,
        named: list[tuple[int, int]],
        elsewhere: bool,
        reference: str | None,
        version: str | None,
        flaw: Flaw | None,
        asynchronous: bool | None,
        texts: bool,
    ) -> None:
        who, market = self.owner_and_market(who, named[0][0], elsewhere)
        asked = Replacing(market, tuple(named), reference, self.version(market, version), asynchronous)
        self.send(self.sender(who, manner), self.edit(asked, flaw, texts=texts))

    @rule(
        who=customers, manner=manners,
        named=named_with(st.sampled_from(Persistence)),
        elsewhere=seldom, reference=customer_references, flaw=flaws("updateOrders"), texts=seldom,
    )  # fmt: skip
    def update(
        self,
        who: str,
        manner: str,
        named: list[tuple[int, Persistence]],
        elsewhere: bool,
        reference: str | None,
        flaw: Flaw | None,
        texts: bool,
    ) -> None:
        who, market = self.owner_and_market(who, named[0][0], elsewhere)
        self.send(self.sender(who, manner), self.edit(Updating(market, tuple(named), reference), flaw, texts=texts))

    def owner_and_market(self, who: str, bet_id: int, elsewhere: bool) -> tuple[str, str]:
        """Whose a bet is and where, most of the time: else somebody names it who may not, or in another market."""
        order = self.order(bet_id)
        if order is None:
            return who, MATCH
        return (who, order.market_id) if elsewhere else (order.account, order.market_id)

    @rule(who=customers, place=placings, others=st.lists(readings, min_size=1, max_size=3), last=st.booleans())
    def ask_in_a_batch(
        self, who: str, place: tuple[str, list[PlaceInstruction]], others: list[Reading], last: bool
    ) -> None:
        """Several calls in one request: each sees what those before it did, whether or not these have been answered."""
        sender = self.sender(who)
        bet = self.edit(Placing(place[0], tuple(place[1])))
        letters: list[Letter] = [self.read(reading) for reading in others]
        self.send(sender, *([*letters, bet] if last else [bet, *letters]))
