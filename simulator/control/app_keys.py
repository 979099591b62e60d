"""App keys: listed, and activated as the exchange does for a customer who has applied for it."""

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from simulator.control.bodies import loaded, read_body
from simulator.control.problems import UnknownAppKey
from simulator.control.resources import Handler, answer
from simulator.control.schema import AppKeyDocument, AppKeysDocument
from simulator.control.worlds import refuse_content
from simulator.world.developer_apps import AppVersion, DeveloperApp
from simulator.world.inputs import ActivateAppKey, DeactivateAppKey
from simulator.world.world import World


class AppKeyHandlers:
    """Everything under `/control/v1/worlds/{world}/app-keys`."""

    def __init__(self, world_of: Callable[[Request], World]) -> None:
        self._world_of: Final = world_of

    async def list_all(self, request: Request) -> Response:
        """Answer the app keys of a world, in the order of their applications, the live one before the delayed one."""
        apps = self._world_of(request).developer_apps.by_id.values()
        return answer(
            AppKeysDocument([_described(app, version) for app in apps for version in (app.live, app.delayed)])
        )

    def putting(self, what: type[ActivateAppKey | DeactivateAppKey]) -> Handler:
        """Return the handler that activates the app key of the address, or the one that does the opposite."""

        async def do(request: Request) -> Response:
            self._version_of(request)
            await loaded(await read_body(request), refuse_content)
            # Asked for again: while the document was on its way the world may have been deleted.
            world, app, version = self._version_of(request)
            world.do(what(version.key)).accepted()
            return answer(_described(app, version))

        return do

    def _version_of(self, request: Request) -> tuple[World, DeveloperApp, AppVersion]:
        world, key = self._world_of(request), request.path_params["key"]
        for app in world.developer_apps.by_id.values():
            for version in (app.live, app.delayed):
                if version.key == key:
                    return world, app, version
        raise UnknownAppKey(f"There is no app key {key[:80]!r} in the world {world.id!r}.")


def _described(app: DeveloperApp, version: AppVersion) -> AppKeyDocument:
    return AppKeyDocument(
        app_key=version.key,
        app_name=app.name,
        username=version.owner,
        delayed=version.is_delayed,
        active=version.is_active,
    )
