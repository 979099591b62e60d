"""The one door of the kernel: a command goes in at a time, events come out, and nothing else changes anything."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from heapq import heappop
from types import MappingProxyType
from typing import Any, Final
from weakref import ref

from msgspec import structs

from simulator.exchange.accounts import Account
from simulator.exchange.auction import close_betting, reconcile_at, reconcile_on_command, turn_in_play
from simulator.exchange.commands import (
    AddMarket,
    AddRunner,
    AmendMarket,
    CancelOrders,
    ChangeStanding,
    ChargeTransactions,
    CloseMarket,
    Command,
    DepositMoney,
    FillFromOutside,
    Heartbeat,
    HideRunner,
    LapseUnmatched,
    OpenAccount,
    OpenMarket,
    PermitBets,
    PlaceOrders,
    Reconcile,
    ReconcileAt,
    ReinstateRunner,
    RemoveRunner,
    ReplaceOrders,
    ResettleMarket,
    SettleMarket,
    SettleRunners,
    Standing,
    SuspendMarket,
    Tick,
    TouchMarket,
    TurnInPlay,
    UpdateOrders,
    VoidMarket,
    WithdrawMoney,
)
from simulator.exchange.corrections import resettle_market
from simulator.exchange.editing import cancel_orders, replace_orders, update_orders
from simulator.exchange.events import AccountOpened, BetsPermitted, Event, MarketAdded, StandingChanged
from simulator.exchange.heartbeat import expire_heartbeat, receive_heartbeat
from simulator.exchange.heartbeat_deadlines import Deadlines
from simulator.exchange.ladder import WrongLadder
from simulator.exchange.ledger import Ledger
from simulator.exchange.listing import add_runner, hide_runner, reinstate_runner
from simulator.exchange.market import Market
from simulator.exchange.orders import Order
from simulator.exchange.outside_fills import fill_from_outside
from simulator.exchange.payments import charge_transactions, deposit_money, withdraw_money
from simulator.exchange.placing import place_orders, resolve
from simulator.exchange.refusals import Impossible
from simulator.exchange.results import refuse_unsound_type
from simulator.exchange.rules import BettingRules, UnknownCurrency
from simulator.exchange.settlement import settle_market, settle_runners, void_market
from simulator.exchange.state import HeldOrders, State
from simulator.exchange.telling import money_moved
from simulator.exchange.transitions import amend_market, lapse_unmatched, open_market, suspend_market, touch_market
from simulator.exchange.withdrawals import remove_runner

FIRST_BET_ID: Final = 442_000_000_001
"""Bet ids have had twelve digits since 2018 (recorded answers)."""
FIRST_MATCH_ID: Final = 1


class Exchange:
    """A betting exchange: markets, customers' accounts, orders and money.

    `apply` is a fold: the same commands at the same times give the same events and the same state, byte for byte.
    `new_state` makes what it remembers, with markets of another kind where that is wanted.
    """

    def __init__(
        self,
        rules: BettingRules,
        first_bet_id: int = FIRST_BET_ID,
        first_match_id: int = FIRST_MATCH_ID,
        new_state: Callable[[BettingRules, int, int], State] = State,
    ) -> None:
        self._state = new_state(rules, first_bet_id, first_match_id)
        self.now = 0

    # What can be read

    @property
    def rules(self) -> BettingRules:
        """Return the betting rules in force."""
        return self._state.rules

    @property
    def remembered(self) -> State:
        """Return all that it remembers, for whoever has made that of another kind."""
        return self._state

    @property
    def markets(self) -> Mapping[str, Market]:
        """Return the markets by id."""
        return MappingProxyType(self._state.markets)

    @property
    def accounts(self) -> Mapping[str, Account]:
        """Return the customers' accounts by name."""
        return MappingProxyType(self._state.accounts)

    @property
    def orders(self) -> Mapping[int, Order]:
        """Return every order ever placed, by bet id and in order of these."""
        if self._state.to_begin or self._state.are_out_of_order:
            self.begin_all()
        return MappingProxyType(self._state.orders)

    @property
    def ledger(self) -> Ledger:
        """Return the ledger, for reading."""
        return self._state.ledger

    @property
    def heartbeats(self) -> Deadlines:
        """Return who has to be heard of by when, for reading."""
        return self._state.heartbeats

    @property
    def held_orders(self) -> Sequence[HeldOrders]:
        """Return the requests that wait out a bet delay, in the order in which they are due."""
        return sorted(self._state.held, key=lambda held: (held.due_at, held.ticket))

    def live_references(self, at: int) -> Mapping[tuple[str, str, str], int]:
        """Return when the customers' references that count at a time were used: account, operation and reference."""
        return self._state.live_references(at)

    @property
    def next_numbers(self) -> tuple[int, int, int]:
        """Return the next bet id, the next match id and the next ticket."""
        return self._state.bet_ids.next, self._state.match_ids.next, self._state.tickets.next

    @property
    def next_due(self) -> int | None:
        """Return when something next happens by itself: held orders are due, or a heartbeat is; `None` for never."""
        return self._state.next_due

    @property
    def held_queue(self) -> Sequence[HeldOrders]:
        """Return the requests that wait out a bet delay: the first is due first, and the rest in the order of a heap.

        It is always the same list, to be looked at as often as its first entry matters.
        """
        return self._state.held

    def available_to_bet(self, account: str) -> int:
        """Return what an account can still bet with, in its own money; raises `Impossible`.

        That is the balance less exposure and less the commission that is kept back.
        """
        return self._state.available(self._state.account(account))

    # What can be done

    def begin_market(
        self, definition: AddMarket, number_of_bets: int, bets: Callable[[], Iterable[PlaceOrders]], at: int
    ) -> None:
        """Add a market, open it, and have so many first bets placed in it, by whom nothing limits.

        None of them may meet another. They have their bet ids at once and are placed as if they were placed now, but
        not before somebody looks at the books of the market or has something done in it. Raises `Impossible`.
        """
        self.apply(definition, at)
        self.apply(OpenMarket(definition.market_id), at)
        if number_of_bets:
            state, first_bet_id = self._state, self._state.bet_ids.next
            state.bet_ids.next += number_of_bets
            market = state.to_begin[definition.market_id] = state.markets[definition.market_id]
            # Nothing that is held here has a market: one that did would wait for a collection of garbage once nobody
            # has it any more, and so would its whole exchange.
            alone = partial(_state_of_one_market, state.rules, state.accounts)
            market.begin_later(partial(_place_first_bets, ref(state), alone, first_bet_id, bets, at))

    def begin_all(self) -> None:
        """Let all markets have begun in which first bets are still to be placed: for who looks at everything."""
        self._state.begin_all()

    def apply(self, command: Command, at: int) -> tuple[Event, ...]:
        """Carry out a command at a time and return what happened.

        Raises `Refused` (a customer's request) or `Impossible` (an operator's); the state is then as it was. `at` may
        not be before anything that happened, nor may something be due by then: `Tick` runs that first (`ValueError`
        otherwise). Only a fill from outside comes before what is due at the same time: whoever took the bets was there.
        """
        if at < self.now:
            raise ValueError(f"time can't go backwards: {at} is before {self.now}")
        due = self._state.next_due
        if due is not None and due <= at and not _comes_first(command, due, at):
            raise ValueError(f"something is due at {due}: a Tick must come before a command at {at}")
        events = _HANDLERS[type(command)](self._state, command, at)
        self.now = at
        return tuple(events)


def _comes_first(command: Command, due: int, at: int) -> bool:
    """Return whether a command is carried out at a time although something is due by then."""
    return type(command) is Tick or (due == at and type(command) is FillFromOutside)


def _place_first_bets(
    state_of: "ref[State]",
    alone: Callable[[Market], State],
    first_bet_id: int,
    bets: Callable[[], Iterable[PlaceOrders]],
    at: int,
    market: Market,
) -> None:
    """Place the first bets of a market; whoever still has it sees them also where its exchange is gone."""
    state = state_of() or alone(market)
    state.to_begin.pop(market.market_id, None)
    next_bet_id, state.bet_ids.next = state.bet_ids.next, first_bet_id
    for command in bets():
        place_orders(state, command, at)
    state.bet_ids.next = next_bet_id
    state.are_out_of_order = True


def _state_of_one_market(rules: BettingRules, accounts: dict[str, Account], market: Market) -> State:
    state = State(rules, FIRST_BET_ID, FIRST_MATCH_ID)
    state.accounts, state.markets = accounts, {market.market_id: market}
    return state


def _open_account(state: State, command: OpenAccount, at: int) -> list[Event]:
    if command.account in state.ledger.balances:
        raise Impossible(f"there is an account {command.account!r} already")
    try:
        state.rules.currency(command.currency)
    except UnknownCurrency as error:
        raise Impossible(str(error)) from None
    _refuse_negative(
        f"account {command.account!r}",
        {
            "an opening balance": command.balance,
            "a discount rate": command.discount_rate,
            "a commission rate": command.commission_rate,
            "an exposure limit": command.exposure_limit,
        },
    )
    _refuse_unsound_standing(command.account, command.standing)
    if min(command.rate) <= 0:
        raise Impossible(f"account {command.account!r} cannot have a rate of {command.rate}, which is no rate")
    state.ledger.open(command.account, command.rate)
    state.accounts[command.account] = Account(command)
    opened = AccountOpened(at, command.account, command.currency)
    if not command.balance:
        return [opened]
    return [opened, money_moved(state.ledger.pay(at, command.account, command.balance))]


def _permit_bets(state: State, command: PermitBets, at: int) -> list[Event]:
    account = state.account(command.account)
    if account.definition.may_bet == command.may_bet:
        return []
    account.definition = structs.replace(account.definition, may_bet=command.may_bet)
    return [BetsPermitted(at, command.account, command.may_bet)]


def _change_standing(state: State, command: ChangeStanding, at: int) -> list[Event]:
    _refuse_unsound_standing(command.account, command.standing)
    state.account(command.account).change_standing(command.standing)
    return [StandingChanged(at, command.account)]


def _refuse_unsound_standing(account: str, standing: Standing) -> None:
    numbers = {"a loss limit": standing.loss_limit, "a period of losses": standing.loss_period_milliseconds}
    _refuse_negative(f"account {account!r}", numbers)


def _add_market(state: State, command: AddMarket, at: int) -> list[Event]:
    if command.market_id in state.markets:
        raise Impossible(f"there is a market {command.market_id} already")
    if len({runner.key for runner in command.runners}) < len(command.runners):
        raise Impossible(f"market {command.market_id} lists a runner twice")
    refuse_unsound_type(command)
    _refuse_negative(
        f"market {command.market_id}",
        {
            "a number of winners": command.number_of_winners,
            "a bet delay": command.bet_delay,
            "a base rate": command.base_rate,
            "a version": command.version,
        },
    )
    try:
        state.markets[command.market_id] = state.new_market(command)
    except WrongLadder as error:
        raise Impossible(f"market {command.market_id}: {error}") from None
    return [MarketAdded(at, command.market_id)]


def _refuse_negative(whose: str, numbers: Mapping[str, int | None]) -> None:
    """Raise `Impossible` for the first number that is less than nothing."""
    for name, number in numbers.items():
        if number is not None and number < 0:
            raise Impossible(f"{whose} cannot have {name} of {number}, which is less than nothing")


def _tick(state: State, _: Tick, at: int) -> list[Event]:
    events: list[Event] = []
    while (due := state.next_due) is not None and due <= at:
        # At the same moment held orders come first: who sent them was not silent.
        if state.held and state.held[0].due_at == due:
            events.extend(resolve(state, heappop(state.held)))
        else:
            events.extend(expire_heartbeat(state, due))
    return events


_HANDLERS: Final[dict[type[Command], Callable[[State, Any, int], list[Event]]]] = {
    OpenAccount: _open_account,
    DepositMoney: deposit_money,
    WithdrawMoney: withdraw_money,
    PermitBets: _permit_bets,
    ChangeStanding: _change_standing,
    ChargeTransactions: charge_transactions,
    AddMarket: _add_market,
    OpenMarket: open_market,
    SuspendMarket: suspend_market,
    TouchMarket: touch_market,
    AmendMarket: amend_market,
    LapseUnmatched: lapse_unmatched,
    TurnInPlay: turn_in_play,
    Reconcile: reconcile_on_command,
    ReconcileAt: reconcile_at,
    CloseMarket: close_betting,
    SettleMarket: settle_market,
    ResettleMarket: resettle_market,
    SettleRunners: settle_runners,
    VoidMarket: void_market,
    AddRunner: add_runner,
    HideRunner: hide_runner,
    ReinstateRunner: reinstate_runner,
    RemoveRunner: remove_runner,
    PlaceOrders: place_orders,
    CancelOrders: cancel_orders,
    ReplaceOrders: replace_orders,
    UpdateOrders: update_orders,
    FillFromOutside: fill_from_outside,
    Heartbeat: receive_heartbeat,
    Tick: _tick,
}
