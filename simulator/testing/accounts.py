"""Who a test can be in a world: customers of the exchange, and users of BetTune."""

from msgspec import Struct

from simulator.bettune.face import ROOT
from simulator.exchange.money import HUNDREDTHS
from simulator.world.world import World


class Account(Struct, frozen=True):
    """A customer of the exchange, all that is needed to log in, and what there is in the account's currency.

    `available_to_bet` is the balance less what can be lost with the bets there are, as getAccountFunds tells it.
    """

    username: str
    password: str
    app_key: str
    delayed_app_key: str
    currency: str
    balance: float
    available_to_bet: float


class BetTuneAccess(Struct, frozen=True):
    """A token of BetTune: whose it is, on which plan, and the address under which BetTune is served.

    `url` goes up to the version, as in `http://127.0.0.1:8000/bet-tune-api/v1`.
    """

    url: str
    token: str
    user: str
    plan: str

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that a request needs."""
        return {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}


def accounts_of(world: World) -> tuple[Account, ...]:
    """Return the customers of a world as they are now, in the order of its scenario."""
    exchange = world.exchange
    return tuple(
        Account(
            username=account.username,
            password=account.password,
            app_key=account.app_key,
            delayed_app_key=account.delayed_app_key,
            currency=account.currency,
            balance=exchange.ledger.balance_of(account.username) / HUNDREDTHS,
            available_to_bet=exchange.available_to_bet(account.username) / HUNDREDTHS,
        )
        for account in world.accounts.by_username.values()
    )


def bettune_of(world: World, url: str) -> tuple[BetTuneAccess, ...]:
    """Return the tokens of a world that are good, in the order of its scenario; `url` is that of the server."""
    root = f"{url}{ROOT}"
    users = world.bettune.users.by_token.values()
    return tuple(BetTuneAccess(root, user.token, user.name, user.plan) for user in users if not user.is_revoked)
