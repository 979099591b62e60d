"""Names of people, towns, teams, horses and greyhounds that do not exist, of parts that are put together."""

from collections.abc import Callable
from typing import Final

from simulator.world.loading.saturday.chance import Chance


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_GIVEN: Final = _words(
    "Adela Bram Cora Dorian Edda Fenn Greta Hollis Ines Joss Kara Linus Maren Nils Odette Piers Quinn Rhea Silas "
    "Tamsin Ulla Viggo Wanda Yorick Zelda Anselm Blythe Caspar Delia Emeric"
)
_FAMILY_BEGINNINGS: Final = _words(
    "Ash Bar Birch Brack Cald Carr Dun Elm Fair Garth Hale Hart Holt Ives Kest Lang Marl Nor Oak Pell Quill Ravens "
    "Sel Thorn Under Vance West Wick Yar Zell"
)
_FAMILY_ENDS: Final = _words(
    "by combe dale den ford gate ham ley man mere more ridge shaw son stone ton well wood worth yard"
)
_TOWN_BEGINNINGS: Final = _words(
    "Alder Amber Barrow Bram Castle Clay Coldhar Crag Drift Ember Fallow Fern Gild Gran Hazel Heron Iron Kings Lark "
    "Lime Mal Mill Nettle North Otter Pine Port Quarry Raven Red Salt Silver Stag South Tarn Thistle Under Vale Water "
    "Wester Whit Wolf"
)
_TOWN_ENDS: Final = _words(
    "bay bridge brook burn bury cliff cross field ford gate haven head hill holm mouth pool stead ton vale wick"
)
_TEAM_ENDS: Final = ("", " Town", " City", " United", " Rovers", " Athletic", " Albion", " Wanderers")
_HORSE_FIRST: Final = _words(
    "Amber Ancient Bold Brave Bright Broken Burning Candid Clever Copper Crimson Dancing Distant Double Dusky Eager "
    "Fabled Fearless Final Flying Gentle Gilded Golden Hidden Honest Hollow Idle Jolly Kindly Lonely Lucky Magic "
    "Merry Midnight Misty Noble Northern Patient Proud Quiet Restless Rising Royal Rustic Secret Silent Silver Simple "
    "Solemn Spring Stolen Sudden Summer Tender Timely Twilight Velvet Wandering Wild Winter"
)
_HORSE_SECOND: Final = _words(
    "Abbot Anthem Arrow Bargain Beacon Bishop Bonfire Bramble Captain Castle Chapter Comet Cottage Courier Dancer "
    "Dawn Dream Echo Ember Falcon Fiddler Fortune Galleon Garden Harbour Harvest Herald Horizon Island Jester Journey "
    "Lantern Legend Letter Lullaby Meadow Melody Minstrel Mirror Monarch Orchard Parade Pilgrim Promise Quarry Rebel "
    "Riddle River Sailor Shadow Signal Sonnet Sovereign Story Tempest Thunder Traveller Valley Verdict Voyage"
)
_KENNELS: Final = _words(
    "Ardmoy Ballyrun Coolmara Droopfield Fernlea Glasbeg Innisreel Kilvanna Lisgarry Rathgorm Slievane Tullyroe"
)
_DOG_ENDS: Final = _words(
    "Ace Bandit Blaze Breeze Chief Dasher Duke Flash Gem Jet Lad Mist Pearl Rocket Star Storm Swift Whisper"
)


class Names:
    """Names for one purpose, of which none comes twice."""

    def __init__(self, chance: Chance) -> None:
        self._chance: Final = chance
        self._given: Final[set[str]] = set()

    def person(self) -> str:
        """Return the full name of a person."""
        return self._new(lambda: f"{self._chance.one_of(_GIVEN)} {self._family()}")

    def short_person(self) -> str:
        """Return a name as cards have it, with one letter in front: A. Ashford."""
        return self._new(lambda: f"{self._chance.one_of(_GIVEN)[0]}. {self._family()}")

    def town(self) -> str:
        """Return the name of a town."""
        return self._new(lambda: self._chance.one_of(_TOWN_BEGINNINGS) + self._chance.one_of(_TOWN_ENDS))

    def team(self) -> str:
        """Return the name of a team, which is that of a town with something behind it."""
        return self.town() + self._chance.one_of(_TEAM_ENDS)

    def horse(self) -> str:
        """Return the name of a horse."""
        return self._new(lambda: f"{self._chance.one_of(_HORSE_FIRST)} {self._chance.one_of(_HORSE_SECOND)}")

    def greyhound(self) -> str:
        """Return the name of a greyhound."""
        return self._new(lambda: f"{self._chance.one_of(_KENNELS)} {self._chance.one_of(_DOG_ENDS)}")

    def _family(self) -> str:
        return self._chance.one_of(_FAMILY_BEGINNINGS) + self._chance.one_of(_FAMILY_ENDS)

    def _new(self, make: Callable[[], str]) -> str:
        """Return the first name that was not given before; when they run short, a Roman number tells them apart."""
        for number in ("", "", "", "", " II", " III", " IV", " V", " VI", " VII", " VIII"):
            name = make() + number
            if name not in self._given:
                self._given.add(name)
                return name
        raise AssertionError("there are no names left for this purpose")
