"""What may keep a customer from betting: read, and changed as customers, the exchange and regulators do elsewhere."""

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from simulator.control.bodies import loaded, read_body
from simulator.control.customers import customer_of
from simulator.control.resources import answer
from simulator.control.schema import StandingDocument, duration_text
from simulator.exchange.commands import ChangeStanding
from simulator.exchange.money import HUNDREDTHS
from simulator.world.loading.loading import load_standing
from simulator.world.scenario_commands import ACTIVE, SUSPENDED, standing_of
from simulator.world.world import World


class StandingHandlers:
    """What is under `/control/v1/worlds/{world}/accounts/{username}/standing`."""

    def __init__(self, world_of: Callable[[Request], World]) -> None:
        self._world_of: Final = world_of

    async def read(self, request: Request) -> Response:
        """Answer how the customer of the address stands."""
        return answer(_described(*self._account_of(request)))

    async def change(self, request: Request) -> Response:
        """Change what the document says, and answer how the customer stands then."""
        self._account_of(request)
        change = await loaded(await read_body(request), load_standing)
        # Asked for again: while the document was on its way the world may have been deleted.
        world, username = self._account_of(request)
        standing = standing_of(change, world.exchange.accounts[username].standing)
        world.do(ChangeStanding(username, standing)).accepted()
        return answer(_described(world, username))

    def _account_of(self, request: Request) -> tuple[World, str]:
        world = self._world_of(request)
        return world, customer_of(world, request).username


def _described(world: World, username: str) -> StandingDocument:
    standing = world.exchange.accounts[username].standing
    limit = standing.loss_limit
    return StandingDocument(
        username=username,
        jurisdiction=world.accounts.by_username[username].jurisdiction,
        loss_limit=None if limit is None else limit / HUNDREDTHS,
        loss_limit_period=duration_text(standing.loss_period_milliseconds),
        wallet_status=ACTIVE if standing.wallet_is_open else SUSPENDED,
        regulator_available=standing.regulator_answers,
    )
