"""A customer's applications and their app keys (manual, "Claves de aplicación")."""

from simulator.betfair.accounts.refusing import done
from simulator.betfair.operations import Call
from simulator.betfair.schema.account_aping import (
    CreateDeveloperAppKeysRequest,
    DeveloperApp,
    DeveloperAppVersion,
    GetDeveloperAppKeysRequest,
)
from simulator.world import developer_apps
from simulator.world.accounts import Vendor
from simulator.world.happened import DeveloperAppCreated
from simulator.world.inputs import CreateDeveloperApp


def create_developer_app_keys(call: Call[CreateDeveloperAppKeysRequest]) -> DeveloperApp:
    """Create an application with two app keys: the delayed one is active, the live one is not before it is activated.

    Raises DUPLICATE_APP_NAME where any customer has an application of that name, INVALID_INPUT_DATA for a name that is
    none, APP_KEY_CREATION_FAILED for an account that may not bet, and APP_CREATION_FAILED for one that has as many
    applications as it may have (the last three are chosen).
    """
    happened = done(call.world, CreateDeveloperApp(call.account.username, call.params.appName))
    (created,) = (event for event in happened.events if isinstance(event, DeveloperAppCreated))
    return _described(call.world.developer_apps.by_id[created.app_id])


def get_developer_app_keys(call: Call[GetDeveloperAppKeysRequest]) -> list[DeveloperApp]:
    """Return the customer's applications with their app keys, in the order in which they were made."""
    apps = call.world.developer_apps.of_owner(call.account.username)
    return [_described(app, None if app.was_created else call.account.vendor) for app in apps]


def _described(app: developer_apps.DeveloperApp, vendor: Vendor | None = None) -> DeveloperApp:
    return DeveloperApp(
        appName=app.name if vendor is None else vendor.name,
        appId=app.app_id,
        appVersions=[_version(app.delayed, vendor), _version(app.live, vendor)],
    )


def _version(version: developer_apps.AppVersion, vendor: Vendor | None) -> DeveloperAppVersion:
    return DeveloperAppVersion(
        owner=version.owner,
        versionId=version.version_id,
        version="1.0-DELAY" if version.is_delayed else "1.0",
        applicationKey=version.key,
        delayData=version.is_delayed,
        subscriptionRequired=True,
        ownerManaged=vendor is not None,
        active=version.is_active,
        vendorId=None if vendor is None else vendor.vendor_id,
        vendorSecret=None if vendor is None else vendor.secret,
    )
