"""Whatever was said first of a market: in the end everything is as if its right result had been said at once."""

from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from simulator.exchange.ledger import COMMISSION, HOUSE
from simulator.exchange.orders import Order
from tests.property.kernel.test_market_types import KINDS, bets_on, matched, play, result_of
from tests.unit.exchange_builder import World

VOID = "void"


@st.composite
def corrected_markets(draw: st.DrawFn) -> tuple[World, World, str]:
    """Draw a market that was settled or voided and then corrected, once or more, and its like that was right first."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    definition, prices, endings = KINDS[kind]
    bets = draw(bets_on(len(definition["runners"]), prices))
    wrong = draw(st.lists(st.sampled_from(endings), max_size=3))
    right = draw(st.sampled_from(endings))
    corrected, right_at_once = play(bets, **definition), play(bets, **definition)
    removed = draw(st.sampled_from([None, *definition["runners"]]))
    results = [_with_removed(ending.result, removed) for ending in wrong]
    if draw(st.booleans()) or not wrong:
        corrected.void()
    else:
        corrected.settle(**results.pop())
    for result in results:
        corrected.wait(1000)
        corrected.resettle(**result)
    corrected.resettle(**right.result)
    right_at_once.settle(**right.result)
    return corrected, right_at_once, kind


def _with_removed(result: dict[str, Any], removed: Any) -> dict[str, Any]:
    """A wrong result may also have made a runner void, where that leaves nothing else to be said."""
    statuses = result.get("results", {})
    if removed is None or removed in statuses or "dead_heat" in result:
        return result
    return {**result, "results": {**statuses, removed: "REMOVED"}}


def state_of_bet(order: Order) -> tuple[Any, ...]:
    return (order.profit, order.outcome, order.size_matched, order.size_voided, order.matched_payout, order.fragments)


@given(corrected_markets())
def test_a_corrected_market_is_as_one_that_was_settled_right_at_once(markets: tuple[World, World, str]) -> None:
    corrected, right, kind = markets
    event(kind)

    assert right.exchange.ledger.balances == corrected.exchange.ledger.balances
    assert list(map(state_of_bet, right.orders)) == list(map(state_of_bet, corrected.orders))
    assert right.market.commissions == corrected.market.commissions
    statuses = [{key: one.status for key, one in world.market.runners.items()} for world in (right, corrected)]
    assert statuses[0] == statuses[1]


@given(corrected_markets())
def test_every_correction_reverses_what_was_posted_before_to_the_penny(markets: tuple[World, World, str]) -> None:
    corrected, _, _ = markets
    ledger, last = corrected.exchange.ledger, corrected.market.corrections

    assert 0 == sum(ledger.balances.values())
    for account in ("alice", "maker", HOUSE, COMMISSION):
        posted = [0] * (last + 1)
        for posting in ledger.postings(account):
            if posting.market_id:
                posted[posting.corrections] += posting.amount_for(account)
        assert [0] * last == posted[:last]


@given(st.sampled_from(sorted(KINDS)), st.data())
def test_the_bets_of_a_corrected_market_are_paid_what_the_naive_side_says(kind: str, data: st.DataObject) -> None:
    definition, prices, endings = KINDS[kind]
    world = play(data.draw(bets_on(len(definition["runners"]), prices)), **definition)
    matches = {order.bet_id: matched(order) for order in world.orders}
    wrong, right = data.draw(st.sampled_from(endings)), data.draw(st.sampled_from(endings))

    world.settle(**wrong.result)
    world.resettle(**right.result)

    for order in world.orders:
        assert result_of(order, matches[order.bet_id], right.judge) == (order.profit or 0)
