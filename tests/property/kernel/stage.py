"""Where the programs take place: both exchanges, the time, and what there is to name at any moment."""

from collections.abc import Callable, Iterable
from dataclasses import replace as replace_fields
from itertools import product
from typing import Any, Final

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize
from msgspec.structs import replace

from simulator.exchange.commands import (
    Command,
    OpenMarket,
    PlaceInstruction,
    PlaceOrders,
    ReinstateRunner,
    ReplaceOrders,
    Tick,
)
from simulator.exchange.events import (
    InstructionRefused,
    OrderCancelled,
    OrderLapsed,
    ReplacementRefused,
    VirtualBetMatched,
)
from simulator.exchange.orders import Order, OrderType, Persistence, RunnerKey, Side
from simulator.exchange.rules import RULE_SETS
from simulator.exchange.statuses import MarketStatus
from tests.property.kernel.compare import IMPOSSIBLE, Answer, Pair, Refusal
from tests.property.kernel.strategies import (
    ACCOUNTS,
    MAKER,
    PRICES,
    RUNGS_ABOVE_EVENS,
    SHAPES,
    UNKNOWN_MARKET,
    limit,
)
from tests.property.kernel.twin_book import CLASSIC_PRICES, NaiveBet

START: Final = 1_780_768_500_000
UNKNOWN_BET: Final = 999_999
MARKETS_AT_ONCE: Final = 2
LADDER: Final = sorted(CLASSIC_PRICES)
MATCHED_BETS_THAT_MAKE_A_MARKET_RIPE: Final = 3

# The published limits would need requests of hundreds of instructions and references of dozens of letters.
RULES: Final = replace_fields(
    RULE_SETS["2022"],
    place_instruction_limit=3,
    edit_instruction_limit=3,
    customer_order_reference_length=5,
    customer_strategy_reference_length=5,
    chasing_window_seconds=30,
)


# What there is to be taken in a new market, on both sides and by everybody, and some of it is taken already. Each line
# is a request: who, whether it stays in play, what.
OPENING_BETS: Final = [
    ("rich", False, limit(1, Side.BACK, 204, 5_05), limit(1, Side.LAY, 200, 3_33), limit(1, Side.LAY, 198, 7_77)),
    (MAKER, True, limit(2, Side.BACK, 210, 20_00), limit(2, Side.LAY, 190, 20_00)),
    ("careful", True, limit(1, Side.LAY, 200, 1_01), limit(2, Side.LAY, 190, 1_33)),
    ("poor", False, limit(1, Side.BACK, 200, 1_50)),
]


WITH_A_REASON = (Refusal, OrderLapsed, OrderCancelled, InstructionRefused, ReplacementRefused)


class Stage(RuleBasedStateMachine):
    """Both exchanges with accounts and two open markets, the time, and what a program can name."""

    def __init__(self) -> None:
        super().__init__()
        self.pair = Pair(RULES)
        self.kernel = self.pair.kernel
        self.at = START
        self.rungs_above_evens: dict[str, int] = {}
        self.house_stakes: dict[tuple[str, RunnerKey], int] = {}
        """What the house has laid on each runner less what it has backed: its side of the virtual bets."""
        self.virtual_bets: dict[str, int] = {}
        """How many there have been in each market."""

    @initialize(
        shapes=st.sampled_from(
            [("race", "places"), ("race", "duel"), ("duel", "places"), ("plain", "finishers"), ("places", "next goal")]
        )
    )
    def open_the_doors(self, shapes: tuple[str, str]) -> None:
        for account in ACCOUNTS:
            self.do(account)
            assert self.do(account) == IMPOSSIBLE
        for shape in shapes:
            self.open_market(shape)

    def open_market(self, shape: str) -> None:
        """Add a market and bring it to life; until it is open it takes no bets."""
        market_id = f"1.{len(self.kernel.markets) + 1}"
        self.rungs_above_evens[market_id] = RUNGS_ABOVE_EVENS.get(shape, 0)
        self.do(replace(SHAPES[shape], market_id=market_id))
        assert self.do(replace(SHAPES[shape], market_id=market_id)) == IMPOSSIBLE
        assert isinstance(self.do(PlaceOrders("rich", market_id, OPENING_BETS[0][2:])), Refusal)
        self.do(OpenMarket(market_id))
        for account, stays, *bets in OPENING_BETS:
            persistence = self.longest_persistence(market_id) if stays else Persistence.LAPSE
            asked = [replace(bet, persistence=persistence) for bet in bets]
            self.do(PlaceOrders(account, market_id, tuple(self.at_this_markets_prices(market_id, asked))))

    def price(self, market_id: str, price: int | None) -> int | None:
        """Move a price near 2.00 to where prices make a whole book in a market; others are as they are everywhere."""
        rungs = self.rungs_above_evens.get(market_id, 0)
        return rungs_above(price, rungs) if rungs and price in PRICES else price

    def at_this_markets_prices(self, market_id: str, asked: Iterable[PlaceInstruction]) -> list[PlaceInstruction]:
        return [replace(one, price=self.price(market_id, one.price)) for one in asked]

    def longest_persistence(self, market_id: str) -> Persistence:
        definition = self.kernel.markets[market_id].definition
        stays = definition.turn_in_play and definition.persistence_enabled
        return Persistence.PERSIST if stays else Persistence.LAPSE

    def do(self, command: Command) -> Answer:
        """Put a command to both exchanges; whoever did not ask for a bet has no more at risk than before."""
        exposures = {name: account.exposure for name, account in self.kernel.accounts.items()}
        answer = self.pair.do(command, self.at)
        asker = command.account if isinstance(command, PlaceOrders | ReplaceOrders) else None
        # Who has laid a hidden runner has more at risk again when it is back.
        may_rise = isinstance(command, ReinstateRunner)
        for name, exposure in exposures.items():
            assert may_rise or name == asker or self.kernel.accounts[name].exposure <= exposure
        for what in answer if isinstance(answer, tuple) and not isinstance(answer, Refusal) else [answer]:
            reason = what.reason if isinstance(what, WITH_A_REASON) else None
            event(f"{what if what == IMPOSSIBLE else type(what).__name__} {reason or ''}")
            if isinstance(what, VirtualBetMatched):
                self.note_what_the_house_takes(what)
        return answer

    def note_what_the_house_takes(self, bet: VirtualBetMatched) -> None:
        """The house lays what a backer takes, and lays all the legs too; with a layer it is the other way round."""
        sign = 1 if bet.taker_side is Side.BACK else -1
        self.virtual_bets[bet.market_id] = self.virtual_bets.get(bet.market_id, 0) + 1
        for runner, size in [(bet.runner, bet.size), *((leg.runner, leg.size) for leg in bet.legs)]:
            key = (bet.market_id, runner)
            self.house_stakes[key] = self.house_stakes.get(key, 0) + sign * size

    def let_pass(self, milliseconds: int, at_once: bool = False) -> None:
        """Let time pass, with a tick whenever something is due, or with one tick for all of it."""
        until = self.at + milliseconds
        while not at_once and self.kernel.next_due is not None and self.kernel.next_due <= until:
            self.at = self.kernel.next_due
            self.do(Tick())
        self.at = until
        self.do(Tick())

    # What there is

    def markets(self, *statuses: MarketStatus) -> list[str]:
        """The markets in one of some states."""
        return [market_id for market_id, market in self.kernel.markets.items() if market.status in statuses]

    def markets_to_bet_in(self) -> list[str]:
        """The open markets, or where there is none the others, which have to say so."""
        return self.markets(MarketStatus.OPEN) or list(self.kernel.markets)

    def markets_in_play(self) -> list[str]:
        return [market_id for market_id in self.markets(MarketStatus.OPEN) if self.kernel.markets[market_id].in_play]

    def is_ripe(self, market_id: str) -> bool:
        """Whether a market has seen enough bets for its end to be worth looking at."""
        matched = [order for order in self.kernel.markets[market_id].orders.values() if order.size_matched]
        return len(matched) >= MATCHED_BETS_THAT_MAKE_A_MARKET_RIPE

    def ripe_markets(self) -> list[str]:
        return [
            market_id
            for market_id in self.markets(MarketStatus.OPEN, MarketStatus.SUSPENDED)
            if self.is_ripe(market_id)
        ]

    def unmatched(self) -> list[Order]:
        """The bets that can be taken or changed now; the markets of the others take no action."""
        markets = self.markets(MarketStatus.OPEN)
        return [order for order in self.kernel.orders.values() if order.size_remaining and order.market_id in markets]

    def virtual_offers(self) -> list[tuple[str, int, Side, int, int]]:
        """What the others' bets offer a taker on each runner: market, selection, side of the taker, price and size."""
        found = []
        for market_id in self.markets(MarketStatus.OPEN):
            market = self.pair.twin.markets[market_id]
            for key, side in product(market.active, Side):
                bet = NaiveBet("", market_id, key, side, 0, 0, Persistence.LAPSE, self.at)
                offer = self.pair.twin.matcher_of(bet).virtual_offer()
                if offer is not None and offer.available:
                    found.append((market_id, key.selection_id, side, offer.price, offer.available))
        return found

    def with_starting_price(self) -> list[str]:
        """The open markets that still take bets for the starting price."""
        return [
            market_id
            for market_id in self.markets(MarketStatus.OPEN)
            if self.kernel.markets[market_id].definition.bsp_market
            and not self.kernel.markets[market_id].starting_price_is_past
        ]

    def limits_on_close(self) -> list[int]:
        """The bets with a limit that wait for a starting price, in open markets."""
        return [
            order.bet_id
            for order in self.kernel.orders.values()
            if order.order_type is OrderType.LIMIT_ON_CLOSE
            and order.liability_waiting
            and order.market_id in self.markets(MarketStatus.OPEN)
        ]

    def whoever_waits_to_be_matched(self) -> list[str]:
        """The accounts with unmatched bets in any market, or else all of them."""
        owners = [order.account for order in self.kernel.orders.values() if order.size_remaining]
        return [*dict.fromkeys(owners)] or list(self.kernel.accounts)

    def version(self, market: str, which: str | None) -> int | None:
        """The number of a version of a market, as it is at this moment."""
        if which is None or market not in self.kernel.markets:
            return None
        version, material = self.kernel.markets[market].version, self.kernel.markets[market].material_version
        numbers = {"present": version, "material": material, "stale": material - 1, "future": version + 1}
        return {**numbers, "negative": -1, "too long": 10**12}[which]


def rungs_above(price: int, rungs: int) -> int:
    """The price so many rungs above another, or below it, as far as the ladder goes."""
    return LADDER[min(len(LADDER) - 1, max(0, LADDER.index(price) + rungs))]


def one_of_its(choices: Callable[[Any], Iterable[Any]]) -> st.SearchStrategy[Any]:
    """Draw from what the machine has to offer when the rule is run."""
    return st.runner().flatmap(lambda machine: st.sampled_from(list(choices(machine))))


def most_of_the_time(usual: st.SearchStrategy[Any], unusual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(usual, usual, usual, usual, unusual)


def bet_ids(orders: Iterable[Order]) -> list[int]:
    return [order.bet_id for order in orders]


markets_to_bet_in = one_of_its(Stage.markets_to_bet_in)
any_market = one_of_its(lambda stage: [*stage.kernel.markets, UNKNOWN_MARKET])
unmatched_bets = one_of_its(lambda stage: bet_ids(stage.unmatched()))
bets_to_name = most_of_the_time(
    one_of_its(lambda stage: bet_ids(stage.unmatched()) or [UNKNOWN_BET]),
    one_of_its(lambda stage: [*stage.kernel.orders, UNKNOWN_BET]),
)


def something_is_unmatched(stage: Stage) -> bool:
    return bool(stage.unmatched())


other_bets = st.lists(bets_to_name, max_size=1) | st.lists(bets_to_name, max_size=3)
