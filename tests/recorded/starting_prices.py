"""Compare our starting prices with recorded ones: `python -m tests.recorded.starting_prices FILE...`.

While a market with a starting price is open, its stream publishes near prices (`spn`) and far prices (`spf`), and all
that they are worked out from: the offers of the exchange (`atb`, `atl`), the stakes of those who back at the starting
price (`spl`, by limit, 1.01 without one) and the liabilities of those who lay at it (`spb`, 1000 without one). Each is
held against ours, from the book just before or just after the message that brings it.

The starting price itself does not follow from the last book, which is old by the time of the reconciliation and lacks
the bets that take the starting price. But the message that ends the auction tells the SP money that was matched and, in
some recordings, what was traded with it. From these alone our auction must give the recorded price.
"""

import bz2
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from simulator.exchange.book import Offer
from simulator.exchange.money import Price
from simulator.exchange.starting_price import StartingPriceBet, far_price, near_price, published, reconcile

CLOSE = Fraction(1, 200)
"""Recorded sizes are rounded, in one recording after a conversion too: prices within 0.5 % count as the same."""

CACHED_MILLISECONDS = 60_000
"""Near and far prices are worked out once a minute."""

FINE = Fraction(1, 5000)
HUNDREDTH = Fraction(1, 100)
"""Far prices are often so low that the decimals cut off are more than 0.5 %."""

LADDERS = ("atb", "atl", "spb", "spl")
NO_LOWER_LIMIT, NO_UPPER_LIMIT = 1_01, 1000_00
SP_MONEY = ("no SP money", "SP money on one side", "SP money on both sides")

Recorded = float | str
Change = dict[str, Any]
Ladders = dict[str, dict[int, int]]


@dataclass
class Agreement:
    """How many published prices are ours: numbers, and words such as NaN."""

    numbers: int = 0
    rounded: int = 0
    """The same with two decimals, halves up."""
    cut: int = 0
    """The same with two decimals, the others cut off."""
    close: int = 0
    cached: int = 0
    """Not close, but so to ours from a book less than a minute old: a cached price was sent, perhaps once again."""
    words: int = 0
    same_words: int = 0

    @property
    def close_share(self) -> float:
        """Return the share of numbers that are within 0.5 %."""
        return self.close / self.numbers

    def add(self, recorded: Recorded, ours: Sequence[Price], cached: Iterable[Price], slack: Fraction) -> None:
        """Count a published price; `ours` are our candidates for it, `cached` those of the last minute."""
        if isinstance(recorded, str):
            self.words += 1
            self.same_words += recorded in ours
            return
        numbers = [price for price in ours if isinstance(price, Fraction)]
        self.numbers += 1
        self.rounded += any(published(price) == hundredths(recorded) for price in numbers)
        self.cut += any(floor(price * 100) == hundredths(recorded) for price in numbers)
        if any(is_close(price, recorded, slack) for price in ours):
            self.close += 1
        else:
            self.cached += any(is_close(price, recorded, slack) for price in cached)


class Final(NamedTuple):
    """A reconciliation: the recorded price, ours from what it matched, and the exchange's part in it."""

    runner: int
    recorded: float
    ours: Price
    exchange_stake: float
    """What the exchange must have given, in pence, by the SP money matched at this price; negative where it took."""
    traded: Sequence[Offer]
    """What was traded on the exchange, as far as the message tells."""

    @property
    def size_traded(self) -> int:
        """Return the stake that was traded, in pence."""
        return sum(offer.size for offer in self.traded)

    @property
    def is_told_in_full(self) -> bool:
        """Return whether the message tells all of the exchange's part."""
        return abs(abs(self.exchange_stake) - self.size_traded) <= 5

    @property
    def agrees(self) -> bool:
        """Return whether our price, and the average of what was traded, are the recorded price.

        That is to 0.02 %, which is what the pennies of the stakes can tell.
        """
        prices = [self.ours]
        if self.traded:
            prices.append(Fraction(sum(offer.price * offer.size for offer in self.traded), 100 * self.size_traded))
        return all(isinstance(price, Fraction) and abs(price / Fraction(self.recorded) - 1) < FINE for price in prices)


@dataclass
class Comparison:
    """What a recorded market and we agree on."""

    near: dict[str, Agreement] = field(default_factory=lambda: {kind: Agreement() for kind in SP_MONEY})
    far: Agreement = field(default_factory=Agreement)
    finals: list[Final] = field(default_factory=list)

    @property
    def near_in_all(self) -> Agreement:
        """Return the near prices, whatever the SP money."""
        names = Agreement.__dataclass_fields__
        return Agreement(**{name: sum(getattr(kind, name) for kind in self.near.values()) for name in names})


@dataclass
class Replay:
    """The market as it stands between two messages."""

    books: dict[int, Ladders] = field(default_factory=dict)
    recent: dict[int, deque[tuple[int, Ladders]]] = field(default_factory=dict)
    """The books of a runner since a minute ago, and when they came to be."""
    traded: dict[int, dict[int, int]] = field(default_factory=dict)
    starting_prices: dict[int, float] = field(default_factory=dict)
    comparison: Comparison = field(default_factory=Comparison)

    def apply(self, change: Change, at: int) -> None:
        """Take over a change of the market, comparing what it publishes."""
        if change.get("img"):
            self.books.clear()
            self.traded.clear()
        for runner in change.get("marketDefinition", {}).get("runners", []):
            if "bsp" in runner:
                self.starting_prices.setdefault(runner["id"], runner["bsp"])
        for runner, news in _by_runner(change).items():
            traded = self._update(runner, news)
            self._compare_published(runner, news)
            self._remember(runner, at)
            if runner in self.starting_prices and ("spb" in news or "spl" in news):
                self._compare_final(runner, news, traded)

    def _update(self, runner: int, news: Change) -> list[Offer]:
        """Take over the ladders of a runner; return what was traded, by price."""
        book = self.books.setdefault(runner, {name: {} for name in LADDERS})
        for name, ladder in book.items():
            for price, size in news.get(name, []):
                ladder[hundredths(price)] = hundredths(size)
                if not size:
                    del ladder[hundredths(price)]
        volumes = self.traded.setdefault(runner, {})
        traded: list[Offer] = []
        for price, volume in news.get("trd", []):
            size = hundredths(volume) - volumes.get(hundredths(price), 0)
            volumes[hundredths(price)] = hundredths(volume)
            # Volumes count both sides of a bet.
            traded.append(Offer(hundredths(price), size // 2))
        return sorted(offer for offer in traded if offer.size > 0)

    def _remember(self, runner: int, at: int) -> None:
        books = self.recent.setdefault(runner, deque())
        books.append((at, {name: dict(ladder) for name, ladder in self.books[runner].items()}))
        # The book that held when the minute began stays.
        while len(books) > 1 and books[1][0] < at - CACHED_MILLISECONDS:
            books.popleft()

    def _compare_published(self, runner: int, news: Change) -> None:
        if "spn" not in news and "spf" not in news:
            return
        books = [book for _, book in self.recent.get(runner, ())]
        candidates = [self.books[runner], *books[-1:]]
        if "spn" in news:
            near = self.comparison.near[sp_money_in(self.books[runner])]
            near.add(news["spn"], list(map(near_price_of, candidates)), map(near_price_of, books), Fraction())
        if "spf" in news:
            self.comparison.far.add(
                news["spf"], list(map(far_price_of, candidates)), map(far_price_of, books), HUNDREDTH
            )

    def _compare_final(self, runner: int, news: Change, traded: list[Offer]) -> None:
        """Compare with the auction of what was matched: the SP money at the starting price, and what was traded."""
        if any(final.runner == runner for final in self.comparison.finals):
            return
        points = [point for name in ("spl", "spb") for point in news.get(name, []) if point[1]]
        # Of the definition and the points, one has all the decimals in each recording.
        price: float = max([self.starting_prices[runner], *(point[0] for point in points)], key=lambda p: len(str(p)))
        stake, liability = (sum(self.books[runner][name].values()) for name in ("spl", "spb"))
        exchange_stake = stake - liability / (price - 1)
        to_back, to_lay = (traded[::-1], []) if exchange_stake > 0 else ([], traded)
        ours = reconcile([StartingPriceBet(stake)], [StartingPriceBet(liability)], to_back, to_lay)
        self.comparison.finals.append(Final(runner, price, ours.price, exchange_stake, traded))


def near_price_of(book: Ladders) -> Price:
    """Return our near price for the ladders of a runner."""
    to_back = [Offer(*level) for level in sorted(book["atb"].items(), reverse=True)]
    to_lay = [Offer(*level) for level in sorted(book["atl"].items())]
    return near_price(*sp_bets_of(book), to_back, to_lay)


def far_price_of(book: Ladders) -> Price:
    """Return our far price for the ladders of a runner."""
    return far_price(*sp_bets_of(book))


def sp_bets_of(book: Ladders) -> tuple[list[StartingPriceBet], list[StartingPriceBet]]:
    """Return the backs and the lays at the starting price: those at the ends of the ladder have no limit."""
    return (
        [StartingPriceBet(size, None if at == NO_LOWER_LIMIT else at) for at, size in book["spl"].items()],
        [StartingPriceBet(size, None if at == NO_UPPER_LIMIT else at) for at, size in book["spb"].items()],
    )


def sp_money_in(book: Ladders) -> str:
    """Return which of the kinds of `SP_MONEY` a book is."""
    return SP_MONEY[bool(book["spl"]) + bool(book["spb"])]


def compare(file: Path) -> Comparison:
    """Replay a recorded market and compare every near, far and starting price in it."""
    replay = Replay()
    with bz2.open(file) as lines:
        for line in lines:
            message = msgspec.json.decode(line)
            for change in message.get("mc", []):
                replay.apply(change, message["pt"])
    return replay.comparison


def hundredths(value: float) -> int:
    return round(value * 100)


def _by_runner(change: Change) -> dict[int, Change]:
    """Return the changes of each runner; some recordings have several for one runner in a message."""
    runners: dict[int, Change] = {}
    for news in change.get("rc", []):
        runners.setdefault(news["id"], {}).update(news)
    return runners


def is_close(price: Price, recorded: float, slack: Fraction) -> bool:
    """Tell whether a price is the recorded one within 0.5 %, or within `slack` where that is more."""
    if not isinstance(price, Fraction):
        return False
    return abs(price - Fraction(recorded)) <= max(CLOSE * Fraction(recorded), slack)


def lines_of_table(comparison: Comparison) -> Iterator[str]:
    """Yield the table of a recorded market."""
    yield f"  {'':28}  numbers  within 0.5 %  rounded    cut  cached  NaN, Infinity"
    rows = {f"near, {kind}": agreement for kind, agreement in comparison.near.items()}
    rows |= {"near, in all": comparison.near_in_all, "far": comparison.far}
    for name, row in rows.items():
        share = f"{row.close_share:7.2%}" if row.numbers else ""
        yield (
            f"  {name:28}  {row.numbers:7}  {row.close:5} {share:7} {row.rounded:7} {row.cut:6} {row.cached:7}"
            f"  {row.same_words:4} of {row.words}"
        )
    told = [final for final in comparison.finals if final.is_told_in_full]
    agreeing = sum(final.agrees for final in told)
    yield f"  starting prices: {agreeing} of {len(told)} that are told in full, of {len(comparison.finals)}"
    for final in comparison.finals:
        ours = f"{float(final.ours):13.9f}" if final.is_told_in_full and isinstance(final.ours, Fraction) else ""
        parts = f"exchange {final.exchange_stake / 100:8.2f}, traded {final.size_traded / 100:8.2f}"
        yield f"    {final.runner:>9}  recorded {final.recorded:13.9f}  ours {ours:13}  {parts}"


def main(files: list[str]) -> None:
    """Print a table for each file."""
    for name in files:
        print(name, *lines_of_table(compare(Path(name))), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
