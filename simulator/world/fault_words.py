"""The vocabulary of faults: what can go wrong, and with which operations."""

from typing import Final

ANY: Final = "*"

LOSE_ANSWER, TIMEOUT_AFTER, TIMEOUT_BEFORE = "lose-answer", "timeout-after", "timeout-before"
REFUSE, LATENCY, HTTP = "refuse", "latency", "http"
MALFORMED, TRUNCATE, DRIP = "malformed", "truncate", "drip"
SESSION_LOST, SUSPEND_BEFORE, TURN_IN_PLAY_BEFORE = "session-lost", "suspend-before", "turn-in-play-before"
MATCH_BEFORE, CANCEL_RACES_MATCH = "match-before", "cancel-races-match"
SLOW_EXPOSURE, HEARTBEAT_LOST = "slow-exposure", "heartbeat-lost"
HAPPEN, TIME_PASSES, BET_ELSEWHERE = "happen", "time-passes", "bet-elsewhere"
STATUS_503, SILENCE, DISCONNECT, RESET_STREAM, DELAY = "status-503", "silence", "disconnect", "reset", "delay"
DUPLICATE, SEGMENT, IMAGE, CONFLATE = "duplicate", "segment", "image", "conflate"
NO_DEFINITION = "no-definition"
STREAM_BEFORE_RESPONSE, RESPONSE_BEFORE_STREAM = "stream-before-response", "response-before-stream"

WORDS: Final = (
    LOSE_ANSWER, TIMEOUT_AFTER, TIMEOUT_BEFORE, REFUSE, LATENCY, HTTP, MALFORMED, TRUNCATE, DRIP, SESSION_LOST,
    SUSPEND_BEFORE, TURN_IN_PLAY_BEFORE, MATCH_BEFORE, CANCEL_RACES_MATCH, SLOW_EXPOSURE, HEARTBEAT_LOST, STATUS_503,
    SILENCE, DISCONNECT, RESET_STREAM, DELAY, DUPLICATE, SEGMENT, IMAGE, CONFLATE, NO_DEFINITION,
    STREAM_BEFORE_RESPONSE, RESPONSE_BEFORE_STREAM, HAPPEN, TIME_PASSES, BET_ELSEWHERE,
)  # fmt: skip
"""All that a fault can do."""
ABOUT_ORDERS: Final = frozenset({"placeOrders", "cancelOrders", "replaceOrders", "updateOrders"})
"""The operations whose answers are execution reports."""
ABOUT_MARKETS: Final = ABOUT_ORDERS | {
    "listMarketBook", "listRunnerBook", "listMarketCatalogue", "listMarketProfitAndLoss", "listCurrentOrders",
    "listClearedOrders",
}  # fmt: skip
"""The operations that name a market, or may."""
CONNECTION, STREAM, STREAM_HEARTBEAT = "connection", "stream", "streamHeartbeat"
"""What a stream does by itself: it greets whoever connects, tells of changes, and says that there are none."""
STREAM_SUBSCRIPTIONS: Final = frozenset(
    {"marketSubscription", "orderSubscription", "raceSubscription", "cricketSubscription"}
)
STREAM_OPERATIONS: Final = STREAM_SUBSCRIPTIONS | {CONNECTION, "authentication", STREAM, STREAM_HEARTBEAT}
ON_STREAMS: Final = frozenset(
    {
        REFUSE, DRIP, STATUS_503, SILENCE, DISCONNECT, RESET_STREAM, DELAY, DUPLICATE, SEGMENT, IMAGE, CONFLATE,
        NO_DEFINITION,
    }
)  # fmt: skip
"""What can happen to a stream; nothing else can."""
IN_ORDER: Final = frozenset({STREAM_BEFORE_RESPONSE, RESPONSE_BEFORE_STREAM})
"""The faults that say which of two messages comes first; the other is late."""
TAKING_TIME: Final = IN_ORDER | {LATENCY, DRIP, DELAY}
OPERATIONS_OF: Final = {
    STATUS_503: frozenset({STREAM, STREAM_HEARTBEAT}),
    SILENCE: STREAM_OPERATIONS,
    DISCONNECT: STREAM_OPERATIONS,
    RESET_STREAM: STREAM_OPERATIONS,
    DELAY: STREAM_OPERATIONS,
    DUPLICATE: frozenset({STREAM}),
    SEGMENT: STREAM_SUBSCRIPTIONS | {STREAM},
    IMAGE: frozenset({STREAM, STREAM_HEARTBEAT}),
    CONFLATE: frozenset({STREAM}),
    NO_DEFINITION: frozenset({"marketSubscription", STREAM}),
    STREAM_BEFORE_RESPONSE: ABOUT_ORDERS,
    RESPONSE_BEFORE_STREAM: ABOUT_ORDERS,
    SUSPEND_BEFORE: ABOUT_ORDERS,
    TURN_IN_PLAY_BEFORE: ABOUT_ORDERS,
    MATCH_BEFORE: ABOUT_ORDERS,
    CANCEL_RACES_MATCH: frozenset({"cancelOrders", "replaceOrders"}),
    SLOW_EXPOSURE: frozenset({"placeOrders", "replaceOrders"}),
    HEARTBEAT_LOST: frozenset({"heartbeat"}),
    HAPPEN: ABOUT_MARKETS,
    BET_ELSEWHERE: frozenset({"placeOrders"}),
}
"""The only operations that some faults can happen to."""

ON_WORLDS: Final = (TIME_PASSES, BET_ELSEWHERE, MATCH_BEFORE, CANCEL_RACES_MATCH)
"""What can turn out impossible in a world, beside what happens to a market."""
FOLLOWING: Final = frozenset({HAPPEN, BET_ELSEWHERE})
"""What is done to the world before a request is carried out or after it, as `when` says."""

BEFORE, AFTER = "before", "after"
CLOSE, RESET, STALL = "close", "reset", "stall"
REAL, WORLDS = "real", "world"


def can_happen_to(operation: str, word: str) -> bool:
    """Return whether what a word says can happen to an operation."""
    only = OPERATIONS_OF.get(word)
    if only is not None:
        return operation in only
    return operation not in STREAM_OPERATIONS or word in ON_STREAMS
