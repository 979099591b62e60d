"""How a match stands, as a scenario file writes it and as what happens in it changes it."""

from typing import Annotated, Literal

from msgspec import Meta

from simulator.world.format.entry import Entry, Text

Points = Annotated[int, Meta(ge=0, le=99_999)] | Annotated[str, Meta(min_length=1, max_length=20)]
"""What somebody has scored: a number, or a word as in a game of tennis ("Av")."""
Team = Literal["home", "away"]
Count = Annotated[int, Meta(ge=0, le=999)]
Minute = Annotated[int, Meta(ge=1, le=999)]
"""The first minute of a match is 1."""


class SideEntry(Entry, frozen=True, kw_only=True):
    """How one of the two sides of a match stands. What is not said is as it was, and at first nothing.

    `score` counts goals or points, in tennis those of the game; `game_sequence` has the games of the sets that are
    over.
    """

    name: Text | None = None
    score: Points | None = None
    half_time_score: Points | None = None
    full_time_score: Points | None = None
    penalties_score: Points | None = None
    sets: Count | None = None
    games: Count | None = None
    game_sequence: Annotated[tuple[Count, ...], Meta(max_length=10)] | None = None
    is_serving: bool | None = None
    yellow_cards: Count | None = None
    red_cards: Count | None = None
    corners_first_half: Count | None = None
    corners_second_half: Count | None = None
    aces: Count | None = None
    double_faults: Count | None = None
    service_breaks: Count | None = None


class InPlayEntry(Entry, frozen=True, kw_only=True):
    """Of an event for which there are scores: how it stands when the world begins.

    The sides are called as in the name of the event, where that is like `Home v Away`. Without a `status` the match has
    not begun; `match_time` is the minute that it is in.
    """

    status: Text | None = None
    match_time: Minute | None = None
    home: SideEntry = SideEntry()
    away: SideEntry = SideEntry()
