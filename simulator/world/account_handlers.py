"""What inputs about customers' applications do, one function an input, as those of `handlers`."""

from msgspec import UNSET, structs

from simulator.exchange.commands import PermitBets
from simulator.exchange.events import Event
from simulator.exchange.refusals import Impossible
from simulator.world.accounts import (
    ACCOUNT_STATUSES,
    FAIL,
    LIMITED_ACCESS,
    PENDING_PASSWORD_CHANGE,
    SUCCESS,
    CustomerAccount,
    login_status_of,
)
from simulator.world.developer_apps import AppVersion
from simulator.world.happened import AppKeyActivated, AppKeyDeactivated, DeveloperAppCreated, LoginChanged
from simulator.world.inputs import ActivateAppKey, ChangeLogin, CreateDeveloperApp, DeactivateAppKey, RecoverPassword
from simulator.world.login_states import INVALID_PASSWORD, LoginRefused
from simulator.world.parts import Parts


def account_of(parts: Parts, username: str) -> CustomerAccount:
    """Return the account of a customer; raise `Impossible` where nobody is called so."""
    account = parts.accounts.by_username.get(username)
    if account is None:
        raise Impossible(f"there is no account {username!r}")
    return account


def create_developer_app(parts: Parts, create: CreateDeveloperApp, at: int, events: list[Event]) -> None:
    """Create an application; raise `AppRefused`, and `Impossible` where nobody is called so."""
    account = account_of(parts, create.username)
    # Its status may be another by now than that of the scenario.
    current = structs.replace(account, status=parts.sessions.logins.of(account).status)
    app = parts.developer_apps.create(current, create.name)
    events.append(DeveloperAppCreated(at, app.owner, app.app_id, app.name, app.live.key, app.delayed.key))


def change_login(parts: Parts, change: ChangeLogin, at: int, events: list[Event]) -> None:
    """Change how a customer may log in, and with the status whether bets are taken; raise `Impossible`."""
    account = account_of(parts, change.username)
    if change.status is not UNSET and change.status not in ACCOUNT_STATUSES:
        raise Impossible(f"there is no status {change.status!r} of an account")
    state = parts.sessions.logins.to_change(account)
    if change.status is not UNSET:
        state.status, state.wrong_passwords = change.status, 0
        may_bet = login_status_of(change.status)[0] != LIMITED_ACCESS
        events.extend(parts.exchange.apply(PermitBets(account.username, may_bet), at))
    if change.certificates is not UNSET:
        state.certificates = change.certificates
    if change.two_step_code is not UNSET:
        state.two_step_code = change.two_step_code
    events.append(LoginChanged(at, account.username, state.status, state.certificates, state.two_step_code))


def recover_password(parts: Parts, recover: RecoverPassword, at: int, events: list[Event]) -> None:
    """Let an account log in whose password is to be recovered; raise `LoginRefused` where that is not what it needs."""
    account = parts.accounts.by_username.get(recover.username)
    if account is None or account.password != recover.password:
        raise LoginRefused(FAIL, INVALID_PASSWORD, "no account has this username and password")
    status = parts.sessions.logins.of(account).status
    if status == PENDING_PASSWORD_CHANGE:
        change_login(parts, ChangeLogin(account.username, SUCCESS), at, events)
    elif status != SUCCESS:
        raise LoginRefused(*login_status_of(status), f"what the account needs is another thing: its status is {status}")


def activate_app_key(parts: Parts, activate: ActivateAppKey, at: int, events: list[Event]) -> None:
    """Let an app key be used; raise `Impossible` where there is none of that name. Nothing happens to an active one."""
    version = _version_of(parts, activate.key)
    if not version.is_active:
        version.is_active = True
        events.append(AppKeyActivated(at, version.owner, version.key))


def deactivate_app_key(parts: Parts, deactivate: DeactivateAppKey, at: int, events: list[Event]) -> None:
    """Let an app key be refused; raise `Impossible` where there is none of that name. Nothing happens to such a one."""
    version = _version_of(parts, deactivate.key)
    if version.is_active:
        version.is_active = False
        events.append(AppKeyDeactivated(at, version.owner, version.key))


def _version_of(parts: Parts, key: str) -> AppVersion:
    version = parts.developer_apps.by_key.get(key)
    if version is None:
        raise Impossible(f"there is no app key {key!r}")
    return version
