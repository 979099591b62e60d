"""The whole day as a scenario, with customers to bet in it."""

from decimal import Decimal
from typing import Final

from simulator.world.format.scenario import AccountEntry, ClockEntry, Scenario
from simulator.world.loading.saturday.building import Day
from simulator.world.loading.saturday.contests import add_contests
from simulator.world.loading.saturday.fields import add_fields
from simulator.world.loading.saturday.football import add_football
from simulator.world.loading.saturday.racing import add_racing

NAME: Final = "saturday"
DESCRIPTION: Final = "A full Saturday of some thousands of markets in two dozen sports, starting now"
ACCOUNTS: Final = tuple(
    AccountEntry(
        username=name,
        password=f"{name}-password",
        app_key=f"{name}-live-key",
        delayed_app_key=f"{name}-delayed-key",
        balance=Decimal(10_000),
        first_name=name.capitalize(),
        last_name="Example",
    )
    for name in ("alice", "bob")
)


def saturday(seed: int) -> Scenario:
    """Return the scenario of the day that a seed stands for."""
    day = Day(seed)
    for add in (add_football, add_racing, add_contests, add_fields):
        add(day)
    return Scenario(
        name=NAME,
        description=DESCRIPTION,
        clock=ClockEntry(now="real", rate=Decimal(1)),
        accounts=ACCOUNTS,
        events=tuple(day.events),
        schedule=tuple(day.schedule),
    )
