"""BetTune over HTTP and as a dictionary, side by side through sessions that hypothesis makes up.

Users of both plans, with tokens that are good, unknown, revoked or missing, put and take back predictions, search and
list, while time passes, matches end, and filters and matches are added. Every answer must be the dictionary's. At the
end the same requests to a fresh server come to the same answers and the same state.
"""

import json
from contextlib import ExitStack
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from simulator.world.state_hash import state_hash
from tests.in_process import Client, client_of
from tests.property.wire.twin_bettune import (
    FILTERS,
    LIMIT,
    MATCHES,
    MEET_AFTER_SECONDS,
    NEW_FILTER,
    NEW_MATCH,
    PLANS,
    REVOKED,
    START,
    USERS,
    WINDOW_SECONDS,
    NaiveBetTune,
    text,
)
from tests.retold import Record

SCENARIO = {
    "name": "bettune",
    "clock": {"now": START.strftime("%Y-%m-%dT%H:%M:%SZ"), "rate": 0},
    "bettune": {
        "rateLimit": {"requests": LIMIT, "windowSeconds": WINDOW_SECONDS},
        "users": [
            {"token": token, "user": user, "plan": PLANS[user], "revoked": token in REVOKED}
            for token, user in USERS.items()
        ],
        "filters": [
            {"id": number, "name": name, "betType": bet_type, "status": status} | ({"user": user} if user else {})
            for number, (name, bet_type, status, user) in FILTERS.items()
        ],
        "matches": [
            {"id": number, "date": f"+PT{begins}S", "home": home, "away": away}
            for number, (home, away, begins) in MATCHES.items()
        ],
    },
}
BETTUNE, CONTROL = "/bet-tune-api/v1", "/control/v1/worlds/default"
DAYS = ("2026-06-06", "2026-06-07")

# Most of what is drawn is good and of one user, so that what is done twice is often done to the same prediction.
tokens = st.sampled_from(["ann-1"] * 6 + ["ann-2"] * 3 + ["ben-1"] * 3 + ["cat-1", "ann-0", "nobody", None])
filter_ids = st.sampled_from([1] * 5 + [4] * 4 + [2, 3, 5, 6])
match_ids = st.sampled_from([11] * 5 + [12] * 3 + [13, 14, 15])
odds_texts = st.one_of(
    st.sampled_from(["1.01", "1.009999", "1.0099999", "1000", "1000.000001", "2.15", "2", "0", "-2", "two", "", "1e1"]),
    st.tuples(st.integers(1, 1001), st.text("0123456789", min_size=1, max_size=9)).map(
        lambda pair: f"{pair[0]}.{pair[1]}"
    ),
)


def value_of(written: str) -> Fraction | None:
    """What odds come to that are written in digits; any other text is none."""
    return Fraction(written) if written.replace(".", "", 1).isdecimal() else None


class BetTuneMachine(RuleBasedStateMachine):
    """A served world, the dictionary, and all that was sent and answered."""

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        self.client: Client = self._open.enter_context(client_of(SCENARIO))
        self.naive = NaiveBetTune()
        self.record = Record(self.client.worlds.default)
        self.sent: list[tuple[tuple[str, str, dict[str, str], bytes], tuple[int, bytes]]] = []

    def teardown(self) -> None:
        """A fresh server comes to the same by the same requests, and another process by the same inputs."""
        assert self.record.hashes_elsewhere() == self.record.hashes
        with self._open, client_of(SCENARIO) as fresh:
            for (method, path, headers, content), answered in self.sent:
                again = fresh.request(method, path, headers=headers, content=content)
                assert (again.status_code, again.content) == answered
            assert state_hash(fresh.worlds.default) == state_hash(self.client.worlds.default)

    def ask(self, method: str, path: str, token: str | None, content: bytes = b"") -> tuple[int, Any]:
        """Return status and document of an answer; of a refusal, its code."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return self._send(method, f"{BETTUNE}{path}", headers, content, token)

    def control(self, path: str, document: object) -> int:
        """Post to our own API."""
        headers = {"Content-Type": "application/json"}
        return self._send("POST", f"{CONTROL}{path}", headers, json.dumps(document).encode(), None)[0]

    def _send(
        self, method: str, path: str, headers: dict[str, str], content: bytes, token: str | None
    ) -> tuple[int, Any]:
        answer = self.client.request(method, path, headers=headers, content=content)
        self.sent.append(((method, path, headers, content), (answer.status_code, answer.content)))
        self.record.note_state()
        if answer.status_code == 204:
            return 204, None
        document = answer.json()
        if answer.status_code == 429:
            rule_told = [answer.headers[name] for name in ("retry-after", "x-ratelimit-limit", "x-ratelimit-window")]
            assert rule_told == [str(self.naive.retry_after(str(token))), str(LIMIT), str(WINDOW_SECONDS)]
        return answer.status_code, document.get("code", document)

    @rule(token=tokens, filter_id=filter_ids, match_id=match_ids, odds=odds_texts, as_number=st.booleans())
    def put(self, token: str | None, filter_id: int, match_id: int, odds: str, as_number: bool) -> None:
        """Predict, in a text, or in a number where the digits are those of one."""
        written = odds if as_number and value_of(odds) is not None else json.dumps(odds)
        path = f"/prediction-filters/{filter_id}/matches/{match_id}/prediction"

        status, answer = self.ask("PUT", path, token, b'{"odds":%b}' % written.encode())

        expected = self.naive.put(token, filter_id, match_id, value_of(odds))
        assert (status, answer) == (expected if isinstance(expected, tuple) else (200, expected))

    @rule(token=tokens, filter_id=filter_ids, match_id=match_ids)
    def delete(self, token: str | None, filter_id: int, match_id: int) -> None:
        answer = self.ask("DELETE", f"/prediction-filters/{filter_id}/matches/{match_id}/prediction", token)

        assert answer == (self.naive.delete(token, filter_id, match_id) or (204, None))

    @rule(token=tokens, filter_id=filter_ids, wanted=st.lists(match_ids, max_size=5))
    def search(self, token: str | None, filter_id: int, wanted: list[int]) -> None:
        body = json.dumps({"filterId": filter_id, "matchIds": wanted}).encode()

        answer = self.ask("POST", "/predictions/search", token, body)

        expected = self.naive.search(token, filter_id, wanted)
        assert answer == (expected if isinstance(expected, tuple) else (200, expected))

    @rule(token=tokens)
    def list_filters(self, token: str | None) -> None:
        answer = self.ask("GET", "/prediction-filters", token)

        expected = self.naive.filters(token)
        assert answer == (expected if isinstance(expected, tuple) else (200, expected))

    @rule(token=tokens, day=st.sampled_from([0, 1]))
    def list_matches(self, token: str | None, day: int) -> None:
        status, answer = self.ask("GET", f"/matches?date={DAYS[day]}&sport=1", token)

        expected = self.naive.matches(token, day)
        if isinstance(expected, tuple):
            assert (status, answer) == expected
            return
        assert (status, answer["date"], answer["count"]) == (200, DAYS[day], len(expected))
        assert expected == [
            (one["id"], one["date"], one["finished"], (one["score"]["home"], one["score"]["away"]))
            for one in answer["items"]
        ]

    @rule(seconds=st.sampled_from([1, 5, 29, 30, 31]))
    def wait(self, seconds: int) -> None:
        self.naive.now += seconds

        assert self.control("/clock", {"advance": f"PT{seconds}S"}) == 200

    @rule(match_id=match_ids, score=st.tuples(st.integers(0, 9), st.integers(0, 9)))
    def finish(self, match_id: int, score: tuple[int, int]) -> None:
        document = {"score": {"home": score[0], "away": score[1]}}

        assert self.control(f"/matches/{match_id}/finish", document) == self.naive.finish(match_id, score)

    @rule(has_filter=st.booleans(), has_match=st.booleans())
    def add(self, has_filter: bool, has_match: bool) -> None:
        one = {"id": NEW_FILTER, "name": "New", "betType": "Home"}
        match = {"id": NEW_MATCH, "date": f"+PT{MEET_AFTER_SECONDS}S", "home": "A", "away": "E"}
        document = {"filters": [one] * has_filter, "matches": [match] * has_match}

        assert self.control("/bettune", document) == self.naive.add(has_filter, has_match)

    @precondition(lambda self: len(self.sent) > 10)
    @rule()
    def reset(self) -> None:
        self.naive = NaiveBetTune()
        self.record = Record(self.client.worlds.default)

        assert self._send("POST", f"{CONTROL}/reset", {}, b"", None)[0] == 200

    @invariant()
    def the_same_predictions_are_there(self) -> None:
        """Whoever may read them."""
        predictions = self.client.worlds.default.bettune.predictions
        assert {key: one.id for key, one in predictions.items()} == {
            key: one["id"] for key, one in self.naive.predictions.items()
        }


def test_the_dictionary_s_own_sums() -> None:
    """What the machine believes is itself looked at once."""
    naive = NaiveBetTune()
    assert naive.put("ann-1", 1, 11, Fraction("2.1500005")) == {
        "id": 1,
        "filterId": 1,
        "matchId": 11,
        "odds": "2.150001",
        "source": "api",
        "createdAt": "2026-06-06T23:58:00+00:00",
        "updatedAt": "2026-06-06T23:58:00+00:00",
    }
    assert text(120) == "2026-06-07T00:00:00+00:00"
    assert [naive.refusal("ann-2") for _ in range(LIMIT)] == [None] * (LIMIT - 1) + [(429, "rate_limit_exceeded")]
    assert (naive.refusal("cat-1", needs_pro=True), naive.refusal(None)) == (
        (403, "pro_subscription_required"),
        (401, "missing_token"),
    )


TestBetTuneMachine = BetTuneMachine.TestCase


@pytest.mark.deep
@pytest.mark.parametrize("batch", range(10))
def test_bettune_and_the_dictionary_agree_through_two_thousand_sessions(batch: int) -> None:
    """Every batch makes up sessions of its own."""
    run_state_machine_as_test(
        BetTuneMachine,
        settings=settings(
            database=None,
            deadline=None,
            derandomize=False,
            max_examples=200,
            print_blob=True,
            stateful_step_count=60,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
