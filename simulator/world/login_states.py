"""How each customer may log in just now: as the scenario says at first, and then as things have gone."""

from typing import Final

from msgspec import Struct

from simulator.world.accounts import (
    CERT_AUTH_REQUIRED,
    FAIL,
    LIMITED_ACCESS,
    LOGIN_RESTRICTED,
    SUCCESS,
    Accounts,
    CustomerAccount,
    login_status_of,
)

NOW_LOCKED: Final = "ACCOUNT_NOW_LOCKED"
ALREADY_LOCKED: Final = "ACCOUNT_ALREADY_LOCKED"
"""What the wrong password that was one too many is told, and whoever comes after it (manual, codes of loginStatus)."""

INVALID_PASSWORD: Final = "INVALID_USERNAME_OR_PASSWORD"
CODE_REQUIRED: Final = "STRONG_AUTH_CODE_REQUIRED"
WRONG_CODE: Final = "STRONG_CODE_FAIL"


class LoginState(Struct):
    """How a customer may log in just now.

    `status` is one of `ACCOUNT_STATUSES`, `certificates` are fingerprints, and `two_step_code` has to follow the
    password of an interactive login unless it is `None`. `wrong_passwords` are those since the last right one;
    `last_login_at` is in milliseconds of the world's clock.
    """

    username: str
    status: str
    certificates: tuple[str, ...]
    two_step_code: str | None
    wrong_passwords: int = 0
    last_login_at: int | None = None


class LoginRefused(Exception):
    """A login failed: a login status, an error code or the empty string, and a sentence for the tester.

    `banned_until` is when the account may log in again, where this very login was the one too many.
    `wrong_passwords` is how many there are now, where this one counted.
    """

    def __init__(
        self,
        status: str,
        error: str,
        why: str,
        *,
        banned_until: int | None = None,
        wrong_passwords: int | None = None,
    ) -> None:
        super().__init__(why)
        self.status: Final = status
        self.error: Final = error
        self.banned_until: Final = banned_until
        self.wrong_passwords: Final = wrong_passwords


class LoginStates:
    """The states of a world's customers; those that nothing has happened to are as their accounts say.

    `wrong_passwords_to_lock` is how many in a row lock an account, `None` for any number.
    """

    def __init__(self, accounts: Accounts, wrong_passwords_to_lock: int | None) -> None:
        self._accounts: Final = accounts
        self._wrong_passwords_to_lock: Final = wrong_passwords_to_lock
        self._changed: Final[dict[str, LoginState]] = {}

    def of(self, account: CustomerAccount) -> LoginState:
        """Return the state of a customer, to be read."""
        changed = self._changed.get(account.username)
        if changed is not None:
            return changed
        return LoginState(account.username, account.status, account.certificates, account.two_step_code)

    def to_change(self, account: CustomerAccount) -> LoginState:
        """Return the state of a customer, to be changed."""
        state = self._changed[account.username] = self.of(account)
        return state

    @property
    def changed(self) -> list[LoginState]:
        """Return the states of customers to whom something has happened."""
        return list(self._changed.values())

    def check(self, username: str, password: str, certificate: str | None, *, by_certificate: bool) -> CustomerAccount:
        """Return the account that may log in with these; raise `LoginRefused`, and count a password that is wrong.

        Asked in this order: whether the account is locked, username and password with the code of the second step, the
        certificate where one is needed, the status of the account. A certificate is the second step of a login by it,
        which takes no code, and which is refused to an account with limited access (manual, codes of loginStatus).
        """
        account = self._accounts.by_username.get(username)
        if account is None:
            raise LoginRefused(FAIL, INVALID_PASSWORD, "no account has this username")
        state = self.of(account)
        if state.status == ALREADY_LOCKED:
            raise LoginRefused(FAIL, ALREADY_LOCKED, "the account is locked, whatever the password")
        self._check_password(account, password, None if by_certificate else state.two_step_code)
        if certificate is not None and certificate not in state.certificates:
            why = f"the certificate that was presented is not registered: its SHA-256 is {certificate}"
            raise LoginRefused(FAIL, CERT_AUTH_REQUIRED, why)
        status, error = login_status_of(state.status)
        if status != SUCCESS and (by_certificate or status != LIMITED_ACCESS):
            raise LoginRefused(status, error, f"the status of the account is {state.status}")
        return account

    def note_login(self, account: CustomerAccount, now: int) -> int | None:
        """Note that a customer has logged in, and return when that was last done before."""
        state = self.to_change(account)
        before, state.last_login_at, state.wrong_passwords = state.last_login_at, now, 0
        return before

    def _check_password(self, account: CustomerAccount, password: str, code: str | None) -> None:
        if password == account.password + (code or ""):
            return
        if code is not None and password == account.password:
            # Nothing is wrong yet: the code is asked for.
            raise LoginRefused(LOGIN_RESTRICTED, CODE_REQUIRED, "the code of the second step has to follow")
        error, why = INVALID_PASSWORD, "no account has this username and password"
        if code is not None and password.startswith(account.password):
            error, why = WRONG_CODE, "what follows the password is not the code of the second step"
        if self._wrong_passwords_to_lock is None:
            raise LoginRefused(FAIL, error, why)
        state = self.to_change(account)
        state.wrong_passwords += 1
        if state.wrong_passwords >= self._wrong_passwords_to_lock:
            state.status = ALREADY_LOCKED
            error, why = NOW_LOCKED, f"{state.wrong_passwords} wrong passwords in a row lock the account"
        raise LoginRefused(FAIL, error, why, wrong_passwords=state.wrong_passwords)
