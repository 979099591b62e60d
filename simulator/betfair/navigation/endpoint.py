"""What answers under the address of the menu: a file, which customers who are logged in may fetch.

    GET /exchange/betting/rest/v1/en/navigation/menu.json

Clients also post to it, with an empty body. Errors are those of the betting service over REST, always as JSON (chosen,
docs/fidelity.md). A locale is one of a closed list; names that a scenario does not translate are in English.
"""

import re
from typing import Final

from simulator.betfair.betting.codes import language_of
from simulator.betfair.dispatch import Credentials, Dispatcher
from simulator.betfair.errors import BETTING_EXCEPTION, ApiError, Fault, ProtocolError
from simulator.betfair.navigation.kept import KeptMenus
from simulator.betfair.operations import Needs
from simulator.betfair.rest import fault_response
from simulator.http import JSON, Request, Response

LOCALES: Final = ("en", "en_GB", "bg", "da", "de", "el", "es", "it", "pt", "ru", "sv")
"""The locales in which there is a menu (manual)."""

PATH: Final = re.compile(r"/exchange/betting/rest/v1(?:\.\d+)?/([^/]+)/navigation/menu\.json", re.ASCII)
"""The address; what stands in it is the locale."""


OPERATION: Final = "navigation"
"""How a request for the menu is called where it is written down."""


class NavigationEndpoint:
    """Answers with the menu of the caller's world."""

    methods = ("GET", "POST")

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher: Final = dispatcher
        self._menus: Final = KeptMenus()

    async def answer(self, request: Request) -> Response:
        """Answer with the menu, or say why there is none."""
        credentials = Credentials.of(request.headers)
        try:
            locale = self._locale_of(request.path)
            world, session, _ = self._dispatcher.let_in(credentials, Needs.APP_KEY_AND_SESSION)
        except (ApiError, ProtocolError) as error:
            uuid = self._dispatcher.refused(OPERATION, credentials, error, BETTING_EXCEPTION)
            return fault_response(error, BETTING_EXCEPTION, uuid, JSON)
        world.run_due()
        menu = self._menus.of(world, language_of(locale))
        self._dispatcher.requests.answered(world, OPERATION, session.account.username)
        return Response(200, menu.plain, compressed=menu.compressed)

    def refuse(self, error: ProtocolError) -> Response:
        """Answer a request that was not read."""
        return fault_response(error, BETTING_EXCEPTION, "", JSON)

    def _locale_of(self, path: str) -> str:
        match = PATH.fullmatch(path)
        assert match is not None, "the face sends nothing else here"
        if match[1] not in LOCALES:
            problem = f"there is no menu in {match[1][:20]!r}; there are {', '.join(LOCALES)}"
            raise ProtocolError(Fault.NO_SUCH_OPERATION, problem)
        return match[1]
