"""Sessions: who is logged in, until when, and who may not log in again so soon."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from itertools import takewhile
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


class LoginRefused(Exception):
    """A login failed: a login status, and an error code or the empty string."""

    def __init__(self, status: str, error: str) -> None:
        super().__init__(f"the login ends with {status}" + (f" and {error}" if error else ""))
        self.status: Final = status
        self.error: Final = error


class Sessions:
    """The sessions of one world.

    An account may have any number of them at a time, and a login ends none. Only `keep_alive` makes one last longer;
    other use does not. One that expires is found no more, and is closed at the next login.
    """

    def __init__(self, accounts: Accounts, ids: Ids, timeout_milliseconds: int = SESSION_TIMEOUT_MILLISECONDS) -> None:
        self._accounts: Final = accounts
        self._ids: Final = ids
        self._timeout_milliseconds: Final = timeout_milliseconds
        # In order of expiry: all last equally long, and one that is kept alive moves to the end.
        self._by_token: Final[OrderedDict[str, Session]] = OrderedDict()
        self._logins: Final[dict[str, deque[int]]] = {}
        self._banned_until: Final[dict[str, int]] = {}

    def __len__(self) -> int:
        return len(self._by_token)

    def __iter__(self) -> Iterator[Session]:
        return iter(self._by_token.values())

    def find(self, token: str, now: int) -> Session | None:
        """Return the session of a token, or `None` where there is none or it has expired."""
        session = self._by_token.get(token)
        return None if session is None or session.expires_at <= now else session

    # Logging in

    def authenticate(self, username: str, password: str) -> CustomerAccount:
        """Return the account of a username and its password; raise `LoginRefused`, also where it may not log in."""
        account = self._accounts.by_username.get(username)
        if account is None or account.password != password:
            raise LoginRefused(FAIL, "INVALID_USERNAME_OR_PASSWORD")
        status, error = login_status_of(account.status)
        if status not in (SUCCESS, LIMITED_ACCESS):
            raise LoginRefused(status, error)
        return account

    def is_banned(self, username: str, now: int) -> bool:
        """Return whether an account has logged in too often and may not again yet."""
        return now < self._banned_until.get(username, 0)

    def count_login(self, username: str, now: int) -> bool:
        """Count a login and return `True`, or return `False` where it is one too many."""
        logins = self._logins.setdefault(username, deque(maxlen=LOGINS_PER_MINUTE))
        if len(logins) == LOGINS_PER_MINUTE and now - logins[0] < LOGIN_WINDOW_MILLISECONDS:
            return False
        logins.append(now)
        return True

    def ban(self, username: str, now: int) -> int:
        """Let an account log in no more for a while, and return until when."""
        until = self._banned_until[username] = now + LOGIN_BAN_MILLISECONDS
        return until

    def open(self, account: CustomerAccount, app_key: str, now: int) -> Session:
        """Begin a session of an account."""
        token = self._ids.session_token(account.username)
        session = Session(token, account, app_key, now + self._timeout_milliseconds)
        self._by_token[token] = session
        return session

    # The life of a session

    def keep_alive(self, session: Session, now: int) -> Session:
        """Let a session last its full length from now on."""
        session.expires_at = now + self._timeout_milliseconds
        self._by_token.move_to_end(session.token)
        return session

    def close(self, session: Session) -> None:
        """End a session."""
        del self._by_token[session.token]

    def close_expired(self, now: int) -> list[Session]:
        """End the sessions that have expired, and return them."""
        expired = list(takewhile(lambda session: session.expires_at <= now, self._by_token.values()))
        for session in expired:
            self.close(session)
        return expired

    def state(self, now: int) -> Iterator[tuple[object, ...]]:
        """Yield the sessions there are now, and whose logins count towards a ban or are banned, until when."""
        for session in self._by_token.values():
            if session.expires_at > now:
                yield session.token, session.account.username, session.app_key, session.expires_at
        for username, logins in self._logins.items():
            for login in logins:
                if now - login < LOGIN_WINDOW_MILLISECONDS:
                    yield username, login
        for username, end in self._banned_until.items():
            if end > now:
                yield username, end
