"""Worlds of the small scenario, and what tests do in them."""

from typing import Any

from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.events import Event, MarketChanged
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.world.clock import RealTime
from simulator.world.happened import ClockMoved, Happened, SubscriptionMade, VendorAdmitted, VendorAuthorised
from simulator.world.inputs import ActivateSubscription, AuthoriseVendor, MakeSubscription, OpenVendorSession
from simulator.world.world import World
from tests.scenario import Block, happening
from tests.unit.scenario_builder import MARKET, load, small

START = 1_780_768_500_000
"""2026-06-06T17:55:00Z, when the small scenario's clock starts."""
MINUTE = 60_000


def world_of(*schedule: Block, **options: Any) -> World:
    """A world of the small scenario, in play with a bet delay of five seconds where the schedule makes it so."""
    scenario = small()
    scenario["events"][0]["markets"][0]["betDelay"] = 5
    for account in scenario["accounts"]:
        account["balance"] = 1000
    scenario["schedule"] = list(schedule)
    return World(load(scenario), **options)


def at(when: str, verb: str, **content: Any) -> Block:
    """A happening of the schedule."""
    return happening(when, MARKET, verb, **content)


def bet(username: str, side: Side, price: int, size: int, selection_id: int = 1) -> PlaceOrders:
    """A request for one bet that lapses when the market turns in play."""
    instruction = PlaceInstruction(
        RunnerKey(selection_id), side, OrderType.LIMIT, price, size, Persistence.LAPSE
    )  # fmt: skip
    return PlaceOrders(username, MARKET, (instruction,))


def heard_by(world: World) -> list[Event]:
    """The events that a world tells of from now on, but for those of its clock."""
    heard: list[Event] = []
    world.listen(lambda happened: heard.extend(event for event in happened.events if not isinstance(event, ClockMoved)))
    return heard


def story_of(world: World) -> list[Happened]:
    """The story of a world from now on."""
    story: list[Happened] = []
    world.listen(story.append)
    return story


def changes(events: list[Event]) -> list[int]:
    """When the market changed, in milliseconds after the start."""
    return [event.at - START for event in events if isinstance(event, MarketChanged)]


class FakeRealTime:
    """Real time that passes when the test says so."""

    def __init__(self, milliseconds: int) -> None:
        self.milliseconds = milliseconds

    @property
    def real_time(self) -> RealTime:
        return RealTime(lambda: self.milliseconds, lambda: self.milliseconds / 1000)


def subscribe_and_authorise(world: World, vendor: str = "bob", vendor_id: str = "4534", customer: str = "alice") -> str:
    """Let a customer subscribe, allow the vendor to act and have one more code made; return the vendor's session."""
    (made,) = world.do(MakeSubscription(vendor, 30, "order 7")).accepted()
    assert isinstance(made, SubscriptionMade)
    world.do(ActivateSubscription(customer, made.subscription_token)).accepted()
    (authorised,) = world.do(AuthoriseVendor(customer, vendor_id)).accepted()
    assert isinstance(authorised, VendorAuthorised)
    *_, admitted = world.do(OpenVendorSession(vendor, authorisation_code=authorised.authorisation_code)).accepted()
    assert isinstance(admitted, VendorAdmitted)
    world.do(AuthoriseVendor(customer, vendor_id)).accepted()
    return admitted.session_token
