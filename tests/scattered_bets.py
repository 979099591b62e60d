"""Strategies that do much and mean nothing: whatever a fill can be, one of them brings it about."""

from random import Random

from simulator.backtest.followed import Followed
from simulator.backtest.lane import Lane
from simulator.exchange.commands import CancelInstruction, PlaceInstruction, ReplaceInstruction
from simulator.exchange.ladder import Ladder
from simulator.exchange.orders import OrderType, Persistence, Side, TimeInForce

LADDER = Ladder.CLASSIC


class Scatter:
    """Backs and lays around the best prices, of all sizes and kinds, and cancels and replaces what rests."""

    def __init__(self, lane: Lane, seed: int, every: int = 7, most: int = 400_00) -> None:
        self.lane = lane
        self.random = Random(seed)
        self.every = every
        self.most = most
        self.updates = 0
        lane.on_update = self

    def __call__(self, followed: Followed) -> None:
        self.updates += 1
        if self.updates % self.every:
            return
        market_id = followed.recorded.market_id
        key = self.random.choice(list(followed.market.runners))
        runner = followed.recorded.runners.get(key)
        if runner is None:
            return
        resting = list(followed.market.runners[key].book.backs.orders()) + list(
            followed.market.runners[key].book.lays.orders()
        )
        action = self.random.random()
        if resting and action < 0.25:
            self.lane.cancel(market_id, CancelInstruction(self.random.choice(resting).bet_id))
            return
        best = runner.best_back if self.random.random() < 0.5 else runner.best_lay
        if best is None:
            return
        price = self._near(best)
        if resting and action < 0.35:
            self.lane.replace(market_id, ReplaceInstruction(self.random.choice(resting).bet_id, price))
            return
        kills = self.random.random() < 0.15
        self.lane.place(
            market_id,
            PlaceInstruction(
                key,
                self.random.choice([Side.BACK, Side.LAY]),
                OrderType.LIMIT,
                price,
                self.random.choice([2_00, 5_01, 33_33, self.random.randint(2_00, self.most)]),
                Persistence.LAPSE if kills else self.random.choice([Persistence.LAPSE, Persistence.PERSIST]),
                TimeInForce.FILL_OR_KILL if kills else None,
                1_00 if kills and self.random.random() < 0.5 else None,
            ),
        )

    def _near(self, best: int) -> int:
        tick = LADDER.tick_of(LADDER.floor(max(best, LADDER.lowest))) + self.random.randint(-4, 4)
        return LADDER.price_at(min(max(tick, 0), LADDER.size - 1))
