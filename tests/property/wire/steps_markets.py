"""Steps in which the operator runs markets over the control API, and settles."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from simulator.exchange.commands import (
    CloseMarket,
    HideRunner,
    LapseUnmatched,
    OpenMarket,
    PlaceInstruction,
    PlaceOrders,
    Reconcile,
    ReinstateRunner,
    RemoveRunner,
    ResettleMarket,
    RunnerResult,
    SettleMarket,
    SettleRunners,
    SuspendMarket,
    TurnInPlay,
    VoidMarket,
)
from simulator.exchange.orders import OrderType, Persistence, Side
from simulator.exchange.statuses import RunnerStatus
from tests.property.wire.stage import (
    WireStage,
    markets_before_the_off,
    markets_that_are_over,
    markets_to_bet_in,
    ripe_markets,
)
from tests.property.wire.strategies import markets, runners_of, sizes
from tests.property.wire.worlds import (
    HANDICAPS,
    LINE,
    MARKETS,
    MATCH,
    RACE,
)


def removed_now(machine: WireStage) -> bool:
    return len([runner for runner in machine.twin.exchange.markets[RACE].runners.values() if runner.removed_at]) < 2


def may_be_hidden(machine: WireStage) -> bool:
    """Whether a runner of the race can be hidden, and enough are left then."""
    return machine.twin.exchange.markets[RACE].active_runners > 2


def something_is_ripe(machine: WireStage) -> bool:
    return bool(machine.ripe_markets())


def may_be_reconciled(machine: WireStage) -> bool:
    race = machine.twin.exchange.markets[RACE]
    return race.settled_at is None and not race.bsp_reconciled


class Operating(WireStage):
    """The operator suspends, turns in play, removes, settles and offers, and begins again."""

    @rule(market=markets, verb=st.sampled_from(["suspend", "suspend", "suspend", "resume"]))
    def suspend(self, market: str, verb: str) -> None:
        self.operate(market, verb, SuspendMarket(market) if verb == "suspend" else OpenMarket(market))

    @precondition(lambda machine: machine.suspended())
    @rule()
    def resume_all(self) -> None:
        """A market that stays suspended is no place to bet in."""
        for market in self.suspended():
            self.operate(market, "resume", OpenMarket(market))

    @precondition(lambda machine: machine.markets_before_the_off())
    @rule(market=st.one_of(markets_before_the_off, markets_before_the_off, markets))
    def turn_in_play(self, market: str) -> None:
        self.operate(market, "turn-in-play", TurnInPlay(market))

    @precondition(may_be_reconciled)
    @rule(market=st.sampled_from([RACE, RACE, MATCH]))
    def reconcile(self, market: str) -> None:
        self.operate(market, "reconcile", Reconcile(market))

    @precondition(something_is_ripe)
    @rule(market=ripe_markets, verb=st.sampled_from(["lapse", "lapse", "close"]))
    def lapse(self, market: str, verb: str) -> None:
        self.operate(market, verb, LapseUnmatched(market) if verb == "lapse" else CloseMarket(market))

    @precondition(removed_now)
    @rule(number=st.sampled_from([1, 2, 3, 4]), percent=st.sampled_from([None, 20, 2.499, 4.545]))
    def remove(self, number: int, percent: float | None) -> None:
        key = runners_of(RACE)[number - 1]
        command = RemoveRunner(RACE, key, None if percent is None else round(percent * 1000))
        document = {} if percent is None else {"adjustmentFactor": percent}
        self.operate(RACE, f"runners/{key.selection_id}/remove", command, document)

    @precondition(may_be_hidden)
    @rule(number=st.sampled_from([1, 2, 3, 4]))
    def hide_or_reinstate(self, number: int) -> None:
        key = runners_of(RACE)[number - 1]
        is_hidden = self.twin.exchange.markets[RACE].runners[key].status is RunnerStatus.HIDDEN
        verb, command = ("reinstate", ReinstateRunner) if is_hidden else ("hide", HideRunner)
        self.operate(RACE, f"runners/{key.selection_id}/{verb}", command(RACE, key))

    @precondition(lambda machine: RACE in machine.ripe_markets())
    @rule(number=st.sampled_from([3, 4]))
    def settle_a_loser(self, number: int) -> None:
        result = {"results": [{"selectionId": number, "status": "LOSER"}]}
        command = SettleRunners(RACE, (RunnerResult(runners_of(RACE)[number - 1], "LOSER"),))
        self.operate(RACE, "settle-runners", command, result)

    @precondition(something_is_ripe)
    @rule(
        market=st.one_of(ripe_markets, ripe_markets, ripe_markets, st.sampled_from(MARKETS)),
        winners=st.sets(st.integers(0, 2), min_size=1, max_size=2),
    )
    def settle(self, market: str, winners: set[int]) -> None:
        number = sum(winners)
        if market == HANDICAPS:
            self.operate(market, "settle", SettleMarket(market, margin=number - 1), {"margin": number - 1})
        elif market == LINE:
            self.operate(market, "settle", SettleMarket(market, line_result=number * 100), {"lineResult": number})
        else:
            keys = [runners_of(market)[index] for index in sorted(winners)]
            results = [{"selectionId": key.selection_id, "status": "WINNER"} for key in keys]
            command = SettleMarket(market, tuple(RunnerResult(key, "WINNER") for key in keys))
            self.operate(market, "settle", command, {"results": results})

    @precondition(lambda machine: machine.markets_that_are_over())
    @rule(
        market=markets_that_are_over, number=st.sampled_from([0, 1, 2]), ending=st.sampled_from(["WINNER", "REMOVED"])
    )
    def correct(self, market: str, number: int, ending: str) -> None:
        """The result of a market was wrong: another runner has won, and one may be void."""
        if market == HANDICAPS:
            command, document = ResettleMarket(market, margin=number), {"margin": number}
        elif market == LINE:
            command, document = ResettleMarket(market, line_result=number * 100), {"lineResult": number}
        else:
            named = {runners_of(market)[0]: ending, runners_of(market)[number]: "WINNER"}
            # A result may repeat that a runner was withdrawn, which the exchange itself need not be told again.
            runners = self.twin.exchange.markets[market].runners
            withdrawn = {
                key for key, runner in runners.items() if runner.status == "REMOVED" and not runner.ended_by_result
            }
            told = {key: status for key, status in named.items() if status != "REMOVED" or key not in withdrawn}
            command = ResettleMarket(market, tuple(RunnerResult(key, status) for key, status in told.items()))
            results = [{"selectionId": key.selection_id, "status": status} for key, status in named.items()]
            document = {"results": results}
        self.operate(market, "resettle", command, document)

    @precondition(something_is_ripe)
    @rule(market=ripe_markets)
    def void(self, market: str) -> None:
        self.operate(market, "void", VoidMarket(market))

    @rule(
        market=markets_to_bet_in.filter(MARKETS.__contains__),
        side=st.sampled_from(Side),
        size=sizes,
        number=st.sampled_from([0, 1]),
    )
    def offer(self, market: str, side: Side, size: int, number: int) -> None:
        """What customers can lay the liquidity account backs, and the reverse; in play its bets stay."""
        runners = runners_of(market)
        key, price = runners[number % len(runners)], 150 if market == LINE else 200
        stays = Persistence.PERSIST if market in (MATCH, RACE) else Persistence.LAPSE
        bet = PlaceInstruction(key, side, OrderType.LIMIT, price, size, stays)
        name = "availableToBack" if side is Side.LAY else "availableToLay"
        document = {
            "selectionId": key.selection_id, "handicap": key.handicap / 100, name: [[price / 100, size / 100]]
        }  # fmt: skip
        self.operate(market, "offers", PlaceOrders("liquidity", market, (bet,)), document)

    @precondition(lambda machine: machine.waiting)
    @rule()
    def begin_again(self) -> None:
        """Nobody waits any longer then."""
        self.reset()
        assert not self.waiting
