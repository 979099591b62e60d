"""Waiting for the bet delay in a world whose time may be moved meanwhile."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from simulator.exchange.events import HeldOrderFate
from simulator.world.world import Resolution, World

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

    def resolve(resolution: Resolution | None) -> None:
        # Done already where the client has hung up.
        if not answer.done():
            answer.set_result(report(None if resolution is None else resolution.resolved.fates))

    world.when_resolved(ticket, resolve)
    return answer
