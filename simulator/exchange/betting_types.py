"""How bets of a market are made, and what settles them (manual, MarketBettingType)."""

from enum import StrEnum


class BettingType(StrEnum):
    """The betting types that can be bet on."""

    ODDS = "ODDS"
    """Bets on runners that win or lose, at odds. With an each way divisor in the market, on being placed too."""
    LINE = "LINE"
    """Bets at even money on what is counted being below or above a line, which is the price."""
    ASIAN_HANDICAP_DOUBLE_LINE = "ASIAN_HANDICAP_DOUBLE_LINE"
    """Bets at odds on either of two sides, with a handicap of goals."""
    ASIAN_HANDICAP_SINGLE_LINE = "ASIAN_HANDICAP_SINGLE_LINE"
    """Bets at odds on a total."""

    @property
    def settled_by(self) -> str:
        """Return the member of `SettleMarket` that says how a market ended, the one home of this rule.

        | betting type               | member        | what it says                                                    |
        |----------------------------|---------------|-----------------------------------------------------------------|
        | ODDS                       | `results`     | how each runner ended; who is not named has lost                |
        | ASIAN_HANDICAP_DOUBLE_LINE | `margin`      | goals of the runner listed first less those of the other        |
        | ASIAN_HANDICAP_SINGLE_LINE | `total`       | all goals                                                       |
        | LINE                       | `line_result` | what was counted                                                |
        """
        return _SETTLED_BY[self]


_SETTLED_BY = {
    BettingType.ODDS: "results",
    BettingType.ASIAN_HANDICAP_DOUBLE_LINE: "margin",
    BettingType.ASIAN_HANDICAP_SINGLE_LINE: "total",
    BettingType.LINE: "line_result",
}
