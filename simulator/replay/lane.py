"""The exchange of a world as the engine of backtests sees it: one lane, in which everybody bets.

The world's own clock and agenda bring about what is due, and customers place their bets themselves. What is left are
the commands that the recording leads to, and the fills that it has for bets which rest.
"""

from collections.abc import Callable, Sequence
from typing import Final

from simulator.backtest.books import FollowingState, RestingFill
from simulator.backtest.followed import Followed
from simulator.backtest.lane import Settings
from simulator.exchange.commands import Command, FillFromOutside, OutsideFill, Tick
from simulator.exchange.events import Event
from simulator.exchange.exchange import Exchange
from simulator.exchange.rules import BettingRules

Heard = Callable[[Command, Sequence[Event]], None]


class WorldLane:
    """A lane without a strategy. `heard` is called with each command that the recording led to, and what came of it."""

    def __init__(self, settings: Settings, heard: Heard) -> None:
        self.settings: Final = settings
        self.model: Final = settings.fill_model
        self.followed: Final[dict[str, Followed]] = {}
        self.unsettled: Final[dict[str, str]] = {}
        """By market id: why the recording ended a market and did not settle it."""
        self.on_update: Callable[[Followed], None] | None = None
        self.on_close: Callable[[Followed], None] | None = None
        self.now = 0
        self.on_their_way: Final = ()
        self.held_queue: Final = ()
        """Nothing: what waits out a bet delay is in the world's agenda."""
        self._heard: Final = heard
        self.state: FollowingState
        self.exchange: Exchange

    def new_state(self, rules: BettingRules, first_bet_id: int, first_match_id: int) -> FollowingState:
        """Return what the exchange of the world remembers."""
        self.state = FollowingState(rules, first_bet_id, first_match_id)
        return self.state

    def run_until(self, at: int) -> None:
        """Make it a time: what was due before it has happened, since the world's agenda is in order."""
        self.now = at

    def run_to_the_end(self) -> None:
        """Do nothing: the world goes on when its recordings have ended, and whatever is waited for it sees to."""

    def do(self, command: Command) -> tuple[Event, ...]:
        """Carry out a command now, after what is due at this very moment; raise `Impossible`."""
        self._tick()
        return self._apply(command)

    def fill(self, market_id: str, fills: Sequence[RestingFill]) -> None:
        """Match bets that rest with what the recording has for them, before what is due at this very moment."""
        self._apply(FillFromOutside(market_id, tuple(OutsideFill(fill.order.bet_id, fill.size) for fill in fills)))

    def _apply(self, command: Command) -> tuple[Event, ...]:
        events = self.exchange.apply(command, self.now)
        self._heard(command, events)
        return events

    def _tick(self) -> None:
        due = self.exchange.next_due
        if due is not None and due <= self.now:
            self._heard(Tick(), self.exchange.apply(Tick(), self.now))
