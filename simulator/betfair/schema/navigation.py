"""The nodes of the navigation menu, in the order of members that recorded menus have.

Source: manual, "Datos de navegación para las aplicaciones"; a recorded menu as a client keeps it in its tests.
"""

from typing import Literal

from msgspec import Struct


class MarketNode(Struct, tag_field="type", tag="MARKET", gc=False):
    """A market. How many winners there are is an empty text where that is no number that is known before."""

    name: str
    id: str
    exchangeId: str
    marketType: str
    marketStartTime: str
    numberOfWinners: int | Literal[""]


class RaceNode(Struct, tag_field="type", tag="RACE", gc=False):
    """A race: the meeting's id and the time in GMT make its id, as in 27165685.1300."""

    name: str
    id: str
    countryCode: str
    venue: str
    startTime: str
    children: list[MarketNode]


class EventNode(Struct, tag_field="type", tag="EVENT", gc=False):
    """An event; the country is an empty text where it has none."""

    name: str
    id: str
    countryCode: str
    children: list["EventNode | GroupNode | MarketNode"]


class GroupNode(Struct, tag_field="type", tag="GROUP", gc=False):
    """Events that belong together, such as those of a competition."""

    name: str
    id: str
    children: list["GroupNode | EventNode"]


class EventTypeNode(Struct, tag_field="type", tag="EVENT_TYPE", gc=False):
    """A sport."""

    name: str
    id: str
    children: list[GroupNode | EventNode | RaceNode]


class RootNode(Struct, tag_field="type", tag="GROUP", gc=False, kw_only=True):
    """The whole menu."""

    name: Literal["ROOT"] = "ROOT"
    id: Literal[0] = 0
    children: list[EventTypeNode]
