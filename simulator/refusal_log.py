"""One line in the log for every refusal, whichever face it comes from: what was asked, by whom, and why it was refused.

    refused placeOrders of alice: MARKET_SUSPENDED: market 1.180 is suspended

The logger is `betsim.refusals`, the level INFO; `betsim serve` shows it on standard error unless `--log-level` says
otherwise. A program that uses the application in process sees it where it sets up logging to.
"""

import logging
from typing import Final

LOGGER: Final = "betsim.refusals"
LONGEST_LINE: Final = 500
"""Characters: requests may name things at any length, and a line is to be read."""

_log: Final = logging.getLogger(LOGGER)


def log_refusal(operation: str, who: str, reason: object) -> None:
    """Log that an operation was refused; `reason` is a code and a sentence, or an error that says both.

    `who` is empty where the caller is not known.
    """
    if _log.isEnabledFor(logging.INFO):
        _log.info("%s", one_line(f"refused {operation}{f' of {who}' if who else ''}: {reason}"))


def one_line(text: str) -> str:
    """Return a text as one line of printable characters, cut where it is long.

    What a request names may hold line feeds and the commands of terminals.
    """
    cut = text if len(text) <= LONGEST_LINE else f"{text[: LONGEST_LINE - 3]}..."
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape", "surrogatepass").decode()
        for character in cut
    )
