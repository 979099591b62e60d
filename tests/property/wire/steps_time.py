"""Steps in which time goes by."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from simulator.world.inputs import AdvanceClock, MoveToNext
from tests.property.wire.stage import (
    WireStage,
)
from tests.property.wire.worlds import (
    SESSION_SECONDS,
)


class Waiting(WireStage):
    """The clock stands still until somebody moves it."""

    @rule(milliseconds=st.sampled_from([0, 250, 1000, 1000, 4999, 5000, 10_000, 60_000]))
    def let_pass(self, milliseconds: int) -> None:
        change = {"advance": f"PT{milliseconds / 1000}S"}
        self.move_clock(change, lambda: self.twin.do(AdvanceClock(milliseconds)).accepted())

    @precondition(lambda machine: machine.twin.next_due is not None or machine.suspended())
    @rule()
    def go_to_what_is_next(self) -> None:
        possible = self.twin.next_due is not None
        self.move_clock({"toNext": True}, lambda: self.twin.do(MoveToNext()), possible=possible)

    @rule(short_of=st.sampled_from([0, 1]))
    def outlast_the_sessions(self, short_of: int) -> None:
        milliseconds = SESSION_SECONDS * 1000 - short_of
        self.move_clock(
            {"advance": f"PT{milliseconds / 1000}S"}, lambda: self.twin.do(AdvanceClock(milliseconds)).accepted()
        )
