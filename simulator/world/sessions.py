"""Sessions: who is logged in, until when, and who may not log in again so soon."""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct

from simulator.world.accounts import FAIL, LIMITED_ACCESS, SUCCESS, Accounts, CustomerAccount, login_status_of
from simulator.world.ids import Ids

SESSION_TIMEOUT_MILLISECONDS: Final = 12 * 60 * 60 * 1000
"""How long a session lasts that is not kept alive: 12 hours on the .com exchange since May 2022 (4 in the manual)."""

LOGINS_PER_MINUTE: Final = 100
LOGIN_WINDOW_MILLISECONDS: Final = 60_000
LOGIN_BAN_MILLISECONDS: Final = 20 * 60_000
"""After more than 100 successful logins within a minute an account may not log in for 20 minutes (manual)."""


class Session(Struct):
    """A customer who is logged in. `expires_at` is in milliseconds of the world's clock."""

    token: str
    account: CustomerAccount
    app_key: str
    expires_at: int


class LoginOutcome(Struct, frozen=True):
    """How a login ended: a login status, an error code or the empty string, and a session where there is one.

    There is a session with SUCCESS and with LIMITED_ACCESS, and with no other status.
    """

    status: str
    error: str
    session: Session | None


class Sessions:
    """The sessions of one world.

    An account may have any number of them at a time, and a login ends none. Only `keep_alive` makes one last longer;
    other use does not. `opened` and `closed` are told the token of every session that begins and ends; one that expires
    ends when somebody next logs in or asks for it.
    """

    def __init__(
        self,
        accounts: Accounts,
        ids: Ids,
        timeout_milliseconds: int = SESSION_TIMEOUT_MILLISECONDS,
        *,
        opened: Callable[[str], object] | None = None,
        closed: Callable[[str], object] | None = None,
    ) -> None:
        self._accounts: Final = accounts
        self._ids: Final = ids
        self._timeout_milliseconds: Final = timeout_milliseconds
        self._opened: Final = opened
        self._closed: Final = closed
        # In order of expiry: all last equally long, and one that is kept alive moves to the end.
        self._by_token: Final[OrderedDict[str, Session]] = OrderedDict()
        self._logins: Final[dict[str, deque[int]]] = {}
        self._banned_until: Final[dict[str, int]] = {}

    def __len__(self) -> int:
        return len(self._by_token)

    def __iter__(self) -> Iterator[Session]:
        return iter(self._by_token.values())

    def log_in(self, username: str, password: str, app_key: str, now: int) -> LoginOutcome:
        """Log a customer in. The app key is noted and not checked: the callers' protocols differ in what they check."""
        account = self._accounts.by_username.get(username)
        if account is None or account.password != password:
            return LoginOutcome(FAIL, "INVALID_USERNAME_OR_PASSWORD", None)
        status, error = login_status_of(account.status)
        if status not in (SUCCESS, LIMITED_ACCESS):
            return LoginOutcome(status, error, None)
        if self._is_banned(username, now):
            return LoginOutcome(FAIL, "TEMPORARY_BAN_TOO_MANY_REQUESTS", None)
        return LoginOutcome(status, error, self._open(account, app_key, now))

    def find(self, token: str, now: int) -> Session | None:
        """Return the session of a token, or `None` where there is none or it has expired."""
        session = self._by_token.get(token)
        if session is not None and session.expires_at <= now:
            self._close(session)
            return None
        return session

    def keep_alive(self, token: str, now: int) -> Session | None:
        """Let a session last its full length from now on; `None` where there is none."""
        session = self.find(token, now)
        if session is not None:
            session.expires_at = now + self._timeout_milliseconds
            self._by_token.move_to_end(token)
        return session

    def log_out(self, token: str, now: int) -> Session | None:
        """End a session and return it; `None` where there is none."""
        session = self.find(token, now)
        if session is not None:
            self._close(session)
        return session

    def end_all(self) -> None:
        """End every session."""
        for session in list(self._by_token.values()):
            self._close(session)

    def state(self, now: int) -> Iterator[tuple[str, object]]:
        """Yield the sessions there are now, and whose logins count towards a ban or are banned, until when."""
        for session in self._by_token.values():
            if session.expires_at > now:
                yield session.token, (session.account.username, session.app_key, session.expires_at)
        for username, logins in self._logins.items():
            for login in logins:
                if now - login < LOGIN_WINDOW_MILLISECONDS:
                    yield username, login
        for username, end in self._banned_until.items():
            if end > now:
                yield username, end

    def _open(self, account: CustomerAccount, app_key: str, now: int) -> Session:
        self._close_expired(now)
        token = self._ids.session_token(account.username)
        session = self._by_token[token] = Session(token, account, app_key, now + self._timeout_milliseconds)
        if self._opened is not None:
            self._opened(token)
        return session

    def _close(self, session: Session) -> None:
        del self._by_token[session.token]
        if self._closed is not None:
            self._closed(session.token)

    def _close_expired(self, now: int) -> None:
        while self._by_token:
            oldest = next(iter(self._by_token.values()))
            if oldest.expires_at > now:
                return
            self._close(oldest)

    def _is_banned(self, username: str, now: int) -> bool:
        """Return whether a login with the right password is one too many, and count it if not."""
        if now < self._banned_until.get(username, 0):
            return True
        logins = self._logins.setdefault(username, deque(maxlen=LOGINS_PER_MINUTE))
        if len(logins) == LOGINS_PER_MINUTE and now - logins[0] < LOGIN_WINDOW_MILLISECONDS:
            self._banned_until[username] = now + LOGIN_BAN_MILLISECONDS
            return True
        logins.append(now)
        return False
