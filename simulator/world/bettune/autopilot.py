"""What BetTune does with predictions: it backs what the exchange offers at the predicted odds or better.

Only for users with the PRO plan, as long as they have it.

Once for a filter and a match, before kick-off, with the filter's stake, for the Betfair account of the filter's user.
The order asks for the odds themselves, or for the next price above them that exists, so that it is never matched worse;
what is not matched at once waits and lapses at kick-off.

It looks only at matches in whose markets something has happened, and again at bets that the exchange has refused when
money may have come free: whatever else goes on cannot make a bet possible.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Final

from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.events import (
    Event,
    MarketClosed,
    MarketEvent,
    RunnerRemoved,
    RunnerSettled,
    accounts_of,
)
from simulator.exchange.exchange import Exchange
from simulator.exchange.market import Market
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.exchange.refusals import Reason
from simulator.exchange.statuses import MarketStatus, RunnerStatus
from simulator.world.bettune.bettune import APPROVED, BetTune, Match, Prediction, PredictionFilter
from simulator.world.bettune.football import runner_for
from simulator.world.catalogue import Catalogue
from simulator.world.happened import Happened, Notice, PlanChanged, PredictionPut

AUTOPILOT: Final = "autopilot"
"""How notices name the autopilot, where those of the schedule have a verb."""
STRATEGY: Final = "bettune"
"""The strategy reference by which its orders are known; the order reference names filter and match."""

_MILLIONTHS_IN_A_HUNDREDTH: Final = 10_000


class Autopilot:
    """A participant that says which bets are to be placed now, and remembers those that it has placed."""

    name: Final = AUTOPILOT

    def __init__(self, bettune: BetTune, exchange: Exchange, catalogue: Catalogue) -> None:
        self._bettune: Final = bettune
        self._exchange: Final = exchange
        self._catalogue: Final = catalogue
        self.placed: Final[dict[tuple[int, int], None]] = {}
        """Filter and match of every bet that the exchange has taken, in the order in which it did."""
        self._refusals: Final[dict[tuple[int, int], tuple[str, tuple[Reason, ...]]]] = {}
        self._accounts: Final = frozenset(
            user.account for user in bettune.users.by_token.values() if user.account is not None
        )
        self._touched = dict.fromkeys(bettune.matches)
        """The matches to be looked at again."""
        self._retry = False
        """Whether refused orders may be affordable now."""

    def hear(self, happened: Happened) -> None:
        """Note which matches to look at again.

        Those with a new prediction or with an event in one of their markets, and all when the plan of a user changes.
        """
        for event in happened.events:
            if isinstance(event, PredictionPut):
                self._touched[event.match_id] = None
            elif isinstance(event, PlanChanged):
                self._touched.update(dict.fromkeys(self._bettune.matches))
            elif isinstance(event, MarketEvent):
                market = self._catalogue.markets.get(event.market_id)
                match = None if market is None else self._bettune.match_of_event.get(market.event.id)
                if match is not None:
                    self._touched[match.id] = None
            if self._refusals:
                self._retry = self._retry or _may_set_money_free(event, self._accounts)

    def commands(self, now: int) -> Iterator[PlaceOrders]:
        """Yield an order for every prediction that is offered its odds now and has not been bet on.

        In order of the predictions' numbers.
        """
        touched, self._touched = self._touched, {}
        retry, self._retry = self._retry, False
        keys = {(filter_id, match_id) for match_id in touched for filter_id in self._bettune.filters}
        if retry:
            keys |= self._refusals.keys()
        found = [self._bettune.predictions.get(key) for key in keys]
        for prediction in sorted((one for one in found if one is not None), key=lambda one: one.id):
            is_placed = (prediction.filter_id, prediction.match_id) in self.placed
            order = None if is_placed else self._order_for(prediction, now)
            if order is not None:
                yield order

    def told(self, outcome: Happened) -> Notice | None:
        """Remember that the exchange has taken an order, so that it is not placed again, or why it was refused.

        A refused order is tried again when something has happened in its market or to the money of an account that bets
        here. Mostly it is refused for the same reasons, and then that is no news.
        """
        order, refusal = outcome.input, outcome.refusal
        assert isinstance(order, PlaceOrders)
        key = _key_of(order)
        if refusal is None:
            self.placed[key] = None
            self._refusals.pop(key, None)
            return None
        reasons = (refusal.code, refusal.instruction_reasons)
        if self._refusals.get(key) == reasons:
            return None
        self._refusals[key] = reasons
        return Notice(outcome.at, AUTOPILOT, order.market_id, key[1], refusal.text)

    def state(self) -> Iterable[object]:
        """Return the bets that were placed, in order, and why others were refused."""
        yield list(self.placed)
        yield list(self._refusals.items())

    def _order_for(self, prediction: Prediction, now: int) -> PlaceOrders | None:
        one, match = self._bettune.filters[prediction.filter_id], self._bettune.matches[prediction.match_id]
        account = self._account_of(one)
        if account is None or one.stake_pence is None or one.status != APPROVED or one.sport != match.sport:
            return None
        if match.finished or now >= match.starts_at:
            return None
        for market, runner in self._runners(one, match):
            price = market.ladder.ceiling(-(-prediction.odds_millionths // _MILLIONTHS_IN_A_HUNDREDTH))
            best = _best_price(market, runner)
            if best is not None and best >= price:
                return _back(account, market, runner, price, one.stake_pence, f"{one.id}-{match.id}")
        return None

    def _account_of(self, one: PredictionFilter) -> str | None:
        """Return the account that is bet with for a filter: that of its user, as long as the plan is PRO."""
        users = self._bettune.users.called(one.user) if one.user is not None else ()
        return next((user.account for user in users if user.is_pro and user.account), None)

    def _runners(self, one: PredictionFilter, match: Match) -> Iterator[tuple[Market, RunnerKey]]:
        """Yield where the filter's bet on a match can be placed now."""
        for description in self._catalogue.markets_of_event.get(match.event or "", ()):
            market, runner = self._exchange.markets[description.id], runner_for(one.bet_type, match, description)
            is_open = market.status is MarketStatus.OPEN and not market.in_play
            if is_open and runner is not None and market.runners[runner].status is RunnerStatus.ACTIVE:
                yield market, runner


def _may_set_money_free(event: Event, accounts: Collection[str]) -> bool:
    """Return whether an account may be able to bet with more after an event than before."""
    if isinstance(event, RunnerSettled | RunnerRemoved | MarketClosed):
        return True
    return any(account in accounts for account in accounts_of(event))


def _best_price(market: Market, runner: RunnerKey) -> int | None:
    """Return the best price that a back can be matched at, in hundredths, virtual offers included."""
    real, virtual = market.runners[runner].book.available_to_back.best, market.virtual_offers(runner, Side.BACK)
    prices = [] if real is None else [real.price]
    if virtual is not None:
        prices.extend(offer.price for offer in islice(virtual.best_first(), 1))
    return max(prices, default=None)


def _key_of(order: PlaceOrders) -> tuple[int, int]:
    """Return the filter and the match that an order of ours is about."""
    filter_id, _, match_id = (order.instructions[0].customer_order_reference or "").partition("-")
    return int(filter_id), int(match_id)


def _back(account: str, market: Market, runner: RunnerKey, price: int, stake_pence: int, reference: str) -> PlaceOrders:
    instruction = PlaceInstruction(
        runner,
        Side.BACK,
        OrderType.LIMIT,
        price=price,
        size=stake_pence,
        persistence=Persistence.LAPSE,
        customer_order_reference=reference,
    )
    return PlaceOrders(account, market.market_id, (instruction,), customer_strategy_reference=STRATEGY)
