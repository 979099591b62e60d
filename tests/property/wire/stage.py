"""Where the programs over the wire take place: two served worlds, their twin, sessions, and who waits."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import initialize

from simulator.exchange.commands import PlaceInstruction, TurnInPlay
from simulator.exchange.orders import Order, OrderType, Persistence, RunnerKey, Side
from tests.property.wire.compare import Answer, Fault, Refusal, same
from tests.property.wire.flaws import Flaw, as_texts
from tests.property.wire.requests import Cancelling, Placing, Replacing, Updating
from tests.property.wire.sessions import Sender, WireWorlds, refusal
from tests.property.wire.strategies import NO_BET, UNKNOWN_BET, UNKNOWN_MARKET, USUAL_MARKETS, Reading
from tests.property.wire.twin_heartbeats import HeartbeatTwin
from tests.property.wire.twin_money import MoneyTwin
from tests.property.wire.twin_replacements import ReplacingTwin
from tests.property.wire.twin_reports import Later
from tests.property.wire.worlds import CUSTOMERS, HANDICAPS, LINE, MARKETS, MATCH, PLACES, RACE, Ask, Request

OPERATIONS: Final[dict[type[Any], str]] = {
    Placing: "placeOrders",
    Cancelling: "cancelOrders",
    Replacing: "replaceOrders",
    Updating: "updateOrders",
}


def _bet(
    number: int, side: Side, price: int, size: int, persistence: Persistence = Persistence.LAPSE, handicap: int = 0
) -> PlaceInstruction:
    return PlaceInstruction(RunnerKey(number, handicap), side, OrderType.LIMIT, price, size, persistence)


# Some is matched from the start, and on either side there is something to be changed or to be met. One offer is of the
# minimum stake, another of a penny less. Each line is a request: where, who, with which strategy, what.
_BACK, _LAY, _STAYS = Side.BACK, Side.LAY, Persistence.PERSIST
OPENING_BETS: Final[list[tuple[Any, ...]]] = [
    (MATCH, "alice", "one", _bet(1, _BACK, 190, 333), _bet(2, _BACK, 210, 777, _STAYS), _bet(2, _LAY, 198, 500)),
    (MATCH, "bob", None, _bet(1, _LAY, 190, 404, _STAYS), _bet(2, _LAY, 202, 250), _bet(3, _BACK, 305, 200, _STAYS)),
    (MATCH, "emil", "two", _bet(1, _LAY, 190, 777, _STAYS), _bet(2, _BACK, 198, 250), _bet(3, _LAY, 300, 101)),
    (RACE, "emil", None, _bet(1, _BACK, 200, 777), _bet(3, _LAY, 500, 133), _bet(3, _LAY, 300, 1000)),
    (RACE, "alice", "two", _bet(1, _BACK, 200, 1000), _bet(2, _BACK, 210, 333, _STAYS)),
    (RACE, "bob", "one", _bet(2, _LAY, 198, 555, _STAYS), _bet(3, _LAY, 500, 200), _bet(3, _BACK, 550, 250)),
    (RACE, "carla", None, _bet(2, _LAY, 210, 100, Persistence.MARKET_ON_CLOSE)),
    (PLACES, "alice", None, _bet(1, _BACK, 202, 250), _bet(2, _LAY, 200, 133), _bet(3, _LAY, 300, 100)),
    (PLACES, "bob", None, _bet(1, _LAY, 202, 100), _bet(2, _BACK, 200, 101), _bet(3, _BACK, 1100, 99)),
    (HANDICAPS, "alice", "one", _bet(1, _BACK, 198, 777, handicap=-50)),
    (LINE, "bob", None, _bet(1, _LAY, 250, 250)),
]

Edit = Placing | Cancelling | Replacing | Updating


class Letter(NamedTuple):
    """A call, how the twin answers it for an account and a kind of app key, and why it may be refused before that."""

    ask: Ask
    answer: Callable[[str, bool], Answer | Later]
    outcome: str | Fault | None = None


class Correspondence(NamedTuple):
    """What was asked, what is expected, and the requests: one over JSON-RPC, and over REST one a call."""

    letters: Sequence[Letter]
    expected: list[Answer | Later]
    over_json_rpc: Request
    over_rest: list[Request]


class WireStage(WireWorlds):
    """What is asked of the served worlds is done to their twin, and every answer is compared."""

    def __init__(self) -> None:
        super().__init__()
        self.betting, self.reading = ReplacingTwin(self.twin), MoneyTwin(self.twin)
        self.alive = HeartbeatTwin(self.twin)
        self.waiting: list[Correspondence] = []
        self.turn = 0

    @initialize(in_play=st.sampled_from([(), (), (MATCH,), (MATCH, RACE)]))
    def open_the_doors(self, in_play: tuple[str, ...]) -> None:
        for username in CUSTOMERS:
            self.log_in(username)
        for market, username, strategy, *bets in OPENING_BETS:
            self.send(self.sender(username), self.edit(Placing(market, tuple(bets), strategy=strategy)))
        for market in in_play:
            self.operate(market, "turn-in-play", TurnInPlay(market))

    def teardown(self) -> None:
        """A world that begins again answers everybody who waits."""
        try:
            self.reset()
            assert not self.waiting
        finally:
            super().teardown()

    def check_states(self) -> None:
        """All three worlds are in the same state, and who can be answered is."""
        super().check_states()
        if self.waiting:
            for served in self.served:
                served.give_way()
            self.waiting = [each for each in self.waiting if not self.is_answered(each)]

    # Asking

    def send(self, sender: Sender, *letters: Letter) -> None:
        """Ask one served world over JSON-RPC and the other over REST, the twin in process, and compare."""
        expected = [self.expected(sender, letter) for letter in letters]
        self.turn = 1 - self.turn
        asks = [letter.ask for letter in letters]
        correspondence = Correspondence(
            letters,
            expected,
            self.served[self.turn].over_json_rpc(asks, sender.headers),
            [self.served[1 - self.turn].over_rest(ask, sender.headers) for ask in asks],
        )
        if not self.is_answered(correspondence):
            self.waiting.append(correspondence)
        self.check_states()

    def expected(self, sender: Sender, letter: Letter) -> Answer | Later:
        if isinstance(letter.outcome, Fault):
            return letter.outcome
        who = self.let_in(sender, letter.ask.service)
        if isinstance(who, Refusal | Fault):
            return who
        if letter.outcome is not None:
            return refusal(letter.ask.service, letter.outcome)
        return letter.answer(*who)

    def is_answered(self, correspondence: Correspondence) -> bool:
        """Whether all answers are there that can be, and are as expected; no other is."""
        letters, expected, over_json_rpc, over_rest = correspondence
        known = [each.report if isinstance(each, Later) else each for each in expected]
        for answer, request in zip(known, over_rest, strict=True):
            assert (answer is not None) is request.response.done()
        complete = all(answer is not None for answer in known)
        assert complete is over_json_rpc.response.done()
        if not complete:
            return False
        first = over_json_rpc.read(over_json_rpc.response.result())
        second = [answer for request in over_rest for answer in request.read(request.response.result())]
        for letter, answer, one, other in zip(letters, known, first, second, strict=True):
            note(letter.ask, answer)
            for got in (one, other):
                assert same(answer, got), (letter.ask, answer, got)
        return True

    def edit(self, asked: Edit, flaw: Flaw | None = None, *, texts: bool = False) -> Letter:
        """Return the letter that asks for a change of bets."""
        operation = OPERATIONS[type(asked)]
        params: Any = as_texts(asked.params()) if texts else asked.params()
        if flaw is not None and "instructions" in params:
            return Letter(Ask(operation, flaw.spoil(params)), unanswered, flaw.outcome)
        return Letter(Ask(operation, params), lambda username, delayed: self.answer(username, delayed, asked))

    def answer(self, username: str, delayed: bool, asked: Edit) -> Answer | Later:
        match asked:
            case Placing():
                return self.betting.place(username, asked, delayed=delayed)
            case Cancelling():
                return self.betting.cancel(username, asked, delayed=delayed)
            case Replacing():
                return self.betting.replace(username, asked, delayed=delayed)
            case Updating():
                return self.betting.update(username, asked, delayed=delayed)

    def read(self, reading: Reading) -> Letter:
        """Return the letter that asks to read something."""
        twin, params = self.reading, reading.params
        answers: dict[str, Callable[[str, bool], Answer]] = {
            "listCurrentOrders": lambda username, _: twin.current_orders(username, params),
            "listMarketBook": lambda username, delayed: twin.market_books(username, params, delayed=delayed),
            "listMarketProfitAndLoss": lambda username, _: twin.profit_and_loss(username, params),
            "listClearedOrders": lambda username, _: twin.cleared_orders(username, params),
        }
        return Letter(Ask(reading.operation, params), answers[reading.operation], reading.outcome)

    def funds(self) -> Letter:
        """Return the letter that asks for the money."""
        return Letter(Ask("getAccountFunds", {}, "account"), lambda username, _: self.reading.funds(username))

    def heartbeat(self, seconds: int) -> Letter:
        """Return the letter that says that a customer is alive."""

        ask = Ask("heartbeat", {"preferredTimeoutSeconds": seconds}, "heartbeat")
        outcome = "INVALID_INPUT_DATA" if seconds < 0 else None
        return Letter(ask, lambda username, _: self.alive.heartbeat(username, seconds), outcome)

    # What there is

    def bets(self) -> list[int]:
        """The ids of the customers' bets, those that wait to be matched four times, and two that nobody has."""
        orders = [order for order in self.twin.exchange.orders.values() if order.account in CUSTOMERS]
        waiting = [order.bet_id for order in orders if order.size_remaining or order.liability_waiting]
        return [*waiting * 4, *(order.bet_id for order in orders), UNKNOWN_BET, NO_BET]

    def markets_to_bet_in(self) -> list[str]:
        """The open markets, those more often that have more to offer, and all there are and one there is not."""
        markets = self.twin.exchange.markets
        usual = [market for market in USUAL_MARKETS if markets[market].status == "OPEN"]
        return [*usual * 3, *MARKETS, UNKNOWN_MARKET]

    def ripe_markets(self) -> list[str]:
        """The markets that are worth looking at when they end: there was something in them."""
        return [
            there.market_id
            for there in self.twin.exchange.markets.values()
            if there.settled_at is None
            and sum(order.account in CUSTOMERS and bool(order.fragments) for order in there.orders.values()) > 2
        ]

    def markets_before_the_off(self) -> list[str]:
        markets = self.twin.exchange.markets
        return [name for name in (MATCH, RACE) if not markets[name].in_play and markets[name].status == "OPEN"]

    def markets_that_are_over(self) -> list[str]:
        return [there.market_id for there in self.twin.exchange.markets.values() if there.settled_at is not None]

    def suspended(self) -> list[str]:
        """The markets that are suspended and can be opened again."""
        markets = self.twin.exchange.markets.values()
        return [there.market_id for there in markets if there.status == "SUSPENDED" and not there.betting_is_over]

    def order(self, bet_id: int) -> Order | None:
        order: Order | None = self.twin.exchange.orders.get(bet_id)
        return order

    def version(self, market: str, which: str | None) -> int | None:
        """The number of a version of a market, as it is at this moment."""
        there = self.twin.exchange.markets.get(market)
        if which is None or there is None:
            return None
        numbers = {"present": there.version, "material": there.material_version, "stale": there.material_version - 1}
        return {**numbers, "future": there.version + 1, "negative": -1, "too long": 10**12}[which]


def unanswered(username: str, delayed: bool) -> Answer:
    raise AssertionError(f"a faulty request of {username} was let through, {delayed}")


def note(ask: Ask, answer: Answer) -> None:
    """Count what programs come to see, for `--hypothesis-show-statistics`."""
    if isinstance(answer, Refusal | Fault):
        event(f"{ask.operation} {answer[-1] if isinstance(answer, Refusal) else answer[0]}")
    elif isinstance(answer, dict) and "status" in answer:
        event(f"{ask.operation} {answer['status']} {answer.get('errorCode', '')}")
        for report in answer["instructionReports"]:
            event(f"{ask.operation}: {report['status']} {report.get('errorCode', '')}")
    else:
        event(f"{ask.operation} {'something' if answer else 'nothing'}")


def one_of_its(choices: Callable[[Any], Sequence[Any]]) -> st.SearchStrategy[Any]:
    """Draw from what the machine has to offer when the rule is run."""
    return st.runner().flatmap(lambda machine: st.sampled_from(list(choices(machine))))


some_bet = one_of_its(WireStage.bets)
markets_to_bet_in = one_of_its(WireStage.markets_to_bet_in)
ripe_markets = one_of_its(WireStage.ripe_markets)
markets_before_the_off = one_of_its(WireStage.markets_before_the_off)
markets_that_are_over = one_of_its(WireStage.markets_that_are_over)
