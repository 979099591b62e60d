"""The kernel and its naive twin, asked the same and compared.

`Pair.do` puts one command to both and holds their answers against each other; `compare` holds all that can be read of
them against each other; `replay` asks a fresh kernel the same again.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from msgspec import Struct

from simulator.exchange.commands import Command
from simulator.exchange.events import Event
from simulator.exchange.exchange import Exchange
from simulator.exchange.exposure import NOTHING, Position
from simulator.exchange.ledger import Posting
from simulator.exchange.orders import Fragment, RunnerKey
from simulator.exchange.refusals import Impossible, Reason, Refused
from simulator.exchange.rules import BettingRules
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


# The whole state of the kernel, written out

# What cannot change and so needs no writing out.
VALUES = (int, str, type(None), RunnerKey, Fragment, Posting)
# What never changes either, and what only saves work.
NOT_WRITTEN_OUT = {
    "_exposures",
    "index",
    "orders_of",
    "_field",
    "_references",
    "_stale",
    "_total_exposure",
    "definition",
    "ladder",
    "rules",
}


def state_of(kernel: Exchange) -> Any:
    """All that the kernel remembers, as plain values, whatever it is kept in."""
    return written_out(kernel._state, {})


def written_out(thing: Any, seen: dict[int, int]) -> Any:
    """Write an object out as dictionaries and tuples; one met before becomes the number of its first appearance."""
    if isinstance(thing, VALUES):
        return thing
    if isinstance(thing, Position):
        return tuple((key, stakes) for key, stakes in sorted(thing.stakes.items()) if stakes != NOTHING)
    if isinstance(thing, Mapping):
        pairs = ((key, written_out(value, seen)) for key, value in thing.items())
        # A position in which nothing is at stake is no position.
        return tuple((key, value) for key, value in pairs if value != () or not isinstance(thing[key], Position))
    if isinstance(thing, tuple | list):
        return tuple(written_out(item, seen) for item in thing)
    if id(thing) in seen:
        return f"as {seen[id(thing)]}"
    seen[id(thing)] = len(seen)
    names = names_in(type(thing)) or [name for name in vars(thing) if name not in NOT_WRITTEN_OUT]
    return {
        name: value if isinstance(value := getattr(thing, name), VALUES) else written_out(value, seen) for name in names
    }


@cache
def names_in(kind: type) -> list[str]:
    """The names of what objects of a type hold; none where each has a dictionary of its own."""
    names = kind.__struct_fields__ if issubclass(kind, Struct) else getattr(kind, "__slots__", ())
    return [name for name in names if name not in NOT_WRITTEN_OUT]
