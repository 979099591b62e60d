"""A story as a file: lines of JSON that lead to the same state where they are told again, and that keep secrets.

    {"format":1,"beginning":{"scenario":{...},"seed":0,"world_id":"default","created_at":1780768500000}}
    {"at":1780768500000,"input":{"input":"LogIn","username":"alice","password":""},"found":{"password":"right"}}
    {"at":1780768501000,"input":{"input":"KeepAlive","token":""},"found":{"token":"session 1 of alice"}}
    {"end":1780768502000}

What nobody has to know is left empty in an input, and `found` says how it is found again: a password in the scenario of
the beginning, a code that followed it among those that the account has had, and a token from its number, since all of
them are made of the seed (`ids`), or among those of the snapshot with which a restored world begins. Of what was wrong
nothing is said but that. The scenario itself, the snapshot with which a restored world begins, and the codes that
accounts are given on the way are as they are.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from simulator.world.clock import ClockError
from simulator.world.codes import Codes
from simulator.world.format.quantities import Unusable
from simulator.world.ids import Ids
from simulator.world.inputs import (
    AuthoriseVendor,
    Input,
    LogIn,
    MakeSubscription,
    OpenVendorSession,
    RecoverPassword,
    decode_input,
)
from simulator.world.recordings import CannotFollow, OpenRecordings, follow_nothing
from simulator.world.retelling import Beginning, Retelling, Told
from simulator.world.snapshot import SnapshotError
from simulator.world.world import World

T = TypeVar("T")

FORMAT: Final = 1

RIGHT, WRONG = "right", "wrong"
_RIGHT_WITH_CODE: Final = "right, and then code "
_RIGHT_AND_MORE: Final = "right, and then no code of the account"
_NOT_GIVEN: Final = "none that was given"
_NOTHING: Final = "\0"
"""No password, code or token is this, or begins like it."""


class Export(Struct, frozen=True):
    """What is exported: the beginning, the inputs since, and the time by which all of it has happened.

    What the names of tokens and codes are made of is kept as it is now: `encode_export` may be called while the world
    goes on, and in another thread.
    """

    beginning: Beginning
    told: Sequence[Told]
    end: int
    passwords: Mapping[str, str]
    world_id: str
    logins: Mapping[str, int]
    """How many sessions each account has had, since the last reset."""
    vendors_made: int
    """How many tokens and codes were made for vendors, likewise."""
    open_recordings: OpenRecordings = follow_nothing

    @classmethod
    def of(cls, world: World, beginning: Beginning, told: Sequence[Told]) -> "Export":
        """Return the export of a world whose journal tells this story."""
        passwords = {name: account.password for name, account in world.accounts.by_username.items()}
        now = world.run_due()
        return cls(
            beginning,
            told,
            now,
            passwords,
            world.ids.world_id,
            dict(world.ids.logins()),
            world.vendors.made,
            world.open_recordings,
        )


class _First(Struct, frozen=True, omit_defaults=True):
    format: int
    beginning: Beginning


class _Line(Struct, frozen=True, omit_defaults=True):
    at: int
    input: msgspec.Raw
    found: dict[str, str] = {}


class _Last(Struct, frozen=True):
    end: int


class WrongExport(ValueError):
    """A file is no export that can be told again; `line` is where, counted from 1."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line: Final = line
        self.problem: Final = problem


_ENCODER: Final = msgspec.json.Encoder()


def encode_export(export: Export) -> bytes:
    """Return an export as lines of JSON; raise `SnapshotError` where recordings are gone with which it begins."""
    return b"".join(b"%b\n" % line for line in _lines(export))


def replay(lines: Iterable[bytes], open_recordings: OpenRecordings = follow_nothing) -> World:
    """Return the world to which an export leads; raise `WrongExport` with the line that is wrong."""
    number, begun = 0, None
    end: int | None = None
    for number, line in enumerate(lines, start=1):
        if end is not None:
            raise WrongExport(number, "nothing follows the line that says the end")
        if begun is None:
            begun = _begun(number, line, open_recordings)
        elif line.startswith(b'{"end":'):
            end = _decoded(number, line, _Last).end
            _reach(number, begun.retelling, end)
        else:
            one = _told_of(number, line, begun)
            _reach(number, begun.retelling, one.at)
            begun.retelling.world.do(one.input)
    if begun is None or end is None:
        raise WrongExport(number + 1, 'the line {"end": ...} is missing: the file is not whole')
    return begun.retelling.world


# Writing


def _lines(export: Export) -> Iterator[bytes]:
    yield _ENCODER.encode(_First(FORMAT, export.beginning))
    restored = cache(lambda: Retelling(export.beginning, export.open_recordings).world)
    tokens, codes = _tokens(export, restored), _codes(export, restored)
    for one in export.told:
        codes.hear(one.input)
        hidden, found = _without_secrets(one.input, export.passwords, codes, tokens)
        yield _ENCODER.encode(_Line(one.at, msgspec.Raw(_ENCODER.encode(hidden)), found))
    yield _ENCODER.encode(_Last(export.end))


def _without_secrets(
    one: Input, passwords: Mapping[str, str], codes: Codes, tokens: Mapping[str, str]
) -> tuple[Input, dict[str, str]]:
    found: dict[str, str] = {}
    if isinstance(one, LogIn | RecoverPassword):
        found["password"] = _password_found(one, passwords, codes)
    for name in _TOKENS:
        token = getattr(one, name, None)
        if isinstance(token, str) and token:
            found[name] = tokens.get(token, _NOT_GIVEN)
    if not found:
        return one, found
    changes: dict[str, Any] = dict.fromkeys(found, "")
    return msgspec.structs.replace(one, **changes), found


def _password_found(login: LogIn | RecoverPassword, passwords: Mapping[str, str], codes: Codes) -> str:
    password = passwords.get(login.username)
    if password is None or not login.password.startswith(password):
        return WRONG
    rest = login.password.removeprefix(password)
    if not rest:
        return RIGHT
    number = codes.number(login.username, rest)
    return _RIGHT_AND_MORE if number is None else f"{_RIGHT_WITH_CODE}{number}"


def _codes(export: Export, restored: Callable[[], World]) -> Codes:
    """Return the codes with which a story begins; a snapshot is looked into where a code may come of it."""
    beginning = export.beginning
    codes = Codes(beginning.scenario, None)
    if beginning.restoration is not None and any(
        isinstance(one.input, LogIn | RecoverPassword)
        and _password_found(one.input, export.passwords, codes) not in (RIGHT, WRONG)
        for one in export.told
    ):
        return Codes(beginning.scenario, restored())
    return codes


# Tokens and codes

_TOKENS: Final = ("token", "authorisation_code", "refresh_token", "subscription_token")
"""The members of inputs that are made of a number."""

_SESSION: Final = re.compile(r"session ([0-9]{1,9}) of (.*)", re.DOTALL)
_HAD: Final = re.compile(r"([0-9]{1,9}) of the snapshot")
_NUMBERED: Final[Mapping[str, Callable[[Ids, int], str]]] = {
    "authorisation code": Ids.authorisation_code,
    "refresh token": Ids.refresh_token,
    "subscription token": Ids.subscription_token,
}
_NUMBER: Final = re.compile(rf"({'|'.join(_NUMBERED)}) ([0-9]{{1,9}})")


def _tokens(export: Export, restored: Callable[[], World]) -> dict[str, str]:
    """Return how each token and code that the inputs of a story name is found; one that is made up is not among them.

    After a reset the numbers begin again, so that there may have been more than there are now: as many as there were
    inputs that can have made one. Those of before a snapshot that it does not have any more are refused as made up ones
    are.
    """
    told = [one.input for one in export.told]
    sought = {token for one in told for name in _TOKENS if isinstance(token := getattr(one, name, None), str) and token}
    found: dict[str, str] = {}
    for token, how in _made(export, told):
        if token in sought and token not in found:
            found[token] = how
            if len(found) == len(sought):
                return found
    if export.beginning.restoration is not None:
        for number, token in enumerate(_had(restored()), start=1):
            if token in sought:
                found.setdefault(token, f"{number} of the snapshot")
    return found


def _made(export: Export, told: Sequence[Input]) -> Iterator[tuple[str, str]]:
    """Yield all tokens and codes that the world can have made, each with how it is found."""
    ids = Ids(export.beginning.seed, export.world_id)
    logins = Counter(one.username for one in told if isinstance(one, LogIn))
    of_vendors = sum(isinstance(one, OpenVendorSession) for one in told)
    made = export.vendors_made + sum(isinstance(one, _MAKING) for one in told)
    for what, make in _NUMBERED.items():
        yield from ((make(ids, number), f"{what} {number}") for number in range(1, made + 1))
    for username in export.passwords:
        most = export.logins.get(username, 0) + logins[username] + of_vendors
        for number in range(1, most + 1):
            yield ids.token_of_login(username, number), f"session {number} of {username}"


def _had(world: World) -> Iterator[str]:
    """Yield the tokens and codes that a world has, in one order: it may have them of worlds that it was made of."""
    yield from (session.token for session in world.sessions)
    yield from world.vendors.subscriptions
    yield from world.vendors.codes
    yield from world.vendors.grants


_MAKING: Final = (MakeSubscription, AuthoriseVendor, OpenVendorSession)
"""The inputs that can make a token or a code for a vendor."""


# Reading


class _Begun(NamedTuple):
    """A story that has begun, with the codes that accounts have had, and the tokens that it began with."""

    retelling: Retelling
    codes: Codes
    had: Sequence[str]


def _begun(number: int, line: bytes, open_recordings: OpenRecordings) -> _Begun:
    first = _decoded(number, line, _First)
    if first.format != FORMAT:
        raise WrongExport(number, f"format {first.format} is another one than {FORMAT}, which this version reads")
    try:
        retelling = Retelling(first.beginning, open_recordings)
    except (SnapshotError, ClockError, Unusable, CannotFollow) as error:
        raise WrongExport(number, str(error)) from None
    restored = None if first.beginning.restoration is None else retelling.world
    return _Begun(retelling, Codes(first.beginning.scenario, restored), tuple(_had(retelling.world)))


def _told_of(number: int, line: bytes, begun: _Begun) -> Told:
    """Return an input of a line, with everything in it that had been left out."""
    read = _decoded(number, line, _Line)
    try:
        one = decode_input(read.input)
        begun.codes.hear(one)
        changes: dict[str, Any] = {name: _found_again(one, name, how, begun) for name, how in read.found.items()}
        return Told(read.at, msgspec.structs.replace(one, **changes) if changes else one)
    except (msgspec.DecodeError, ValueError, TypeError) as error:
        raise WrongExport(number, f"this is no input: {error}") from None


def _found_again(one: Input, name: str, how: str, begun: _Begun) -> str:
    """Return what an input has where it was left out; raise `ValueError` for what cannot be found."""
    world = begun.retelling.world
    if isinstance(one, LogIn | RecoverPassword) and name == "password":
        account = world.accounts.by_username.get(one.username)
        if how == WRONG or account is None:
            return _NOTHING
        if how == RIGHT:
            return account.password
        if how == _RIGHT_AND_MORE:
            return account.password + _NOTHING
        if how.startswith(_RIGHT_WITH_CODE):
            return account.password + begun.codes.code(one.username, how.removeprefix(_RIGHT_WITH_CODE))
    elif how == _NOT_GIVEN:
        return _NOTHING
    elif session := _SESSION.fullmatch(how):
        return world.ids.token_of_login(session[2], int(session[1]))
    elif numbered := _NUMBER.fullmatch(how):
        return _NUMBERED[numbered[1]](world.ids, int(numbered[2]))
    elif (place := _HAD.fullmatch(how)) and 1 <= int(place[1]) <= len(begun.had):
        return begun.had[int(place[1]) - 1]
    raise ValueError(f"found.{name}: {how[:80]!r} does not say how it is found")


def _reach(number: int, retelling: Retelling, at: int) -> None:
    try:
        retelling.world.clock.reach(at)
    except ClockError as error:
        raise WrongExport(number, str(error)) from None
    retelling.world.run_due()


def _decoded(number: int, line: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.DecodeError as error:
        raise WrongExport(number, f"this is no line of a journal: {error}") from None
