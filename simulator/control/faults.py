"""Faults: ordered, and read as they are pending and have fired."""

from collections.abc import Callable
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from simulator.control.bodies import loaded, read_body
from simulator.control.fault_entries import Operations, faults_of
from simulator.control.fault_schema import FaultsDocument, FiredDocument, MetDocument, PendingDocument
from simulator.control.performing import performed
from simulator.control.problems import UnknownAccount
from simulator.control.resources import answer
from simulator.control.schema import instant_text
from simulator.world.faults import Fault
from simulator.world.happenings import verb_of
from simulator.world.inputs import ClearFaults, OrderFaults
from simulator.world.world import World


class FaultHandlers:
    """Everything under `/control/v1/worlds/{world}/faults`."""

    def __init__(self, world_of: Callable[[Request], World], operations: Operations) -> None:
        self._world_of: Final = world_of
        self._operations: Final = operations

    async def read(self, request: Request) -> Response:
        """Answer what is still to go wrong, and what has."""
        return answer(_described(self._world_of(request)))

    async def order(self, request: Request) -> Response:
        """Order the faults that are sent, all or none."""
        self._world_of(request)
        faults = await loaded(await read_body(request), partial(faults_of, operations=self._operations))
        # Asked for again: while the document was on its way the world may have been deleted.
        world = self._world_of(request)
        for fault in faults:
            known = fault.account in world.accounts.by_username or fault.account in world.bettune.users.names
            if fault.account is not None and not known:
                raise UnknownAccount(f"There is no account {fault.account[:80]!r} in the world {world.id!r}.")
        performed(world, OrderFaults(faults))
        return answer(_described(world), 201)

    async def clear(self, request: Request) -> Response:
        """Let nothing more go wrong that was ordered."""
        self._world_of(request).do(ClearFaults()).accepted()
        return Response(status_code=204)


def _verbs(fault: Fault) -> list[str]:
    return [verb_of(planned.happening) for planned in fault.happenings]


def _described(world: World) -> FaultsDocument:
    now = world.clock.now()
    pending = [
        PendingDocument(
            number=each.number,
            operation=each.fault.operation,
            account=each.fault.account,
            do=each.fault.do,
            happenings=_verbs(each.fault),
            to_skip=each.to_skip,
            times_left=each.left,
            until=None if each.until is None else instant_text(each.until),
            fired=each.fired,
        )
        for each in world.faults.pending
        if each.until is None or now < each.until
    ]
    fired = [
        FiredDocument(
            fault=each.number,
            do=each.fault.do,
            happenings=_verbs(each.fault),
            at=instant_text(each.at),
            milliseconds=each.milliseconds,
            request=MetDocument(each.operation, each.account),
        )
        for each in world.faults.fired
    ]
    return FaultsDocument(pending, fired)
