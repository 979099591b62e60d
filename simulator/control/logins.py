"""How customers may log in: read, and changed as the exchange and its customers do elsewhere."""

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from simulator.control.bodies import loaded, read_body
from simulator.control.customers import customer_of
from simulator.control.resources import answer
from simulator.control.schema import LoginDocument, instant_text
from simulator.world.accounts import CustomerAccount
from simulator.world.inputs import ChangeLogin
from simulator.world.loading.loading import load_login
from simulator.world.world import World


class LoginHandlers:
    """What is under `/control/v1/worlds/{world}/accounts/{username}/login`."""

    def __init__(self, world_of: Callable[[Request], World]) -> None:
        self._world_of: Final = world_of

    async def read(self, request: Request) -> Response:
        """Answer how the customer of the address may log in."""
        return answer(_described(*self._account_of(request)))

    async def change(self, request: Request) -> Response:
        """Change what the document says, and answer how it stands then."""
        self._account_of(request)
        change = await loaded(await read_body(request), load_login)
        # Asked for again: while the document was on its way the world may have been deleted.
        world, account = self._account_of(request)
        world.do(ChangeLogin(account.username, change.status, change.certificates, change.two_step_code)).accepted()
        return answer(_described(world, account))

    def _account_of(self, request: Request) -> tuple[World, CustomerAccount]:
        world = self._world_of(request)
        return world, customer_of(world, request)


def _described(world: World, account: CustomerAccount) -> LoginDocument:
    state = world.sessions.logins.of(account)
    return LoginDocument(
        username=account.username,
        status=state.status,
        certificates=list(state.certificates),
        two_step_code=state.two_step_code,
        wrong_passwords=state.wrong_passwords,
        last_login=None if state.last_login_at is None else instant_text(state.last_login_at),
    )
