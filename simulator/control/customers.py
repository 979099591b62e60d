"""The customer whom an address names."""

from starlette.requests import Request

from simulator.control.problems import UnknownAccount
from simulator.world.accounts import CustomerAccount
from simulator.world.world import World


def customer_of(world: World, request: Request) -> CustomerAccount:
    """Return the customer of the address; raise `UnknownAccount`."""
    username = request.path_params["username"]
    account = world.accounts.by_username.get(username)
    if account is None:
        raise UnknownAccount(f"There is no account {username[:80]!r} in the world {world.id!r}.")
    return account
