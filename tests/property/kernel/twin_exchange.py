"""The naive twin: an exchange that is easy to believe. Read it as the documentation of the fast one.

This file is which command is meant for whom, and what time brings; each other `twin_*` is a chapter of its own.
"""

from collections.abc import Callable

from simulator.exchange import events
from simulator.exchange.commands import (
    AddMarket,
    AddRunner,
    CancelOrders,
    ChangeStanding,
    CloseMarket,
    Command,
    Heartbeat,
    HideRunner,
    LapseUnmatched,
    OpenAccount,
    OpenMarket,
    PlaceOrders,
    Reconcile,
    ReinstateRunner,
    ReplaceOrders,
    SettleMarket,
    SuspendMarket,
    Tick,
    TouchMarket,
    TurnInPlay,
    UpdateOrders,
    VoidMarket,
)
from tests.property.kernel.twin_heartbeats import NaiveHeartbeats
from tests.property.kernel.twin_replacements import NaiveReplacing


class NaiveExchange(NaiveReplacing, NaiveHeartbeats):
    """The whole twin: `apply` takes a command at a time and answers with what happened."""

    def apply(self, command: Command, at: int) -> tuple[events.Event, ...]:
        """Carry out a command, or raise `NaiveRefusal` or `NaiveNonsense` before anything has changed."""
        handlers: dict[type[Command], Callable[..., None]] = {
            OpenAccount: self.open_account,
            ChangeStanding: self.change_standing,
            AddMarket: self.add_market,
            AddRunner: self.add_runner,
            HideRunner: self.hide,
            ReinstateRunner: self.reinstate,
            OpenMarket: self.open_market,
            SuspendMarket: self.suspend_market,
            TouchMarket: self.touch_market,
            LapseUnmatched: self.lapse_unmatched,
            TurnInPlay: self.turn_in_play,
            Reconcile: self.reconcile,
            CloseMarket: self.close_betting,
            SettleMarket: self.settle,
            VoidMarket: self.void,
            PlaceOrders: self.place,
            CancelOrders: self.cancel,
            ReplaceOrders: self.replace,
            UpdateOrders: self.update,
            Heartbeat: self.heartbeat,
            Tick: self.tick,
        }
        self.happened = []
        handlers[type(command)](command, at)
        self.now = at
        return tuple(self.happened)

    @property
    def next_due(self) -> int | None:
        """When something happens by itself."""
        times = [*(ticket.due_at for ticket in self.waiting), *(deadline for _, deadline in self.heartbeats)]
        return min(times, default=None)

    def tick(self, _: Tick, at: int) -> None:
        """Let happen what is due, first due first; bets before deadlines, and of each kind first come first."""
        while (due := self.next_due) is not None and due <= at:
            tickets = sorted(ticket.number for ticket in self.waiting if ticket.due_at == due)
            if tickets:
                (first,) = [ticket for ticket in self.waiting if ticket.number == tickets[0]]
                self.waiting.remove(first)
                self.resolve(first)
            else:
                self.miss(next(name for name, deadline in self.heartbeats if deadline == due), due)
