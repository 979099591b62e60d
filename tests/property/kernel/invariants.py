"""What the kernel promises at any moment, whoever did whatever before.

Checked on the kernel's own figures after every step, without the twin, so that a mistake made on both sides shows.
"""

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from math import ceil

from hypothesis.stateful import invariant

from simulator.exchange.book import Offers
from simulator.exchange.ledger import HOUSE
from simulator.exchange.market import Market
from simulator.exchange.orders import Order, OrderType, RunnerKey, Side
from simulator.exchange.statuses import MarketStatus, RunnerStatus
from tests.property.kernel.index_promises import check_indexes
from tests.property.kernel.stage import Stage


class Promises(Stage):
    """Invariants of the kernel, each named for what holds.

    To hypothesis they are one, because it prints every invariant after every step of a program that fails.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[str, tuple[int, int, tuple[object, ...]]] = {}

    @invariant()
    def all_promises_are_kept(self) -> None:
        for promise in self.promises():
            promise()

    def promises(self) -> list[Callable[[], None]]:
        """What to check after every step; another group of promises adds its own."""
        return [
            self.kernel_and_twin_are_alike,
            self.no_book_is_crossed,
            self.offers_stand_by_price_and_then_by_arrival,
            self.totals_and_best_prices_are_what_the_bets_add_up_to,
            self.every_unmatched_bet_stands_in_its_queue_and_no_other_does,
            self.the_parts_of_a_bet_add_up_to_its_size,
            self.nobody_is_matched_at_a_worse_price_than_asked_for,
            self.every_penny_backed_is_a_penny_laid_and_is_traded_twice,
            self.the_house_loses_less_than_a_penny_a_leg_whoever_wins,
            self.money_moves_and_never_comes_or_goes,
            self.nothing_is_at_risk_or_unmatched_in_a_closed_market,
            self.orders_are_found_where_a_walk_over_all_finds_them,
            self.versions_rise_with_every_change_of_state,
        ]

    def kernel_and_twin_are_alike(self) -> None:
        self.pair.compare()

    def orders_are_found_where_a_walk_over_all_finds_them(self) -> None:
        check_indexes(self.kernel)

    def no_book_is_crossed(self) -> None:
        for market in self.kernel.markets.values():
            for runner in market.runners.values():
                back, lay = runner.book.backs.best, runner.book.lays.best
                assert back is None or lay is None or back.price > lay.price

    def offers_stand_by_price_and_then_by_arrival(self) -> None:
        for offers in self.all_offers():
            prices = [level.price for level in offers.best_first()]
            assert prices == sorted(set(prices), reverse=offers.resting_side is Side.LAY)
            for level in offers.best_first():
                # Bets get their ids in the order in which they reach the matcher.
                assert list(level.queue) == sorted(level.queue)

    def totals_and_best_prices_are_what_the_bets_add_up_to(self) -> None:
        for offers in self.all_offers():
            for level in offers.levels.values():
                assert level.total == sum(order.size_remaining for order in level.queue.values()) > 0
            assert offers.total == sum(level.total for level in offers.levels.values())
            best = max if offers.resting_side is Side.LAY else min
            assert (offers.best.price if offers.best else None) == best(offers.levels, default=None)

    def every_unmatched_bet_stands_in_its_queue_and_no_other_does(self) -> None:
        standing = [
            bet_id for offers in self.all_offers() for level in offers.levels.values() for bet_id in level.queue
        ]
        assert sorted(standing) == [order.bet_id for order in self.kernel.orders.values() if order.size_remaining]

    def the_parts_of_a_bet_add_up_to_its_size(self) -> None:
        for order in self.kernel.orders.values():
            parts = self.parts(order)
            assert sum(parts) == order.size
            assert min(parts) >= 0
            assert order.matched_payout == (0 if order.size_voided else sum(f.payout for f in order.fragments))
            assert sum(fragment.size for fragment in order.fragments) == order.size_matched + order.size_voided

    def nobody_is_matched_at_a_worse_price_than_asked_for(self) -> None:
        for order in self.kernel.orders.values():
            if order.order_type is OrderType.MARKET_ON_CLOSE:
                continue
            # The limit of a fill-or-kill order is on the average of its matches.
            fragments = order.fragments_before_hiding or order.fragments
            sizes = [sum(fragment.size for fragment in fragments)]
            payouts = [sum(fragment.payout for fragment in fragments)]
            if order.time_in_force is None:
                sizes = [fragment.size for fragment in fragments]
                payouts = [fragment.payout for fragment in fragments]
            for size, payout in zip(sizes, payouts, strict=True):
                assert payout >= size * order.price if order.side is Side.BACK else payout <= size * order.price

    def every_penny_backed_is_a_penny_laid_and_is_traded_twice(self) -> None:
        for market in self.kernel.markets.values():
            for key, runner in market.runners.items():
                orders = [order for order in market.orders.values() if order.runner == key]
                backed, laid = (
                    sum(order.size_matched + order.size_voided for order in orders if order.side is side)
                    for side in (Side.BACK, Side.LAY)
                )
                of_the_house = self.house_stakes.get((market.market_id, key), 0)
                rounded = self.bets_at_starting_price(market, key)
                # At the starting price stakes meet liabilities, so that stakes meet to less than a penny a bet.
                assert abs(backed - laid - of_the_house) <= rounded
                assert runner.book.total_matched == sum(runner.book.traded.values())
                if not of_the_house and not rounded:
                    assert runner.book.total_matched >= backed + laid
            assert market.total_matched == sum(runner.book.total_matched for runner in market.runners.values())

    def the_house_loses_less_than_a_penny_a_leg_whoever_wins(self) -> None:
        """It holds nothing but what the rounding of virtual bets and of starting prices leaves over.

        A penny of stake more or less is worth the price at which it stands.
        """
        for market in self.kernel.markets.values():
            steps = self.virtual_bets.get(market.market_id, 0)
            if market.status is MarketStatus.CLOSED:
                continue
            stakes, returns = dict.fromkeys(market.runners, 0), dict.fromkeys(market.runners, 0)
            for order in market.orders.values():
                sign = 1 if order.side is Side.BACK else -1
                stakes[order.runner] += sign * order.size_matched
                returns[order.runner] += sign * order.matched_payout
            at_starting_price = sum(self.most_lost_at_starting_price(market, key) for key in market.runners)
            places = market.definition.number_of_winners
            for count in [places] if places else range(len(market.runners) + 1):
                for winners in combinations(market.runners, count):
                    customers = sum(returns[key] for key in winners) - 100 * sum(stakes.values())
                    assert customers <= 100 * steps * (len(market.runners) - 1) + at_starting_price
                    assert steps or at_starting_price or not customers

    def money_moves_and_never_comes_or_goes(self) -> None:
        """A bet's profit is rounded once, by half a penny at most; void legs leave the house with what stays of it."""
        assert sum(self.kernel.ledger.balances.values()) == 0
        for market in self.kernel.markets.values():
            settled = sum(order.settled_at is not None for order in market.orders.values())
            steps = self.virtual_bets.get(market.market_id, 0)
            if steps and any(runner.status is RunnerStatus.REMOVED for runner in market.runners.values()):
                continue
            result = -sum(order.profit or 0 for order in market.orders.values())
            at_starting_price = sum(self.most_lost_at_starting_price(market, key) for key in market.runners)
            assert 200 * result >= -100 * settled - 200 * steps * (len(market.runners) - 1) - 2 * at_starting_price
            assert steps or at_starting_price or 2 * result <= settled
        assert self.kernel.ledger.balances[HOUSE] == -sum(order.profit or 0 for order in self.kernel.orders.values())

    def nothing_is_at_risk_or_unmatched_in_a_closed_market(self) -> None:
        for market_id in self.markets(MarketStatus.CLOSED):
            market = self.kernel.markets[market_id]
            assert market.total_available == 0
            assert not any(account.exposure_in(market_id) for account in self.kernel.accounts.values())

    def versions_rise_with_every_change_of_state(self) -> None:
        for market_id, market in self.kernel.markets.items():
            state = (market.status, market.in_play, market.betting_is_over)
            version, material, before = self.seen.get(market_id, (market.version, market.material_version, state))
            assert market.material_version <= market.version
            assert market.version >= version
            assert market.material_version >= material
            assert market.version > version or (state, market.material_version) == (before, material)
            self.seen[market_id] = (market.version, market.material_version, state)

    def all_offers(self) -> list[Offers]:
        return [offers for market in self.kernel.markets.values() for offers in offers_of(market)]

    def bets_at_starting_price(self, market: Market, key: RunnerKey) -> int:
        """How many times an auction rounded on a runner: once for every bet in it, and for what it took last."""
        waited = [o for o in market.orders.values() if o.runner == key and o.order_type is not OrderType.LIMIT]
        return len(waited) + 1 if waited and isinstance(market.runners[key].starting_price, Fraction) else 0

    def most_lost_at_starting_price(self, market: Market, key: RunnerKey) -> int:
        """What the roundings of an auction can cost, in hundredths of pence."""
        starting_price = market.runners[key].starting_price
        if not isinstance(starting_price, Fraction):
            return 0
        prices = [part.price for order in market.orders.values() if order.runner == key for part in order.fragments]
        return self.bets_at_starting_price(market, key) * max([*prices, ceil(starting_price * 100)])

    def parts(self, order: Order) -> list[int]:
        return [
            order.size_matched,
            order.size_remaining,
            order.size_cancelled,
            order.size_lapsed,
            order.size_voided,
        ]


def offers_of(market: Market) -> list[Offers]:
    return [offers for runner in market.runners.values() for offers in (runner.book.backs, runner.book.lays)]
