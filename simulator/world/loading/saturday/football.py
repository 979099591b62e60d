"""Football: three dozen competitions with the market types of their matches, all settled by one score."""

from decimal import Decimal
from typing import Final, NamedTuple

from simulator.world.format.happenings import TellIncident
from simulator.world.format.in_play_entries import InPlayEntry, Team
from simulator.world.format.market_entries import CompetitionEntry, EventTypeEntry, GroupEntry, MarketEntry, RunnerEntry
from simulator.world.loading.saturday.building import Day, after, runners_of
from simulator.world.loading.saturday.chance import Chance
from simulator.world.loading.saturday.names import Names

SOCCER: Final = EventTypeEntry(id="1", name="Soccer")
DRAW: Final = 58805
COUNTRIES: Final = (
    ("GB", "GBR", "Europe/London", "English"),
    ("DE", "DEU", "Europe/Berlin", "German"),
    ("ES", "ESP", "Europe/Madrid", "Spanish"),
    ("IT", "ITA", "Europe/Rome", "Italian"),
    ("FR", "FRA", "Europe/Paris", "French"),
    ("NL", "NLD", "Europe/Amsterdam", "Dutch"),
    ("PT", "PRT", "Europe/Lisbon", "Portuguese"),
    ("SE", "SWE", "Europe/Stockholm", "Swedish"),
    ("NO", "NOR", "Europe/Oslo", "Norwegian"),
    ("IE", "IRL", "Europe/Dublin", "Irish"),
    ("BR", "BRA", "America/Sao_Paulo", "Brazilian"),
    ("JP", "JPN", "Asia/Tokyo", "Japanese"),
)
DIVISIONS: Final = ("Premier Division", "Second Division", "Third Division")
MATCHES_OF_DIVISION: Final = 8
KICK_OFFS: Final = (30, 150, 300, 330, 480, 600)
"""In minutes after the day begins."""
MATCH_MINUTES: Final = 110
SECOND_HALF_MINUTES: Final = 62
"""From the kick-off to that of the second half; the first ends two minutes late, and the second three."""
GOAL_LINES: Final = (15, 25, 35)
"""In tenths of a goal."""
GOALS: Final = (26, 35, 23, 11, 4, 1)
"""How often a side scores 0, 1, 2 and so on goals out of a hundred matches."""


class Match(NamedTuple):
    """A match: when it begins, its sides by id and name, how often each result comes, and how it ends."""

    minutes: int
    home: tuple[int, str]
    away: tuple[int, str]
    weights: tuple[int, int, int]
    score: tuple[int, int]
    half_time: tuple[int, int]


def add_football(day: Day) -> None:
    """Add all matches of the day."""
    for country, region, timezone, people in COUNTRIES:
        nation = GroupEntry(id=day.new_group_id(), name=f"{people} Soccer")
        names = Names(Chance(day.seed, f"teams {country}"))
        for division in DIVISIONS:
            competition = CompetitionEntry(id=day.new_group_id(), name=f"{people} {division}", region=region)
            groups = (nation, GroupEntry(id=competition.id, name=competition.name))
            for _ in range(MATCHES_OF_DIVISION):
                event_id = day.new_event_id()
                chance = Chance(day.seed, f"match {event_id}")
                match = _match(day, chance, names)
                name = f"{match.home[1]} v {match.away[1]}"
                markets = _markets(day, chance, match)
                day.event(
                    event_id,
                    name,
                    SOCCER,
                    match.minutes,
                    markets,
                    competition=competition,
                    country_code=country,
                    timezone=timezone,
                    groups=groups,
                    in_play=InPlayEntry(),
                )
                _tell_match(day, event_id, match)


def _match(day: Day, chance: Chance, names: Names) -> Match:
    home, away = ((day.new_selection_id(), names.team()) for _ in range(2))
    for_home = chance.between(20, 60)
    for_draw = chance.between(20, 30)
    score = (chance.weighed(GOALS), chance.weighed(GOALS))
    half_time = (chance.below(score[0] + 1), chance.below(score[1] + 1))
    weights = (for_home, 100 - for_home - for_draw, for_draw)
    return Match(chance.one_of(KICK_OFFS), home, away, weights, score, half_time)


def _tell_match(day: Day, event_id: str, match: Match) -> None:
    """Let what happens in a match be told as it happens: two halves, and the goals of its score in each of them."""
    chance = Chance(day.seed, f"goals {event_id}")
    halves = (
        match.half_time,
        tuple(all_of_it - first for all_of_it, first in zip(match.score, match.half_time, strict=True)),
    )
    sides: tuple[Team, Team] = ("home", "away")
    goals = [
        (begins + chance.between(1, 44), side)
        for begins, scored in zip((0, SECOND_HALF_MINUTES), halves, strict=True)
        for side, number in zip(sides, scored, strict=True)
        for _ in range(number)
    ]
    story: list[tuple[int, str, Team | None]] = [
        (0, "KickOff", None),
        (47, "FirstHalfEnd", None),
        (SECOND_HALF_MINUTES, "SecondHalfKickOff", None),
        *((minutes, "Goal", side) for minutes, side in goals),
        (MATCH_MINUTES, "SecondHalfEnd", None),
        (MATCH_MINUTES, "Finished", None),
    ]
    for minutes, kind, team in sorted(story, key=lambda told: told[0]):
        at = after(match.minutes + minutes)
        day.schedule.append(TellIncident(event=event_id, type=kind, team=team, at=at))


def _markets(day: Day, chance: Chance, match: Match) -> list[MarketEntry]:
    markets = [_match_odds(day, chance, match)]
    markets += [_over_under(day, chance, match, line) for line in GOAL_LINES]
    markets += [
        _both_score(day, chance, match),
        _draw_no_bet(day, chance, match),
        _half_time(day, chance, match),
        _correct_score(day, chance, match),
        _asian_handicap(day, match),
        _total_goals(day, match),
    ]
    return markets


def _in_play(
    day: Day, match: Match, name: str, market_type: str, runners: list[RunnerEntry], **more: object
) -> MarketEntry:
    market = day.market(name, market_type, match.minutes, runners, turn_in_play=True, bet_delay=5, **more)
    day.goes_in_play(market)
    return market


def _winner(match: Match, score: tuple[int, int]) -> int:
    if score[0] == score[1]:
        return DRAW
    return match.home[0] if score[0] > score[1] else match.away[0]


def _match_odds(day: Day, chance: Chance, match: Match) -> MarketEntry:
    runners = runners_of(chance, [match.home, match.away, (DRAW, "The Draw")], match.weights)
    market = _in_play(day, match, "Match Odds", "MATCH_ODDS", runners, cross_matching=True)
    day.won_by(market, match.minutes + MATCH_MINUTES, _winner(match, match.score))
    return market


def _over_under(day: Day, chance: Chance, match: Match, line: int) -> MarketEntry:
    goals = f"{line // 10}.{line % 10}"
    over, under = day.new_selection_id(), day.new_selection_id()
    names = [(under, f"Under {goals} Goals"), (over, f"Over {goals} Goals")]
    weights = (50, 50) if line == 25 else None
    runners = runners_of(chance, names, weights)
    market = _in_play(day, match, f"Over/Under {goals} Goals", f"OVER_UNDER_{line:02}", runners, cross_matching=True)
    day.won_by(market, match.minutes + MATCH_MINUTES, over if 10 * sum(match.score) > line else under)
    return market


def _both_score(day: Day, chance: Chance, match: Match) -> MarketEntry:
    yes, no = day.new_selection_id(), day.new_selection_id()
    runners = runners_of(chance, [(yes, "Yes"), (no, "No")])
    market = _in_play(day, match, "Both teams to Score?", "BOTH_TEAMS_TO_SCORE", runners)
    day.won_by(market, match.minutes + MATCH_MINUTES, yes if all(match.score) else no)
    return market


def _draw_no_bet(day: Day, chance: Chance, match: Match) -> MarketEntry:
    runners = runners_of(chance, [match.home, match.away])
    market = _in_play(day, match, "Draw no Bet", "DRAW_NO_BET", runners)
    winner = _winner(match, match.score)
    if winner == DRAW:
        day.voids(market, match.minutes + MATCH_MINUTES)
    else:
        day.won_by(market, match.minutes + MATCH_MINUTES, winner)
    return market


def _half_time(day: Day, chance: Chance, match: Match) -> MarketEntry:
    runners = runners_of(chance, [match.home, match.away, (DRAW, "The Draw")])
    market = _in_play(day, match, "Half Time", "HALF_TIME", runners)
    day.won_by(market, match.minutes + 50, _winner(match, match.half_time))
    return market


def _correct_score(day: Day, chance: Chance, match: Match) -> MarketEntry:
    by_score = {(home, away): day.new_selection_id() for home in range(4) for away in range(4)}
    names = [(number, f"{home} - {away}") for (home, away), number in by_score.items()]
    others = {
        DRAW: day.new_selection_id(),
        match.home[0]: day.new_selection_id(),
        match.away[0]: day.new_selection_id(),
    }
    words = {DRAW: "Any Other Draw", match.home[0]: "Any Other Home Win", match.away[0]: "Any Other Away Win"}
    names += [(number, words[who]) for who, number in others.items()]
    market = _in_play(day, match, "Correct Score", "CORRECT_SCORE", runners_of(chance, names))
    winner = by_score.get(match.score) or others[_winner(match, match.score)]
    day.won_by(market, match.minutes + MATCH_MINUTES, winner)
    return market


def _asian_handicap(day: Day, match: Match) -> MarketEntry:
    runners = [
        RunnerEntry(selection_id=number, name=name, handicap=sign * Decimal(quarters) / 4)
        for quarters in range(-6, 7, 2)
        for (number, name), sign in ((match.home, 1), (match.away, -1))
    ]
    market = _in_play(
        day,
        match,
        "Asian Handicap",
        "ASIAN_HANDICAP",
        runners,
        betting_type="ASIAN_HANDICAP_DOUBLE_LINE",
        number_of_winners=0,
    )
    day.ends(market, match.minutes + MATCH_MINUTES, margin=match.score[0] - match.score[1])
    return market


def _total_goals(day: Day, match: Match) -> MarketEntry:
    runners = [
        RunnerEntry(selection_id=day.new_selection_id(), name=f"{goals} goals or more", handicap=Decimal(-goals))
        for goals in range(1, 7)
    ]
    market = _in_play(
        day,
        match,
        "Total Goals",
        "TOTAL_GOALS",
        runners,
        betting_type="ASIAN_HANDICAP_SINGLE_LINE",
        number_of_winners=0,
    )
    day.ends(market, match.minutes + MATCH_MINUTES, total=sum(match.score))
    return market
