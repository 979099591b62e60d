"""The exchanges of single countries: what their regulators ask of a bet beyond the rules of the international one.

Sources: manual, placeOrders (50 instructions on the Italian exchange, where further rules on sizes apply),
ExecutionReportErrorCode (REJECTED_BY_REGULATOR, NO_CHASING) and the paragraph on stakes below the minimum, which are
valid for British and international customers only; the published Italian rule on stakes. What chasing losses comes
to is not published: see `restrictions`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Jurisdiction(StrEnum):
    """Under whose regulator an account bets, by the ending of the site that it belongs to."""

    INTERNATIONAL = "COM"
    ITALY = "IT"
    SPAIN = "ES"
    DENMARK = "DK"


@dataclass(frozen=True, slots=True)
class NationalRules:
    """What one country's regulator asks. Money is in hundredths of the currency of the account."""

    regulator: str
    """What bets of the country's customers show as their regulator."""
    place_instruction_limit: int | None = None
    """More instructions than this in one request to place orders are rejected by the regulator."""
    least_stakes: Mapping[str, int] = field(default_factory=dict)
    """By currency, where the country's minimum is above that of the currency."""
    back_step: int = 1
    """What the size of a back has to be a multiple of."""
    forbids_chasing: bool = False

    def least_stake(self, currency: str, least_elsewhere: int) -> int:
        """Return the minimum stake in a currency, given what it is on the international exchange."""
        return max(least_elsewhere, self.least_stakes.get(currency, 0))


NATIONAL_RULES: Final[Mapping[str, NationalRules]] = {
    Jurisdiction.ITALY: NationalRules(
        "ITALIAN REGULATOR", place_instruction_limit=50, least_stakes={"EUR": 2_00}, back_step=50
    ),
    Jurisdiction.SPAIN: NationalRules("SPANISH REGULATOR", forbids_chasing=True),
    Jurisdiction.DENMARK: NationalRules("DANISH REGULATOR"),
}
"""By jurisdiction; the international exchange has no rules of this kind. The names of regulators are chosen."""
