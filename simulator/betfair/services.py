"""The services of the Betfair face, and which function answers which operation."""

from typing import Final

from simulator.betfair.accounts.service import ACCOUNT
from simulator.betfair.betting.editing import cancel_orders, replace_orders, update_orders
from simulator.betfair.betting.exposure_limits import EXPOSURE_LIMITS
from simulator.betfair.betting.listings import LISTINGS
from simulator.betfair.betting.placing import place_orders
from simulator.betfair.betting.reading import READING
from simulator.betfair.errors import BETTING_EXCEPTION
from simulator.betfair.heartbeat import HEARTBEAT
from simulator.betfair.operations import Operation, Service
from simulator.betfair.race_status import SCORES
from simulator.betfair.schema.sports_aping import (
    CancelOrdersRequest,
    PlaceOrdersRequest,
    ReplaceOrdersRequest,
    UpdateOrdersRequest,
)

PLACING: Final = (
    Operation("placeOrders", PlaceOrdersRequest, place_orders, waits=True),
    Operation("cancelOrders", CancelOrdersRequest, cancel_orders),
    Operation("replaceOrders", ReplaceOrdersRequest, replace_orders, waits=True),
    Operation("updateOrders", UpdateOrdersRequest, update_orders),
)
"""What changes orders. In play the first and the third wait for the bet delay."""

BETTING: Final = Service(
    name="betting",
    interface="SportsAPING",
    exception=BETTING_EXCEPTION,
    operations=(*LISTINGS, *READING, *PLACING, *EXPOSURE_LIMITS),
)
"""The betting service."""

SERVICES: Final = (BETTING, ACCOUNT, HEARTBEAT, SCORES)
"""All services that are served."""
