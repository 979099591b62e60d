"""The codes of the second step in a story: each by its number, so that none has to stand where it was typed."""

from typing import Final

from simulator.world.format.scenario import Scenario
from simulator.world.inputs import ChangeLogin, Input
from simulator.world.world import World


class Codes:
    """The codes of the second step that accounts have had, by number: who writes and who reads come to the same."""

    def __init__(self, scenario: Scenario, restored: World | None) -> None:
        """Begin with the codes of a scenario, and with those that accounts have in a world that was restored.

        Which may be others; a reset leads back to those of the scenario.
        """
        self._of: Final[dict[str, list[str]]] = {}
        for entry in scenario.accounts:
            self._add(entry.username, entry.two_step_code)
        if restored is not None:
            for username, account in restored.accounts.by_username.items():
                self._add(username, restored.sessions.logins.of(account).two_step_code)

    def hear(self, one: Input) -> None:
        """Note the code that an account gets by an input, if it gets one."""
        if isinstance(one, ChangeLogin) and isinstance(one.two_step_code, str):
            self._add(one.username, one.two_step_code)

    def number(self, username: str, code: str) -> int | None:
        """Return the number of a code that an account has had, counted from 1."""
        codes = self._of.get(username, [])
        return codes.index(code) + 1 if code in codes else None

    def code(self, username: str, number: str) -> str:
        """Return the code with a number; raise `ValueError` where there is none."""
        codes = self._of.get(username, [])
        if not number.isascii() or not number.isdecimal() or not 1 <= int(number) <= len(codes):
            raise ValueError(f"found.password: {username} has had no code {number[:20]!r} by then")
        return codes[int(number) - 1]

    def _add(self, username: str, code: str | None) -> None:
        if code is not None and code not in (codes := self._of.setdefault(username, [])):
            codes.append(code)
