"""Where what faces answer is written down: in the journal of a world, and in the log where something was refused."""

from typing import Final

from simulator.refusal_log import log_refusal, one_line
from simulator.world.journal import Request
from simulator.world.world import World
from simulator.world.worlds import Worlds

SUCCESS: Final = "SUCCESS"


class RequestLog:
    """Writes down what was asked and what came of it, for all faces alike.

    A request that leads to no world is in the journal of the default world, where there is one.
    """

    def __init__(self, worlds: Worlds) -> None:
        self._worlds: Final = worlds

    def answered(self, world: World | None, operation: str, account: str) -> None:
        """Write down a request that was granted; `account` is empty where nobody asked by name."""
        self._worlds.note(world, Request(operation, account, SUCCESS))

    def refused(
        self,
        world: World | None,
        operation: str,
        account: str,
        outcome: str,
        reason: object,
        request_uuid: str = "",
    ) -> None:
        """Write down a request that failed: the code that its caller got, and an error or a text that says why.

        What a request names may be of any length and have any characters; what is written has not.
        """
        log_refusal(operation, account, reason)
        problem = one_line(str(reason).removeprefix(f"{outcome}: "))
        self._worlds.note(world, Request(one_line(operation), one_line(account), outcome, problem, request_uuid))
