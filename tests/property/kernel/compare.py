"""The kernel and its naive twin, asked the same and compared.

`Pair.do` puts one command to both and holds their answers against each other; `compare` holds all that can be read of
them against each other; `replay` asks a fresh kernel the same again.
"""

from typing import Any, NamedTuple

from simulator.exchange.commands import Command
from simulator.exchange.events import Event
from simulator.exchange.exchange import Exchange
from simulator.exchange.refusals import Impossible, Reason, Refused
from simulator.exchange.rules import BettingRules
from tests.exchange_state import state_of
from tests.property.kernel import views
from tests.property.kernel.twin_acceptance import NaiveNonsense, NaiveRefusal
from tests.property.kernel.twin_exchange import NaiveExchange

FIRST_BET_ID = 1
MOST_DIFFERENCES_SHOWN = 12


class Refusal(NamedTuple):
    """An answer to a customer: refused, and for each instruction why."""

    reason: Reason
    blamed: tuple[Reason, ...]


IMPOSSIBLE = "impossible"
"""The answer to an operator who asks for what makes no sense."""

Answer = tuple[Event, ...] | Refusal | str


class Asked(NamedTuple):
    """One line of the record."""

    command: Command
    at: int
    answer: Answer


class Pair:
    """Both exchanges, and the record of all that was asked of them."""

    def __init__(self, rules: BettingRules) -> None:
        self.rules = rules
        self.kernel = Exchange(rules, first_bet_id=FIRST_BET_ID)
        self.twin = NaiveExchange(rules, first_bet_id=FIRST_BET_ID)
        self.record: list[Asked] = []
        self._state: Any = None
        self._in_step = False

    def do(self, command: Command, at: int) -> Answer:
        """Ask both, expect the same answer of both, and of a refusal that it changed nothing."""
        self._in_step = True
        expected = answer_of_twin(self.twin, command, at)
        before = None if was_accepted(expected) else (self.state(), self.kernel.live_references(at))
        answer = answer_of_kernel(self.kernel, command, at)
        self._state = None
        same(f"answer to {command} at {at}", answer, expected)
        if before:
            same(f"state after the refused {command}", (self.state(), self.kernel.live_references(at)), before)
        self.record.append(Asked(command, at, answer))
        self._in_step = False
        return answer

    def state(self) -> Any:
        """The whole state of the kernel, written out once as long as nobody asks it for anything."""
        if self._state is None:
            self._state = state_of(self.kernel)
        return self._state

    def compare(self) -> None:
        """Expect everything that can be read to be the same on both sides."""
        same("time", self.kernel.next_due, self.twin.next_due)
        same("bets", views.bets_of_kernel(self.kernel), views.bets_of_twin(self.twin))
        same("markets", views.markets_of_kernel(self.kernel), views.markets_of_twin(self.twin))
        same("books", views.books_of_kernel(self.kernel), views.books_of_twin(self.twin))
        same("money", views.money_of_kernel(self.kernel), views.money_of_twin(self.twin))

    def replay(self) -> None:
        """Ask a fresh kernel the same at the same times, and expect the same answers and the same state.

        After a step that failed there is nothing to repeat: it has its own story to tell.
        """
        if self._in_step:
            return
        fresh = Exchange(self.rules, first_bet_id=FIRST_BET_ID)
        for command, at, answer in self.record:
            same(f"answer to the repeated {command}", answer_of_kernel(fresh, command, at), answer)
        same("state after the repetition", state_of(fresh), state_of(self.kernel))


def was_accepted(answer: Answer) -> bool:
    """Whether an answer says what happened, and not why nothing did."""
    return not isinstance(answer, Refusal | str)


def answer_of_kernel(kernel: Exchange, command: Command, at: int) -> Answer:
    try:
        return kernel.apply(command, at)
    except Refused as refused:
        return Refusal(refused.reason, refused.instruction_reasons)
    except Impossible:
        return IMPOSSIBLE


def answer_of_twin(twin: NaiveExchange, command: Command, at: int) -> Answer:
    try:
        return twin.apply(command, at)
    except NaiveRefusal as refusal:
        return Refusal(refusal.reason, refusal.blamed)
    except NaiveNonsense:
        return IMPOSSIBLE


def same(what: str, one: Any, other: Any) -> None:
    """Expect what the kernel says to be what the twin says, or what is to be what was, and show where it is not."""
    if one != other:
        lines = differences(one, other)
        raise AssertionError("\n".join([f"{what}: differs in {len(lines)} places", *lines[:MOST_DIFFERENCES_SHOWN]]))


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Walk into two structures as far as they are alike, and write down what is not."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = dict.fromkeys([*one, *other])
        pairs = [(key, one.get(key, "nothing"), other.get(key, "nothing")) for key in keys]
    elif isinstance(one, tuple | list) and isinstance(other, tuple | list) and len(one) == len(other):
        pairs = [(index, *both) for index, both in enumerate(zip(one, other, strict=True))]
    else:
        return [f"  {path}: {one!r} and {other!r}"]
    return [line for key, mine, yours in pairs if mine != yours for line in differences(mine, yours, f"{path}[{key}]")]
