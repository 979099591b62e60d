"""What a test sees of a world: who is in it, their bets, and what has happened."""

from typing import Final

from simulator.exchange.orders import OrderStatus
from simulator.testing.accounts import Account, BetTuneAccess, accounts_of, bettune_of
from simulator.testing.bets import Bet, bets_of
from simulator.testing.errors import BetsimError, NeverHappened, is_sentence
from simulator.testing.place import Place
from simulator.testing.steering import SteeredWorld
from simulator.testing.story import described, entries_when_there, last_lines, wanted
from simulator.world import world
from simulator.world.journal import Entry, Wanted
from simulator.world.state_hash import state_hash

__tracebackhide__ = is_sentence

PATIENCE_SECONDS: Final = 5.0
LINES_TOLD: Final = 20
"""How many entries of the journal are told where something went wrong."""


class WatchedWorld(SteeredWorld):
    """A world that shows what is in it, as it is now."""

    def __init__(self, place: Place, inner: world.World) -> None:
        super().__init__(place, inner)
        # Kept, because a world that has ended has its journal taken away.
        self._story: Final = place.worlds.journal(inner.id)

    # Who is in it

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Return all customers of the exchange, with their money as it is now."""
        return self._place.engine.call(self._accounts_now)

    def account(self, username: str | None = None) -> Account:
        """Return one customer, the first where none is named; raise `BetsimError` where there is none."""
        accounts = self.accounts
        for account in accounts:
            if username in (None, account.username):
                return account
        known = ", ".join(account.username for account in accounts) or "none"
        raise BetsimError(f"The world {self.id!r} has no account {username!r}; there are: {known}.")

    @property
    def bettune(self) -> tuple[BetTuneAccess, ...]:
        """Return all tokens of BetTune that are good now."""
        return self._place.engine.call(lambda: bettune_of(self._world, self._place.url))

    def bettune_user(self, user: str | None = None) -> BetTuneAccess:
        """Return the token of a user of BetTune, the first where none is named; raise `BetsimError` for none."""
        tokens = self.bettune
        for access in tokens:
            if user in (None, access.user):
                return access
        known = ", ".join(access.user for access in tokens) or "none"
        whom = "user" if user is None else f"user {user!r}"
        raise BetsimError(f"BetTune has no {whom} with a good token in the world {self.id!r}; there are: {known}.")

    # What has happened

    def orders(self, account: str | None = None, *, market: str | None = None, status: str | None = None) -> list[Bet]:
        """Return the bets of customers in the order in which they were placed, those that have ended too."""
        if account is not None:
            self.account(account)
        self._check_market(market)
        if status not in (None, *OrderStatus):
            raise BetsimError(f"No bet has the status {status!r}; those of orders are {', '.join(OrderStatus)}.")
        bets = self._place.engine.call(self._bets_now)
        return [
            bet
            for bet in bets
            if account in (None, bet.account) and market in (None, bet.market_id) and status in (None, bet.status)
        ]

    def journal(
        self,
        *,
        kind: str | None = None,
        operation: str | None = None,
        account: str | None = None,
        market: str | None = None,
        event: str | None = None,
        after: int = 0,
    ) -> list[Entry]:
        """Return what has happened, in order: requests, inputs, events and refusals, of those only what is asked for.

        `after` is the number of the last entry that is not wanted.
        """
        asked = self._asked(kind, operation, account, market, event)
        journal = self._story
        return self._place.engine.call(lambda: journal.read(asked, after, max(1, journal.last_number)).entries)

    @property
    def last_number(self) -> int:
        """Return the number of the last entry of the journal."""
        return self._story.last_number

    def journal_lines(self, count: int = LINES_TOLD, *, after: int = 0) -> list[str]:
        """Return the last entries of the journal as lines to be read; `after` is as in `journal`."""
        journal = self._story
        return self._place.engine.call(lambda: last_lines(journal, count, after))

    def wait_for(
        self,
        event: str | None = None,
        *,
        kind: str | None = None,
        operation: str | None = None,
        account: str | None = None,
        market: str | None = None,
        count: int = 1,
        after: int = 0,
        timeout_seconds: float = PATIENCE_SECONDS,
    ) -> list[Entry]:
        """Wait until something has happened, so many times since the entry `after`, and return those entries.

        For programs that go on in threads or processes of their own: the seconds are real ones, and the world's clock
        is not moved. Raise `NeverHappened` at their end.
        """
        asked = self._asked(kind, operation, account, market, event)
        if asked == Wanted():
            raise BetsimError("What is waited for? Name an event, an operation, a kind, an account or a market.")
        if not _is_number(count) or count < 1 or not _is_number(timeout_seconds) or not timeout_seconds >= 0:
            raise BetsimError(f"One waits for 1 or more, in 0 or more seconds: not {count!r} in {timeout_seconds!r}.")
        work = entries_when_there(self._story, asked, after, count, timeout_seconds)
        found = self._place.engine.run(work)
        if len(found) < count:
            lines = "\n".join(self.journal_lines())
            happened = f"{described(asked)} happened {len(found)} times and not {count}"
            raise NeverHappened(f"{happened} in {timeout_seconds:g} seconds. The journal ends:\n{lines}")
        return found

    def state_hash(self) -> str:
        """Return a digest of the state: the same scenario, seed and story have the same one."""
        return self._place.engine.call(lambda: state_hash(self._world))

    def _asked(
        self, kind: str | None, operation: str | None, account: str | None, market: str | None, event: str | None
    ) -> Wanted:
        self._check_market(market)
        return wanted(kind, operation, account, market, event)

    def _check_market(self, market: str | None) -> None:
        if market is not None and market not in self._world.exchange.markets:
            raise BetsimError(f"There is no market {market!r} in the world {self.id!r}.")

    def _accounts_now(self) -> tuple[Account, ...]:
        self._world.run_due()
        return accounts_of(self._world)

    def _bets_now(self) -> list[Bet]:
        self._world.run_due()
        return list(bets_of(self._world))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
