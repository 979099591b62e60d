"""The applications of customers, and the app keys that name them to the services.

An application has two versions, each with a key: the delayed one is active at once, the other is not before the
exchange activates it (manual, "Claves de aplicación en directo y retardada"). Every account of a scenario has one from
the beginning, called as its customer, with both keys active.
"""

from typing import Final

from msgspec import Struct

from simulator.world.accounts import Accounts, CustomerAccount
from simulator.world.ids import Ids

MOST_APPS: Final = 20
"""How many applications an account may have (chosen)."""
LONGEST_NAME: Final = 255

LIVE, DELAYED = "live", "delayed"


class AppRefused(Exception):
    """An application is not created: `code` is that of the accounts interface, and the sentence is for the tester."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code: Final = code


class AppVersion(Struct):
    """One of the two versions of an application: who owns it, and the key under which the services know it.

    Market data asked for with a delayed key is late. What is asked with one that is not active is refused.
    """

    version_id: int
    owner: str
    key: str
    is_delayed: bool
    is_active: bool


class DeveloperApp(Struct):
    """An application; `was_created` tells those that customers have made from those of the scenario."""

    app_id: int
    name: str
    owner: str
    live: AppVersion
    delayed: AppVersion
    was_created: bool


class DeveloperApps:
    """The applications of a world, by number, which is the order in which they were made."""

    def __init__(self, ids: Ids) -> None:
        self._ids: Final = ids
        self.by_id: Final[dict[int, DeveloperApp]] = {}
        self.by_key: Final[dict[str, AppVersion]] = {}
        self._by_name: Final[dict[str, DeveloperApp]] = {}

    def add_own(self, accounts: Accounts) -> None:
        """Add the applications that a scenario gives its accounts; its checks have seen to it that no key is taken."""
        for account in accounts.by_username.values():
            self._add(account.username, account.username, account.app_key, account.delayed_app_key, created=False)

    def create(self, account: CustomerAccount, name: str) -> DeveloperApp:
        """Create an application of an account; raise `AppRefused`.

        Its name is unique in the world (manual), and so are its keys among all worlds, because they follow from the
        world's id.
        """
        if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
            raise AppRefused("INVALID_INPUT_DATA", f"a name has 1 to {LONGEST_NAME} characters that can be printed")
        if name in self._by_name:
            raise AppRefused("DUPLICATE_APP_NAME", f"there is an application {name!r} already")
        if not account.may_bet:
            raise AppRefused("APP_KEY_CREATION_FAILED", f"the status of the account is {account.status}")
        if sum(app.owner == account.username for app in self.by_id.values()) >= MOST_APPS:
            raise AppRefused("APP_CREATION_FAILED", f"the account has {MOST_APPS} applications and may not have more")
        number = len(self.by_id) + 1
        keys = [self._ids.created_app_key(number, kind) for kind in (LIVE, DELAYED)]
        return self._add(account.username, name, *keys, created=True)

    def _add(self, owner: str, name: str, live_key: str, delayed_key: str, *, created: bool) -> DeveloperApp:
        app_id = len(self.by_id) + 1
        live = AppVersion(2 * app_id - 1, owner, live_key, is_delayed=False, is_active=not created)
        delayed = AppVersion(2 * app_id, owner, delayed_key, is_delayed=True, is_active=True)
        app = self.by_id[app_id] = self._by_name[name] = DeveloperApp(app_id, name, owner, live, delayed, created)
        self.by_key.update({live_key: live, delayed_key: delayed})
        return app

    def of_owner(self, username: str) -> list[DeveloperApp]:
        """Return the applications of a customer, in the order in which they were made."""
        return [app for app in self.by_id.values() if app.owner == username]

    def remake_keys(self) -> None:
        """Give the applications that were created keys of this world, because they still have those of another one."""
        self.by_key.clear()
        for app in self.by_id.values():
            for version, kind in ((app.live, LIVE), (app.delayed, DELAYED)):
                if app.was_created:
                    version.key = self._ids.created_app_key(app.app_id, kind)
                self.by_key[version.key] = version
