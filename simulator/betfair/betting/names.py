"""In which language a request reads names: that of its locale or else that of the account.

Source: manual, "Especificación de la configuración regional". Names are those of sports, competitions, groups, events,
markets and runners; what a scenario does not translate is shown in English, as the exchange does with markets that are
not translated.
"""

from collections.abc import Callable
from typing import Any

from simulator.betfair.betting.codes import check_locale, language_of
from simulator.betfair.operations import Call

Names = Callable[[str], str]
"""Says how a language calls what has an English name."""


def names_for(call: Call[Any], locale: str | None) -> Names:
    """Return the names for a request with a locale; raise INVALID_INPUT_DATA for one that is none."""
    check_locale(locale)
    return call.world.catalogue.names_in(language_of(locale or call.account.locale))
