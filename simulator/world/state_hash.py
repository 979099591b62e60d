"""A digest of a world, by which two runs are compared: same scenario, seed and commands, same digest."""

import hashlib
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import asdict, astuple

from simulator.exchange.exchange import Exchange
from simulator.exchange.market import Market
from simulator.exchange.orders import Side
from simulator.exchange.runner import Runner
from simulator.world.catalogue import MarketDescription
from simulator.world.happenings import verb_of
from simulator.world.world import World

_ENCODER: Final = msgspec.json.Encoder()


def state_hash(world: World) -> str:
    """Return the SHA-256, in hexadecimal, of everything in a world that can be read and could make a difference.

    That is, to what happens or is answered from now on: a reference that cannot be used again yet is part of it, one
    that can is not. Left out is what only the scenario says, and how many failed requests got an id: a refused
    request changes nothing. The clock's time is part of it, so only the digests of worlds whose clocks stand still can
    be compared.
    """
    digest = hashlib.sha256()
    for part in _parts(world):
        digest.update(_ENCODER.encode(part))
        digest.update(b"\n")
    return digest.hexdigest()


def _parts(world: World) -> Iterator[object]:
    exchange, now = world.exchange, world.clock.now()
    exchange.begin_all()
    yield (now, world.clock.rate, exchange.now, exchange.next_due, exchange.next_numbers)
    for due_at, happening in world.schedule.pending:
        yield (due_at, verb_of(happening), happening)
    yield from world.notices
    yield from world.ids.logins()
    yield from world.sessions.state(now)
    yield from world.developer_apps.by_id.values()
    yield from world.vendors.state()
    yield from world.faults.state()
    yield from world.catalogue.events.values()
    yield from map(_description, world.catalogue.markets.values())
    yield from world.catalogue.translations.items()
    yield from world.races
    yield from world.scoreboards
    for market in exchange.markets.values():
        yield from market_state(market)
    for market_id, key, known in world.starting_price_cache.kept(now):
        yield (market_id, key, known.made_at, str(known.near), str(known.far))
    yield from world.transaction_charges.state(now)
    if world.parts.recordings is not None:
        yield from world.parts.recordings.state()
    yield from world.book_requests.state()
    for since, picture in world.delayed_markets.state(now):
        yield (picture.market_id, since)
        yield from market_state(picture)
    yield from _bettune(world)
    yield from exchange.orders.values()
    yield from _waiting(exchange)
    yield from exchange.live_references(now).items()
    for account in exchange.accounts.values():
        orders = (list(account.current_orders), list(account.cleared_orders))
        yield (account.definition, account.standing, account.exposure, account.retained_commission, orders)
    yield exchange.ledger.last_transaction_id
    for name, balance in exchange.ledger.balances.items():
        yield (name, balance, list(exchange.ledger.statement(name)))
    yield from exchange.ledger.own_balances.items()


def _bettune(world: World) -> Iterator[object]:
    yield from world.bettune.users.by_token.values()
    yield from world.bettune.predictions.values()
    yield world.bettune.last_prediction_id
    yield from world.bettune.filters.values()
    yield from world.bettune.matches.values()
    yield list(world.bettune.numbers.given.items())
    yield from world.bettune_requests.state()
    for participant in world.participants:
        yield from participant.state()


def _waiting(exchange: Exchange) -> Iterator[object]:
    """Yield what will happen by itself: held orders, and what silence of a customer will do or has done."""
    yield from exchange.held_orders
    yield from exchange.heartbeats.by_account.items()
    yield from exchange.heartbeats.actions.items()


def _description(description: MarketDescription) -> object:
    """Return what is said of a market, its event by its id and its runners in a list, as JSON can have them."""
    words = asdict(description)
    # The exchange's market has the same definition.
    del words["definition"]
    recorded = description.recorded
    words["recorded"] = None if recorded is None else (*astuple(recorded)[:-1], list(recorded.runners.items()))
    return {**words, "event": description.event.id, "runners": list(description.runners.values())}


def market_state(market: Market) -> Iterator[object]:
    """Yield what is hashed of a market."""
    yield (
        market.definition,
        market.status,
        market.in_play,
        market.betting_is_over,
        market.bsp_reconciled,
        market.version,
        market.material_version,
        market.total_matched,
        market.last_match_at,
        market.settled_at,
        market.corrections,
        market.commissions,
    )
    for runner in market.runners.values():
        yield _runner(runner)


def _runner(runner: Runner) -> object:
    book = runner.book
    queues = [
        [(level.price, level.total, list(level.queue)) for level in book.queue_of(side).best_first()] for side in Side
    ]
    return (
        runner.key,
        runner.status,
        runner.adjustment_factor,
        runner.removed_at,
        runner.ended_by_result,
        # A fraction, or a word in the place of a price: exact as a text.
        str(runner.starting_price),
        [list(runner.starting_price_queue(side)) for side in Side],
        runner.starting_price_taken,
        queues,
        list(book.traded.items()),
        book.total_matched,
        book.last_price_traded,
        list(book.traded_in_play.items()),
        book.last_traded_in_play,
    )
