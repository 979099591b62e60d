"""The services of the Betfair face, and which function answers which operation."""

from typing import Any, Final

from simulator.betfair.accounts import ACCOUNT
from simulator.betfair.betting.books import list_market_book, list_runner_book
from simulator.betfair.betting.catalogue import list_market_catalogue
from simulator.betfair.betting.cleared import list_cleared_orders
from simulator.betfair.betting.editing import cancel_orders, replace_orders, update_orders
from simulator.betfair.betting.listings import (
    list_competitions,
    list_countries,
    list_event_types,
    list_events,
    list_market_types,
    list_time_ranges,
    list_venues,
)
from simulator.betfair.betting.placing import place_orders
from simulator.betfair.betting.profit_and_loss import list_market_profit_and_loss
from simulator.betfair.betting.reports import list_current_orders
from simulator.betfair.errors import BETTING_EXCEPTION
from simulator.betfair.operations import Operation, Service
from simulator.betfair.schema import sports_aping as sports


def _always(_: Any) -> bool:
    return True


def _shows_own_bets(book: sports.ListMarketBookRequest | sports.ListRunnerBookRequest) -> bool:
    return book.orderProjection is not None or book.matchProjection is not None


BETTING: Final = Service(
    name="betting",
    interface="SportsAPING",
    exception=BETTING_EXCEPTION,
    operations=(
        Operation("listEventTypes", sports.ListEventTypesRequest, list_event_types),
        Operation("listCompetitions", sports.ListCompetitionsRequest, list_competitions),
        Operation("listTimeRanges", sports.ListTimeRangesRequest, list_time_ranges),
        Operation("listEvents", sports.ListEventsRequest, list_events),
        Operation("listMarketTypes", sports.ListMarketTypesRequest, list_market_types),
        Operation("listCountries", sports.ListCountriesRequest, list_countries),
        Operation("listVenues", sports.ListVenuesRequest, list_venues),
        Operation("listMarketCatalogue", sports.ListMarketCatalogueRequest, list_market_catalogue),
        Operation("listMarketBook", sports.ListMarketBookRequest, list_market_book, crowds=_shows_own_bets),
        Operation("listRunnerBook", sports.ListRunnerBookRequest, list_runner_book, crowds=_shows_own_bets),
        Operation("listCurrentOrders", sports.ListCurrentOrdersRequest, list_current_orders, crowds=_always),
        Operation("listClearedOrders", sports.ListClearedOrdersRequest, list_cleared_orders, crowds=_always),
        Operation(
            "listMarketProfitAndLoss",
            sports.ListMarketProfitAndLossRequest,
            list_market_profit_and_loss,
            crowds=_always,
        ),
        Operation("placeOrders", sports.PlaceOrdersRequest, place_orders, waits=True),
        Operation("cancelOrders", sports.CancelOrdersRequest, cancel_orders),
        Operation("replaceOrders", sports.ReplaceOrdersRequest, replace_orders, waits=True),
        Operation("updateOrders", sports.UpdateOrdersRequest, update_orders),
    ),
)
"""The betting service. The operations on exposure limits need a permission that no account of ours has."""

SERVICES: Final = (BETTING, ACCOUNT)
"""All services that are served."""
