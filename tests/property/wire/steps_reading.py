"""Steps in which bettors come and go, are heard of, and look."""

from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from simulator.exchange.commands import PlaceInstruction
from simulator.world.inputs import AdvanceClock
from tests.property.wire.requests import Placing
from tests.property.wire.stage import (
    WireStage,
    markets_that_are_over,
)
from tests.property.wire.steps_betting import ordinary_placings
from tests.property.wire.strategies import (
    Reading,
    books_of,
    customers,
    manners,
    market_books,
    readers_manners,
    readings,
    sessions_manners,
)
from tests.property.wire.worlds import (
    CUSTOMERS,
)


class Looking(WireStage):
    """Whoever is logged in looks at books, bets and money, or tries to."""

    @rule(who=customers, manner=readers_manners, reading=market_books)
    def look_at_books(self, who: str, manner: str, reading: Reading) -> None:
        self.send(self.sender(who, manner), self.read(reading))

    @precondition(lambda machine: machine.markets_that_are_over())
    @rule(who=customers, reading=books_of(st.lists(markets_that_are_over, min_size=1, max_size=2)))
    def look_back(self, who: str, reading: Reading) -> None:
        self.send(self.sender(who), self.read(reading))

    @rule(who=customers, manner=readers_manners, reading=readings)
    def look(self, who: str, manner: str, reading: Reading) -> None:
        self.send(self.sender(who, manner), self.read(reading))

    @rule(
        who=customers,
        place=ordinary_placings,
        virtual=st.booleans(),
        waits=st.lists(st.sampled_from([0, 1, 5000, 24_999, 29_999, 30_000]), min_size=1, max_size=3),
    )
    def look_late(self, who: str, place: tuple[str, list[PlaceInstruction]], virtual: bool, waits: list[int]) -> None:
        """With the delayed key it takes a while until one's own bet is seen among the offers."""
        market, bets = place
        prices = {"priceData": ["EX_BEST_OFFERS"], "virtualise": virtual}
        reading = Reading("listMarketBook", {"marketIds": [market], "priceProjection": prices})
        self.send(self.sender(who, "with the delayed key"), self.read(reading))
        self.send(self.sender(who), self.edit(Placing(market, tuple(bets))))
        for milliseconds in waits:
            change = {"advance": f"PT{milliseconds / 1000}S"}
            self.move_clock(change, partial(self.wait, milliseconds))
            self.send(self.sender(who, "with the delayed key"), self.read(reading))

    def wait(self, milliseconds: int) -> None:
        self.twin.do(AdvanceClock(milliseconds)).accepted()

    @rule(who=customers, manner=manners)
    def count_the_money(self, who: str, manner: str) -> None:
        self.send(self.sender(who, manner), self.funds())


class Attending(WireStage):
    """Bettors log in, stay or go, and say that they are alive."""

    @rule(who=customers, manner=manners, seconds=st.sampled_from([0, 5, 10, 30, 400, -1]))
    def be_heard_of(self, who: str, manner: str, seconds: int) -> None:
        self.send(self.sender(who, manner), self.heartbeat(seconds))

    @rule(
        username=st.sampled_from([*CUSTOMERS, "barred", "closed", "asked", "nobody"]),
        mistake=st.sampled_from([{}, {}, {}, {"password": "wrong"}, {"password": ""}, {"key": ""}]),
        by_certificate=st.booleans(),
    )
    def come(self, username: str, mistake: dict[str, Any], by_certificate: bool) -> None:
        self.log_in(username, by_certificate=by_certificate, **mistake)

    @rule(who=customers, manner=sessions_manners, verb=st.sampled_from(["keepAlive", "keepAlive", "logout"]))
    def stay_or_go(self, who: str, manner: str, verb: str) -> None:
        self.call_session(verb, self.sender(who, manner))
