"""Files with recordings of our own, as historic data are: one JSON message a line, packed.

    race = Race("1.1", event_id="9")
    race.offers(1, atb=[(3.0, 50.0)], atl=[(3.1, 40.0)])
    race.defines(inPlay=True)
    race.ends(winner=1)
    file = race.write(tmp_path)

Every message comes a second after the one before, from `BEGINNING` on.
"""

import bz2
import json
from pathlib import Path
from typing import Any

BEGINNING = 1_600_000_000_000
"""13 September 2020, 12:26:40 UTC."""


class Race:
    """A recorded market with three runners, OPEN from its first message on."""

    def __init__(self, market_id: str = "1.1", *, event_id: str = "9", market_type: str = "WIN", **more: Any) -> None:
        self.market_id = market_id
        self.messages: list[str] = []
        self.at = BEGINNING
        self._definition: dict[str, Any] = {
            "status": "OPEN", "inPlay": False, "betDelay": 0, "version": 1, "bspMarket": False, "bspReconciled": False,
            "complete": True, "crossMatching": False, "turnInPlayEnabled": True, "persistenceEnabled": True,
            "numberOfWinners": 1, "marketBaseRate": 5.0, "bettingType": "ODDS", "marketType": market_type,
            "eventId": event_id, "eventTypeId": "7", "countryCode": "GB", "discountAllowed": True,
            "marketTime": "2020-09-13T12:30:00.000Z",
            "runners": [
                {"id": number, "sortPriority": number, "status": "ACTIVE", "name": f"Runner {number}"}
                for number in (1, 2, 3)
            ],
            **more,
        }  # fmt: skip
        self.defines()

    def defines(self, **changes: Any) -> None:
        """Let a message define the market, with changes."""
        self._definition = {**self._definition, **changes, "version": self._definition["version"] + 1}
        self._say({"id": self.market_id, "marketDefinition": self._definition})

    def offers(self, selection_id: int, **told: Any) -> None:
        """Let a message say something of a runner: `atb`, `atl`, `trd` and so on, prices and sizes as on the wire."""
        self._say({"id": self.market_id, "rc": [{"id": selection_id, **told}]})

    def ends(self, winner: int) -> None:
        """Let a runner win, and the market be closed."""
        runners = [
            {**runner, "status": "WINNER" if runner["id"] == winner else "LOSER"}
            for runner in self._definition["runners"]
        ]
        self.defines(status="SUSPENDED")
        self.defines(status="CLOSED", runners=runners)

    def says(self, line: str) -> None:
        """Let there be a line of any kind."""
        self.messages.append(line)

    def _say(self, change: dict[str, Any]) -> None:
        self.at += 1_000
        self.messages.append(json.dumps({"op": "mcm", "clk": "a", "pt": self.at, "mc": [change]}))

    def write(self, folder: Path, name: str | None = None) -> Path:
        """Write the recording into a folder, and return the file."""
        file = folder / (name or f"{self.market_id}.bz2")
        file.write_bytes(bz2.compress("".join(f"{message}\n" for message in self.messages).encode()))
        return file


def a_race(market_id: str = "1.1", **more: Any) -> Race:
    """Return a race that runner 1 wins, with offers on it before the off and in play."""
    race = Race(market_id, **more)
    race.offers(1, atb=[(3.0, 50.0), (2.9, 20.0)], atl=[(3.1, 40.0)])
    race.offers(2, atb=[(2.0, 50.0)], atl=[(2.02, 40.0)])
    race.offers(1, trd=[(3.0, 100.0)], ltp=3.0, tv=100.0)
    race.defines(status="SUSPENDED")
    race.defines(status="OPEN", inPlay=True, betDelay=1)
    race.offers(1, atb=[(3.0, 0.0), (2.9, 60.0)])
    race.offers(2, atl=[(2.02, 30.0)])
    race.offers(2, atl=[(2.02, 20.0)])
    race.ends(winner=1)
    return race
