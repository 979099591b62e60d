"""listMarketBook and listRunnerBook: the state of markets and the prices of their runners.

Sources: manual and `SportsAPING.xml`, listMarketBook, listRunnerBook, MarketBook and Runner; recorded books (what is
absent, key order); ids that are not known: chosen, docs/fidelity.md. A closed market looks as the manual prints one
("Recuperación del resultado de un mercado asentado"): nothing matched, nothing available, no last match, no cross
matching, results only. Whether it was in play, and its bet delay, stay as they were, as in every recorded market that
turned in play and closed. A removed runner shows nothing that was traded on it, nor does the market's total (recorded
`list_market_book.json`, whose total is that of the runners that are left). An active runner that nobody traded has a
total of 0.0 once it has had an order:
recorded in 2023, some runners without a last price have 0.0 and others no total. The key line is the one that the
scenario states: in 23 of 56 recorded Asian handicaps it is not the line whose prices are nearest to evens.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from simulator.betfair.betting.catalogue import market_id_order
from simulator.betfair.betting.codes import check_locale
from simulator.betfair.betting.instructions import check_market_id
from simulator.betfair.betting.known_prices import MarketPrices
from simulator.betfair.betting.late_markets import late_markets
from simulator.betfair.betting.limits import check_book_weight, check_number_of_ids
from simulator.betfair.betting.own_bets import BookCall, OwnBets, own_bets
from simulator.betfair.betting.prices import PriceView, no_exchange_prices, price_view
from simulator.betfair.betting.starting_prices import refresh_projections, starting_prices
from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.operations import Call
from simulator.betfair.schema.sports_aping import ListMarketBookRequest, ListRunnerBookRequest
from simulator.betfair.schema.sports_markets import KeyLineDescription, KeyLineSelection, MarketBook, Runner
from simulator.betfair.schema.wire import date_time, double, double_of_thousandths, hundredths, order_date
from simulator.exchange import market as kernel
from simulator.exchange.orders import RunnerKey
from simulator.exchange.runner import Runner as KernelRunner
from simulator.exchange.statuses import RunnerStatus
from simulator.world.catalogue import MarketDescription
from simulator.world.inputs import CountBooks

CLOSED_MARKETS_MILLISECONDS: Final = 90 * 24 * 60 * 60 * 1000
"""How long a market can be read after it was closed (manual, 90 days)."""


def list_market_book(call: Call[ListMarketBookRequest]) -> list[MarketBook]:
    """Return the books of the markets asked for, by market id (recorded), each once.

    Unknown markets are left out. Open and closed markets are not mixed: where any is not closed, the closed
    ones are left out too. Raises TOO_MUCH_DATA by the weight of the request, REQUEST_SIZE_EXCEEDS_LIMIT for too many
    ids, and INVALID_INPUT_DATA for what is no market id, no currency or no depth.
    """
    request = call.params
    check_book_weight(request.priceProjection, len(request.marketIds))
    check_number_of_ids(request.marketIds, request.betIds)
    _count_books(call)
    return _books(call, request.marketIds)


def _count_books(call: Call[ListMarketBookRequest]) -> None:
    """Raise TOO_MANY_REQUESTS where a market's book is asked for too often, if there is a limit in this world.

    The manual recommends at most five times a second and names no code (best practice, listMarketBook).
    """
    world = call.world
    if world.settings.books_per_second is None:
        return
    known = tuple(dict.fromkeys(each for each in call.params.marketIds if each in world.exchange.markets))
    refusal = world.do(CountBooks(call.account.username, known)).refusal
    if refusal is not None:
        raise ApiError(ApiErrorCode.TOO_MANY_REQUESTS, refusal.problem)


def list_runner_book(call: Call[ListRunnerBookRequest]) -> list[MarketBook]:
    """Return the book of one market with one runner in it, a list of none where the market is not known.

    The numbers of the market are those of all its runners. Without a handicap, every runner of the selection is there;
    a selection that is not in the market leaves no runners. Raises what `list_market_book` raises.
    """
    request = call.params
    check_book_weight(request.priceProjection, 1)
    handicap = None if request.handicap is None else hundredths(request.handicap)
    check_number_of_ids((request.marketId,), request.betIds)
    return _books(call, (request.marketId,), request.selectionId, handicap)


def _known_markets(call: BookCall, market_ids: Iterable[str], *, delayed: bool) -> Sequence[kernel.Market]:
    """Return the markets that there are, each once, as the caller sees them."""
    known = call.world.exchange.markets
    named = dict.fromkeys(market_ids)
    for market_id in named:
        if market_id not in known:
            check_market_id(market_id)
    there = [market_id for market_id in named if market_id in known]
    return late_markets(call.world, there, call.now) if delayed else [known[market_id] for market_id in there]


def _readable_markets(call: BookCall, market_ids: Iterable[str], *, delayed: bool) -> list[kernel.Market]:
    open_markets: list[kernel.Market] = []
    closed_markets: list[kernel.Market] = []
    for market in _known_markets(call, market_ids, delayed=delayed):
        if market.settled_at is None:
            open_markets.append(market)
        elif market.settled_at >= call.now - CLOSED_MARKETS_MILLISECONDS:
            closed_markets.append(market)
    readable = open_markets or closed_markets
    if len(readable) > 1:
        readable.sort(key=lambda market: market_id_order(market.market_id))
    return readable


def _books(
    call: BookCall,
    market_ids: Sequence[str],
    selection_id: int | None = None,
    handicap: int | None = None,
) -> list[MarketBook]:
    request = call.params
    check_locale(request.locale)
    delayed = call.world.delayed_markets.concern(call.account.username, has_delayed_key=call.delayed)
    view = price_view(
        request.priceProjection,
        call.world.settings,
        request.currencyCode or call.account.currency,
        delayed=delayed,
    )
    bets = own_bets(call, market_ids)
    books: list[MarketBook] = []
    for market in _readable_markets(call, market_ids, delayed=delayed):
        book = _market_book(market, call.world.catalogue.markets[market.market_id], view, delayed)
        runners = [
            runner
            for runner in market.runners.values()
            if selection_id is None
            or (runner.key.selection_id == selection_id and handicap in (None, runner.key.handicap))
        ]
        if view.starting:
            refresh_projections(call.world, market, runners, call.now)
        prices = MarketPrices(market, view) if view.exchange and market.settled_at is None else None
        book.runners = [_runner(call, market, runner, view, prices, bets, delayed=delayed) for runner in runners]
        books.append(book)
    return books


def _market_book(market: kernel.Market, description: MarketDescription, view: PriceView, delayed: bool) -> MarketBook:
    definition, closed = market.definition, market.settled_at is not None
    matched_at = None if closed else market.last_match_at
    return MarketBook(
        marketId=market.market_id,
        isMarketDataDelayed=delayed,
        betDelayModels=list(description.bet_delay_models) or None,
        status=market.status,
        betDelay=market.bet_delay,
        bspReconciled=market.bsp_reconciled,
        complete=definition.complete,
        inplay=market.in_play,
        numberOfWinners=definition.number_of_winners,
        numberOfRunners=len(market.runners),
        numberOfActiveRunners=0 if closed else market.active_runners,
        lastMatchTime=None if matched_at is None else date_time(matched_at),
        totalMatched=0.0 if closed else view.amount(market.shown_total_matched),
        totalAvailable=0.0 if closed else view.amount(market.total_available),
        crossMatching=description.is_cross_matching(market),
        runnersVoidable=definition.runners_voidable,
        version=description.version_of(market),
        keyLineDescription=_key_line(description.key_line),
    )


def _key_line(runners: Sequence[RunnerKey]) -> KeyLineDescription | None:
    if not runners:
        return None
    return KeyLineDescription(
        keyLine=[KeyLineSelection(handicap=double(key.handicap), selectionId=key.selection_id) for key in runners]
    )


def _runner(
    call: BookCall,
    market: kernel.Market,
    runner: KernelRunner,
    view: PriceView,
    prices: MarketPrices | None,
    bets: OwnBets | None,
    *,
    delayed: bool,
) -> Runner:
    key, factor, book = runner.key, runner.adjustment_factor, runner.book
    removed_at = call.world.catalogue.markets[market.market_id].removed_at(runner)
    answer = Runner(
        selectionId=key.selection_id,
        handicap=double(key.handicap),
        status=runner.status,
        adjustmentFactor=None if factor is None else double_of_thousandths(factor),
        removalDate=None if removed_at is None else order_date(removed_at),
    )
    closed = market.settled_at is not None
    last_price_traded = book.shown_last_price_traded
    if last_price_traded is not None and not closed:
        answer.lastPriceTraded = double(last_price_traded)
    if not closed and (last_price_traded is not None or (runner.status is RunnerStatus.ACTIVE and runner.orders)):
        # A delayed key learns nothing of what was traded on a runner: recorded, a last price beside a total of 0.0.
        answer.totalMatched = 0.0 if delayed else view.amount(book.shown_total_matched)
    if view.starting and market.definition.bsp_market:
        answer.sp = starting_prices(market, runner, call.world.starting_price_cache, view.amount)
    if view.exchange:
        answer.ex = no_exchange_prices() if prices is None else prices.of(runner)
    if bets is not None:
        bets.add_to(answer, market.market_id, key)
    return answer
