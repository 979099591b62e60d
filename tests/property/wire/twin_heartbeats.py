"""The twin of the machine over the wire, as far as it is told who is alive: deadlines and missed ones."""

from typing import Any

from simulator.exchange.commands import Heartbeat
from simulator.world.happened import Happened
from simulator.world.world import World
from tests.property.wire.twin_bets import bets_of

SHORTEST_SECONDS, LONGEST_SECONDS = 10, 300


class HeartbeatTwin:
    """The world in process, told who is alive."""

    def __init__(self, world: World) -> None:
        self.world, self.exchange = world, world.exchange
        self.deadlines: dict[str, int] = {}
        self.done: dict[str, str] = {}
        """What was done about those who have not been heard of since."""
        world.listen(self.look)

    def heartbeat(self, account: str, seconds: int) -> dict[str, Any]:
        """Note when the next heartbeat is due, and tell what was done since the last one."""
        self.world.do(Heartbeat(account, seconds)).accepted()
        granted = sorted([SHORTEST_SECONDS, seconds, LONGEST_SECONDS])[1] if seconds else 0
        self.deadlines.pop(account, None)
        if granted:
            self.deadlines[account] = self.world.clock.now() + granted * 1000
        return {"actualTimeoutSeconds": granted, "actionPerformed": self.done.pop(account, "NONE")}

    def look(self, happened: Happened) -> None:
        """See which bets are left to those whose time is over; in a new world nobody has been heard of."""
        if self.exchange is not self.world.exchange:
            self.exchange, self.deadlines, self.done = self.world.exchange, {}, {}
        for account in [name for name, deadline in self.deadlines.items() if happened.at >= deadline]:
            del self.deadlines[account]
            is_left = any(bet.unmatched for bet in bets_of(self.world, account).values())
            self.done[account] = "SOME_BETS_NOT_CANCELLED" if is_left else "ALL_BETS_CANCELLED"
