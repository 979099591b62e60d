"""Customers who log in to a world in process."""

from simulator.world.happened import SessionOpened
from simulator.world.inputs import LogIn
from simulator.world.sessions import Session
from simulator.world.world import World


def log_in(world: World, username: str, password: str, app_key: str, *, by_certificate: bool = False) -> Session | None:
    """Return the session that a login opens, or `None` where it is refused."""
    happened = world.do(LogIn(username, password, app_key, by_certificate))
    opened = [event for event in happened.events if isinstance(event, SessionOpened)]
    return world.session(opened[0].token) if opened else None
