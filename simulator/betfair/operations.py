"""What an operation is: a name on the wire, a request struct, and a function from a call to an answer.

A service is a table of operations under one path. To add an operation, write a function of one `Call` and put it into
its service's table:

    def list_event_types(call: Call[ListEventTypesRequest]) -> list[EventTypeResult]:
        ...

    BETTING = Service(
        name="betting", interface="SportsAPING", exception=BETTING_EXCEPTION,
        operations=(Operation("listEventTypes", ListEventTypesRequest, list_event_types),),
    )

A function answers a struct, a list of structs or a string, or raises `errors.ApiError`. It runs alone: nothing else
happens in any world until it returns.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, Final, Generic, NamedTuple, Never, TypeVar, get_type_hints

from msgspec import Struct, field

from simulator.betfair.errors import ExceptionType
from simulator.betfair.schema.types import Input
from simulator.world.accounts import CustomerAccount
from simulator.world.sessions import Session
from simulator.world.world import World

P = TypeVar("P", bound=Input)


class Needs(Enum):
    """Which of the two headers that identify a caller an operation cannot do without (manual, account operations)."""

    APP_KEY_AND_SESSION = "APP_KEY_AND_SESSION"
    SESSION = "SESSION"
    NOTHING = "NOTHING"


class Told(NamedTuple):
    """Why a report says no: the code in it, and the sentence that explains it to the tester."""

    code: str
    problem: str


class Call(Struct, Generic[P], frozen=True, gc=False):
    """One call of an operation by a customer who was let in.

    Everything due in the world has happened before the call; `now` is the time of the world in milliseconds.
    `delayed` says that the app key is the delayed one, whose market data is late. `app_key` is empty where none was
    sent, which only an operation that needs none finds. An operation whose answer is a report that says no appends to
    `refusals` why.
    """

    world: World
    session: Session
    account: CustomerAccount
    app_key: str
    delayed: bool
    params: P
    now: int
    refusals: list[Told] = field(default_factory=list)

    @property
    def username(self) -> str:
        """Return the name of the customer."""
        return self.account.username


class OpenCall(Struct, Generic[P], frozen=True, gc=False):
    """One call of an operation that needs neither app key nor session, so that nobody need have sent one.

    `username` is empty where nobody has.
    """

    world: World
    username: str
    params: P
    now: int
    refusals: list[Told] = field(default_factory=list)


class Operation(Struct, frozen=True):
    """An operation of a service; the function of one that needs nothing takes an `OpenCall`.

    `waits` marks a function that returns an awaitable where it has to wait, as a bet in play does for the bet delay. It
    should be a plain `def` that gives its command to the world first and returns a coroutine for the rest: the calls of
    a batch are begun one after the other, and waited for together.

    `counts` tells from the parameters whether a call counts against the limit of three such requests of an account at a
    time (manual, TOO_MANY_REQUESTS).
    """

    name: str
    request: type[Input]
    function: Callable[[Any], Any]
    needs: Needs = Needs.APP_KEY_AND_SESSION
    waits: bool = False
    counts: Callable[[Any], bool] | None = None

    @property
    def never_succeeds(self) -> bool:
        """Return whether every caller is refused, whatever the parameters: the function says that it never returns."""
        return get_type_hints(self.function)["return"] is Never


class Service:
    """The operations of one interface, served under `/exchange/{name}/`.

    `interface` is the prefix of its JSON-RPC methods (`SportsAPING` in `SportsAPING/v1.0/listEvents`).
    """

    def __init__(
        self, *, name: str, interface: str, exception: ExceptionType, operations: tuple[Operation, ...]
    ) -> None:
        self.name: Final = name
        self.interface: Final = interface
        self.exception: Final = exception
        self.operations: Final = {operation.name: operation for operation in operations}
        assert len(self.operations) == len(operations), f"the {name} service has two operations of one name"
