"""A recorded market offer by offer in our exchange: listMarketBook shows what the exchange displayed of it."""

from collections.abc import Sequence

from simulator.exchange.book import Offer
from simulator.exchange.commands import CancelInstruction, CancelOrders
from simulator.exchange.orders import Side
from tests.contract.betting_world import BettingWorld
from tests.evidence import STREAMS, needs
from tests.recorded.virtual_prices import DEPTH, Ladders, compare
from tests.scenario import GREYHOUND_RACING, event, place, runner, scenario

RECORDING = STREAMS / "1.197931751.bz2"
MARKET = "1.197931751"

TRAPS = (44331354, 37947503, 36276560, 42930960, 40095374, 39823721)
SCENARIO = scenario(
    event(
        "1",
        "Romford 19th Apr",
        GREYHOUND_RACING,
        place(
            MARKET,
            *(runner(selection_id, f"Trap {trap}") for trap, selection_id in enumerate(TRAPS, start=1)),
            crossMatching=True,
        ),
        starts="2022-04-19T18:27:00.000Z",
    ),
    now="2022-04-19T18:00:00.000Z",
    accounts=["alice"],
)
PROJECTION = {
    "priceData": ["EX_BEST_OFFERS"],
    "virtualise": True,
    "exBestOffersOverrides": {"bestPricesDepth": DEPTH},
}
SHOWN = {Side.BACK: "availableToBack", Side.LAY: "availableToLay"}

Level = tuple[int, str, int]
"""A runner, the side it is available to, and a price."""


class Mirror:
    """A world of ours whose books are made to be the recorded ones, change by change."""

    def __init__(self) -> None:
        self._betting = BettingWorld(SCENARIO)
        self._sizes: dict[Level, int] = {}
        self._bets: dict[Level, str] = {}
        self._answer: dict[int, dict[str, list[Offer]]] = {}

    def ladder(self, book: Ladders, _: Sequence[int], runner: int, __: int, side: Side) -> list[Offer]:
        """Return what listMarketBook shows a taker of this side while the book is this one."""
        sizes = {
            (selection_id, name, price): size
            for selection_id, ladders in book.items()
            for name, ladder in ladders.items()
            for price, size in ladder.items()
        }
        if not self._answer or sizes != self._sizes:
            self._follow(sizes)
            self._answer = self._read()
        return self._answer[runner][SHOWN[side]]

    def _follow(self, sizes: dict[Level, int]) -> None:
        """Replace the levels that have changed; first all that goes, so that what comes is not matched with it."""
        changed = sorted(level for level in {*sizes, *self._sizes} if sizes.get(level) != self._sizes.get(level))
        for level in changed:
            if level in self._bets:
                instruction = CancelInstruction(int(self._bets.pop(level)))
                self._betting.apply(CancelOrders("liquidity", MARKET, (instruction,)))
        for level in changed:
            if level in sizes:
                selection_id, name, price = level
                bet = self._betting.lay if name == "atb" else self._betting.back
                self._bets[level] = bet("liquidity", selection_id, price / 100, sizes[level] / 100, market=MARKET)
        self._sizes = sizes

    def _read(self) -> dict[int, dict[str, list[Offer]]]:
        # So that nobody logs in too often: every answer is that of a session of its own.
        self._betting.advance(1000)
        book = self._betting.book(MARKET, priceProjection=PROJECTION)
        assert 0 == book["totalMatched"]
        return {
            runner["selectionId"]: {
                side: [Offer(round(line["price"] * 100), round(line["size"] * 100)) for line in runner["ex"][side]]
                for side in SHOWN.values()
            }
            for runner in book["runners"]
        }


@needs(RECORDING)
def test_the_recorded_display_is_what_books_show_with_virtualise() -> None:
    """The same shares agree as of the rule by itself: at least 95 % of the best levels and 80 % of the tenth."""
    ours, rule = compare(RECORDING, Mirror().ladder), compare(RECORDING)

    assert ours.compared == rule.compared
    assert ours.share(0) >= 0.95
    assert all(ours.share(level) >= 0.80 for level in range(DEPTH))
    assert ours.agreeing == rule.agreeing
