"""All that the exchange remembers. The functions that carry out commands take it, change it and answer with events."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final, NamedTuple

from simulator.exchange.accounts import Account
from simulator.exchange.commands import AddMarket
from simulator.exchange.heartbeat_deadlines import Deadlines
from simulator.exchange.ledger import Ledger
from simulator.exchange.market import Market
from simulator.exchange.orders import Order
from simulator.exchange.refusals import Impossible, Reason, Refused
from simulator.exchange.rules import BettingRules


class Numbering:
    """Numbers handed out one after the other."""

    __slots__ = ("next",)

    def __init__(self, first: int) -> None:
        self.next = first

    def take(self) -> int:
        """Return the next number and move on."""
        number = self.next
        self.next += 1
        return number


class HeldOrders(NamedTuple):
    """Orders of one request that wait out the bet delay: first due, first come, first served.

    They have no bet ids yet, but their worst outcome counts from their arrival.
    """

    due_at: int
    ticket: int
    account: str
    market_id: str
    orders: tuple[tuple[int, Order], ...]
    """Each with the index of its instruction in the request."""
    market_version: int | None


class State:
    """Markets, accounts, orders, money, and what is waiting."""

    def __init__(self, rules: BettingRules, first_bet_id: int, first_match_id: int) -> None:
        self.rules: Final = rules
        self.markets: dict[str, Market] = {}
        self.accounts: dict[str, Account] = {}
        self.orders: dict[int, Order] = {}
        """By bet id; in the order of the ids, too, once `begin_all` was called."""
        self.to_begin: dict[str, Market] = {}
        """By id, the markets whose first bets are placed when somebody first looks at their books."""
        self.are_out_of_order = False
        """Whether bets were placed after others that have higher ids."""
        self.ledger = Ledger()
        self.heartbeats = Deadlines()
        self.held: list[HeldOrders] = []
        """A heap by due time and then by ticket."""
        self.bet_ids = Numbering(first_bet_id)
        self.match_ids = Numbering(first_match_id)
        self.tickets = Numbering(1)
        self._references: OrderedDict[tuple[str, str, str], int] = OrderedDict()

    @property
    def next_due(self) -> int | None:
        """Return when something next happens by itself: held orders reach the matcher, or a heartbeat is missed."""
        held = self.held[0].due_at if self.held else None
        missed = self.heartbeats.first
        if held is None or missed is None:
            return missed if held is None else held
        return min(held, missed)

    def new_market(self, definition: AddMarket) -> Market:
        """Return a market, INACTIVE and of the kind that this exchange has."""
        return Market(definition)

    def market_for_bets(self, market_id: str) -> Market:
        """Return a market a customer named; raises `Refused` with INVALID_MARKET_ID."""
        market = self.markets.get(market_id)
        if market is None:
            raise Refused(Reason.INVALID_MARKET_ID, f"there is no market {market_id!r}")
        if market.is_to_begin:
            market.begin()
        return market

    def market_to_run(self, market_id: str) -> Market:
        """Return a market the operator named; raises `Impossible`."""
        market = self.markets.get(market_id)
        if market is None:
            raise Impossible(f"there is no market {market_id!r}")
        if market.is_to_begin:
            market.begin()
        return market

    def begin_all(self) -> None:
        """Let all markets have begun, as if they had one after the other."""
        for market in self.markets.values():
            market.begin()
        if self.are_out_of_order:
            self.are_out_of_order = False
            self.orders = dict(sorted(self.orders.items()))
            for account in self.accounts.values():
                if account.definition.unlimited:
                    account.index.put_in_order()

    def account(self, name: str) -> Account:
        """Return a customer's account; raises `Impossible`, since customers do not name their accounts themselves."""
        account = self.accounts.get(name)
        if account is None:
            raise Impossible(f"there is no account {name!r}")
        return account

    def own_order(self, bet_id: int, account: str, market_id: str) -> Order | None:
        """Return an order if it is the account's and in the market."""
        order = self.orders.get(bet_id)
        if order is None or order.account != account or order.market_id != market_id:
            return None
        return order

    def available(self, account: Account) -> int:
        """Return what the account may still bet with: its balance less what it can lose or is kept back.

        As all that its owner is told, it is in the money of the account.
        """
        return self._balances(account)[account.name] - account.exposure - account.retained_commission

    def _balances(self, account: Account) -> Mapping[str, int]:
        return self.ledger.balances if account.rate is None else self.ledger.own_balances

    def can_certainly_afford(self, account: Account) -> bool:
        """Return whether funds and limit suffice even for a bound of what the account can lose, which costs little."""
        exposure, limit = account.exposure_at_most, account.definition.exposure_limit
        available = self._balances(account)[account.name] - account.retained_commission - exposure
        return available >= 0 and (limit is None or exposure <= limit)

    def refuse_duplicate(self, account: str, operation: str, reference: str | None, at: int) -> None:
        """Raise `Refused` if the same operation was accepted under this reference a moment ago."""
        window = self.rules.customer_reference_window_seconds * 1000
        while self._references and next(iter(self._references.values())) + window <= at:
            self._references.popitem(last=False)
        if reference is not None and (account, operation, reference) in self._references:
            raise Refused(
                Reason.DUPLICATE_TRANSACTION,
                f"customer reference {reference!r} was used less than {window // 1000} seconds ago",
            )

    def live_references(self, at: int) -> dict[tuple[str, str, str], int]:
        """Return when the references that cannot be used again yet were used, by account, operation and reference."""
        window = self.rules.customer_reference_window_seconds * 1000
        return {reference: used for reference, used in self._references.items() if used + window > at}

    def remember_reference(self, account: str, operation: str, reference: str | None, at: int) -> None:
        """Note the reference of an accepted request: refused ones leave no trace (chosen)."""
        if reference is not None:
            self._references[account, operation, reference] = at
