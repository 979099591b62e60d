"""BetTune as a dictionary: what its documentation says, written down as plainly as can be, and slowly.

Written from the documentation and the choices in `docs/fidelity.md`, not from the code. Times are whole seconds since
the world began, answers are a status and a document, or the code of a refusal.
"""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

START = datetime(2026, 6, 6, 23, 58, tzinfo=UTC)
LIMIT, WINDOW_SECONDS = 12, 30

USERS = {"ann-1": "ann", "ann-2": "ann", "ben-1": "ben", "cat-1": "cat", "ann-0": "ann"}
PLANS = {"ann": "pro", "ben": "pro", "cat": "free"}
REVOKED = {"ann-0"}
FILTERS = {
    1: ("Home wins", "Home", "approved", "ann"),
    2: ("Goals", "Over 2.5", "disabled", "ann"),
    3: ("Draws", "Draw", "approved", "ben"),
    4: ("Everybody's", "Away", "approved", None),
    5: ("Cat's", "Home", "approved", "cat"),
}
MATCHES = {11: ("A", "B", 0), 12: ("C", "D", 119), 13: ("A", "C", 120), 14: ("B", "D", 120)}
"""Teams, and when they meet: the first two on the first day, the others at midnight."""

NEW_FILTER, NEW_MATCH = 6, 15
"""They are not there at first, and can be added: everybody's, and teams who meet so many seconds later."""
MEET_AFTER_SECONDS = 60

Refusal = tuple[int, str]


def text(seconds: int) -> str:
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def six_decimals(odds: Fraction) -> str:
    millionths = (odds * 10**6 + Fraction(1, 2)).__floor__()
    return f"{millionths // 10**6}.{millionths % 10**6:06}"


class NaiveBetTune:
    """All of BetTune that can change."""

    def __init__(self) -> None:
        self.now = 0
        self.known_filters = dict(FILTERS)
        self.known_matches = dict(MATCHES)
        self.predictions: dict[tuple[int, int], dict[str, Any]] = {}
        self.numbers = 0
        self.scores: dict[int, tuple[int, int]] = {}
        self.asked: dict[str, list[int]] = {}

    # Who may

    def refusal(self, token: str | None, *, needs_pro: bool = False) -> Refusal | None:
        if token is None:
            return 401, "missing_token"
        if token not in USERS:
            return 401, "invalid_token"
        if token in REVOKED:
            return 401, "revoked_token"
        user = USERS[token]
        asked = self.asked.setdefault(user, [])
        if asked and self.now >= asked[0] + WINDOW_SECONDS:
            asked.clear()
        if len(asked) >= LIMIT:
            return 429, "rate_limit_exceeded"
        asked.append(self.now)
        return (403, "pro_subscription_required") if needs_pro and PLANS[user] != "pro" else None

    def retry_after(self, token: str) -> int:
        return self.asked[USERS[token]][0] + WINDOW_SECONDS - self.now

    def _unknown(self, token: str, filter_id: int, match_ids: list[int]) -> Refusal | None:
        if filter_id not in self.known_filters or self.known_filters[filter_id][3] not in (None, USERS[token]):
            return 404, "filter_not_found"
        return (404, "match_not_found") if any(match_id not in self.known_matches for match_id in match_ids) else None

    # What is asked

    def filters(self, token: str | None) -> Refusal | dict[str, Any]:
        refused = self.refusal(token)
        if refused:
            return refused
        own = [number for number, one in self.known_filters.items() if one[3] in (None, USERS[str(token)])]
        sport = {"id": 1, "name": "football"}
        items = [
            {"id": number, "name": name, "sport": sport, "betType": bet_type, "status": status}
            for number in own
            for name, bet_type, status, _ in [self.known_filters[number]]
        ]
        return {"count": len(items), "items": items}

    def matches(self, token: str | None, day: int) -> Refusal | list[tuple[int, str, bool, Any]]:
        """The matches of a day, 0 for the first, each as number, time, whether it is over, and score."""
        refused = self.refusal(token)
        if refused:
            return refused
        return [
            (number, text(begins), number in self.scores, self.scores.get(number, (None, None)))
            for begins, number in sorted((begins, number) for number, (_, _, begins) in self.known_matches.items())
            if (0 if begins < 120 else 1) == day
        ]

    def put(self, token: str | None, filter_id: int, match_id: int, odds: Fraction | None) -> Refusal | dict[str, Any]:
        refused = self.refusal(token, needs_pro=True)
        if refused:
            return refused
        if odds is None or not Fraction(101, 100) <= odds <= 1000:
            return 400, "odds_invalid"
        unknown = self._unknown(str(token), filter_id, [match_id])
        if unknown:
            return unknown
        if (filter_id, match_id) not in self.predictions:
            self.numbers += 1
            new = {"id": self.numbers, "filterId": filter_id, "matchId": match_id, "createdAt": text(self.now)}
            self.predictions[filter_id, match_id] = new
        prediction = self.predictions[filter_id, match_id]
        prediction |= {"odds": six_decimals(odds), "source": "api", "updatedAt": text(self.now)}
        return dict(prediction)

    def delete(self, token: str | None, filter_id: int, match_id: int) -> Refusal | None:
        refused = self.refusal(token, needs_pro=True) or self._unknown(str(token), filter_id, [match_id])
        if not refused:
            self.predictions.pop((filter_id, match_id), None)
        return refused

    def search(self, token: str | None, filter_id: int, match_ids: list[int]) -> Refusal | dict[str, Any]:
        refused = self.refusal(token, needs_pro=True) or self._unknown(str(token), filter_id, match_ids)
        if refused:
            return refused
        items = [one for key, one in self.predictions.items() if key[0] == filter_id and key[1] in match_ids]
        return {"count": len(items), "items": sorted(items, key=lambda one: int(one["id"]))}

    # What happens

    def add(self, has_filter: bool, has_match: bool) -> int:
        """Return the status of the answer: all is added, or nothing."""
        is_there = (has_filter and NEW_FILTER in self.known_filters) or (has_match and NEW_MATCH in self.known_matches)
        if is_there or not (has_filter or has_match):
            return 400
        if has_filter:
            self.known_filters[NEW_FILTER] = ("New", "Home", "approved", None)
        if has_match:
            self.known_matches[NEW_MATCH] = ("A", "E", self.now + MEET_AFTER_SECONDS)
        return 201

    def finish(self, match_id: int, score: tuple[int, int]) -> int:
        """Return the status of the answer."""
        if match_id not in self.known_matches:
            return 404
        if match_id in self.scores:
            return 409
        self.scores[match_id] = score
        return 200
