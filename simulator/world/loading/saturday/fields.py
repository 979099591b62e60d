"""Sports with many starters and one winner: golf, motor racing, cycling, and what else the public votes on."""

from typing import Final, NamedTuple

from simulator.world.format.scenario import CompetitionEntry, EventTypeEntry
from simulator.world.loading.saturday.building import Day, runners_of
from simulator.world.loading.saturday.chance import Chance
from simulator.world.loading.saturday.names import Names


class Field(NamedTuple):
    """Something that one of many wins: its sport, its events, how many start, and how many places are bet on."""

    id: str
    sport: str
    events: tuple[str, ...]
    starters: int
    places: tuple[int, ...] = ()
    groups_of_three: int = 0


FIELDS: Final = (
    Field("3", "Golf", ("Links Masters", "Highland Open", "Dunes Classic"), 90, (5, 10, 20), 24),
    Field("8", "Motor Sport", ("Coastal Grand Prix", "Harbour Rally"), 20, (3, 6)),
    Field("11", "Cycling", ("Tour of the Lakes", "Mountain Classic"), 60, (3,)),
    Field("10", "Special Bets", ("Song of the Year", "Dance Final"), 12),
    Field("2378961", "Politics", ("Next Mayor of Alderton", "Next Leader of the House"), 8),
    Field("451485", "Winter Sports", ("Glacier Downhill", "Forest Biathlon"), 30, (3,)),
)
END_MINUTES: Final = 1_200
"""After the day begins: when all of them end."""


def add_fields(day: Day) -> None:
    """Add all of them."""
    for field in FIELDS:
        event_type = EventTypeEntry(id=field.id, name=field.sport)
        for title in field.events:
            competition = CompetitionEntry(id=day.new_group_id(), name=title, region="International")
            _add_event(day, field, event_type, competition)


def _add_event(day: Day, field: Field, event_type: EventTypeEntry, competition: CompetitionEntry) -> None:
    event_id = day.new_event_id()
    chance = Chance(day.seed, f"field {event_id}")
    names = Names(chance)
    starters = [(day.new_selection_id(), names.person()) for _ in range(field.starters)]
    weights = [chance.between(1, 30) for _ in starters]
    order = chance.some_of(starters, max((1, *field.places)))
    winner = day.market(
        "Winner", "TOURNAMENT_WINNER" if field.places else "WINNER", 90, runners_of(chance, starters, weights)
    )
    day.won_by(winner, END_MINUTES, order[0][0])
    markets = [winner]
    for places in field.places:
        runners = runners_of(chance, starters)
        market = day.market(f"Top {places} Finish", f"TOP_{places}_FINISH", 90, runners, number_of_winners=places)
        day.won_by(market, END_MINUTES, *(number for number, _ in order[:places]))
        markets.append(market)
    day.event(event_id, competition.name, event_type, 90, markets, competition=competition)
    for number in range(field.groups_of_three):
        three = starters[3 * number : 3 * number + 3]
        minutes = 60 + 10 * number
        market = day.market("3 Balls", "3_BALL", minutes, runners_of(chance, three, (30, 35, 35)))
        day.won_by(market, minutes + 270, chance.one_of(three)[0])
        name = " / ".join(player.rpartition(" ")[2] for _, player in three)
        day.event(day.new_event_id(), name, event_type, minutes, [market], competition=competition, parent=event_id)
