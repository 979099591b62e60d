"""Recorded markets are read as betfairlightweight's own cache reads them, update by update."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from betfairlightweight import StreamListener

from simulator.recorded.description import Package, describe
from simulator.recorded.market import RecordedMarket, hundredths
from simulator.recorded.messages import Kind, read_lines
from simulator.recorded.selection import Cache, play
from simulator.recorded.sources import Source, sources
from tests.evidence import STREAMS, needs
from tests.recorded_messages import market_state, moves_told

PACKAGES = {
    "1.127236622.bz2": Package.PRO,
    "1.132153978-basic.bz2": Package.BASIC,
    "1.166811431.bz2": Package.PRO,
    "1.180305278.bz2": Package.PRO,
    "1.181223995.bz2": Package.PRO,
    "1.197931751.bz2": Package.PRO,
    "1.211006011.bz2": Package.BASIC,
    "1.223716976.bz2": Package.BASIC,
    "1.241629436-capture-2025.xz": Package.PRO,
    "1.242971311.bz2": Package.PRO,
    "29788105.xz": Package.PRO,
}

pytestmark = needs(STREAMS)


def source_of(name: str) -> Source:
    (source,) = sources([str(STREAMS / name)])
    return source


def sums_of_best_prices(name: str) -> Iterator[tuple[int, int, int]]:
    """After every message the sums of best backs, best lays and last prices of the markets that it is about."""
    markets: dict[str, RecordedMarket] = {}
    for line in read_lines(source_of(name)):
        assert line.kind is Kind.CHANGES
        for change in line.changes:
            markets.setdefault(change.id, RecordedMarket(change.id)).apply(change, line.published_at)
        changed = {change.id: None for change in line.changes}
        runners = [runner for market_id in changed for runner in markets[market_id].runners.values()]
        yield (
            sum(max(runner.available_to_back, default=0) for runner in runners),
            sum(min(runner.available_to_lay, default=0) for runner in runners),
            sum(runner.last_price_traded or 0 for runner in runners),
        )


def their_sums(name: str) -> Iterator[tuple[int, int, int]]:
    listener = StreamListener(max_latency=None, update_clk=False)
    listener.register_stream(0, "marketSubscription")
    for line in source_of(name).lines():
        listener.on_data(line.decode())
        changed = {change["id"]: None for change in json.loads(line)["mc"]}
        caches = listener.stream._caches
        runners = [runner for market_id in changed for runner in caches[market_id].runner_dict.values()]
        yield (
            sum(hundredths(max(runner.available_to_back.order_book, default=0)) for runner in runners),
            sum(hundredths(min(runner.available_to_lay.order_book, default=0)) for runner in runners),
            sum(hundredths(runner.last_price_traded or 0) for runner in runners),
        )


@pytest.mark.parametrize("name", PACKAGES)
def test_the_best_prices_are_those_of_another_reader_after_every_message(name: str) -> None:
    ours, theirs = list(sums_of_best_prices(name)), list(their_sums(name))

    assert len(ours) == len(theirs)
    assert ours == theirs


@pytest.mark.parametrize("name", PACKAGES)
def test_what_is_prepared_plays_as_the_recording_does(tmp_path: Path, name: str) -> None:
    cache = Cache(tmp_path)
    raw, prepared = play(source_of(name)), play(source_of(name), cache=cache)
    for number, (ours, theirs) in enumerate(zip(raw.messages(), prepared.messages(), strict=True)):
        assert [market_state(market) for market in ours] == [market_state(market) for market in theirs]
        assert [moves_told(market) for market in ours] == [moves_told(market) for market in theirs]
        for market in (*ours, *theirs):
            market.is_watched = number % 3 == 0

    assert raw.problems == prepared.problems == []


@pytest.mark.parametrize("name", PACKAGES)
def test_best_prices_are_kept_as_the_ladders_have_them(name: str) -> None:
    for changed in play(source_of(name)).messages():
        for market in changed:
            for runner in market.runners.values():
                if runner.available_to_back:
                    assert runner.best_back == max(runner.available_to_back)
                if runner.available_to_lay:
                    assert runner.best_lay == min(runner.available_to_lay)


@pytest.mark.parametrize(("name", "package"), PACKAGES.items())
def test_every_recording_is_told_apart_by_what_it_shows(name: str, package: Package) -> None:
    described = describe(source_of(name))

    assert described.package is package
    assert bool(described.warning) is (package is Package.BASIC)
    assert {market.status for market in described.markets} <= {"CLOSED", "OPEN", "SUSPENDED", "INACTIVE"}
