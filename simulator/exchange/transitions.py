"""Verbs of the operator that change a market's state, and what each does to every kind of order.

| change          | LAPSE         | PERSIST       | MARKET_ON_CLOSE | starting price | in the bet delay   | material |
|-----------------|---------------|---------------|-----------------|----------------|--------------------|----------|
| activate        | -             | -             | -               | -              | -                  | yes      |
| suspend         | stays         | stays         | stays           | stays          | lapses if due then | no       |
| reopen          | stays         | stays         | stays           | stays          | goes on waiting    | no       |
| turn in play    | lapses        | stays         | auction         | auction        | -                  | yes      |
| reconcile       | stays         | stays         | auction         | auction        | -                  | yes      |
| lapse unmatched | lapses        | lapses        | lapses          | stays          | goes on waiting    | yes      |
| add runner      | stays         | stays         | stays           | stays          | goes on waiting    | yes      |
| hide runner     | lapses        | lapses        | lapses          | lapses         | lapses when due    | yes      |
| reinstate it    | -             | -             | -               | -              | -                  | yes      |
| remove runner   | `withdrawals` | `withdrawals` | `withdrawals`   | `withdrawals`  | lapses when due    | yes      |
| settle runners  | lapses        | lapses        | lapses          | lapses         | lapses when due    | yes      |
| close betting   | lapses        | lapses        | auction         | auction        | lapses when due    | yes      |
| settle, void    | lapses        | lapses        | lapses          | lapses         | lapses when due    | yes      |

Three columns are about unmatched LIMIT bets, by their persistence, and the next about bets that wait for the starting
price; the rows of runners are about bets on these. What the auction does not match lapses. A request in the bet delay
lapses whole.

Matched bets are touched by hiding, reinstating, removal, settlement and void alone. Every change raises the version; a
material one also raises the oldest version that a bet may still carry (manual, "Parámetro de versión del mercado").
"""

from typing import Final

from msgspec.structs import replace

from simulator.exchange.commands import AmendMarket, LapseUnmatched, OpenMarket, SuspendMarket, TouchMarket
from simulator.exchange.events import Event
from simulator.exchange.execution import lapse_all, lapse_for_good
from simulator.exchange.market import Market, Verb
from simulator.exchange.orders import LapseReason, Persistence
from simulator.exchange.refusals import Impossible
from simulator.exchange.state import State
from simulator.exchange.statuses import MarketStatus

AMENDED: Final = (
    "bet_delay",
    "number_of_winners",
    "turn_in_play",
    "persistence_enabled",
    "bsp_market",
    "cross_matching",
    "base_rate",
    "discount_allowed",
    "runners_voidable",
    "complete",
)
"""What can be different in the definition of a market that there is."""


def open_market(state: State, command: OpenMarket, at: int) -> list[Event]:
    """Take bets, for the first time or again after a suspension. Nothing happens to orders."""
    market = state.market_to_run(command.market_id)
    # Activation is where bets can first be placed, so no bet can carry an older version.
    material = market.status is MarketStatus.INACTIVE
    market.move(Verb.OPEN)
    return [market.changed(at, material=material)]


def suspend_market(state: State, command: SuspendMarket, at: int) -> list[Event]:
    """Refuse all bets for a while. Books are as they were when the market opens again."""
    market = state.market_to_run(command.market_id)
    market.move(Verb.SUSPEND)
    return [market.changed(at)]


def touch_market(state: State, command: TouchMarket, at: int) -> list[Event]:
    """Note a change of the market's description."""
    market = state.market_to_run(command.market_id)
    market.move(Verb.TOUCH)
    return [market.changed(at)]


def amend_market(state: State, command: AmendMarket, at: int) -> list[Event]:
    """Note what is different in a market's definition; what follows from it is worked out anew."""
    market = state.market_to_run(command.market_id)
    for name in ("version", "bet_delay", "number_of_winners", "base_rate"):
        if (getattr(command, name) or 0) < 0:
            raise Impossible(f"market {market.market_id} cannot have a {name} of {getattr(command, name)}")
    market.move(Verb.AMEND)
    said = {name: getattr(command, name) for name in AMENDED}
    market.definition = replace(market.definition, **{name: value for name, value in said.items() if value is not None})
    if command.version is not None:
        # One less, because the change raises it.
        market.version = command.version - 1
    changed = market.changed(at, material=command.material)
    market.tell_positions_the_field()
    return [changed]


def lapse_unmatched(state: State, command: LapseUnmatched, at: int) -> list[Event]:
    """Lapse every unmatched bet, as the operator of a managed market does when a goal is scored."""
    market = state.market_to_run(command.market_id)
    market.move(Verb.LAPSE_UNMATCHED)
    return [*lapse_all(market, at, LapseReason.MARKET_SUSPENDED, lambda _: True), market.changed(at, material=True)]


def refuse_turn_in_play(market: Market) -> None:
    """Raise `Impossible` where the market cannot turn in play now."""
    market.demand(Verb.TURN_IN_PLAY)
    if market.in_play:
        raise Impossible(f"market {market.market_id} is in play already")
    if not market.definition.turn_in_play:
        raise Impossible(f"market {market.market_id} is not one that turns in play")


def go_in_play(market: Market, at: int) -> list[Event]:
    """Begin betting in play: the unmatched LAPSE bets go, the PERSIST bets keep price, size and place in the queue.

    The auction, if the market has one, has been held by now.
    """
    market.move(Verb.TURN_IN_PLAY)
    lapsed = lapse_all(
        market, at, LapseReason.TURNED_IN_PLAY, lambda order: order.persistence is not Persistence.PERSIST
    )
    market.in_play = True
    return [*lapsed, market.changed(at, material=True)]


def refuse_reconcile(market: Market) -> None:
    """Raise `Impossible` where no auction can be held now."""
    market.demand(Verb.RECONCILE)
    if not market.definition.bsp_market:
        raise Impossible(f"market {market.market_id} has no starting price")
    if market.bsp_reconciled:
        raise Impossible(f"market {market.market_id} is reconciled already")


def end_betting(market: Market, at: int) -> list[Event]:
    """End betting for good: every unmatched bet lapses and the market waits, SUSPENDED, for its result.

    The auction, if the market has one, has been held by now.
    """
    market.move(Verb.CLOSE_BETTING)
    market.betting_is_over = True
    return [*lapse_for_good(market, at, LapseReason.BETTING_CLOSED), market.changed(at, material=True)]


def finish(market: Market, verb: Verb, at: int) -> list[Event]:
    """Close a market that is settled or voided; what was still unmatched lapses."""
    market.move(verb)
    market.settled_at = at
    reason = LapseReason.MARKET_VOIDED if verb is Verb.VOID else LapseReason.MARKET_SETTLED
    return [*lapse_for_good(market, at, reason), market.changed(at, material=True)]
