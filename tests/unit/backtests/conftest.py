"""What backtests in these tests are of: strategies in a file, and recordings of four races."""

from pathlib import Path

import pytest

from tests.recording_files import a_race

STRATEGIES = """
import os
import signal
from pathlib import Path


class Backs:
    def __init__(self, stake=2.0, price=3.0):
        self.stake, self.price = stake, price

    def on_market(self, market, orders):
        if market.market_type == "WIN" and not orders and market.runner(1).best_back:
            orders.back(1, self.price, self.stake)


class Told(Backs):
    def __init__(self, context={"stake": 2.0, "price": 3.0}):
        super().__init__(**context)


class Raises(Backs):
    def on_market(self, market, orders):
        super().on_market(market, orders)
        if market.in_play and market.market_id == "1.2":
            raise RuntimeError("this market is too much")


class CannotBeMade(Backs):
    def __init__(self):
        raise RuntimeError("not today")


class AsksForNothing:
    def on_market(self, market, orders):
        pass


class AsksForALot:
    def on_market(self, market, orders):
        for _ in range(2_000):
            orders.back(1, 100.0, 2.0)


class DiesOnce(Backs):
    def __init__(self, mark):
        super().__init__()
        self.mark = Path(mark)

    def on_close(self, market):
        if market.market_id == "1.2" and not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)


class DiesAlways(Backs):
    def on_close(self, market):
        if market.market_id == "1.2":
            os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def script(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A file with the strategies of a module of tests, or with those of all."""
    file = tmp_path / "strategies.py"
    file.write_text(getattr(request.module, "STRATEGIES", STRATEGIES))
    return str(file)


@pytest.fixture
def recordings(tmp_path: Path) -> str:
    """A folder with four races: two of one event, and two of others."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    a_race("1.1", event_id="9").write(folder)
    a_race("1.2", event_id="10").write(folder)
    a_race("1.3", event_id="9", market_type="PLACE").write(folder)
    a_race("1.4", event_id="11").write(folder)
    return str(folder)
