"""Waiting for the bet delay of a world whose time somebody else may move."""

import asyncio

from simulator.exchange.events import HeldOrderFate
from simulator.world.world import Resolution, World

Pending = asyncio.Future[Resolution | None]


def resolution_of(world: World, ticket: int) -> Pending:
    """Return the future of held orders; it is done when they reach the matcher or their world is gone.

    To be called right after the command that was held, before anything else can move the world's time.
    """
    pending: Pending = asyncio.get_running_loop().create_future()

    def wake(resolution: Resolution | None) -> None:
        if not pending.done():
            pending.set_result(resolution)

    world.when_resolved(ticket, wake)
    return pending


async def fates_in(pending: Pending) -> tuple[HeldOrderFate, ...] | None:
    """Wait for held orders and return what became of each; in a frozen world that is when somebody moves its clock.

    `None` when the world is reset or deleted first: nothing will ever be known of them, which reports call TIMEOUT.
    """
    resolution = await pending
    return None if resolution is None else resolution.resolved.fates
