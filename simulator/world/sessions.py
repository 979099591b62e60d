"""Sessions: who is logged in, until when, and who may not log in again so soon."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import ClassVar, Final, NamedTuple

from msgspec import Struct

from simulator.world.accounts import FAIL, Accounts, CustomerAccount
from simulator.world.ids import Ids
from simulator.world.login_states import LoginRefused, LoginStates

SESSION_TIMEOUT_MILLISECONDS: Final = 12 * 60 * 60 * 1000
"""How long a session lasts that is not kept alive: 12 hours on the .com exchange since May 2022 (4 in the manual)."""

LOGINS_PER_MINUTE: Final = 100
LOGIN_WINDOW_MILLISECONDS: Final = 60_000
LOGIN_BAN_MILLISECONDS: Final = 20 * 60_000
"""After more than 100 successful logins within a minute an account may not log in for 20 minutes (manual)."""

TOO_MANY_LOGINS: Final = "TEMPORARY_BAN_TOO_MANY_REQUESTS"


class Session(Struct):
    """A customer who is logged in. `expires_at` is in milliseconds of the world's clock."""

    token: str
    account: CustomerAccount
    app_key: str
    expires_at: int
    vendor: str = ""
    """Who acts in it, where that is a software vendor on the customer's behalf: a username."""


class LoggedIn(NamedTuple):
    """A new session, those of the world that had expired and are closed now, and when the customer was last here."""

    session: Session
    expired: tuple[Session, ...]
    last_login_at: int | None


class Sessions:
    """The sessions of one world.

    An account may have any number of them at a time, and a login ends none. Only `keep_alive` makes one last longer;
    other use does not. One that expires is found no more, and is closed at the next login.
    """

    FOLLOWS: ClassVar = frozenset({"_by_length"})
    """What is made of the rest."""

    def __init__(
        self,
        accounts: Accounts,
        ids: Ids,
        timeout_milliseconds: int = SESSION_TIMEOUT_MILLISECONDS,
        wrong_passwords_to_lock: int | None = None,
    ) -> None:
        self._ids: Final = ids
        self._timeout_milliseconds: Final = timeout_milliseconds
        self.logins: Final = LoginStates(accounts, wrong_passwords_to_lock)
        """Who may log in."""
        # In order of login or keep-alive.
        self._by_token: Final[OrderedDict[str, Session]] = OrderedDict()
        self._logins: Final[dict[str, deque[int]]] = {}
        self._banned_until: Final[dict[str, int]] = {}
        self.forget_what_follows()

    def forget_what_follows(self) -> None:
        """Sort the sessions anew by how long they last: those that last as long expire in their order."""
        self._by_length: dict[int, OrderedDict[str, Session]] = {}
        for session in self:
            self._queue_of(session.account)[session.token] = session

    def __len__(self) -> int:
        return len(self._by_token)

    def __iter__(self) -> Iterator[Session]:
        return iter(self._by_token.values())

    def find(self, token: str, now: int) -> Session | None:
        """Return the session of a token, or `None` where there is none or it has expired."""
        session = self._by_token.get(token)
        return None if session is None or session.expires_at <= now else session

    def log_in(
        self,
        username: str,
        password: str,
        app_key: str,
        now: int,
        *,
        by_certificate: bool = False,
        certificate: str | None = None,
    ) -> LoggedIn:
        """Log a customer in, and end the sessions that have expired; raise `LoginRefused`.

        What `LoginStates.check` asks comes first, then how often the account has logged in. The app key is noted and
        not checked: the callers' protocols differ in what they check.
        """
        account = self.logins.check(username, password, certificate, by_certificate=by_certificate)
        self._count_login(username, now)
        return self._open(account, app_key, now, last_login_at=self.logins.note_login(account, now))

    def open_for_vendor(self, account: CustomerAccount, app_key: str, vendor: str, now: int) -> LoggedIn:
        """Let a vendor act on a customer's behalf for as long as a session lasts, and end those that have expired."""
        return self._open(account, app_key, now, vendor)

    def of_vendor(self, username: str, vendor: str) -> list[Session]:
        """Return the sessions in which a vendor acts on a customer's behalf, and those that were and have expired."""
        sessions = self._by_token.values()
        return [each for each in sessions if each.vendor == vendor and each.account.username == username]

    def _open(
        self, account: CustomerAccount, app_key: str, now: int, vendor: str = "", *, last_login_at: int | None = None
    ) -> LoggedIn:
        expired = tuple(self._expired(now))
        token = self._ids.session_token(account.username)
        expires_at = now + self._length_of(account)
        session = self._by_token[token] = Session(token, account, app_key, expires_at, vendor)
        self._queue_of(account)[token] = session
        return LoggedIn(session, expired, last_login_at)

    def keep_alive(self, token: str, now: int) -> Session | None:
        """Let a session last its full length from now on; `None` where there is none."""
        session = self.find(token, now)
        if session is not None:
            session.expires_at = now + self._length_of(session.account)
            self._by_token.move_to_end(token)
            self._queue_of(session.account).move_to_end(token)
        return session

    def log_out(self, token: str, now: int) -> Session | None:
        """End a session and return it; `None` where there is none."""
        session = self.find(token, now)
        if session is not None:
            self.close(session)
        return session

    def close(self, session: Session) -> None:
        """End a session."""
        del self._by_token[session.token], self._queue_of(session.account)[session.token]

    def _expired(self, now: int) -> Iterator[Session]:
        """Close the sessions that have expired, and yield them."""
        for queue in self._by_length.values():
            while queue and (session := next(iter(queue.values()))).expires_at <= now:
                self.close(session)
                yield session

    def _queue_of(self, account: CustomerAccount) -> OrderedDict[str, Session]:
        """Return the sessions that last as long as those of an account, the next to expire first."""
        return self._by_length.setdefault(self._length_of(account), OrderedDict())

    def _length_of(self, account: CustomerAccount) -> int:
        """Return how long a session of an account lasts, in milliseconds."""
        own = account.session_timeout_milliseconds
        return self._timeout_milliseconds if own is None else own

    def _count_login(self, username: str, now: int) -> None:
        """Count a login with the right password; raise `LoginRefused` where it is one too many."""
        if now < self._banned_until.get(username, 0):
            raise LoginRefused(FAIL, TOO_MANY_LOGINS, "the account has logged in too often and is banned for a while")
        logins = self._logins.setdefault(username, deque(maxlen=LOGINS_PER_MINUTE))
        if len(logins) == LOGINS_PER_MINUTE and now - logins[0] < LOGIN_WINDOW_MILLISECONDS:
            until = self._banned_until[username] = now + LOGIN_BAN_MILLISECONDS
            why = f"the account has logged in more than {LOGINS_PER_MINUTE} times within a minute"
            raise LoginRefused(FAIL, TOO_MANY_LOGINS, why, banned_until=until)
        logins.append(now)

    def state(self, now: int) -> Iterator[object]:
        """Yield the sessions there are now, whose logins count towards a ban or are banned, and how all may log in."""
        yield from self.logins.changed
        for session in self._by_token.values():
            if session.expires_at > now:
                yield session.token, session.account.username, session.app_key, session.expires_at, session.vendor
        for username, logins in self._logins.items():
            for login in logins:
                if now - login < LOGIN_WINDOW_MILLISECONDS:
                    yield username, login
        for username, end in self._banned_until.items():
            if end > now:
                yield username, end
