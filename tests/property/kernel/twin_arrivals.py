"""The naive twin's matcher at work: a bet arrives, meets what is on offer, and waits with the rest.

What it meets is said by `twin_matching`; whose offers it may meet is written from the exchange mechanics, section 5.5.
"""

from simulator.exchange import events
from simulator.exchange.orders import OrderType, RunnerKey, Side, TimeInForce
from tests.property.kernel.twin_acceptance import NaiveMarket
from tests.property.kernel.twin_book import Match, NaiveBet, queue, whose
from tests.property.kernel.twin_markets import NaiveMarkets, NaiveTrade
from tests.property.kernel.twin_matching import Ask, Matcher, Offer
from tests.property.kernel.twin_matching import Match as Met


class NaiveArrivals(NaiveMarkets):
    """Bets on their way into the books."""

    def arrive(self, index: int, bet: NaiveBet, at: int, ticket: int | None = None) -> None:
        """Let a bet reach the matcher: it gets its id, takes what it can, and waits in the queue with the rest."""
        matcher = self.matcher_of(bet)
        rest = matcher.run()
        self.number(index, bet, at, ticket)
        if bet.target is not None:
            # Now that it has met the market it is a bet like any other, of this size.
            bet.target, bet.size = None, sum(met.size for met in matcher.matches) + rest
        for met in matcher.matches:
            if met.leg_prices:
                self.match_with_all_others(bet, met, at)
            else:
                self.match(bet, met, at)
        if bet.fill_or_kill and bet.remaining:
            self.happened.append(events.OrderKilled(at, *whose(bet), bet.remaining))
            bet.cancelled_at = at
            bet.cancelled += bet.remaining

    def number(self, index: int, bet: NaiveBet, at: int, ticket: int | None = None) -> None:
        """Give a bet its id: it exists from now on."""
        bet.bet_id = self.first_bet_id + len(self.bets)
        bet.placed_at = at
        self.bets.append(bet)
        self.happened.append(
            events.OrderPlaced(
                at=at,
                market_id=bet.market_id,
                bet_id=bet.bet_id,
                account=bet.account,
                runner=bet.runner,
                index=index,
                ticket=ticket,
                side=bet.side,
                order_type=bet.order_type,
                persistence=bet.persistence,
                price=bet.price if bet.order_type in (OrderType.LIMIT, OrderType.LIMIT_ON_CLOSE) else None,
                size=bet.size if bet.order_type is OrderType.LIMIT and bet.target is None else None,
                liability=None if bet.order_type is OrderType.LIMIT else bet.waiting,
                time_in_force=TimeInForce.FILL_OR_KILL if bet.fill_or_kill else None,
                min_fill_size=bet.minimum_fill,
                bet_target_type=bet.target_type,
                bet_target_size=bet.target,
                customer_order_reference=bet.order_reference,
                customer_strategy_reference=bet.strategy_reference,
            )
        )

    def matcher_of(self, bet: NaiveBet) -> Matcher:
        ask = Ask(bet.side, bet.price, bet.size, bet.target_type, bet.target or 0, bet.fill_or_kill, bet.minimum_fill)
        market = self.markets[bet.market_id]
        own = self.offers(market, bet.runner, bet.side.opposite)
        legs = [self.offers(market, runner, bet.side) for runner in self.others_who_make_offers(market, bet.runner)]
        return Matcher(ask, own, legs, market.winners_left)

    def offers(self, market: NaiveMarket, runner: RunnerKey, side: Side) -> list[Offer]:
        here = [bet for bet in self.bets if bet.market_id == market.definition.market_id]
        return [Offer(bet.bet_id, runner, bet.price, bet.remaining) for bet in queue(here, runner, side)]

    def others_who_make_offers(self, market: NaiveMarket, runner: RunnerKey) -> list[RunnerKey]:
        """The runners whose bets make virtual ones on another, in the order of their listing.

        Somebody listed must win, and not all of them can.
        """
        others = [other for other in market.active if other != runner]
        definition = market.definition
        if not definition.cross_matching or not definition.complete:
            return []
        return others if 1 <= market.winners_left <= len(others) else []

    def match(self, bet: NaiveBet, met: Met, at: int) -> None:
        """Match a bet with others on its runner, each by itself."""
        for bet_id, size in met.parts:
            other = self.bet(bet_id)
            self.matches_made += 1
            self.take_part(other, size, at)
            bet.matches.append(Match(self.matches_made, other.price, size, at))
            self.happened.append(
                events.OrderMatched(
                    at,
                    bet.market_id,
                    self.matches_made,
                    bet.runner,
                    other.price,
                    size,
                    taker_side=bet.side,
                    taker_bet_id=bet.bet_id,
                    taker_account=bet.account,
                    resting_bet_id=bet_id,
                    resting_account=other.account,
                )
            )

    def match_with_all_others(self, bet: NaiveBet, met: Met, at: int) -> None:
        """Match a bet with the house, which in the same moment is matched on all the other runners."""
        self.matches_made += 1
        for bet_id, size in met.parts:
            self.take_part(self.bet(bet_id), size, at)
        bet.matches.append(Match(self.matches_made, met.price, met.size, at))
        self.trades.append(NaiveTrade(bet.market_id, bet.runner, met.price, met.size, at))
        legs = [(self.bet(bet_id), size) for bet_id, size in met.parts]
        self.happened.append(
            events.VirtualBetMatched(
                at,
                bet.market_id,
                self.matches_made,
                bet.runner,
                met.price,
                met.size,
                taker_side=bet.side,
                taker_bet_id=bet.bet_id,
                taker_account=bet.account,
                legs=tuple(
                    events.FilledLeg(leg.bet_id, leg.account, leg.runner, leg.price, size) for leg, size in legs
                ),
            )
        )

    def take_part(self, bet: NaiveBet, size: int, at: int) -> None:
        """Match a part of a bet that waits in a queue, at its own price."""
        bet.matches.append(Match(self.matches_made, bet.price, size, at))
        self.trades.append(NaiveTrade(bet.market_id, bet.runner, bet.price, size, at))

    def bet(self, bet_id: int) -> NaiveBet:
        (found,) = (bet for bet in self.bets if bet.bet_id == bet_id)
        return found
