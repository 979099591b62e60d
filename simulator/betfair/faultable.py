"""What faults can be ordered for at the exchange's services: operations, and the codes that refuse each of them."""

from collections.abc import Mapping
from typing import Final

from simulator.betfair.errors import BETTING_EXCEPTION
from simulator.betfair.fault_answers import codes_of
from simulator.betfair.faulty_endpoints import IDENTITY_CODES
from simulator.betfair.identity import CERTIFICATE_LOGIN, KEEP_ALIVE, LOGIN, LOGOUT
from simulator.betfair.in_play_service import OPERATIONS as IN_PLAY
from simulator.betfair.login_pages import LOGIN_PAGE, RECOVERY
from simulator.betfair.navigation.endpoint import OPERATION as MENU
from simulator.betfair.race_card_service import CARD, RESULTS
from simulator.betfair.services import SERVICES

FAULTABLE: Final[Mapping[str, frozenset[str]]] = {
    **{name: codes_of(name, service.exception) for service in SERVICES for name in service.operations},
    **{name: codes_of(name, BETTING_EXCEPTION) for name in (MENU, *IN_PLAY, CARD, RESULTS)},
    **dict.fromkeys((LOGIN, CERTIFICATE_LOGIN, KEEP_ALIVE, LOGOUT, LOGIN_PAGE, RECOVERY), IDENTITY_CODES),
}
"""By the names under which requests are in the journal."""
