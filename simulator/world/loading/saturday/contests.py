"""Sports in which two sides meet: tennis, cricket and fifteen others, with their market types."""

from decimal import Decimal
from typing import Final, NamedTuple

from simulator.world.format.scenario import CompetitionEntry, EventTypeEntry, LineEntry, MarketEntry, RunnerEntry
from simulator.world.loading.saturday.building import Day, runners_of
from simulator.world.loading.saturday.chance import Chance
from simulator.world.loading.saturday.names import Names


class Sport(NamedTuple):
    """A sport: its competitions, how many contests each has, who meets, and how long a contest lasts in minutes."""

    id: str
    name: str
    competitions: tuple[str, ...]
    contests: int
    of_teams: bool
    minutes: int
    has_draw: bool = False
    total: str = ""
    """What is counted in the whole contest, and may be bet on."""
    most: int = 0
    """How much of it there may be."""
    sets: int = 0
    """How many sets the winner needs, where there are sets to bet on."""


SPORTS: Final = (
    Sport(
        "2",
        "Tennis",
        ("Men's Harbour Open", "Women's Harbour Open", "Valley Challenger", "Lakeside Challenger"),
        14,
        False,
        110,
        sets=2,
    ),
    Sport(
        "4",
        "Cricket",
        ("County Championship Cup", "Coastal Twenty20 Blast", "Islands Premier League"),
        5,
        True,
        210,
        total="runs",
        most=400,
    ),
    Sport("5", "Rugby Union", ("Northern Premiership", "Celtic Shield"), 5, True, 100, True, "points", 90),
    Sport("6", "Boxing", ("Night of Champions",), 8, False, 60, True),
    Sport("1477", "Rugby League", ("Super Thirteen",), 6, True, 100, True, "points", 90),
    Sport("3503", "Darts", ("Arrow Masters",), 10, False, 60, sets=3),
    Sport("6422", "Snooker", ("Green Baize Classic",), 8, False, 180, sets=5),
    Sport("6423", "American Football", ("Continental League", "College Series"), 6, True, 190, False, "points", 90),
    Sport("7511", "Baseball", ("Western League", "Eastern League"), 6, True, 190, False, "runs", 30),
    Sport("7522", "Basketball", ("Atlantic Conference", "Euro Hoops"), 7, True, 140, False, "points", 260),
    Sport("7524", "Ice Hockey", ("Northern Ice League", "Alpine League"), 6, True, 150, True, "goals", 15),
    Sport("61420", "Australian Rules", ("Southern Cross League",), 5, True, 150, True, "points", 250),
    Sport("468328", "Handball", ("Baltic Handball League",), 6, True, 90, True, "goals", 80),
    Sport("998917", "Volleyball", ("Adriatic Volley League",), 6, True, 110, sets=3),
    Sport("2152880", "Gaelic Games", ("Provincial Football",), 4, True, 90, True),
    Sport("26420387", "Mixed Martial Arts", ("Cage Series 41",), 8, False, 60),
    Sport("27454571", "Esports", ("Dragon Arena Cup",), 6, True, 120, sets=2),
)


def add_contests(day: Day) -> None:
    """Add all contests of the day."""
    for sport in SPORTS:
        names = Names(Chance(day.seed, f"sides {sport.name}"))
        event_type = EventTypeEntry(id=sport.id, name=sport.name)
        for title in sport.competitions:
            competition = CompetitionEntry(id=day.new_group_id(), name=title, region="International")
            for number in range(sport.contests):
                event_id = day.new_event_id()
                chance = Chance(day.seed, f"contest {event_id}")
                sides = [(day.new_selection_id(), names.team() if sport.of_teams else names.person()) for _ in range(2)]
                minutes = 45 + 75 * (number % 9) + 5 * chance.below(6)
                markets = _markets(day, chance, sport, sides, minutes)
                name = f"{sides[0][1]} v {sides[1][1]}"
                day.event(event_id, name, event_type, minutes, markets, competition=competition)


def _markets(day: Day, chance: Chance, sport: Sport, sides: list[tuple[int, str]], minutes: int) -> list[MarketEntry]:
    weights = (chance.between(20, 80), 50)
    winner = chance.weighed(weights)
    runners = runners_of(chance, sides, weights)
    if sport.has_draw:
        runners = [*runners, *runners_of(chance, [(day.new_selection_id(), "Draw")])]
    odds = day.market(
        "Match Odds", "MATCH_ODDS", minutes, runners, turn_in_play=True, bet_delay=5, cross_matching=not sport.has_draw
    )
    day.goes_in_play(odds)
    day.won_by(odds, minutes + sport.minutes, sides[winner][0])
    markets = [odds]
    if sport.total:
        markets.append(_total(day, chance, sport, minutes))
    if sport.sets:
        markets += _sets(day, chance, sport, sides, winner, minutes)
    return markets


def _total(day: Day, chance: Chance, sport: Sport, minutes: int) -> MarketEntry:
    """Return a market on how much is counted, on lines of half of one."""
    half, one = Decimal("0.5"), Decimal(1)
    line = LineEntry(min_unit_value=half, max_unit_value=sport.most + half, interval=one, market_unit=sport.total)
    what = f"Total {sport.total.capitalize()}"
    market = day.market(
        what,
        f"TOTAL_{sport.total.upper()}",
        minutes,
        [RunnerEntry(selection_id=day.new_selection_id(), name=what)],
        betting_type="LINE",
        line=line,
        turn_in_play=True,
        bet_delay=5,
    )
    day.goes_in_play(market)
    day.ends(market, minutes + sport.minutes, line_result=Decimal(chance.between(sport.most // 3, sport.most)))
    return market


def _sets(
    day: Day, chance: Chance, sport: Sport, sides: list[tuple[int, str]], winner: int, minutes: int
) -> list[MarketEntry]:
    """Return the markets on the result in sets, and on how many there are."""
    lost = chance.below(sport.sets)
    by_result = {(side, left): day.new_selection_id() for side in (0, 1) for left in range(sport.sets)}
    names = [(number, f"{sides[side][1]} {sport.sets} - {left}") for (side, left), number in by_result.items()]
    result = day.market("Set Betting", "SET_BETTING", minutes, runners_of(chance, names))
    counts = {number: day.new_selection_id() for number in range(sport.sets, 2 * sport.sets)}
    count = day.market(
        "Number of Sets",
        "NUMBER_OF_SETS",
        minutes,
        runners_of(chance, [(selection, f"{number} Sets") for number, selection in counts.items()]),
    )
    day.won_by(result, minutes + sport.minutes, by_result[winner, lost])
    day.won_by(count, minutes + sport.minutes, counts[sport.sets + lost])
    return [result, count]
