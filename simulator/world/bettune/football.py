"""Which runners of a football market mean what, and which of them a score makes winners.

| market type                          | runners                                | settled by                     |
|--------------------------------------|----------------------------------------|--------------------------------|
| MATCH_ODDS                           | the two teams and The Draw             | who has more goals             |
| DRAW_NO_BET                          | the two teams                          | who has more, void for a draw  |
| OVER_UNDER_05, _15, ...              | Over 0.5 Goals, Under 0.5 Goals        | the total                      |
| BOTH_TEAMS_TO_SCORE                  | Yes, No                                | whether both have a goal       |
| CORRECT_SCORE                        | 0 - 0, 1 - 0, ..., and Any ... for the rest | the score                 |
| type ASIAN_HANDICAP_DOUBLE_LINE      | the two teams                          | the margin                     |
| type ASIAN_HANDICAP_SINGLE_LINE      | lines of goals                         | the total                      |

A score at the end says nothing about any other market. Names and types are those of the exchange's own markets.
"""

import re
from typing import Final

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import Command, RunnerResult, SettleMarket, VoidMarket
from simulator.exchange.orders import RunnerKey
from simulator.exchange.statuses import RunnerStatus
from simulator.world.bettune.bettune import Match, Score
from simulator.world.catalogue import MarketDescription

HOME, DRAW, AWAY = "home", "draw", "away"
_BOTH_SCORE: Final = {
    "both teams to score": "yes",
    "both teams to score yes": "yes",
    "both teams to score no": "no",
    "both teams not to score": "no",
}

_TOTAL_GOALS: Final = frozenset({"ASIAN_HANDICAP_SINGLE_LINE", "TOTAL_GOALS", "ALT_TOTAL_GOALS"})
_OVER_UNDER: Final = re.compile(r"OVER_UNDER_([0-9])5")
_OVER_OR_UNDER: Final = re.compile(r"(over|under) ([0-9])\.5(?: goals)?")
_SCORE: Final = re.compile(r"([0-9]{1,2}) - ([0-9]{1,2})")


def outcome_of(bet_type: str) -> tuple[str, str] | None:
    """Return the market type and the outcome that a bet type of BetTune means, or `None` where there is none known.

    >>> outcome_of("Over 2.5")
    ('OVER_UNDER_25', 'over')
    """
    bet = bet_type.strip().casefold()
    if bet in (HOME, DRAW, AWAY):
        return "MATCH_ODDS", bet
    if match := _OVER_OR_UNDER.fullmatch(bet):
        return f"OVER_UNDER_{match[2]}5", match[1]
    return ("BOTH_TEAMS_TO_SCORE", _BOTH_SCORE[bet]) if bet in _BOTH_SCORE else None


def bet_types_of(market: MarketDescription) -> tuple[str, ...]:
    """Return the bet types that a market has a runner for, if it has what a market of its type has."""
    if market.definition.betting_type != BettingType.ODDS:
        return ()
    if market.market_type == "MATCH_ODDS":
        return ("Home", "Draw", "Away")
    if line := _OVER_UNDER.fullmatch(market.market_type or ""):
        return (f"Over {line[1]}.5", f"Under {line[1]}.5")
    return ("Both teams to score", "Both teams not to score") if market.market_type == "BOTH_TEAMS_TO_SCORE" else ()


def runner_for(bet_type: str, match: Match, market: MarketDescription) -> RunnerKey | None:
    """Return the runner of a market that a bet type means in a match, or `None` where the market has none."""
    if market.definition.betting_type != BettingType.ODDS:
        return None
    link = match.selections.get(bet_type.strip().casefold())
    if link is not None:
        return next((key for key in market.runners if link == (market.id, key.selection_id)), None)
    meaning = outcome_of(bet_type)
    if meaning is None or meaning[0] != market.market_type:
        return None
    if market.market_type == "MATCH_ODDS":
        return _teams(match, market).get(meaning[1])
    return _runner_called(meaning[1], market)


def settlement(match: Match, score: Score, market: MarketDescription) -> Command | None:
    """Return the command that settles a market by the final score, or `None` where the score does not decide it."""
    if market.definition.betting_type == BettingType.ASIAN_HANDICAP_DOUBLE_LINE:
        return _by_margin(match, score, market)
    if market.definition.betting_type == BettingType.ASIAN_HANDICAP_SINGLE_LINE:
        is_about_goals = market.market_type in _TOTAL_GOALS
        return SettleMarket(market.id, total=score.home + score.away) if is_about_goals else None
    if market.definition.betting_type != BettingType.ODDS:
        return None
    if market.market_type == "DRAW_NO_BET" and score.home == score.away:
        return VoidMarket(market.id)
    winner = _winner(match, score, market)
    if winner is None:
        return None
    return SettleMarket(market.id, (RunnerResult(winner, RunnerStatus.WINNER),))


def _winner(match: Match, score: Score, market: MarketDescription) -> RunnerKey | None:
    if market.market_type in ("MATCH_ODDS", "DRAW_NO_BET"):
        ahead = HOME if score.home > score.away else AWAY if score.away > score.home else DRAW
        return _teams(match, market).get(ahead)
    if market.market_type == "BOTH_TEAMS_TO_SCORE":
        return _runner_called("yes" if score.home and score.away else "no", market)
    if market.market_type == "CORRECT_SCORE":
        return _exact_score(score, _names(market))
    if line := _OVER_UNDER.fullmatch(market.market_type or ""):
        return _runner_called("over" if score.home + score.away > int(line[1]) else "under", market)
    return None


def _runner_called(word: str, market: MarketDescription) -> RunnerKey | None:
    """Return the runner whose name begins with a word."""
    return next((key for key, name in _names(market).items() if name.split(" ")[0] == word), None)


def _exact_score(score: Score, names: dict[RunnerKey, str]) -> RunnerKey | None:
    """Return the runner of a score, or else the one that stands for all that is not listed."""
    for key, name in names.items():
        listed = _SCORE.fullmatch(name)
        if listed and (int(listed[1]), int(listed[2])) == (score.home, score.away):
            return key
    kind = "draw" if score.home == score.away else f"{'home' if score.home > score.away else 'away'} win"
    wanted = (f"any other {kind}", "any unquoted")
    return next((key for key, name in names.items() if name in wanted), None)


def _by_margin(match: Match, score: Score, market: MarketDescription) -> Command | None:
    teams = _teams(match, market)
    home, away = teams.get(HOME), teams.get(AWAY)
    if market.market_type != "ASIAN_HANDICAP" or home is None or away is None:
        return None
    margin = score.home - score.away
    first = next(iter(market.runners)).selection_id
    return SettleMarket(market.id, margin=margin if first == home.selection_id else -margin)


def _teams(match: Match, market: MarketDescription) -> dict[str, RunnerKey]:
    """Return which runner is which: by the links of the match, by their names, or the draw by its usual one."""
    linked = {bet: selection for bet, (_, selection) in match.selections.items() if bet in (HOME, DRAW, AWAY)}
    called = {match.home.name.casefold(): HOME, match.away.name.casefold(): AWAY, "the draw": DRAW, "draw": DRAW}
    teams: dict[str, RunnerKey] = {}
    for key, name in _names(market).items():
        by_link = next((bet for bet, selection in linked.items() if selection == key.selection_id), None)
        side = by_link or (called.get(name) if called.get(name) not in linked else None)
        if side is not None:
            teams.setdefault(side, key)
    return teams


def _names(market: MarketDescription) -> dict[RunnerKey, str]:
    return {key: runner.name.strip().casefold() for key, runner in market.runners.items()}
