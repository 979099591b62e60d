"""What programs draw from: few prices and sizes, so that bets meet, and every kind of mistake a customer can make."""

from typing import Any, Final

from hypothesis import strategies as st
from msgspec.structs import replace

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import (
    AddMarket,
    LadderDefinition,
    OpenAccount,
    PlaceInstruction,
    RunnerDefinition,
    Standing,
)
from simulator.exchange.jurisdictions import Jurisdiction
from simulator.exchange.money import INEXACT
from simulator.exchange.orders import BetTargetType, OrderType, Persistence, RunnerKey, Side, TimeInForce

# Accounts

MAKER: Final = "maker"
ACCOUNTS: Final = [
    OpenAccount(MAKER, "GBP", 0, unlimited=True),
    OpenAccount("rich", "GBP", 1000_00, discount_rate=2500),
    OpenAccount("poor", "GBP", 15_00, discount_rate=1000),
    OpenAccount("careful", "GBP", 500_00, discount_rate=333, commission_rate=800, exposure_limit=30_00),
    OpenAccount("barred", "GBP", 10_00, may_bet=False),
    OpenAccount("spaniard", "GBP", 300_00, jurisdiction=Jurisdiction.SPAIN),
    OpenAccount("italian", "GBP", 200_00, jurisdiction=Jurisdiction.ITALY, standing=Standing(loss_limit=40_00)),
    OpenAccount("cautious", "GBP", 200_00, standing=Standing(loss_limit=25_00, loss_period_milliseconds=60_000)),
]
restricted = st.sampled_from(["spaniard", "italian", "cautious"])
customers = st.sampled_from(["rich", "poor", "careful"])
anybody = st.sampled_from([account.account for account in ACCOUNTS])

# Markets

UNKNOWN_MARKET: Final = "1.999"


def market(runners: int, **definition: Any) -> AddMarket:
    """A market of odds with runners numbered from 1; whoever adds it gives it its id."""
    return AddMarket(
        market_id="",
        betting_type=BettingType.ODDS,
        ladder=LadderDefinition("CLASSIC"),
        runners=tuple(RunnerDefinition(RunnerKey(number), number) for number in range(1, runners + 1)),
        **definition,
    )


BSP_AND_VIRTUAL: Final = {"bsp_market": True, "cross_matching": True}

# One winner, in play after a delay; of two; two winners; and where there are no virtual bets: perhaps a winner who is
# not listed; as many winners as it comes to; a market that has none of them.
SHAPES: Final = {
    "race": market(3, number_of_winners=1, turn_in_play=True, bet_delay=5, **BSP_AND_VIRTUAL),
    "duel": market(2, number_of_winners=1, turn_in_play=True, bet_delay=5, **BSP_AND_VIRTUAL),
    "places": market(4, number_of_winners=2, base_rate=200, discount_allowed=False, **BSP_AND_VIRTUAL),
    "next goal": market(2, number_of_winners=1, complete=False, turn_in_play=True, base_rate=333, cross_matching=True),
    "finishers": market(
        3, number_of_winners=0, turn_in_play=True, bet_delay=1, persistence_enabled=False, cross_matching=True
    ),
    "plain": market(3, number_of_winners=1, turn_in_play=True, bet_delay=5),
}
RUNGS_ABOVE_EVENS: Final = {"race": 50}
"""How far above 2.00 the price is that makes a whole book, where all runners have it."""

# Bets

PRICES: Final = [200, 202, 198, 210, 190]
FAR_PRICES: Final = [101, 150, 305, 960, 1000, 2900, 100_000]
WRONG_PRICES: Final = [100, 203, 333, 100_001, 0, -200, INEXACT]
WRONG_SIZES: Final = [0, -100, 1, 99, INEXACT]
KILL: Final = TimeInForce.FILL_OR_KILL

# Every market has the first two runners, some have the third or the fourth.
selections = st.sampled_from([1] * 6 + [2] * 5 + [3, 3, 3, 4])
sides = st.sampled_from(Side)
prices = st.sampled_from([*PRICES, *PRICES, *FAR_PRICES])
sizes = st.sampled_from([100, 101, 133, 250, 777, 1000, 2500])
persistences = st.sampled_from([None, *Persistence])
liabilities = st.sampled_from([10_00, 10_00, 13_33, 20_00, 1_00, 9_99])
new_prices = st.sampled_from([*PRICES * 4, *FAR_PRICES, *WRONG_PRICES])
references = st.sampled_from([None, "one"])
rare_references = st.sampled_from([None] * 5 + ["one"])
strategy_references = st.sampled_from([None] * 6 + ["short"] * 3 + ["longer"])
recent_versions = st.sampled_from([None, "present"])
versions = st.sampled_from([None] * 8 + ["present", "material", "material", "stale", "future", "negative", "too long"])


def limit(
    selection: int, side: Side, price: int, size: int | None, persistence: Persistence | None = None, **more: Any
) -> PlaceInstruction:
    """An ordinary bet."""
    return PlaceInstruction(RunnerKey(selection), side, OrderType.LIMIT, price, size, persistence, **more)


def on_close(selection: int, side: Side, liability: int, price: int | None = None, **more: Any) -> PlaceInstruction:
    """A bet for the starting price, at any or with a limit."""
    order_type = OrderType.MARKET_ON_CLOSE if price is None else OrderType.LIMIT_ON_CLOSE
    return PlaceInstruction(RunnerKey(selection), side, order_type, price, liability=liability, **more)


# Each turns a good instruction into a bad one, or into one that is good in some markets only.
MISTAKES: Final[list[dict[str, Any]]] = [
    {"runner": RunnerKey(9)},
    {"runner": RunnerKey(1, 50)},
    {"price": None},
    *({"price": price} for price in WRONG_PRICES),
    {"size": None},
    *({"size": size} for size in WRONG_SIZES),
    {"bet_target_type": BetTargetType.PAYOUT, "bet_target_size": 1000},
    {"bet_target_type": BetTargetType.PAYOUT, "size": None},
    *({"bet_target_type": BetTargetType.PAYOUT, "bet_target_size": size, "size": None} for size in (0, 1, -100)),
    {"order_type": OrderType.LIMIT_ON_CLOSE, "liability": 1000, "size": None},
    {"order_type": OrderType.MARKET_ON_CLOSE, "liability": 1000, "size": None, "price": None},
    {"order_type": OrderType.MARKET_ON_CLOSE, "liability": 1000, "time_in_force": KILL},
    {"order_type": OrderType.LIMIT_ON_CLOSE, "liability": 1000, "price": 203},
    *({"order_type": OrderType.MARKET_ON_CLOSE, "liability": money} for money in (None, 0, -100, 99)),
    {"persistence": Persistence.MARKET_ON_CLOSE},
    {"persistence": Persistence.PERSIST, "time_in_force": KILL},
    {"persistence": Persistence.MARKET_ON_CLOSE, "time_in_force": KILL},
    {"min_fill_size": 100},
    *({"min_fill_size": size, "time_in_force": KILL} for size in (-1, 0, 99, 100, 100_000)),
    {"customer_order_reference": "longer"},
]

# Strange, but allowed: small stakes with a return that is large enough, and just not.
ODDITIES: Final[list[dict[str, Any]]] = [
    {"size": 1, "price": 100_000},
    {"size": 50, "price": 2000},
    {"size": 50, "price": 1950},
    {"size": None, "bet_target_type": BetTargetType.PAYOUT, "bet_target_size": 1000, "price": 1100},
    {"size": None, "bet_target_type": BetTargetType.BACKERS_PROFIT, "bet_target_size": 1000, "price": 960},
    {"size": None, "bet_target_type": BetTargetType.BACKERS_PROFIT, "bet_target_size": 99, "time_in_force": KILL},
    {"min_fill_size": 100, "time_in_force": KILL},
    {"customer_order_reference": "short"},
    {"time_in_force": KILL},
    {"persistence": Persistence.MARKET_ON_CLOSE},
]

good_instructions = st.builds(limit, selections, sides, prices, sizes, st.sampled_from([None, Persistence.LAPSE]))
odd_instructions = st.builds(
    lambda instruction, change: replace(instruction, **change),
    good_instructions,
    st.sampled_from(ODDITIES + MISTAKES),
)
instructions = st.one_of(
    *[good_instructions] * 12, odd_instructions, st.builds(on_close, selections, sides, liabilities, st.none() | prices)
)

# Edits

WHOLE: Final = None
reductions = st.sampled_from([WHOLE, WHOLE, 10_000, 10_000, 1, 50, 100, 100, 0, -100, INEXACT])

# Results

odd_results = st.sampled_from(["WINNER"] * 8 + ["LOSER"] * 3 + ["REMOVED"] * 4 + ["PLACED"])
