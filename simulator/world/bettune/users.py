"""The users of BetTune in a world: their tokens, which can be made anew and revoked, and their plans, which can end."""

from collections.abc import Callable, Collection, Container, Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from simulator.world.format.scenario import BetTuneUser

FREE, PRO = "free", "pro"
PLANS: Final = (FREE, PRO)


class User(Struct, frozen=True):
    """The user that a token names. `account` is the username of the Betfair account that is bet with, if any."""

    token: str
    name: str
    is_pro: bool
    is_revoked: bool
    account: str | None

    @property
    def plan(self) -> str:
        """Return the name of the user's plan."""
        return PRO if self.is_pro else FREE


class UnknownUser(LookupError):
    """There is no such user."""


class Users:
    """All users by their tokens. A user may have several, and tokens that are revoked stay known as such."""

    def __init__(self, entries: Iterable[BetTuneUser]) -> None:
        """Begin as a scenario says that passed its checks."""
        self.by_token: Final = {
            entry.token: User(entry.token, entry.user or entry.token, entry.plan == PRO, entry.revoked, entry.account)
            for entry in entries
        }
        """In the order in which the tokens were made."""
        self._tokens: Final[dict[str, list[str]]] = {}
        for user in self.by_token.values():
            self._tokens.setdefault(user.name, []).append(user.token)

    @property
    def names(self) -> Collection[str]:
        """Return the names of all users."""
        return self._tokens.keys()

    def called(self, name: str) -> list[User]:
        """Return a user, once for every token; raise `UnknownUser`."""
        if name not in self._tokens:
            raise UnknownUser(f"there is no user {name!r} of BetTune")
        return [self.by_token[token] for token in self._tokens[name]]

    def current(self, name: str) -> User:
        """Return a user with the newest token that is not revoked, or else with the newest; raise `UnknownUser`."""
        known = self.called(name)
        return next((user for user in reversed(known) if not user.is_revoked), known[-1])

    def revoke(self, name: str) -> list[str]:
        """Revoke every token of a user and return those that were good until now; raise `UnknownUser`."""
        good = [user for user in self.called(name) if not user.is_revoked]
        for user in good:
            self.by_token[user.token] = replace(user, is_revoked=True)
        return [user.token for user in good]

    def give_token(self, name: str, numbered_token: Callable[[int], str]) -> str:
        """Give a user one more token and return it: the first that is new of those with the numbers from theirs on.

        Raise `UnknownUser`.
        """
        number = len(self.called(name)) + 1
        while (token := numbered_token(number)) in self.by_token:
            number += 1
        self.by_token[token] = replace(self.current(name), token=token, is_revoked=False)
        self._tokens[name].append(token)
        return token

    def remake_tokens(self, of_scenario: Container[str], numbered_token: Callable[[str, int], str]) -> None:
        """Give users other tokens for those that the scenario does not have: the function makes one of name and number.

        For a world that goes on beside the one in which they were made.
        """
        users = list(self.by_token.values())
        self.by_token.clear()
        self._tokens.clear()
        for user in users:
            tokens = self._tokens.setdefault(user.name, [])
            token = user.token if user.token in of_scenario else numbered_token(user.name, len(tokens) + 1)
            self.by_token[token] = replace(user, token=token)
            tokens.append(token)

    def change_plan(self, name: str, plan: str) -> bool:
        """Put a user on a plan, with all tokens; return whether that is another one. Raise `UnknownUser`."""
        others = [user for user in self.called(name) if user.plan != plan]
        for user in others:
            self.by_token[user.token] = replace(user, is_pro=plan == PRO)
        return bool(others)
