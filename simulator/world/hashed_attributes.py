"""What `state_hash` hashes of every object that a world is made of, and what it leaves out, with the reason.

A class that stands in neither table and is met in a world is a value that is hashed whole. A test walks through worlds
and fails where a class has an attribute that is not named here.
"""

from collections.abc import Mapping
from typing import Final

from simulator.exchange.accounts import Account
from simulator.exchange.book import Level, Offers, RunnerBook
from simulator.exchange.exchange import Exchange
from simulator.exchange.exposure import Position
from simulator.exchange.heartbeat_deadlines import Deadlines
from simulator.exchange.ladder import Ladder
from simulator.exchange.ledger import Ledger
from simulator.exchange.market import Market
from simulator.exchange.order_index import AccountIndex, MarketIndex
from simulator.exchange.rules import BettingRules
from simulator.exchange.runner import Runner
from simulator.exchange.state import Numbering, State
from simulator.exchange.total_exposure import TotalExposure
from simulator.exchange.virtual_view import VirtualView
from simulator.world.accounts import Accounts
from simulator.world.agenda import Agenda, Schedule
from simulator.world.bettune.autopilot import Autopilot
from simulator.world.bettune.bettune import BetTune
from simulator.world.bettune.numbers import Numbers
from simulator.world.bettune.rate_limits import RateLimiter
from simulator.world.bettune.users import Users
from simulator.world.catalogue import Catalogue, MarketDescription
from simulator.world.clock import Clock
from simulator.world.delayed_markets import DelayedMarkets
from simulator.world.developer_apps import AppVersion, DeveloperApp, DeveloperApps
from simulator.world.faults import Faults
from simulator.world.ids import Ids
from simulator.world.listing_index import ListingIndex
from simulator.world.login_states import LoginStates
from simulator.world.parts import Parts
from simulator.world.races import Races
from simulator.world.scoreboards import Scoreboards
from simulator.world.sessions import Session, Sessions
from simulator.world.starting_price_cache import StartingPriceCache
from simulator.world.transaction_charges import TransactionCharges
from simulator.world.vendors import Subscription, Vendors
from simulator.world.world import World

SCENARIO: Final = "the scenario says it once for ever"
DERIVED: Final = "it is worked out from what is hashed"
ELSEWHERE: Final = "the same objects are hashed where they are at home"

HASHED: Final[Mapping[type, frozenset[str]]] = {
    World: frozenset({"parts", "participants"}),
    Parts: frozenset(
        {
            "clock", "ids", "sessions", "exchange", "catalogue", "races", "scoreboards", "starting_price_cache",
            "delayed_markets",
            "transaction_charges", "book_requests", "schedule", "notices", "bettune", "bettune_requests",
            "developer_apps", "vendors", "faults", "recordings",
        }
    ),
    Clock: frozenset({"_base_nanoseconds", "_rate"}),
    Ids: frozenset({"_logins"}),
    LoginStates: frozenset({"_changed"}),
    Sessions: frozenset({"logins", "_by_token", "_logins", "_banned_until"}),
    DeveloperApps: frozenset({"by_id"}),
    DeveloperApp: frozenset({"app_id", "name", "owner", "live", "delayed", "was_created"}),
    AppVersion: frozenset({"version_id", "owner", "key", "is_delayed", "is_active"}),
    Session: frozenset({"token", "account", "app_key", "expires_at", "vendor"}),
    Vendors: frozenset({"subscriptions", "codes", "grants", "made"}),
    Subscription: frozenset(
        {
            "token", "vendor", "created_at", "expires_at", "client_reference", "customer", "activated_at",
            "cancelled_at",
        }
    ),
    Schedule: frozenset({"_heap"}),
    Faults: frozenset({"_ordered", "_tickets", "pending", "fired", "_waiting"}),
    StartingPriceCache: frozenset({"_made"}),
    Catalogue: frozenset({"events", "markets", "translations"}),
    DelayedMarkets: frozenset({"watched"}),
    TransactionCharges: frozenset({"_hour", "_counted", "_are_due"}),
    MarketDescription: frozenset(
        {
            "id", "name", "event", "market_type", "start_time", "suspend_time", "settle_time", "regulators", "rules",
            "rules_has_date", "clarifications", "race_type", "race_id", "line", "key_line", "bet_delay_models",
            "runners", "recorded",
        }
    ),
    Races: frozenset({"by_id"}),
    Scoreboards: frozenset({"by_event"}),
    BetTune: frozenset({"users", "filters", "matches", "numbers", "predictions", "last_prediction_id"}),
    Numbers: frozenset({"given"}),
    Users: frozenset({"by_token"}),
    RateLimiter: frozenset({"_windows"}),
    Autopilot: frozenset({"placed", "_refusals"}),
    Exchange: frozenset({"_state", "now"}),
    State: frozenset(
        {
            "markets", "accounts", "orders", "ledger", "heartbeats", "held", "bet_ids", "match_ids", "tickets",
            "_references",
        }
    ),
    Numbering: frozenset({"next"}),
    Deadlines: frozenset({"by_account", "actions"}),
    Ledger: frozenset({"balances", "own_balances", "last_transaction_id", "_statements"}),
    Account: frozenset({"definition", "standing", "cleared_orders", "_retained_commissions"}),
    Market: frozenset(
        {
            "definition", "runners", "status", "in_play", "betting_is_over", "bsp_reconciled", "version",
            "material_version", "total_matched", "last_match_at", "settled_at", "corrections",
            "commissions",
        }
    ),
    Runner: frozenset(
        {
            "key", "status", "adjustment_factor", "removed_at", "ended_by_result", "starting_price",
            "starting_price_backs", "starting_price_lays", "starting_price_taken", "book",
        }
    ),
    RunnerBook: frozenset(
        {
            "backs", "lays", "traded", "traded_in_play", "total_matched", "last_price_traded", "last_traded_in_play",
        }
    ),
    Offers: frozenset({"levels"}),
    Level: frozenset({"price", "queue", "total"}),
}  # fmt: skip
"""The attributes that are hashed, by class; some by what they come to, such as the orders of a queue by their ids."""

LEFT_OUT: Final[Mapping[type, Mapping[str, str]]] = {
    World: {
        "_restoration": "it is past, as the scenario is",
        "_has_left_restoration": "it is past",
        "_at_rest": "who asked for it only reads",
        "id": "it shows in the tokens of sessions",
        "scenario": SCENARIO,
        "seed": "it shows in tokens and app keys",
        "settings": SCENARIO,
        "sequence": "it numbers the story and changes nothing",
        "has_ended": "a world that has ended is asked nothing",
        "created_at": "what depends on it is hashed as a time",
        "_real_time": "the world outside",
        "open_recordings": "the world outside",
        "_listeners": "they only read",
        "_is_telling": "false whenever something can be asked",
        "agenda": ELSEWHERE,
        **dict.fromkeys(
            (
                "ids",
                "exchange",
                "clock",
                "accounts",
                "sessions",
                "catalogue",
                "races",
                "scoreboards",
                "starting_price_cache",
                "delayed_markets",
                "book_requests",
                "transaction_charges",
                "bettune",
                "bettune_requests",
                "notices",
                "schedule",
                "developer_apps",
                "faults",
                "vendors",
            ),
            "it is the attribute of `Parts`",
        ),
    },
    Parts: {"settings": SCENARIO, "accounts": SCENARIO},
    Clock: {"_real": "the world outside", "_real_base": "the world outside"},
    Ids: {
        "seed": "it shows in tokens and app keys",
        "world_id": "it shows in tokens",
        "_requests": "how many failed requests got an id; a refused request changes nothing",
    },
    LoginStates: {"_accounts": SCENARIO, "_wrong_passwords_to_lock": SCENARIO},
    Sessions: {"_ids": ELSEWHERE, "_timeout_milliseconds": SCENARIO, "_by_length": DERIVED},
    DeveloperApps: {"_ids": ELSEWHERE, "by_key": DERIVED, "_by_name": DERIVED},
    Vendors: {"_accounts": SCENARIO, "_ids": ELSEWHERE, "_by_client_id": DERIVED, "_by_pair": DERIVED},
    Faults: {"_seed": "it shows in what was drawn"},
    Schedule: {"_added": "it only orders what is due at the same time"},
    StartingPriceCache: {"_refresh_milliseconds": SCENARIO},
    TransactionCharges: {"_exchange": ELSEWHERE, "limit": SCENARIO},
    DelayedMarkets: {
        "_exchange": ELSEWHERE,
        "_delay_milliseconds": SCENARIO,
        "_concern_who_has_no_funds": SCENARIO,
    },
    Catalogue: {"markets_of_event": ELSEWHERE, "_index": DERIVED},
    MarketDescription: {"definition": "the market of the exchange has the same one"},
    Users: {"_tokens": "the tokens of `by_token` by the names of their users"},
    BetTune: {"sports": SCENARIO, "match_of_event": "the matches by what they say themselves"},
    Numbers: dict.fromkeys(("_written", "_last"), DERIVED),
    RateLimiter: {"limit": SCENARIO},
    Autopilot: {
        "_bettune": ELSEWHERE,
        "_exchange": ELSEWHERE,
        "_catalogue": ELSEWHERE,
        "_accounts": SCENARIO,
        "_touched": "empty whenever something can be asked",
        "_retry": "false whenever something can be asked",
    },
    State: {
        "rules": SCENARIO,
        "to_begin": "all markets begin before they are hashed",
        "are_out_of_order": "orders are put in order before they are hashed",
    },
    Ledger: {
        "_before_payments": DERIVED,
        "_rates": "they are in the definitions of the accounts",
        "_unwritten": "statements are written up before they are hashed",
    },
    Deadlines: {"first": DERIVED},
    Account: {
        "name": "it is in the definition",
        "rate": "it is in the definition",
        "is_restricted": DERIVED,
        "index": DERIVED,
        "_positions": DERIVED,
        "_total_exposure": "exposures are worked out before they are hashed",
    },
    Market: {
        "market_id": "it is in the definition",
        "ladder": "it follows from the definition",
        "is_line": "it follows from the definition",
        "orders": ELSEWHERE,
        "orders_of": ELSEWHERE,
        "positions": DERIVED,
        "changes": "it tells of changes and makes none",
        "_other_runners_of": DERIVED,
        "_changes_followed": DERIVED,
        "_active_by_priority": DERIVED,
        "_virtual_view": DERIVED,
    },
    Runner: {"sort_priority": "it is in the definition", "orders": ELSEWHERE},
    Offers: {
        "_direction": "it follows from the side",
        "_ranks": DERIVED,
        "resting_side": "a queue is hashed by its side",
        "revision": "it tells of changes and makes none",
        "total": DERIVED,
    },
}
"""The attributes that are not hashed, by class, and why."""

LEFT_OUT_WHOLE: Final[Mapping[type, str]] = {
    Accounts: SCENARIO,
    BettingRules: SCENARIO,
    Ladder: SCENARIO,
    Agenda: ELSEWHERE,
    AccountIndex: DERIVED,
    MarketIndex: DERIVED,
    ListingIndex: DERIVED,
    Position: DERIVED,
    TotalExposure: DERIVED,
    VirtualView: DERIVED,
}
"""Classes of which nothing is hashed, and why."""
