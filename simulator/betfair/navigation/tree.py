"""The menu of a world: sports, in them groups, events and races, and in these the markets that can be bet in.

    | node       | stands in                                                                              |
    |------------|----------------------------------------------------------------------------------------|
    | EVENT_TYPE | the root                                                                               |
    | GROUP      | the sport, an event or a group: as the scenario says, or one a competition             |
    | EVENT      | its group, its parent event, or the sport                                              |
    | RACE       | the sport: one for each time at which markets of a meeting start                       |
    | MARKET     | its race, where it is of one, and else its event                                       |

A market is in the menu while listings show it. No node is without children, and everything stands in the order in which
it was added to the world (chosen).
"""

from typing import Final, Literal

from simulator.betfair.betting.market_filter import VISIBLE
from simulator.betfair.betting.names import Names
from simulator.betfair.schema.navigation import EventNode, EventTypeNode, GroupNode, MarketNode, RaceNode, RootNode
from simulator.betfair.schema.wire import date_time
from simulator.exchange.betting_types import BettingType
from simulator.world.catalogue import EventDescription, GroupDescription, MarketDescription
from simulator.world.world import World

Holder = EventTypeNode | GroupNode | EventNode


def menu_of(world: World, names: Names) -> RootNode:
    """Return the menu of a world as it is now, with names as they are in some language."""
    tree = _Tree(world, names)
    markets = world.exchange.markets
    for event in world.catalogue.events.values():
        for market in world.catalogue.markets_of_event[event.id]:
            if markets[market.id].status in VISIBLE:
                tree.add(market)
    return tree.root


class _Tree:
    """A menu that grows by one market at a time, with whatever leads to it."""

    def __init__(self, world: World, names: Names) -> None:
        self._names: Final = names
        self._known_events: Final = world.catalogue.events
        self.root: Final = RootNode(children=[])
        self._sports: Final[dict[str, EventTypeNode]] = {}
        self._groups: Final[dict[tuple[int, str], GroupNode]] = {}
        """By the identity of what they stand in, and their ids."""
        self._events: Final[dict[str, EventNode]] = {}
        self._races: Final[dict[str, RaceNode]] = {}

    def add(self, market: MarketDescription) -> None:
        """Add a market."""
        node = _market_node(market, self._names(market.name))
        if market.race_id is None:
            self._event(market.event).children.append(node)
            return
        race = self._race(market, market.race_id, node.name)
        if market.market_type == "WIN":
            race.name = node.name
        race.children.append(node)

    def _sport(self, event: EventDescription) -> EventTypeNode:
        sport = self._sports.get(event.event_type_id)
        if sport is None:
            name = self._names(event.event_type_name)
            sport = self._sports[event.event_type_id] = EventTypeNode(name, event.event_type_id, [])
            self.root.children.append(sport)
        return sport

    def _race(self, market: MarketDescription, race_id: str, name: str) -> RaceNode:
        race = self._races.get(race_id)
        if race is None:
            event = market.event
            country, venue = event.country_code or "", event.venue or ""
            race = RaceNode(name, race_id, country, venue, date_time(market.start_time), [])
            self._races[race_id] = race
            self._sport(event).children.append(race)
        return race

    def _event(self, event: EventDescription) -> EventNode:
        node = self._events.get(event.id)
        if node is None:
            name, country = self._names(event.name), event.country_code or ""
            node = self._events[event.id] = EventNode(name, event.id, country, [])
            self._holder_of(event).children.append(node)
        return node

    def _holder_of(self, event: EventDescription) -> Holder:
        parent = None if event.parent_id is None else self._known_events[event.parent_id]
        holder: Holder = self._sport(event) if parent is None else self._event(parent)
        for group in _groups_of(event):
            holder = self._group(holder, group)
        return holder

    def _group(self, holder: Holder, group: GroupDescription) -> GroupNode:
        key = (id(holder), group.id)
        node = self._groups.get(key)
        if node is None:
            node = self._groups[key] = GroupNode(self._names(group.name), group.id, [])
            holder.children.append(node)
        return node


def _groups_of(event: EventDescription) -> tuple[GroupDescription, ...]:
    """Return the groups of an event. Where nothing is said a competition is one, by its own id (chosen)."""
    if event.groups or event.parent_id is not None or event.competition_id is None:
        return event.groups
    return (GroupDescription(event.competition_id, event.competition_name or ""),)


def _market_node(market: MarketDescription, name: str) -> MarketNode:
    return MarketNode(
        name=name,
        id=market.id,
        exchangeId=market.id.partition(".")[0],
        marketType=market.market_type or "",
        marketStartTime=date_time(market.start_time),
        numberOfWinners=_number_of_winners(market),
    )


def _number_of_winners(market: MarketDescription) -> int | Literal[""]:
    """Return the number, or an empty text where it may be any and in betting types without winners (recorded)."""
    definition = market.definition
    if definition.betting_type != BettingType.ODDS:
        return ""
    return definition.number_of_winners or ""
