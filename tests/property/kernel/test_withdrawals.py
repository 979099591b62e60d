"""No penny comes or goes when a runner is withdrawn, whatever was bet; prices are reduced as a naive rule says."""

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.commands import RunnerResult, SettleMarket
from simulator.exchange.ledger import CASHIER
from simulator.exchange.orders import Persistence, RunnerKey, Side
from simulator.exchange.refusals import Refused
from tests.unit.exchange_builder import MARKET, World, fills

RUNNERS = [RunnerKey(number) for number in (1, 2, 3, 4)]
Bet = tuple[str, RunnerKey, Side, int, int, Persistence]
FACTORS = dict(zip(RUNNERS, (40_000, 30_000, 20_000, 10_000), strict=True))

bets = st.lists(
    st.tuples(
        st.sampled_from(["alice", "bob", "carol"]),
        st.sampled_from(RUNNERS),
        st.sampled_from(list(Side)),
        st.sampled_from([150, 200, 240, 300, 500, 1000]),
        st.integers(100, 5000),
        st.sampled_from([Persistence.LAPSE, Persistence.PERSIST]),
    ),
    max_size=20,
)


def naive_price(price: int, factor: int, *, is_place_market: bool) -> int:
    """The price of a bet after a withdrawal: all of it or its winnings, less so many thousandths of a percent."""
    left = 1 - Fraction(factor, 100_000)
    if is_place_market:
        exact = 100 + (price - 100) * left
    elif factor < 2_500:
        exact = Fraction(price)
    else:
        exact = price * left
    return max(101, math.floor(exact + Fraction(1, 2)))


def place_all(world: World, bets: list[Bet]) -> None:
    """Place bets one after the other, as far as they are accepted."""
    for account, runner, side, price, size, persistence in bets:
        try:
            (world.back if side is Side.BACK else world.lay)(account, size, price, runner, persistence=persistence)
        except Refused:
            continue


@given(
    bets,
    st.none() | bets,
    st.integers(0, 90_000),
    st.sampled_from(RUNNERS),
    st.booleans(),
    st.sampled_from([1, 2]),
    st.permutations(RUNNERS),
)
def test_a_withdrawal_moves_no_money_and_settlement_afterwards_conserves_it(
    bets: list[Bet],
    bets_in_play: list[Bet] | None,
    factor: int,
    removed: RunnerKey,
    is_place_market: bool,
    winners: int,
    order_of_finish: list[RunnerKey],
) -> None:
    """The builder also checks after every command that sizes add up, the ledger is balanced and no book is crossed."""
    world = World(
        runners=RUNNERS, factors=FACTORS, turn_in_play=True, is_place_market=is_place_market, number_of_winners=winners
    )
    place_all(world, bets)
    matched_before_the_off = {order.bet_id: fills(order) for order in world.orders}
    if bets_in_play is not None:
        world.turn_in_play()
        place_all(world, bets_in_play)
    matched = {order.bet_id: fills(order) for order in world.orders}
    lapsed = {order.bet_id: order.size_lapsed for order in world.orders}
    ledger = world.exchange.ledger
    before = dict(ledger.balances)

    world.remove(removed, factor)

    assert before == ledger.balances
    for order in world.orders:
        if order.runner == removed:
            assert 0 == order.size_remaining == order.size_matched
            continue
        early = matched_before_the_off.get(order.bet_id, [])
        reduced = [(naive_price(price, factor, is_place_market=is_place_market), size) for price, size in early]
        assert [*reduced, *matched[order.bet_id][len(early) :]] == fills(order)
        if order.side is Side.BACK:
            assert lapsed[order.bet_id] == order.size_lapsed
    at_risk = {name: account.exposure for name, account in world.exchange.accounts.items()}
    won = [runner for runner in order_of_finish if runner != removed][:winners]
    world.apply(SettleMarket(MARKET, tuple(RunnerResult(runner, "WINNER") for runner in won)))

    assert 0 == sum(ledger.balances.values())
    assert before[CASHIER] == ledger.balances[CASHIER]
    for name, exposure in at_risk.items():
        assert ledger.balances[name] >= before[name] - exposure
