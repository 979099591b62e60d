"""Menus as they are sent: made once for each change of a world, however often they are asked for."""

from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from msgspec.json import Encoder

from simulator.betfair.betting.market_filter import VISIBLE
from simulator.betfair.navigation.tree import menu_of
from simulator.exchange.events import Event, MarketChanged, MarketClosed
from simulator.http import gzip
from simulator.world.catalogue import ENGLISH
from simulator.world.happened import EventAdded, Happened, NamesTranslated, StartTimeChanged, WorldReset, WorldRestored
from simulator.world.world import World

_encode: Final = Encoder().encode


class EncodedMenu(NamedTuple):
    """A menu as JSON, and the same compressed."""

    plain: bytes
    compressed: bytes


class KeptMenus:
    """The menus of worlds, each until something in it changes."""

    def __init__(self) -> None:
        self._menus: Final[WeakKeyDictionary[World, dict[str, EncodedMenu]]] = WeakKeyDictionary()
        """By language; a language without names of its own has the English menu."""

    def of(self, world: World, language: str) -> EncodedMenu:
        """Return the menu of a world as it is now, in a language of two letters."""
        if language not in world.catalogue.translations:
            language = ENGLISH
        menus = self._menus.get(world)
        if menus is None:
            menus = self._menus[world] = {}
            self._forget_when_changed(world)
        menu = menus.get(language)
        if menu is None:
            plain = _encode(menu_of(world, world.catalogue.names_in(language)))
            menu = menus[language] = EncodedMenu(plain, gzip(plain))
        return menu

    def _forget_when_changed(self, world: World) -> None:
        """Listen until the menu is another one, and no longer: a world that nobody asks pays nothing."""
        shown = frozenset(market.market_id for market in world.exchange.markets.values() if market.status in VISIBLE)

        def hear(happened: Happened) -> None:
            if any(_changes_menu(event, shown) for event in happened.events):
                del self._menus[world]
                stop()

        stop = world.listen(hear)


def _changes_menu(event: Event, shown: frozenset[str]) -> bool:
    """Return whether a menu with these markets is another one after an event."""
    if isinstance(event, MarketChanged):
        return (event.status in VISIBLE) != (event.market_id in shown)
    if isinstance(event, MarketClosed):
        return event.market_id in shown
    return isinstance(event, EventAdded | NamesTranslated | StartTimeChanged | WorldReset | WorldRestored)
