"""Waiting for the bet delay in a world whose time may be moved meanwhile."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

from simulator.exchange.events import HeldOrderFate, TicketResolved
from simulator.world.happened import Happened, WorldClosed, WorldReset, WorldRestored
from simulator.world.world import World

T = TypeVar("T")

Fates = tuple[HeldOrderFate, ...]


def report_when_resolved(world: World, ticket: int, report: Callable[[Fates | None], T]) -> "asyncio.Future[T]":
    """Return the report on held orders, made when they reach the matcher; in a frozen world, once its time is moved.

    `report` takes what became of each order, or `None` when the world is reset or deleted first: then nothing will ever
    be known of them, which reports call TIMEOUT. It is called at that very moment and sees the bets as they are then.
    When the waiting request goes on, the clock may have been moved far beyond, or the world may have begun again.

    To be called right after the command that was held, before anything else can move the world's time.
    """
    answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    def resolve(fates: Fates | None) -> None:
        # Done already where the client has hung up; and a loop that has ended waits for nothing.
        if answer.done() or answer.get_loop().is_closed():
            return
        try:
            made = report(fates)
        except Exception as error:  # noqa: BLE001, it is raised where the report is waited for
            answer.set_exception(error)
        else:
            answer.set_result(made)

    waiting = _WAITING.get(world)
    if waiting is None:
        waiting = _WAITING[world] = Waiting()
        world.listen(waiting.hear)
    waiting.add(ticket, resolve)
    return answer


class Waiting:
    """Who waits for which ticket of a world: one listener for all of them."""

    def __init__(self) -> None:
        self._by_ticket: dict[int, Callable[[Fates | None], None]] = {}

    def add(self, ticket: int, resolve: Callable[[Fates | None], None]) -> None:
        """Have a function called once, when the orders of a ticket reach the matcher or never will."""
        self._by_ticket[ticket] = resolve

    def hear(self, happened: Happened) -> None:
        """Tell those who wait what became of their orders."""
        if not self._by_ticket:
            return
        for event in happened.events:
            if isinstance(event, TicketResolved):
                resolve = self._by_ticket.pop(event.ticket, None)
                if resolve is not None:
                    resolve(event.fates)
            elif isinstance(event, WorldReset | WorldRestored | WorldClosed):
                unresolved, self._by_ticket = self._by_ticket, {}
                for resolve in unresolved.values():
                    resolve(None)


_WAITING: Final[WeakKeyDictionary[World, Waiting]] = WeakKeyDictionary()
