"""Recordings that hypothesis draws: messages of two markets with everything that a recording may say."""

import json
from typing import Any

from hypothesis import strategies as st

MARKETS = ("1.1", "1.2")
PRICES = st.sampled_from([1.01, 1.5, 2.0, 2.02, 3.05, 10, 1000])
SIZES = st.sampled_from([0, 0, 0.004, 2, 2.5, 10.01, 1234.56, 9e8])
LADDERS = st.lists(st.tuples(PRICES, SIZES), max_size=4)
LEVELS = st.lists(st.tuples(st.integers(0, 3), PRICES, SIZES), max_size=3)
STARTING_PRICES = st.sampled_from(["NaN", "Infinity", 0, 2.5, 3.123456789])
RUNNERS = st.fixed_dictionaries(
    {"id": st.sampled_from([1, 2, "2", 3])},
    optional={
        "hc": st.sampled_from([0, -0.5]),
        "atb": LADDERS,
        "atl": LADDERS,
        "trd": LADDERS,
        "spb": LADDERS,
        "spl": LADDERS,
        "batb": LEVELS,
        "batl": LEVELS,
        "bdatb": LEVELS,
        "bdatl": LEVELS,
        "ltp": PRICES,
        "tv": SIZES,
        "spn": STARTING_PRICES,
        "spf": STARTING_PRICES,
    },
)
RUNNERS_DEFINED = st.fixed_dictionaries(
    {"id": st.sampled_from([1, 2, 3]), "status": st.sampled_from(["ACTIVE", "REMOVED", "WINNER", "LOSER", "HIDDEN"])},
    optional={"adjustmentFactor": st.sampled_from([1.5, 33.333]), "bsp": STARTING_PRICES, "hc": st.just(-0.5)},
)
DEFINITIONS = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["OPEN", "SUSPENDED", "CLOSED"]),
        "runners": st.lists(RUNNERS_DEFINED, max_size=3),
        "marketType": st.sampled_from(["WIN", "PLACE"]),
        "eventTypeId": st.just("7"),
    },
    optional={
        "version": st.integers(1, 3),
        "inPlay": st.booleans(),
        "betDelay": st.integers(0, 5),
        "bspReconciled": st.booleans(),
        "marketTime": st.just("2026-06-06T17:55:00.000Z"),
    },
)
CHANGES = st.fixed_dictionaries(
    {"id": st.sampled_from(MARKETS)},
    optional={
        "img": st.booleans(),
        "tv": SIZES,
        "rc": st.lists(RUNNERS, max_size=3),
        "marketDefinition": DEFINITIONS,
    },
)
MESSAGES = st.lists(CHANGES, max_size=3).map(lambda changes: {"mc": changes})
LINES = st.lists(
    st.one_of(MESSAGES, MESSAGES, MESSAGES, st.sampled_from([b"nonsense", b"", b'{"op":"status"}'])), max_size=12
)


def written(drawn: list[Any]) -> list[bytes]:
    """The lines of a file, with their times."""
    return [
        one if isinstance(one, bytes) else json.dumps({"op": "mcm", "clk": None, "pt": 1000 + at, **one}).encode()
        for at, one in enumerate(drawn)
    ]


def market_state(market: Any) -> dict[str, Any]:
    """Everything that can be asked of a recorded market, but for what it was watched for."""
    names = (
        "market_id",
        "definition",
        "published_at",
        "updates",
        "total_matched",
        "happenings",
        "has_new_definition",
        "tells_ladders",
    )
    return {name: getattr(market, name) for name in names} | {
        "runners": [(key, runner_state(runner)) for key, runner in market.runners.items()]
    }


def runner_state(runner: Any) -> dict[str, Any]:
    """Everything that can be asked of a recorded runner."""
    names = (
        "available_to_back",
        "available_to_lay",
        "best_back",
        "best_lay",
        "far_price",
        "is_display",
        "last_price_traded",
        "levels",
        "levels_shown",
        "near_price",
        "rises",
        "starting_price_backs",
        "starting_price_lays",
        "total_matched",
        "traded",
    )
    return {name: getattr(runner, name) for name in names}


def moves_told(market: Any) -> list[Any]:
    """The moves of a market, with runners by their ids; those that an image left out have none."""
    ids = {id(runner): key for key, runner in market.runners.items()}
    return [(ids.get(id(runner)), *rest) for runner, *rest in market.moves]
