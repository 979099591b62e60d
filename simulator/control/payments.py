"""Deposits and withdrawals: what a customer does at the cashier, not through any API."""

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from simulator.control.bodies import loaded, read_body
from simulator.control.customers import customer_of
from simulator.control.performing import performed
from simulator.control.resources import Handler, answer
from simulator.control.schema import PaymentDocument, instant_text
from simulator.exchange.commands import DepositMoney, WithdrawMoney
from simulator.exchange.events import MoneyMoved
from simulator.exchange.money import HUNDREDTHS
from simulator.world.loading.loading import load_payment
from simulator.world.world import World


class PaymentHandlers:
    """Everything under `/control/v1/worlds/{world}/accounts`."""

    def __init__(self, world_of: Callable[[Request], World]) -> None:
        self._world_of: Final = world_of

    def paying(self, command: type[DepositMoney | WithdrawMoney]) -> Handler:
        """Return the handler that pays into the account of the address, or out of it."""

        async def pay(request: Request) -> Response:
            self._account_of(request)
            amount = await loaded(await read_body(request), load_payment)
            # Asked for again: while the document was on its way the world may have been deleted.
            world, username = self._account_of(request)
            happened = performed(world, command(username, amount))
            (moved,) = (event for event in happened.events if isinstance(event, MoneyMoved))
            return answer(_described(world, username, moved), 201)

        return pay

    def _account_of(self, request: Request) -> tuple[World, str]:
        world = self._world_of(request)
        return world, customer_of(world, request).username


def _described(world: World, username: str, moved: MoneyMoved) -> PaymentDocument:
    exchange, transaction_id = world.exchange, moved.transaction_id
    assert transaction_id is not None
    return PaymentDocument(
        transaction_id=transaction_id,
        at=instant_text(moved.at),
        username=username,
        currency=world.accounts.by_username[username].currency,
        balance=exchange.ledger.balance_of(username) / HUNDREDTHS,
        available_to_bet=exchange.available_to_bet(username) / HUNDREDTHS,
    )
