"""The naive twin's markets and money: what is remembered, what the operator can do, and how bets are settled.

It remembers lists and works everything else out whenever it is asked. It takes the kernel's commands and answers with
the kernel's events, because those are the language both speak; how it comes by them is its own, written from the
exchange mechanics, sections 3.4, 8 and 11 to 13.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from simulator.exchange import events
from simulator.exchange.commands import (
    AddMarket,
    AddRunner,
    HideRunner,
    LapseUnmatched,
    OpenAccount,
    OpenMarket,
    ReinstateRunner,
    SettleMarket,
    SuspendMarket,
    TouchMarket,
    VoidMarket,
)
from simulator.exchange.ledger import CASHIER, COMMISSION, HOUSE
from simulator.exchange.orders import BetOutcome, LapseReason, Persistence, RunnerKey, Side
from simulator.exchange.refusals import Reason
from simulator.exchange.rules import BettingRules
from simulator.exchange.statuses import MarketStatus, RunnerStatus
from tests.property.kernel.twin_acceptance import NaiveMarket, NaiveNonsense
from tests.property.kernel.twin_book import Match, NaiveBet, unmatched, whose
from tests.property.kernel.twin_money import LOST, WON, commission, exposure, profit


@dataclass(eq=False)
class NaiveTrade:
    """A match as the market shows it: of a runner, at a price, so many pence of backer's stake."""

    market_id: str
    runner: RunnerKey
    price: int
    size: int
    at: int


@dataclass(eq=False)
class NaiveTicket:
    """Bets of one request that wait out the bet delay, each with the place of its instruction in the request."""

    due_at: int
    number: int
    account: str
    market_id: str
    bets: list[tuple[int, NaiveBet]]
    version: int | None


class NaiveMarkets:
    """Accounts, markets, bets in order of arrival at the matcher, bets on their way to it, postings of money."""

    def __init__(self, rules: BettingRules, first_bet_id: int) -> None:
        self.rules = rules
        self.first_bet_id = first_bet_id
        self.accounts: dict[str, OpenAccount] = {}
        self.markets: dict[str, NaiveMarket] = {}
        self.bets: list[NaiveBet] = []
        self.for_starting_price: list[NaiveBet] = []
        """Of all markets, whoever comes first in front."""
        self.trades: list[NaiveTrade] = []
        self.tickets: list[NaiveTicket] = []
        self.waiting: list[NaiveTicket] = []
        self.postings: list[tuple[str, str, int]] = []
        self.moves: list[tuple[int, str, str, int, str | None]] = []
        """The same with the time of each and its market."""
        self.references: list[tuple[str, str, str, int]] = []
        self.heartbeats: list[tuple[str, int]] = []
        """Of whom the next heartbeat is expected and until when, the latest last."""
        self.done_about_the_silent: dict[str, events.ActionPerformed] = {}
        self.matches_made = 0
        self.happened: list[events.Event] = []
        self.now = 0

    # Money

    def open_account(self, command: OpenAccount, at: int) -> None:
        if command.account in self.accounts:
            raise NaiveNonsense
        self.accounts[command.account] = command
        self.happened.append(events.AccountOpened(at, command.account, command.currency))
        self.post(at, CASHIER, command.account, command.balance, "deposit", None, None)

    def post(
        self, at: int, source: str, target: str, amount: int, memo: str, market_id: str | None, bet_id: int | None
    ) -> None:
        """Move money from one account to another; less than nothing moves the other way."""
        if amount < 0:
            source, target, amount = target, source, -amount
        if amount:
            self.postings.append((source, target, amount))
            self.moves.append((at, source, target, amount, market_id))
            payments = [one for one in self.postings if CASHIER in one]
            number = len(payments) if CASHIER in (source, target) else None
            self.happened.append(events.MoneyMoved(at, source, target, amount, memo, market_id, bet_id, number))

    def balance(self, account: str) -> int:
        paid_in = sum(amount for _, target, amount in self.postings if target == account)
        return paid_in - sum(amount for source, _, amount in self.postings if source == account)

    def exposure_in(self, account: str, market: NaiveMarket, more: tuple[NaiveBet, ...] = ()) -> int:
        """What the account can lose in a market by its bets there, those on their way included, and by some more."""
        return self.at_risk(account, market, [*self.own_bets(account, market), *more])

    def own_bets(self, account: str, market: NaiveMarket) -> list[NaiveBet]:
        """The account's bets in a market, those on their way included."""
        bets = [*self.bets, *(bet for ticket in self.waiting for _, bet in ticket.bets)]
        return [bet for bet in bets if bet.account == account and bet.market_id == market.definition.market_id]

    def at_risk(self, account: str, market: NaiveMarket, bets: list[NaiveBet]) -> int:
        """What the account could lose in a market if these were its bets there."""
        if self.accounts[account].unlimited or market.status == "CLOSED":
            return 0
        return exposure(bets, market.active, market.definition.number_of_winners, market.definition.complete)

    def exposure(self, account: str) -> int:
        """What the account can lose everywhere: one market's profit does not pay for another's loss."""
        return sum(self.exposure_in(account, market) for market in self.markets.values())

    def available(self, account: str) -> int:
        return self.balance(account) - self.exposure(account)

    def why_not_affordable(self, account: str, market: NaiveMarket, bets: list[NaiveBet]) -> Reason | None:
        """All bets of a request are judged together; whatever does not raise the exposure is affordable."""
        before = self.exposure_in(account, market)
        rise = self.exposure_in(account, market, tuple(bets)) - before
        if rise <= 0:
            return None
        limit = self.accounts[account].exposure_limit
        if self.available(account) - rise < 0 or (limit is not None and self.exposure(account) + rise > limit):
            return Reason.INSUFFICIENT_FUNDS
        return None

    # The operator's commands

    def known_market(self, market_id: str) -> NaiveMarket:
        if market_id not in self.markets:
            raise NaiveNonsense
        return self.markets[market_id]

    def change(self, market: NaiveMarket, at: int, *, material: bool) -> None:
        """Count a version on; after a material change no bet may carry an older one."""
        market.version += 1
        if material:
            market.material_version = market.version
        self.happened.append(
            events.MarketChanged(
                at, market.definition.market_id, market.version, material, MarketStatus(market.status), market.in_play
            )
        )

    def lapse(self, market: NaiveMarket, at: int, reason: LapseReason, spares: tuple[Persistence, ...] = ()) -> None:
        """End all that is unmatched in a market, but for bets of some persistences."""
        for bet in unmatched(self.bets):
            if bet.market_id == market.definition.market_id and bet.persistence not in spares:
                self.lapse_bet(bet, at, reason)

    def lapse_for_good(self, market: NaiveMarket, at: int, reason: LapseReason) -> None:
        """End all that is unmatched, and all that waits for a starting price that there will not be."""
        self.lapse(market, at, reason)
        for runner, side in product(market.runners, Side):
            for bet in self.queue_for_starting_price(market, runner, side):
                self.end_waiting(bet, at, reason)

    def queue_for_starting_price(self, market: NaiveMarket, runner: RunnerKey, side: Side) -> list[NaiveBet]:
        here = (market.definition.market_id, runner, side)
        return [bet for bet in self.for_starting_price if (bet.market_id, bet.runner, bet.side) == here]

    def end_waiting(self, bet: NaiveBet, at: int, reason: LapseReason) -> None:
        """Whatever of a bet still waits for the starting price finds no match: it lapses, and counts as its size."""
        self.for_starting_price.remove(bet)
        if bet.waiting:
            self.happened.append(events.OrderLapsed(at, *whose(bet), bet.waiting, reason))
            bet.size += bet.waiting
            bet.lapsed += bet.waiting
            bet.lapsed_at = at
            bet.lapse_reason = reason
            bet.waiting = 0

    def lapse_bet(self, bet: NaiveBet, at: int, reason: LapseReason) -> None:
        self.happened.append(events.OrderLapsed(at, *whose(bet), bet.remaining, reason))
        bet.lapsed += bet.remaining
        bet.lapsed_at = at
        bet.lapse_reason = reason

    def add_market(self, command: AddMarket, at: int) -> None:
        keys = [runner.key for runner in command.runners]
        if command.market_id in self.markets or len(set(keys)) < len(keys):
            raise NaiveNonsense
        self.markets[command.market_id] = NaiveMarket(command, command.version, command.version)
        self.happened.append(events.MarketAdded(at, command.market_id))

    def open_market(self, command: OpenMarket, at: int) -> None:
        market = self.known_market(command.market_id)
        if market.status not in ("INACTIVE", "SUSPENDED") or market.betting_is_over:
            raise NaiveNonsense
        first_time = market.status == "INACTIVE"
        market.status = "OPEN"
        self.change(market, at, material=first_time)

    def suspend_market(self, command: SuspendMarket, at: int) -> None:
        market = self.known_market(command.market_id)
        if market.status != "OPEN":
            raise NaiveNonsense
        market.status = "SUSPENDED"
        self.change(market, at, material=False)

    def touch_market(self, command: TouchMarket, at: int) -> None:
        market = self.known_market(command.market_id)
        if market.status == "CLOSED":
            raise NaiveNonsense
        self.change(market, at, material=False)

    def lapse_unmatched(self, command: LapseUnmatched, at: int) -> None:
        market = self.known_market(command.market_id)
        if market.status not in ("OPEN", "SUSPENDED"):
            raise NaiveNonsense
        self.lapse(market, at, LapseReason.MARKET_SUSPENDED)
        self.change(market, at, material=True)

    # Runners who come and go

    def add_runner(self, command: AddRunner, at: int) -> None:
        market, key = self.known_market(command.market_id), command.runner.key
        self.demand_betting(market)
        if market.definition.complete or key in market.runners:
            raise NaiveNonsense
        market.added.append(key)
        place, factor = command.runner.sort_priority, command.runner.adjustment_factor
        self.happened.append(events.RunnerAdded(at, command.market_id, key, place, factor))
        self.change(market, at, material=True)

    def hide(self, command: HideRunner, at: int) -> None:
        """Nobody bets on a hidden runner any more; what was bet stands at 1.0, until it is back."""
        market = self.known_market(command.market_id)
        self.demand_betting(market)
        if command.key not in market.active:
            raise NaiveNonsense
        market.hidden.append(command.key)
        self.happened.append(events.RunnerHidden(at, command.market_id, command.key))
        for bet in self.bets_on(market, command.key):
            if bet.remaining:
                self.lapse_bet(bet, at, LapseReason.RUNNER_HIDDEN)
        for bet in self.bets_on(market, command.key):
            bet.put_aside = bet.matches
            self.restate(bet, [match._replace(price=100, payout=None) for match in bet.matches], at)
        self.change(market, at, material=True)

    def reinstate(self, command: ReinstateRunner, at: int) -> None:
        market = self.known_market(command.market_id)
        self.demand_betting(market)
        if command.key not in market.hidden:
            raise NaiveNonsense
        market.hidden.remove(command.key)
        self.happened.append(events.RunnerReinstated(at, command.market_id, command.key))
        for bet in self.bets_on(market, command.key):
            self.restate(bet, bet.put_aside, at)
        self.change(market, at, material=True)

    def demand_betting(self, market: NaiveMarket) -> None:
        if market.status == "CLOSED" or market.betting_is_over:
            raise NaiveNonsense

    def bets_on(self, market: NaiveMarket, runner: RunnerKey) -> list[NaiveBet]:
        here = (market.definition.market_id, runner)
        return [bet for bet in self.bets if (bet.market_id, bet.runner) == here]

    def restate(self, bet: NaiveBet, matches: list[Match], at: int) -> None:
        old, bet.matches = bet.average_price, matches
        if matches:
            event = events.MatchedPriceRestated(at, *whose(bet), bet.taken, old, bet.average_price)
            self.happened.append(event)

    # Settlement

    def settle(self, command: SettleMarket, at: int) -> None:
        market = self.known_market(command.market_id)
        definition = market.definition
        if market.status not in ("OPEN", "SUSPENDED"):
            raise NaiveNonsense
        results = dict.fromkeys(market.active, "LOSER")
        for named in command.results:
            if named.key not in results or named.status not in ("WINNER", "LOSER", "REMOVED"):
                raise NaiveNonsense
            results[named.key] = named.status
        ended = list(results.values())
        winners, runners = ended.count("WINNER"), len(ended) - ended.count("REMOVED")
        if definition.complete and winners < min(definition.number_of_winners, runners):
            raise NaiveNonsense
        places = definition.number_of_winners or winners
        share = min(WON, Fraction(places, winners)) if winners else LOST
        market.results = results
        self.finish(market, at, LapseReason.MARKET_SETTLED)
        self.tell_results(market, results, at)
        for bet in self.matched_in(market):
            # Who is hidden has lost.
            result = results.get(bet.runner, "LOSER")
            if result == "REMOVED":
                self.void_bet(bet, at)
                continue
            won = result == "WINNER"
            bet.profit = profit(
                bet.side, [(match.exact_price, match.size) for match in bet.stands], share if won else LOST
            )
            bet.outcome = BetOutcome.WON if won == (bet.side is Side.BACK) else BetOutcome.LOST
        self.pay(market, at)

    def void(self, command: VoidMarket, at: int) -> None:
        market = self.known_market(command.market_id)
        if market.status == "CLOSED":
            raise NaiveNonsense
        left = market.active
        market.results.update(dict.fromkeys(left, "REMOVED"))
        self.finish(market, at, LapseReason.MARKET_VOIDED)
        self.tell_results(market, left, at)
        for bet in self.matched_in(market):
            self.void_bet(bet, at)
        self.pay(market, at)

    def tell_results(self, market: NaiveMarket, runners: Iterable[RunnerKey], at: int) -> None:
        for runner in runners:
            status = RunnerStatus(market.results[runner])
            self.happened.append(events.RunnerSettled(at, market.definition.market_id, runner, status))

    def finish(self, market: NaiveMarket, at: int, reason: LapseReason) -> None:
        self.lapse_for_good(market, at, reason)
        market.status = "CLOSED"
        market.settled_at = at
        self.change(market, at, material=True)

    def matched_in(self, market: NaiveMarket) -> list[NaiveBet]:
        return [bet for bet in self.bets if bet.market_id == market.definition.market_id and bet.taken]

    def void_bet(self, bet: NaiveBet, at: int) -> None:
        self.happened.append(events.OrderVoided(at, *whose(bet), bet.taken))
        bet.is_void = True
        bet.profit = 0
        bet.outcome = BetOutcome.VOIDED

    def pay(self, market: NaiveMarket, at: int) -> None:
        """Pay every bet, then take commission on what each account has won in the market as a whole."""
        for bet in self.bets:
            if bet.market_id == market.definition.market_id:
                bet.settled_at = at
        for bet in self.matched_in(market):
            profit_of_bet = bet.profit or 0
            assert bet.outcome is not None
            self.happened.append(events.OrderSettled(at, *whose(bet), bet.outcome, profit_of_bet))
            self.post(at, HOUSE, bet.account, profit_of_bet, "bet", bet.market_id, bet.bet_id)
        here = [bet for bet in self.bets if bet.market_id == market.definition.market_id]
        winners_and_losers = {bet.account for bet in self.matched_in(market)}
        for name in dict.fromkeys(bet.account for bet in here if bet.account in winners_and_losers):
            account = self.accounts[name]
            rate = market.definition.base_rate if account.commission_rate is None else account.commission_rate
            discount = account.discount_rate if market.definition.discount_allowed else 0
            net = sum(bet.profit or 0 for bet in self.matched_in(market) if bet.account == name)
            charge = commission(net, Fraction(rate, 100), Fraction(discount, 100))
            market.commissions[name] = charge
            if charge:
                self.post(at, name, COMMISSION, charge, "commission", market.definition.market_id, None)
                self.happened.append(events.CommissionCharged(at, market.definition.market_id, name, charge))
        self.happened.append(events.MarketClosed(at, market.definition.market_id))
