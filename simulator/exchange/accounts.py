"""A customer as the exchange sees one: what is at risk, and the bets."""

from collections.abc import Callable
from typing import Final

from simulator.exchange.commands import GOOD_STANDING, OpenAccount, Standing
from simulator.exchange.currencies import PAR
from simulator.exchange.exposure import Position
from simulator.exchange.jurisdictions import NATIONAL_RULES, NationalRules
from simulator.exchange.order_index import AccountIndex
from simulator.exchange.orders import Order
from simulator.exchange.timeline import Stretch
from simulator.exchange.total_exposure import TotalExposure


class Account:
    """A customer's bets and exposure; the money itself is in the ledger, under the account's name.

    What is at risk, and what is kept back, is in the money of the account.
    """

    def __init__(self, definition: OpenAccount) -> None:
        self.definition = definition
        self.name: Final = definition.account
        self.rate: Final = None if definition.rate == PAR else definition.rate
        """What the money of the account is worth where it is not worth as much as pounds."""
        self.standing = definition.standing
        self.is_restricted = False
        """Whether it may be kept from betting in ways that ordinary accounts are not."""
        self.change_standing(definition.standing)
        self.cleared_orders: dict[int, Order] = {}
        """By bet id, in order of settlement: the bets that are."""
        self.index: Final = AccountIndex()
        self._positions: dict[str, Position] = {}
        self._total_exposure: Final = TotalExposure()
        self._retained_commissions: dict[str, int] = {}

    def change_standing(self, standing: Standing) -> None:
        """Stand in another way from now on."""
        self.standing = standing
        self.is_restricted = standing != GOOD_STANDING or self.national_rules is not None

    @property
    def national_rules(self) -> NationalRules | None:
        """Return what the regulator of the account's country asks, `None` where it is that of no single country."""
        return NATIONAL_RULES.get(self.definition.jurisdiction)

    @property
    def current_orders(self) -> dict[int, Order]:
        """Return the bets that are not settled, by bet id, in order of placing."""
        return {order.bet_id: order for order in Stretch(self.index.in_open_markets) if order.settled_at is None}

    def open_position(self, market_id: str, new_position: Callable[[], Position]) -> Position:
        """Return the position in a market, a new one if need be."""
        position = self._positions.get(market_id)
        if position is None:
            position = self._positions[market_id] = new_position()
            position.join(self._total_exposure)
        return position

    def close_position(self, market_id: str) -> None:
        """Forget a market that was settled or voided."""
        self.index.close_market(market_id)
        self._retained_commissions.pop(market_id, None)
        position = self._positions.pop(market_id, None)
        if position is not None:
            self._total_exposure.leave_out(position)

    def let_go(self) -> None:
        """Forget all markets for good: positions know their sum and it them, and so do indices, so that none goes."""
        for position in self._positions.values():
            self._total_exposure.leave_out(position)
        self._positions.clear()
        self.index.markets.clear()

    def exposure_in(self, market_id: str) -> int:
        """Return what the bets of one market can lose."""
        position = self._positions.get(market_id)
        return 0 if position is None else self._total_exposure.of(position)

    @property
    def exposure(self) -> int:
        """Return what all unsettled bets can lose: markets do not net against each other.

        Only positions that changed since they were last asked are worked out.
        """
        return self._total_exposure.exact()

    @property
    def exposure_at_most(self) -> int:
        """Return what the exposure cannot be above, without working it out."""
        return self._total_exposure.at_most()

    def retain_commission(self, market_id: str, commission: int) -> None:
        """Keep back the commission on what the settled runners of an open market have brought so far."""
        self._retained_commissions[market_id] = commission

    @property
    def retained_commission(self) -> int:
        """Return what is kept back for the commission of markets that are settled in part."""
        return sum(self._retained_commissions.values()) if self._retained_commissions else 0
