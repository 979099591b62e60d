"""The naive twin's starting price: who waits for it, who is sent to the auction, and what it brings.

Written from the exchange mechanics, sections 8.3, 9.4 and 9.5. The price and the shares are those of
`twin_starting_price`.
"""

import math
from fractions import Fraction

from simulator.exchange import events
from simulator.exchange.book import Offer
from simulator.exchange.commands import CloseMarket, Reconcile, TurnInPlay
from simulator.exchange.money import NoPrice
from simulator.exchange.orders import LapseReason, OrderType, Persistence, RunnerKey, Side
from simulator.exchange.starting_price import StartingPriceBet
from tests.property.kernel.twin_acceptance import MINIMUM_LIABILITY, NaiveMarket, NaiveNonsense
from tests.property.kernel.twin_arrivals import NaiveArrivals
from tests.property.kernel.twin_book import Match, NaiveBet, levels, queue, whose
from tests.property.kernel.twin_money import nearest_penny
from tests.property.kernel.twin_starting_price import NaiveResult, NaiveRunner, naive_result


class NaiveAuction(NaiveArrivals):
    """The end of betting before the off."""

    def wait(self, index: int, bet: NaiveBet, at: int) -> None:
        """Let a bet wait for the starting price."""
        self.number(index, bet, at)
        self.for_starting_price.append(bet)
        self.happened.append(events.OrderQueuedForStartingPrice(at, *whose(bet), bet.waiting))

    def ease_limit(self, index: int, bet: NaiveBet, successor: NaiveBet, at: int) -> None:
        """Let a bet with another limit wait in the place of one that is cancelled for it."""
        self.happened.append(events.OrderCancelled(at, *whose(bet), index, bet.waiting, events.CancelReason.REPLACED))
        successor.waiting, bet.waiting = bet.waiting, 0
        self.number(index, successor, at)
        self.for_starting_price[self.for_starting_price.index(bet)] = successor
        bet.size += successor.waiting
        bet.cancelled += successor.waiting
        bet.cancelled_at = at
        self.happened.append(events.OrderQueuedForStartingPrice(at, *whose(successor), successor.waiting))

    def turn_in_play(self, command: TurnInPlay, at: int) -> None:
        """First the auction, in which LAPSE bets take part, and then they lapse."""
        market = self.known_market(command.market_id)
        may_turn = market.definition.turn_in_play and not market.in_play and not market.betting_is_over
        if market.status not in ("OPEN", "SUSPENDED") or not may_turn:
            raise NaiveNonsense
        if market.definition.bsp_market and not market.reconciled:
            self.hold_auction(market, at)
        self.lapse(market, at, LapseReason.TURNED_IN_PLAY, spares=(Persistence.PERSIST,))
        market.in_play = True
        market.status = "OPEN"
        self.change(market, at, material=True)

    def reconcile(self, command: Reconcile, at: int) -> None:
        market = self.known_market(command.market_id)
        if market.status not in ("OPEN", "SUSPENDED") or market.betting_is_over:
            raise NaiveNonsense
        if not market.definition.bsp_market or market.reconciled:
            raise NaiveNonsense
        self.hold_auction(market, at)
        self.change(market, at, material=True)

    def close_betting(self, command: CloseMarket, at: int) -> None:
        """Where the market has not turned in play this is its off."""
        market = self.known_market(command.market_id)
        if market.status not in ("OPEN", "SUSPENDED") or market.betting_is_over:
            raise NaiveNonsense
        if market.definition.bsp_market and not market.reconciled:
            self.hold_auction(market, at)
        market.betting_is_over = True
        market.status = "SUSPENDED"
        self.lapse_for_good(market, at, LapseReason.BETTING_CLOSED)
        self.change(market, at, material=True)

    def hold_auction(self, market: NaiveMarket, at: int) -> None:
        for runner in market.active:
            for side in Side:
                self.send_to_auction(market, runner, side, at)
        for runner in market.active:
            self.hold_auction_of(market, runner, at)
        market.reconciled = True

    def bets_in(self, market: NaiveMarket) -> list[NaiveBet]:
        return [bet for bet in self.bets if bet.market_id == market.definition.market_id]

    def send_to_auction(self, market: NaiveMarket, runner: RunnerKey, side: Side, at: int) -> None:
        """Unmatched bets that want the starting price become bets for it; a lay that risks too little lapses."""
        for bet in queue(self.bets_in(market), runner, side):
            if bet.persistence is not Persistence.MARKET_ON_CLOSE:
                continue
            money = bet.remaining
            if side is Side.LAY:
                money = nearest_penny(Fraction(bet.remaining * (bet.price - 100), 100))
            if side is Side.LAY and money < MINIMUM_LIABILITY:
                self.lapse_bet(bet, at, LapseReason.SMALL_STAKE)
                continue
            bet.order_type = OrderType.MARKET_ON_CLOSE
            bet.size -= bet.remaining
            bet.waiting = money
            self.for_starting_price.append(bet)
            self.happened.append(events.OrderQueuedForStartingPrice(at, *whose(bet), money))

    def hold_auction_of(self, market: NaiveMarket, runner: RunnerKey, at: int) -> None:
        backs, lays = (self.queue_for_starting_price(market, runner, side) for side in Side)
        to_lay, to_back = (levels(self.bets_in(market), runner, side) for side in Side)
        result = naive_result(
            NaiveRunner(
                [in_auction(bet) for bet in backs],
                [in_auction(bet) for bet in lays],
                [Offer(price, size) for price, size, _ in to_back],
                [Offer(price, size) for price, size, _ in to_lay],
            )
        )
        market.starting_prices[runner] = None if result is None else result.price
        shown = NoPrice.INFINITY if result is None else math.floor(result.price * 100 + Fraction(1, 2))
        self.happened.append(events.StartingPriceMade(at, market.definition.market_id, runner, shown))
        if result is not None and not isinstance(shown, NoPrice):
            self.match_at_starting_price(market, backs, lays, result, shown, at)
            for side, taken in ((Side.LAY, result.lays_taken), (Side.BACK, result.backs_taken)):
                for offer in taken:
                    self.fill_at_auction(market, runner, side, offer, at)
        for bet in [*backs, *lays]:
            self.end_waiting(bet, at, LapseReason.NO_MATCH_AT_STARTING_PRICE)

    def match_at_starting_price(
        self, market: NaiveMarket, backs: list[NaiveBet], lays: list[NaiveBet], result: NaiveResult, shown: int, at: int
    ) -> None:
        """Match those who take part; what their bets return is cut below a hundredth of a penny."""
        shares = [
            *zip(backs, result.back_stakes, result.back_stakes, strict=True),
            *zip(lays, result.lay_stakes, result.lay_liabilities, strict=True),
        ]
        for bet, stake, money in shares:
            if stake:
                self.matches_made += 1
                payout = math.floor(stake * result.price * 100)
                bet.matches.append(Match(self.matches_made, shown, stake, at, payout))
                bet.waiting -= money
                bet.size += stake
                key = (bet.runner, bet.side)
                market.taken_at_starting_price[key] = market.taken_at_starting_price.get(key, 0) + money
                number = self.matches_made
                self.happened.append(
                    events.OrderMatchedAtStartingPrice(at, *whose(bet), number, bet.side, shown, stake, money)
                )

    def fill_at_auction(self, market: NaiveMarket, runner: RunnerKey, side: Side, offer: Offer, at: int) -> None:
        """Take so much of the exchange's own bets of a price, first come first served."""
        left = offer.size
        for bet in [bet for bet in queue(self.bets_in(market), runner, side) if bet.price == offer.price]:
            size = min(left, bet.remaining)
            if size:
                self.matches_made += 1
                self.take_part(bet, size, at)
                self.happened.append(
                    events.OrderFilledAtAuction(at, *whose(bet), self.matches_made, side, offer.price, size)
                )
            left -= size


def in_auction(bet: NaiveBet) -> StartingPriceBet:
    return StartingPriceBet(bet.waiting, bet.price if bet.order_type is OrderType.LIMIT_ON_CLOSE else None)
