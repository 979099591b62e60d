"""What a strategy is, and what it sees: written once, it runs over recordings and against a server.

    class BackTheFavourite(Strategy):
        def __init__(self, stake: float = 2.0) -> None:
            self.stake = stake

        def on_market(self, market: MarketView, orders: OwnOrders) -> None:
            favourite = min(market.active_runners, key=lambda runner: runner.best_back or 1000)
            if not orders and favourite.best_back and market.seconds_to_start < 60:
                orders.back(favourite, favourite.best_back, self.stake)

Prices are decimal odds and sizes are the money of the account (pounds, 2.5 is two pounds fifty), as on the wire; times
are milliseconds since 1970. What a strategy is shown is looked up when it asks, so that what it does not ask for costs
nothing; it is true until the strategy is called again. An order is there at once, and changes as things happen to it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

PriceSize = tuple[float, float]


class RunnerView(Protocol):
    """One runner of a market, now."""

    @property
    def selection_id(self) -> int:
        """Return its number."""

    @property
    def handicap(self) -> float:
        """Return its handicap, 0 where the market has none."""

    @property
    def name(self) -> str:
        """Return its name, its number where the recording has none."""

    @property
    def status(self) -> str:
        """Return ACTIVE, REMOVED, HIDDEN, WINNER, LOSER or PLACED."""

    @property
    def adjustment_factor(self) -> float | None:
        """Return the reduction factor in percent."""

    @property
    def best_back(self) -> float | None:
        """Return the best price that is available to back."""

    @property
    def best_lay(self) -> float | None:
        """Return the best price that is available to lay."""

    @property
    def available_to_back(self) -> Sequence[PriceSize]:
        """Return what is available to back, the best price first."""

    @property
    def available_to_lay(self) -> Sequence[PriceSize]:
        """Return what is available to lay, the best price first."""

    @property
    def traded(self) -> Mapping[float, float]:
        """Return what was traded at each price, both sides counted."""

    @property
    def total_matched(self) -> float:
        """Return what was traded in all, as far as it is told."""

    @property
    def last_price_traded(self) -> float | None:
        """Return the price of the last match."""

    @property
    def starting_price(self) -> float | None:
        """Return the starting price, once it is made."""


class MarketView(Protocol):
    """A market, now."""

    @property
    def market_id(self) -> str:
        """Return its id."""

    @property
    def market_type(self) -> str:
        """Return WIN, PLACE, MATCH_ODDS and so on, empty where it is not told."""

    @property
    def event_id(self) -> str:
        """Return the id of its event."""

    @property
    def event_type_id(self) -> str:
        """Return the id of its sport."""

    @property
    def country_code(self) -> str:
        """Return its country, empty where it is not told."""

    @property
    def time(self) -> int:
        """Return the time now, in milliseconds since 1970."""

    @property
    def start_time(self) -> int:
        """Return when it is to begin, in milliseconds since 1970."""

    @property
    def seconds_to_start(self) -> float:
        """Return how long it is until then, negative afterwards."""

    @property
    def status(self) -> str:
        """Return INACTIVE, OPEN, SUSPENDED or CLOSED."""

    @property
    def in_play(self) -> bool:
        """Return whether it is in play."""

    @property
    def bet_delay_seconds(self) -> int:
        """Return how long a bet waits now."""

    @property
    def version(self) -> int:
        """Return its version."""

    @property
    def number_of_winners(self) -> int:
        """Return how many win."""

    @property
    def total_matched(self) -> float:
        """Return what was traded in all, as far as it is told."""

    @property
    def runners(self) -> Sequence[RunnerView]:
        """Return all runners, in the order of the market."""

    @property
    def active_runners(self) -> Sequence[RunnerView]:
        """Return those that can still win."""

    def runner(self, selection_id: int, handicap: float = 0.0) -> RunnerView:
        """Return a runner; raise `KeyError` where there is no such one."""

    @property
    def exposure(self) -> float:
        """Return the most that the own bets of this market can lose."""

    @property
    def profits(self) -> Mapping[tuple[int, float], float]:
        """Return what the matched bets bring, before commission, for each runner that can win, if it does."""

    @property
    def profit(self) -> float | None:
        """Return what the bets have brought, before commission, once the market is settled."""

    @property
    def definition(self) -> Any:
        """Return all that is told of the market beside its prices."""


class OwnOrder(Protocol):
    """An order of one's own: on its way, waiting, matched, ended."""

    @property
    def bet_id(self) -> int | None:
        """Return its number, `None` as long as the exchange has not taken it."""

    @property
    def selection_id(self) -> int:
        """Return whom it is on."""

    @property
    def handicap(self) -> float:
        """Return the runner's handicap."""

    @property
    def side(self) -> str:
        """Return BACK or LAY."""

    @property
    def price(self) -> float | None:
        """Return the price asked for, `None` for one that takes any."""

    @property
    def size(self) -> float:
        """Return the size asked for, of an order for the starting price its liability."""

    @property
    def status(self) -> str:
        """Return PENDING, EXECUTABLE, EXECUTION_COMPLETE or REFUSED."""

    @property
    def refusal(self) -> str:
        """Return the exchange's code for why it was not taken, empty where it was."""

    @property
    def size_matched(self) -> float:
        """Return what of it is matched."""

    @property
    def size_remaining(self) -> float:
        """Return what of it is not."""

    @property
    def average_price_matched(self) -> float | None:
        """Return the average price of what is matched, `None` while nothing is."""

    @property
    def is_live(self) -> bool:
        """Return whether it may still be matched: it is on its way, waits, or is not matched whole."""

    @property
    def profit(self) -> float | None:
        """Return what it has brought, before commission, once it is settled."""


class OwnOrders(Protocol):
    """The own orders in a market, in the order in which they were asked for, and what can be done with them.

    Whatever is asked for, an order comes back at once. What comes of it shows later: also that it is refused, which is
    the rule and not an exception, and says why in `refusal`.
    """

    def __iter__(self) -> Iterator[OwnOrder]:
        """Yield all orders of the market."""

    def __len__(self) -> int:
        """Return how many there are."""

    @property
    def market(self) -> MarketView:
        """Return the market."""

    @property
    def live(self) -> Sequence[OwnOrder]:
        """Return those that may still be matched."""

    def back(self, runner: RunnerView | int, price: float, size: float, **more: Any) -> OwnOrder:
        """Back a runner at a price or a better one.

        `more` may have `persistence` (LAPSE, PERSIST, MARKET_ON_CLOSE), `time_in_force` (FILL_OR_KILL),
        `min_fill_size`, `bet_target_type` and `bet_target_size` in the place of a size of 0, `market_version`,
        `handicap` and `customer_order_ref`. Anything else is a `TypeError`, as is what is no number, no whole number or
        no text where that is meant; a whole number of more than 64 bits is a `ValueError`.
        """

    def lay(self, runner: RunnerView | int, price: float, size: float, **more: Any) -> OwnOrder:
        """Lay a runner at a price or a better one; `size` is the backer's stake, `more` as for `back`."""

    def back_at_starting_price(
        self, runner: RunnerView | int, liability: float, limit: float | None = None, **more: Any
    ) -> OwnOrder:
        """Back a runner at its starting price, if that is at least `limit`."""

    def lay_at_starting_price(
        self, runner: RunnerView | int, liability: float, limit: float | None = None, **more: Any
    ) -> OwnOrder:
        """Lay a runner at its starting price, risking `liability`, if the price is at most `limit`."""

    def cancel(self, order: OwnOrder | None = None, size_reduction: float | None = None) -> OwnOrder | None:
        """Cancel what is unmatched of an order, or so much of it; without an order, all of the market."""

    def replace(self, order: OwnOrder, price: float) -> OwnOrder:
        """Cancel what is unmatched of an order, and place as much at another price; return the new order."""

    def update(self, order: OwnOrder, persistence: str) -> OwnOrder:
        """Let what is unmatched of an order have another persistence."""


class Strategy:
    """What is called as things happen. Each strategy has one life a market, or an event where that has several.

    This does nothing: a strategy has those of the three that it needs, and may be made of this class or not.
    """

    def on_market(self, market: MarketView, orders: OwnOrders) -> None:
        """Look at a market that has changed."""

    def on_orders(self, orders: OwnOrders) -> None:
        """Look at own orders in a market to which something has happened."""

    def on_close(self, market: MarketView) -> None:
        """Look at a market that is settled."""
