"""No penny comes or goes when a runner is withdrawn, whatever was bet and whoever wins."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.commands import RunnerResult, SettleMarket
from simulator.exchange.ledger import CASHIER
from simulator.exchange.orders import Persistence, RunnerKey, Side
from simulator.exchange.refusals import Refused
from tests.unit.exchange_builder import MARKET, World

RUNNERS = [RunnerKey(number) for number in (1, 2, 3, 4)]
FACTORS = dict(zip(RUNNERS, (4000, 3000, 2000, 1000), strict=True))

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


@given(
    bets,
    st.integers(0, 9000),
    st.sampled_from(RUNNERS),
    st.booleans(),
    st.sampled_from([1, 2]),
    st.permutations(RUNNERS),
)
def test_a_withdrawal_moves_no_money_and_settlement_afterwards_conserves_it(
    bets: list[tuple[str, RunnerKey, Side, int, int, Persistence]],
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
    for account, runner, side, price, size, persistence in bets:
        try:
            (world.back if side is Side.BACK else world.lay)(account, size, price, runner, persistence=persistence)
        except Refused:
            continue
    ledger = world.exchange.ledger
    before = dict(ledger.balances)

    world.remove(removed, factor)

    assert before == ledger.balances
    for order in world.exchange.orders.values():
        if order.runner == removed:
            assert 0 == order.size_remaining == order.size_matched
        elif order.side is Side.BACK:
            assert 0 == order.size_lapsed
    at_risk = {name: account.exposure for name, account in world.exchange.accounts.items()}
    won = [runner for runner in order_of_finish if runner != removed][:winners]
    world.apply(SettleMarket(MARKET, tuple(RunnerResult(runner, "WINNER") for runner in won)))

    assert 0 == sum(ledger.balances.values())
    assert before[CASHIER] == ledger.balances[CASHIER]
    for name, exposure in at_risk.items():
        assert ledger.balances[name] >= before[name] - exposure
