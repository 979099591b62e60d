"""The three worlds that a program over the wire moves alike, who is logged in to them, and who runs their markets."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final, NamedTuple

from hypothesis import event
from hypothesis.stateful import RuleBasedStateMachine

from simulator.exchange.commands import Command
from simulator.exchange.orders import Order
from simulator.exchange.refusals import Impossible, Refused
from simulator.world.inputs import KeepAlive, LogOut, Reset
from simulator.world.state_hash import state_hash
from tests.property.wire.compare import Fault, Refusal
from tests.property.wire.worlds import CONTROL, CUSTOMERS, DELAYED, KEYS, LIVE, PASSWORDS, Served, new_twin
from tests.retold import Record
from tests.sessions import log_in

NUMBERS: Final = {
    "betting": {
        "TOO_MUCH_DATA": "ANGX-0001",
        "INVALID_INPUT_DATA": "ANGX-0002",
        "INVALID_SESSION_INFORMATION": "ANGX-0003",
        "NO_APP_KEY": "ANGX-0004",
        "NO_SESSION": "ANGX-0005",
        "INVALID_APP_KEY": "ANGX-0007",
    },
    "account": {
        "INVALID_INPUT_DATA": "AANGX-0001",
        "INVALID_SESSION_INFORMATION": "AANGX-0002",
        "INVALID_APP_KEY": "AANGX-0004",
        "NO_SESSION": "AANGX-0010",
        "NO_APP_KEY": "AANGX-0011",
    },
    "heartbeat": {
        "INVALID_INPUT_DATA": "HBT-0001",
        "INVALID_SESSION_INFORMATION": "HBT-0002",
        "NO_APP_KEY": "HBT-0003",
        "NO_SESSION": "HBT-0004",
        "INVALID_APP_KEY": "HBT-0005",
    },
}
"""The numbers of the errors that programs meet, as the interface definitions print them."""

NOT_SUBSCRIBED: Final = Fault("DSC-0037", "DSC-0037", 403)
"""What the framework says to who sends the app key of somebody else."""

LOGIN_STATUSES: Final = {
    "barred": ("LIMITED_ACCESS", "SUSPENDED"),
    "closed": ("FAIL", "CLOSED"),
    "asked": ("LOGIN_RESTRICTED", "STRONG_AUTH_CODE_REQUIRED"),
}
"""How a login with the right password ends, of those accounts of which something else than SUCCESS is to be said."""


class Sender(NamedTuple):
    """The two headers that say who asks; what is `None` is left out."""

    key: str | None
    token: str | None

    @property
    def headers(self) -> dict[str, str]:
        headers = {"X-Application": self.key, "X-Authentication": self.token}
        return {name: value for name, value in headers.items() if value is not None}


class WireWorlds(RuleBasedStateMachine):
    """Two served worlds and their twin: whatever is done to one is done to all, and they stay alike."""

    def __init__(self) -> None:
        super().__init__()
        self.doors = ExitStack()
        self.served = [Served(self.doors), Served(self.doors)]
        self.twin = new_twin()
        self.record = Record(self.served[0].world)
        self.tokens: dict[str, list[str]] = {}

    def teardown(self) -> None:
        """The control API tells the state in which all three have ended, and the story can be told again elsewhere."""
        try:
            assert {state_hash(self.twin)} == {served.state_hash() for served in self.served}
            assert self.record.hashes_elsewhere() == self.record.hashes
        finally:
            self.doors.close()

    def check_states(self) -> None:
        """All three worlds are in the same state."""
        self.record.note_state()
        assert {state_hash(self.twin), self.record.hashes[-1]} == {state_hash(self.served[1].world)}

    # Identity

    def log_in(
        self, username: str, password: str | None = None, *, key: str | None = None, by_certificate: bool = False
    ) -> None:
        """Log in; by default rightly, with the live app key. An empty key is not sent."""
        key = f"{username}-{LIVE}" if key is None else key
        form = {"username": username, "password": PASSWORDS.get(username, "none") if password is None else password}
        status, error = LOGIN_STATUSES.get(username, ("SUCCESS", ""))
        token = ""
        if not key or not form["password"]:
            key, status, error = "", "FAIL", "INPUT_VALIDATION_ERROR"
        elif PASSWORDS.get(username) != form["password"]:
            status, error = "FAIL", "INVALID_USERNAME_OR_PASSWORD"
        else:
            session = log_in(self.twin, username, form["password"], key, by_certificate=by_certificate)
            lets_in = ("SUCCESS",) if by_certificate else ("SUCCESS", "LIMITED_ACCESS")
            assert (session is not None) is (status in lets_in)
            if session is not None:
                token = session.token
                self.tokens.setdefault(username, []).append(token)
        if by_certificate:
            expected = {"sessionToken": token, "loginStatus": status} if token else {"loginStatus": error}
        else:
            expected = {"token": token, "product": key, "status": status, "error": error}
        path = "/api/certlogin" if by_certificate else "/api/login"
        headers = {"Accept": "application/json", **({"X-Application": key} if key else {})}
        for served in self.served:
            response = served.post(path, data=form, headers=headers)
            assert (200, expected) == (response.status_code, response.json())
        self.check_states()

    def call_session(self, verb: str, sender: Sender) -> None:
        """Keep a session alive or end it."""
        product, token = sender.key or "", sender.token or ""
        status, error = "SUCCESS", ""
        if not token:
            status, error = "FAIL", "INPUT_VALIDATION_ERROR"
        elif self.twin.do(KeepAlive(token) if verb == "keepAlive" else LogOut(token)).refusal is not None:
            status, error = "FAIL", "NO_SESSION"
        expected = {"token": token, "product": product, "status": status, "error": error}
        for served in self.served:
            response = served.post(f"/api/{verb}", headers={"Accept": "application/json", **sender.headers})
            assert (200, expected) == (response.status_code, response.json())
        self.check_states()

    def sender(self, username: str, manner: str = "rightly") -> Sender:
        """Return the headers of a customer who asks rightly, after a login where there is no session, or wrongly."""
        tokens = self.tokens.get(username, [])
        live = f"{username}-{LIVE}"
        if manner == "with a token of before":
            return Sender(live, tokens[0] if tokens else "nothing")
        now = self.twin.clock.now()
        alive = {session.token for session in self.twin.sessions if session.expires_at > now}
        if not tokens or tokens[-1] not in alive:
            self.log_in(username)
        token = self.tokens[username][-1]
        others = next(name for name in CUSTOMERS if name != username)
        return {
            "rightly": Sender(live, token),
            "with the delayed key": Sender(f"{username}-{DELAYED}", token),
            "without a key": Sender(None, token),
            "with an unknown key": Sender("nobody", token),
            "with the key of another": Sender(f"{others}-{LIVE}", token),
            "without a token": Sender(live, None),
            "with an unknown token": Sender(live, "nothing"),
        }[manner]

    def let_in(self, sender: Sender, service: str) -> tuple[str, bool] | Refusal | Fault:
        """Return the account and whether its app key is the delayed one, or why nobody is let in."""
        if sender.key is None:
            return refusal(service, "NO_APP_KEY")
        if sender.key not in KEYS:
            return refusal(service, "INVALID_APP_KEY")
        if sender.token is None:
            return refusal(service, "NO_SESSION")
        session = self.twin.session(sender.token)
        if session is None:
            return refusal(service, "INVALID_SESSION_INFORMATION")
        username, delayed = KEYS[sender.key]
        if sender.token not in self.tokens.get(username, []):
            return NOT_SUBSCRIBED
        return username, delayed

    # Our own API

    def move_clock(self, change: dict[str, Any], move: Callable[[], None], *, possible: bool = True) -> None:
        """Move the time of all worlds."""
        if possible:
            move()
        for served in self.served:
            response = served.post(f"{CONTROL}/clock", json=change)
            assert (200 if possible else 409) == response.status_code
        self.check_states()

    def operate(self, market: str, verb: str, command: Command, document: dict[str, Any] | None = None) -> None:
        """Do something to a market, or hear that it cannot be done; an answer to offers shows the bets they are."""
        known = set(self.twin.exchange.orders)
        try:
            self.twin.do(command).accepted()
        except (Impossible, Refused):
            possible = False
        else:
            possible = True
        event(f"{verb} {'done' if possible else 'impossible'}")
        there = self.twin.exchange.markets[market]
        state: dict[str, Any] = {
            "marketId": market, "status": there.status, "inPlay": there.in_play, "version": there.version
        }  # fmt: skip
        if verb == "offers":
            new = sorted(set(self.twin.exchange.orders) - known)
            state["bets"] = [self.offered_bet(self.twin.exchange.orders[bet_id]) for bet_id in new]
        for served in self.served:
            response = served.post(f"{CONTROL}/markets/{market}/{verb}", json=document or {})
            assert (200 if possible else 409) == response.status_code, response.text
            # What offers were matched with is said beside the state.
            assert not possible or state == {name: response.json()[name] for name in state}
        self.check_states()

    def offered_bet(self, order: Order) -> dict[str, Any]:
        """A bet that makes an offer: what it was matched with are the bets that have a part in the same matches."""
        matched = [
            {
                "price": match.price / 100,
                "size": match.size / 100,
                "bets": [
                    str(other.bet_id)
                    for other in self.twin.exchange.orders.values()
                    if other is not order and match.match_id in [fragment.match_id for fragment in other.fragments]
                ],
            }
            for match in order.fragments
        ]
        return {
            "betId": str(order.bet_id),
            "selectionId": order.runner.selection_id,
            "handicap": order.runner.handicap / 100,
            "side": order.side.name,
            "price": order.price / 100,
            "size": order.size / 100,
            "matched": matched,
            "sizeMatched": sum(match.size for match in order.fragments) / 100,
            "sizeResting": order.size_remaining / 100,
        }

    def reset(self) -> None:
        """Begin again from the scenario: all sessions end."""
        self.twin.do(Reset()).accepted()
        for served in self.served:
            assert 200 == served.post(f"{CONTROL}/reset").status_code
        self.check_states()


def refusal(service: str, name: str) -> Refusal:
    return Refusal(NUMBERS[service][name], name)
