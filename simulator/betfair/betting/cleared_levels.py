"""What listClearedOrders says at each level it adds bets up to: the manual's table of roll-ups, and how to follow it.

The table is the one of the manual, "listClearedOrders: campos de acumulación disponibles", for the levels and fields
of the interface definition. RUNNER and STRATEGY are not in it: RUNNER has what the definition calls available there and
what SIDE and MARKET have in common; STRATEGY, "a roll up of settled P&L and the number of bet orders", has those and
the strategy. The level EXCHANGE and the fields exchange id, regulator codes and void date are not in the definition.

The table that is published today adds what a line shows where it is unambiguous: `HOISTED`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, Final, NamedTuple

from simulator.betfair.betting.names import Names
from simulator.betfair.betting.order_amounts import price_asked_for
from simulator.betfair.schema.sports_enums import GroupBy
from simulator.betfair.schema.sports_orders import ClearedOrderSummary, ItemDescription
from simulator.betfair.schema.wire import date_time, double, hundredths, order_date
from simulator.exchange.market import Market
from simulator.exchange.orders import Order
from simulator.world.catalogue import MarketDescription


class ClearedBet(NamedTuple):
    """A bet, or a part of one, that has ended: when, and how much of it, in the money of its owner."""

    order: Order
    market: Market
    description: MarketDescription
    settled_at: int
    size: int


class Rule(Enum):
    """How a field of several bets comes from theirs."""

    SHOWN = "the bets' own, where all agree"
    LATEST = "the latest of all bets"
    SUM = "the sum over all bets"
    AVERAGE = "the average over all bets, by size"
    ABSENT = "absent"


_S, _L, _T, _A, _N = Rule.SHOWN, Rule.LATEST, Rule.SUM, Rule.AVERAGE, Rule.ABSENT

LEVELS: Final = (
    GroupBy.BET, GroupBy.SIDE, GroupBy.RUNNER, GroupBy.MARKET, GroupBy.EVENT, GroupBy.EVENT_TYPE, GroupBy.STRATEGY
)  # fmt: skip

TABLE: Final[Mapping[str, tuple[Rule, ...]]] = {
    #                      BET SIDE RUNNER MARKET EVENT EVENT_TYPE STRATEGY
    "eventTypeId":         (_S, _S, _S, _S, _S, _S, _N),
    "eventId":             (_S, _S, _S, _S, _S, _N, _N),
    "marketId":            (_S, _S, _S, _S, _N, _N, _N),
    "selectionId":         (_S, _S, _S, _N, _N, _N, _N),
    "handicap":            (_S, _S, _S, _N, _N, _N, _N),
    "betId":               (_S, _N, _N, _N, _N, _N, _N),
    "placedDate":          (_S, _L, _L, _L, _N, _N, _N),
    "persistenceType":     (_S, _S, _S, _S, _N, _N, _N),
    "orderType":           (_S, _S, _S, _S, _N, _N, _N),
    "side":                (_S, _S, _N, _N, _N, _N, _N),
    "betOutcome":          (_S, _N, _N, _N, _N, _N, _N),
    "priceRequested":      (_S, _A, _N, _N, _N, _N, _N),
    "settledDate":         (_S, _L, _L, _L, _L, _L, _L),
    "lastMatchedDate":     (_S, _N, _N, _N, _N, _N, _N),
    "betCount":            (_S, _T, _T, _T, _T, _T, _T),
    "commission":          (_N, _N, _N, _S, _T, _T, _N),
    "priceMatched":        (_S, _A, _N, _N, _N, _N, _N),
    "priceReduced":        (_S, _S, _S, _S, _N, _N, _N),
    "sizeSettled":         (_S, _T, _N, _N, _N, _N, _N),
    "profit":              (_S, _T, _T, _T, _T, _T, _T),
    "customerOrderRef":    (_S, _N, _N, _N, _N, _N, _N),
    "customerStrategyRef": (_S, _N, _N, _N, _N, _N, _S),
}  # fmt: skip
"""By field, in the order of recorded answers. `lastMatchedDate` and the references are not in the manual's table."""

HOISTED: Final[Mapping[str, tuple[GroupBy, tuple[GroupBy, ...]]]] = {
    "selectionId": (GroupBy.RUNNER, (GroupBy.MARKET,)),
    "handicap": (GroupBy.RUNNER, (GroupBy.MARKET,)),
    "betId": (GroupBy.BET, (GroupBy.SIDE, GroupBy.RUNNER, GroupBy.MARKET)),
    "side": (GroupBy.SIDE, (GroupBy.RUNNER, GroupBy.MARKET)),
    "priceRequested": (GroupBy.SIDE, (GroupBy.RUNNER, GroupBy.MARKET)),
    "priceMatched": (GroupBy.SIDE, (GroupBy.RUNNER, GroupBy.MARKET)),
    "sizeSettled": (GroupBy.SIDE, (GroupBy.RUNNER, GroupBy.MARKET)),
}
"""Fields that a line of the latter levels shows as the former does, where all its bets are one line of the former."""


class _Field(NamedTuple):
    """Where a field comes from and how it is written.

    `weighted` is the value times the size, from which averages are made; `of_market` marks what a market has once,
    however many bets there are in it.
    """

    value: Callable[[ClearedBet], Any]
    write: Callable[[Any], Any] = lambda value: value
    weighted: Callable[[ClearedBet], int] | None = None
    of_market: bool = False


def _average(total: int, size: int) -> int:
    """Return an average price in hundredths, halves up; 0 where the size is nothing."""
    return size and (2 * total + size) // (2 * size)


def _price_requested(order: Order) -> int:
    """Return the price asked for, in hundredths: of a bet at any starting price the one it is listed with."""
    return hundredths(price_asked_for(order))


def _price_matched(order: Order) -> int:
    """Return the average price of all that was ever matched, also of what was voided later."""
    fragments = order.fragments
    return _average(sum(match.payout for match in fragments), sum(match.size for match in fragments))


def _persistence(order: Order) -> str | None:
    """Return the persistence with which an order was placed; a bet that was placed for the starting price has none.

    Source: `SportsAPING.xml`, ClearedOrderSummary.
    """
    return None if order.is_for_starting_price else order.persistence_at_placement


_FIELDS: Final[Mapping[str, _Field]] = {
    "eventTypeId": _Field(lambda bet: bet.description.event.event_type_id),
    "eventId": _Field(lambda bet: bet.description.event.id),
    "marketId": _Field(lambda bet: bet.order.market_id),
    "selectionId": _Field(lambda bet: bet.order.runner.selection_id),
    "handicap": _Field(lambda bet: bet.order.runner.handicap, double),
    "betId": _Field(lambda bet: str(bet.order.bet_id)),
    "placedDate": _Field(lambda bet: bet.order.placed_at, order_date),
    "persistenceType": _Field(lambda bet: _persistence(bet.order)),
    "orderType": _Field(lambda bet: bet.order.order_type),
    "side": _Field(lambda bet: bet.order.side),
    "betOutcome": _Field(lambda bet: bet.order.outcome),
    "priceRequested": _Field(
        lambda bet: _price_requested(bet.order), double, weighted=lambda bet: _price_requested(bet.order) * bet.size
    ),
    "settledDate": _Field(lambda bet: bet.settled_at, order_date),
    "lastMatchedDate": _Field(lambda bet: bet.order.matched_at, order_date),
    "betCount": _Field(lambda _: 1),
    "commission": _Field(lambda bet: bet.market.commissions.get(bet.order.account, 0), double, of_market=True),
    "priceMatched": _Field(
        lambda bet: _price_matched(bet.order), double, weighted=lambda bet: bet.order.matched_payout
    ),
    "priceReduced": _Field(lambda bet: bet.order.price_reduced),
    "sizeSettled": _Field(lambda bet: bet.size, double),
    # A voided bet has no profit, even before its market is settled.
    "profit": _Field(lambda bet: bet.order.profit or 0, double),
    "customerOrderRef": _Field(lambda bet: bet.order.customer_order_reference),
    "customerStrategyRef": _Field(lambda bet: bet.order.customer_strategy_reference),
}

_KEYS: Final[Mapping[GroupBy, Callable[[ClearedBet], Any]]] = {
    GroupBy.BET: lambda bet: bet.order.bet_id,
    GroupBy.SIDE: lambda bet: (bet.order.market_id, bet.order.runner, bet.order.side),
    GroupBy.RUNNER: lambda bet: (bet.order.market_id, bet.order.runner),
    GroupBy.MARKET: lambda bet: bet.order.market_id,
    GroupBy.EVENT: lambda bet: bet.description.event.id,
    GroupBy.EVENT_TYPE: lambda bet: bet.description.event.event_type_id,
    GroupBy.STRATEGY: lambda bet: bet.order.customer_strategy_reference,
}


def groups_of(bets: Iterable[ClearedBet], level: GroupBy) -> list[list[ClearedBet]]:
    """Return the bets of each line of a level, in the order in which the first of each comes."""
    key = _KEYS[level]
    groups: dict[Any, list[ClearedBet]] = {}
    for bet in bets:
        groups.setdefault(key(bet), []).append(bet)
    return list(groups.values())


def summary_of(
    bets: Sequence[ClearedBet], level: GroupBy, without: frozenset[str] = frozenset()
) -> ClearedOrderSummary:
    """Add bets up into one line of a level as the tables say; fields in `without` do not apply to these bets."""
    summary = ClearedOrderSummary()
    for name in TABLE:
        rule = _rule_of(name, level, bets)
        if rule is Rule.ABSENT or name in without:
            continue
        field = _FIELDS[name]
        value = _combined(field, rule, _one_a_market(bets) if field.of_market else bets)
        if value is not None:
            setattr(summary, name, field.write(value))
    return summary


def _rule_of(name: str, level: GroupBy, bets: Sequence[ClearedBet]) -> Rule:
    """Return how a line shows a field: as the table says, or as a lower level does of which all bets are one line."""
    rules = TABLE[name]
    lower, levels = HOISTED.get(name, (level, ()))
    if level in levels and len(set(map(_KEYS[lower], bets))) == 1:
        return rules[LEVELS.index(lower)]
    return rules[LEVELS.index(level)]


def _combined(field: _Field, rule: Rule, bets: Sequence[ClearedBet]) -> Any:
    """Return a field of several bets, `None` where they have none in common."""
    if rule is Rule.AVERAGE and field.weighted is not None:
        return _average(sum(map(field.weighted, bets)), sum(bet.size for bet in bets))
    values = [field.value(bet) for bet in bets]
    if rule is Rule.LATEST:
        return max(values)
    if rule is Rule.SUM:
        return sum(values)
    return values[0] if all(value == values[0] for value in values) else None


def _one_a_market(bets: Iterable[ClearedBet]) -> list[ClearedBet]:
    return list({bet.order.market_id: bet for bet in bets}.values())


def item_description_of(bet: ClearedBet, level: GroupBy, names: Names) -> ItemDescription | None:
    """Return the words for what the ids of a line stand for, `None` where it has none (manual, ItemDescription)."""
    column, description, event = LEVELS.index(level), bet.description, bet.description.event
    if TABLE["eventTypeId"][column] is Rule.ABSENT:
        return None
    item = ItemDescription(eventTypeDesc=names(event.event_type_name))
    if TABLE["eventId"][column] is not Rule.ABSENT:
        item.eventDesc = names(event.name)
    if TABLE["marketId"][column] is not Rule.ABSENT:
        divisor = description.definition.each_way_divisor
        item.marketDesc = names(description.name)
        item.marketType = description.market_type
        item.marketStartTime = date_time(description.start_time)
        item.eachWayDivisor = None if divisor is None else double(divisor)
    if level is GroupBy.BET:
        item.runnerDesc = names(description.runners[bet.order.runner].name)
        item.numberOfWinners = description.definition.number_of_winners
    return item
