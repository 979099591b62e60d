"""The market filter: which markets of a world a request is about.

A market is visible while it is published, that is OPEN or SUSPENDED (manual, listMarketCatalogue); one that is INACTIVE
is not published yet, and one that is CLOSED no longer is.

    | field              | restricts to markets                                                         |
    |--------------------|------------------------------------------------------------------------------|
    | textQuery          | with these words in name, event, competition, event type or venue (*)        |
    | exchangeIds        | no restriction: "not currently in use" (`SportsAPING.xml`)                   |
    | eventTypeIds ...   | whose event type, event, competition, venue, country or own id is in the set |
    | marketBettingTypes, marketTypeCodes, raceTypes | whose betting type, type code or race type is     |
    | bspOnly            | with a starting price, or without                                            |
    | turnInPlayEnabled  | that will turn in play, or will not                                          |
    | inPlayOnly         | that are in play now, or are not (manual; the definition repeats its neighbour's text) |
    | marketStartTime    | that start within the range, both ends inclusive                             |
    | withOrders         | in which the account has an order with one of these statuses                 |
    | betDelayModels     | of which one of these models is said                                         |

(*) In English, or in the language in which the request reads names (chosen).

Fields restrict together. Source of what the manual does not say: `SportsAPING.xml`, MarketFilter.

What it costs: a filter with market ids looks at those markets, one with orders at those of the account's orders, one
with event ids at the markets of those events. All others look at the markets of the shortest list that the catalogue
has for them: by event type, competition, country, venue, market type or start time.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from operator import attrgetter
from typing import Any, Final, TypeVar

from simulator.betfair.betting.codes import check_countries
from simulator.betfair.betting.instructions import check_market_id
from simulator.betfair.betting.limits import check_number_of_ids
from simulator.betfair.betting.names import Names
from simulator.betfair.betting.text_query import TextQuery, words_of
from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.operations import Call
from simulator.betfair.schema.sports_enums import OrderStatus
from simulator.betfair.schema.sports_inputs import MarketFilter, TimeRange
from simulator.exchange.order_index import MarketIndex
from simulator.exchange.statuses import MarketStatus
from simulator.world.catalogue import Catalogue, EventDescription, MarketDescription

T = TypeVar("T")
Condition = Callable[[T], bool]

VISIBLE: Final = frozenset({MarketStatus.OPEN, MarketStatus.SUSPENDED})

_EVENT_SETS: Final = {
    "eventTypeIds": "event_type_id",
    "eventIds": "id",
    "competitionIds": "competition_id",
    "venues": "venue",
    "marketCountries": "country_code",
}
_MARKET_SETS: Final = {
    "marketBettingTypes": "definition.betting_type",
    "marketTypeCodes": "market_type",
    "raceTypes": "race_type",
}
_MARKET_FLAGS: Final = {"bspOnly": "definition.bsp_market", "turnInPlayEnabled": "definition.turn_in_play"}
"""Fields of the filter, and what they are compared with."""

_INDEXED: Final = {
    "eventTypeIds": "event.event_type_id",
    "competitionIds": "event.competition_id",
    "marketCountries": "event.country_code",
    "venues": "event.venue",
    "marketTypeCodes": "market_type",
}
"""Fields of the filter, and the attribute by which the catalogue finds markets for them."""


def find_markets(call: Call[Any], wanted: MarketFilter, names: Names) -> list[MarketDescription]:
    """Return the visible markets that a filter selects, in no order that means anything.

    Raises INVALID_INPUT_DATA for contents that cannot be, REQUEST_SIZE_EXCEEDS_LIMIT for more than 250 market ids.
    """
    _check(wanted)
    catalogue = call.world.catalogue
    event_conditions = [*_set_conditions(wanted, _EVENT_SETS)]
    market_conditions = [*_market_conditions(call, wanted, names)]
    with_orders = _markets_with_orders(call, wanted.withOrders) if wanted.withOrders else None
    return [
        market
        for market in _candidates(catalogue, wanted, with_orders, event_conditions)
        if all(condition(market) for condition in market_conditions)
    ]


def _check(wanted: MarketFilter) -> None:
    check_number_of_ids(wanted.marketIds)
    for market_id in wanted.marketIds or ():
        check_market_id(market_id)
    check_countries(wanted.marketCountries or ())
    for status in wanted.withOrders or ():
        if status in (OrderStatus.PENDING, OrderStatus.EXPIRED):
            raise ApiError(ApiErrorCode.INVALID_INPUT_DATA, f"withOrders cannot look for {status}")


# Where to look


def _candidates(
    catalogue: Catalogue,
    wanted: MarketFilter,
    with_orders: Collection[str] | None,
    event_conditions: Collection[Condition[EventDescription]],
) -> Iterator[MarketDescription]:
    """Yield the markets whose events fit, from the shortest list there is."""
    if wanted.marketIds or with_orders is not None:
        named = wanted.marketIds or with_orders or ()
        for market_id in named:
            market = catalogue.markets.get(market_id)
            if market and (with_orders is None or market_id in with_orders) and _fits(market.event, event_conditions):
                yield market
        return
    if wanted.eventIds:
        for event_id in wanted.eventIds:
            event = catalogue.events.get(event_id)
            if event and _fits(event, event_conditions):
                yield from catalogue.markets_of_event[event_id]
        return
    sets = {attribute: members for field, attribute in _INDEXED.items() if (members := getattr(wanted, field))}
    starts = wanted.marketStartTime or TimeRange()
    event, fits = None, False
    for market in catalogue.index.candidates(sets, starts.from_, starts.to):
        # The markets of an event follow each other.
        if market.event is not event:
            event, fits = market.event, _fits(market.event, event_conditions)
        if fits:
            yield market


def _fits(event: EventDescription, conditions: Iterable[Condition[EventDescription]]) -> bool:
    return all(condition(event) for condition in conditions)


# What to look for


def _set_conditions(wanted: MarketFilter, fields: dict[str, str]) -> Iterator[Condition[Any]]:
    for field, attribute in fields.items():
        members = getattr(wanted, field)
        if members:
            yield partial(_is_member, attrgetter(attribute), frozenset(members))


def _is_member(value_of: Callable[[Any], Any], members: frozenset[Any], description: object) -> bool:
    return value_of(description) in members


def _market_conditions(call: Call[Any], wanted: MarketFilter, names: Names) -> Iterator[Condition[MarketDescription]]:
    markets = call.world.exchange.markets
    yield lambda market: markets[market.id].status in VISIBLE
    yield from _set_conditions(wanted, _MARKET_SETS)
    for field, attribute in _MARKET_FLAGS.items():
        flag = getattr(wanted, field)
        if flag is not None:
            yield partial(_is_member, attrgetter(attribute), frozenset({flag}))
    if wanted.inPlayOnly is not None:
        yield lambda market: markets[market.id].in_play == wanted.inPlayOnly
    if wanted.marketStartTime is not None:
        yield partial(_starts_within, wanted.marketStartTime)
    if wanted.betDelayModels:
        models = frozenset(wanted.betDelayModels)
        yield lambda market: not models.isdisjoint(market.bet_delay_models)
    if wanted.textQuery:
        yield _TextCondition(wanted.textQuery, names)


def _starts_within(time_range: TimeRange, market: MarketDescription) -> bool:
    return (time_range.from_ is None or time_range.from_ <= market.start_time) and (
        time_range.to is None or market.start_time <= time_range.to
    )


class _TextCondition:
    """Whether the texts about a market have the words of a query; those of an event are split once."""

    def __init__(self, text: str, names: Names) -> None:
        self._query: Final = TextQuery(text)
        self._names: Final = names
        self._event_words: Final[dict[str, frozenset[str]]] = {}

    def __call__(self, market: MarketDescription) -> bool:
        event = market.event
        words = self._event_words.get(event.id)
        if words is None:
            texts = (event.name, event.competition_name, event.event_type_name, event.venue)
            words = self._event_words[event.id] = frozenset().union(*map(self._words_of, texts))
        return self._query.finds(words | self._words_of(market.name))

    def _words_of(self, name: str | None) -> frozenset[str]:
        """Return the words of a name and of what it is in the language of the request."""
        other = name and self._names(name)
        return words_of(name) if other == name else words_of(name) | words_of(other)


def _markets_with_orders(call: Call[Any], statuses: Collection[OrderStatus]) -> dict[str, None]:
    """Return the ids of the open markets in which the account has such orders, in the order of its first ones there.

    A dictionary for its keys: a set has no order that lasts from one process to the next.
    """
    markets = call.world.exchange.accounts[call.account.username].index.markets
    return {market_id: None for market_id, index in markets.items() if _has_one(index, statuses)}


def _has_one(index: MarketIndex, statuses: Collection[OrderStatus]) -> bool:
    if OrderStatus.EXECUTABLE in statuses and index.executable:
        return True
    return any(order.settled_at is None and order.status in statuses for order in index.orders)
