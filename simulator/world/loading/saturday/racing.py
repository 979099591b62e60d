"""Races of horses and of greyhounds: meetings in seven countries, each with its card, from the parade to the result."""

from decimal import Decimal
from typing import Any, Final, NamedTuple

from simulator.world.format.happenings import ChangeRaceStatus, Close, Suspend
from simulator.world.format.scenario import EventTypeEntry, MarketEntry, RunnerEntry
from simulator.world.loading.saturday.building import Day, after, offers_around
from simulator.world.loading.saturday.chance import Chance
from simulator.world.loading.saturday.names import Names
from simulator.world.races import COUNTRIES as WITH_STATUS

HORSES: Final = EventTypeEntry(id="7", name="Horse Racing")
GREYHOUNDS: Final = EventTypeEntry(id="4339", name="Greyhound Racing")


class Circuit(NamedTuple):
    """The meetings of a country: how many, when the first race of the first of them is, and the courses' time."""

    country: str
    meetings: int
    first_minutes: int
    timezone: str


HORSE_CIRCUITS: Final = (
    Circuit("GB", 8, 20, "Europe/London"),
    Circuit("IE", 3, 40, "Europe/Dublin"),
    Circuit("FR", 5, 25, "Europe/Paris"),
    Circuit("ZA", 3, 30, "Africa/Johannesburg"),
    Circuit("US", 9, 400, "America/New_York"),
    Circuit("AU", 6, 700, "Australia/Sydney"),
    Circuit("AE", 1, 200, "Asia/Dubai"),
)
GREYHOUND_CIRCUITS: Final = (
    Circuit("GB", 9, 15, "Europe/London"),
    Circuit("IE", 2, 50, "Europe/Dublin"),
    Circuit("AU", 4, 690, "Australia/Sydney"),
)
RACES_OF_HORSES: Final = 7
RACES_OF_GREYHOUNDS: Final = 11
FURLONGS: Final = (5, 6, 7, 8, 10, 12, 16, 20, 24)
_DATE: Final = "Sat"
_COLOURS: Final = (
    "Amber",
    "Black",
    "Cerise",
    "Emerald green",
    "Light blue",
    "Maroon",
    "Orange",
    "Pink",
    "Red",
    "White",
    "Yellow",
)
_PATTERNS: Final = ("hoop", "star", "sash", "chevrons", "quartered cap", "spots", "diamonds", "seams")
_BREEDING: Final = ("GB", "IRE", "FR", "USA", "GER")
_SHIRTS: Final = ("Red", "Blue", "White", "Black", "Orange", "Black and White Stripes")


def add_racing(day: Day) -> None:
    """Add all meetings of the day."""
    for sport, circuits, add in (
        (HORSES, HORSE_CIRCUITS, _add_race),
        (GREYHOUNDS, GREYHOUND_CIRCUITS, _add_greyhounds),
    ):
        races = RACES_OF_HORSES if sport is HORSES else RACES_OF_GREYHOUNDS
        apart = 35 if sport is HORSES else 17
        names = Names(Chance(day.seed, f"runners {sport.name}"))
        courses = Names(Chance(day.seed, f"courses {sport.name}"))
        for circuit in circuits:
            for number in range(circuit.meetings):
                event_id, venue = day.new_event_id(), courses.town()
                chance = Chance(day.seed, f"meeting {event_id}")
                first = circuit.first_minutes + 7 * number
                markets: list[MarketEntry] = []
                for race in range(races):
                    markets += add(day, chance, names, circuit.country, first + apart * race)
                day.event(
                    event_id,
                    f"{venue} {_DATE}",
                    sport,
                    first,
                    markets,
                    country_code=circuit.country,
                    timezone=circuit.timezone,
                    venue=venue,
                    meeting=venue,
                )


# Horses


def _add_race(day: Day, chance: Chance, names: Names, country: str, minutes: int) -> list[MarketEntry]:
    """Return the markets of one race."""
    furlongs = chance.one_of(FURLONGS)
    is_jumping = furlongs >= 16
    kind = (
        ("Hcap Hrd", "Nov Chs", "Mdn Hrd")[chance.below(3)]
        if is_jumping
        else ("Hcap", "Mdn Stks", "Nursery")[chance.below(3)]
    )
    distance = f"{furlongs // 8}m{furlongs % 8}f" if furlongs % 8 else f"{furlongs // 8}m"
    name = f"{distance.removeprefix('0m')} {kind}"
    race_type = ("Chase" if "Chs" in kind else "Hurdle") if is_jumping else "Flat"
    weights = [chance.between(4, 60) for _ in range(chance.between(6, 11))]
    cards = [_card(day, chance, names, place) for place in range(1, len(weights) + 1)]
    factors = _factors(weights)
    order = _order_of_finish(chance, weights)
    total = sum(weights)
    win = []
    for (number, horse, card), weight, factor in zip(cards, weights, factors, strict=True):
        to_back, to_lay = offers_around(chance, weight, total)
        win.append(
            RunnerEntry(
                selection_id=number,
                name=horse,
                adjustment_factor=factor,
                metadata=card,
                available_to_back=to_back,
                available_to_lay=to_lay,
            )
        )
    common = {"race_type": race_type, "bsp_market": True, "turn_in_play": True, "bet_delay": 1}
    places = 2 if len(weights) < 8 else 3
    others = [RunnerEntry(selection_id=one.selection_id, name=one.name, metadata=one.metadata) for one in win]
    markets = [
        day.market(name, "WIN", minutes, win, cross_matching=True, **common),
        day.market("To Be Placed", "PLACE", minutes, others, number_of_winners=places, **common),
    ]
    in_front = [cards[place][0] for place in order]
    for market, winners in zip(markets, (1, places), strict=True):
        day.goes_in_play(market)
        day.schedule.append(Close(market=market.id, at=after(minutes + 3)))
        day.won_by(market, minutes + 8, *in_front[:winners])
    if country in WITH_STATUS:
        markets.append(_each_way(day, minutes, others, places, race_type, in_front))
        for status, before in (("PARADING", 12), ("GOINGDOWN", 6), ("GOINGBEHIND", 1)):
            told = ChangeRaceStatus(market=markets[0].id, status=status, at=after(minutes - before))
            day.schedule.append(told)
    return markets


def _each_way(
    day: Day, minutes: int, runners: list[RunnerEntry], places: int, race_type: str, in_front: list[int]
) -> MarketEntry:
    market = day.market(
        "Each Way",
        "EACH_WAY",
        minutes,
        runners,
        number_of_winners=places,
        each_way_divisor=Decimal(5),
        race_type=race_type,
    )
    day.schedule.append(Suspend(market=market.id, at=after(minutes)))
    day.won_by(market, minutes + 8, in_front[0], placed=in_front[1:places])
    return market


def _factors(weights: list[int]) -> list[Decimal]:
    """Return reduction factors that come to a hundred percent, in hundredths of one."""
    total = sum(weights)
    factors = [10_000 * weight // total for weight in weights]
    factors[0] += 10_000 - sum(factors)
    return [Decimal(factor) / 100 for factor in factors]


def _order_of_finish(chance: Chance, weights: list[int]) -> list[int]:
    """Return the places of the runners in the order in which they pass the post."""
    left = list(range(len(weights)))
    order = []
    while left:
        order.append(left.pop(chance.weighed([weights[place] for place in left])))
    return order


def _card(day: Day, chance: Chance, names: Names, place: int) -> tuple[int, str, dict[str, Any]]:
    """Return a horse: its selection id, its name, and what the card says of it (manual, RUNNER_METADATA)."""
    number, age = day.new_selection_id(), chance.between(2, 9)
    rating = chance.between(52, 128)
    people = Names(chance)
    relatives = Names(chance)
    wearing = chance.one_of(("cheekpieces", "hood", "tongue strap", None, None, None, None))
    claim = chance.one_of(("3", "5", "7", None, None, None, None, None))
    card = {
        "SIRE_NAME": relatives.horse(),
        "SIRE_BRED": chance.one_of(_BREEDING),
        "SIRE_YEAR_BORN": str(2022 - age - chance.between(4, 12)),
        "DAM_NAME": relatives.horse(),
        "DAM_BRED": chance.one_of(_BREEDING),
        "DAM_YEAR_BORN": str(2022 - age - chance.between(4, 12)),
        "DAMSIRE_NAME": relatives.horse(),
        "DAMSIRE_BRED": chance.one_of(_BREEDING),
        "DAMSIRE_YEAR_BORN": str(2006 - age - chance.between(4, 12)),
        "BRED": chance.one_of(_BREEDING),
        "AGE": str(age),
        "COLOUR_TYPE": chance.one_of(("b", "br", "ch", "gr")),
        "SEX_TYPE": chance.one_of(("c", "f", "g", "m")),
        "FORM": "".join(str(chance.between(0, 9)) for _ in range(chance.between(3, 6))),
        "DAYS_SINCE_LAST_RUN": str(chance.between(7, 90)),
        "WEARING": wearing,
        "WEIGHT_VALUE": str(chance.between(112, 168)),
        "WEIGHT_UNITS": "pounds",
        "OFFICIAL_RATING": str(rating),
        "ADJUSTED_RATING": str(rating + chance.between(15, 35)),
        "TRAINER_NAME": people.person(),
        "JOCKEY_NAME": people.person(),
        "JOCKEY_CLAIM": claim,
        "OWNER_NAME": f"{people.person()} and Partners",
        "FORECASTPRICE_NUMERATOR": str(chance.between(2, 33)),
        "FORECASTPRICE_DENOMINATOR": chance.one_of(("1", "1", "2", "4")),
        "STALL_DRAW": str(place),
        "CLOTH_NUMBER": str(place),
        "CLOTH_NUMBER_ALPHA": str(place),
        "COLOURS_FILENAME": None,
        "COLOURS_DESCRIPTION": f"{chance.one_of(_COLOURS)}, {chance.one_of(_PATTERNS)}",
        "runnerId": str(number),
    }
    return number, names.horse(), card


# Greyhounds


def _add_greyhounds(day: Day, chance: Chance, names: Names, _: str, minutes: int) -> list[MarketEntry]:
    """Return the markets of one race; it is not bet on in play, so the market is suspended at the off."""
    weights = [chance.between(8, 40) for _ in range(6)]
    total = sum(weights)
    win = []
    for trap, weight in enumerate(weights, start=1):
        number = day.new_selection_id()
        to_back, to_lay = offers_around(chance, weight, total)
        metadata = {"runnerId": str(number), "CLOTH_NUMBER": str(trap), "COLOURS_DESCRIPTION": _SHIRTS[trap - 1]}
        win.append(
            RunnerEntry(
                selection_id=number,
                name=f"{trap}. {names.greyhound()}",
                metadata=metadata,
                available_to_back=to_back,
                available_to_lay=to_lay,
            )
        )
    others = [RunnerEntry(selection_id=one.selection_id, name=one.name, metadata=one.metadata) for one in win]
    name = f"A{chance.between(1, 9)} {chance.one_of((270, 400, 450, 480, 630))}m"
    markets = [
        day.market(name, "WIN", minutes, win, cross_matching=True, bsp_market=True),
        day.market("To Be Placed", "PLACE", minutes, others, number_of_winners=2, bsp_market=True),
    ]
    order = [win[place].selection_id for place in _order_of_finish(chance, weights)]
    for market, winners in zip(markets, (1, 2), strict=True):
        day.schedule.append(Close(market=market.id, at=after(minutes)))
        day.won_by(market, minutes + 4, *order[:winners])
    return markets
