"""A recorded market offer by offer in our exchange: listMarketBook shows what the exchange displayed of it."""

from collections.abc import Sequence

from simulator.exchange.book import Offer
from simulator.exchange.commands import CancelInstruction, CancelOrders
from simulator.exchange.orders import Side
from tests.contract.betting_world import BettingWorld
from tests.evidence import STREAMS, needs
from tests.recorded.virtual_prices import DEPTH, Ladders, compare

RECORDING = STREAMS / "1.197931751.bz2"
MARKET = "1.197931751"

SCENARIO = """
name: greyhounds
clock: {now: "2022-04-19T18:00:00.000Z", rate: 0}
accounts: [{username: alice, password: secret, appKey: live, delayedAppKey: late}]
events:
  - id: "1"
    name: Romford 19th Apr
    eventType: {id: "4339", name: Greyhound Racing}
    openDate: "2022-04-19T18:27:00.000Z"
    markets:
      - id: "1.197931751"
        name: To Be Placed
        marketType: PLACE
        numberOfWinners: 2
        crossMatching: true
        startTime: "2022-04-19T18:27:00.000Z"
        runners:
          - {selectionId: 44331354, name: Trap 1}
          - {selectionId: 37947503, name: Trap 2}
          - {selectionId: 36276560, name: Trap 3}
          - {selectionId: 42930960, name: Trap 4}
          - {selectionId: 40095374, name: Trap 5}
          - {selectionId: 39823721, name: Trap 6}
"""
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
