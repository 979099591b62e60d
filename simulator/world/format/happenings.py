"""What may be done to a market, an event, a match or a user: by schedule, or by the control API under the same name."""

from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta

from simulator.world.format.bettune_entries import ScoreEntry
from simulator.world.format.entry import BetTuneId, Entry, NumericId, PriceSize, SelectionId, Text
from simulator.world.format.in_play_entries import Minute, SideEntry, Team


class Happening(Entry, frozen=True, kw_only=True, tag_field="do"):
    """Something that is done to a market. `at` is a time, absolute or relative; absent means now."""

    market: str
    at: str | None = None


class Suspend(Happening, frozen=True, kw_only=True, tag="suspend"):
    """Take no bets for a while."""


class Resume(Happening, frozen=True, kw_only=True, tag="resume"):
    """Take bets: for the first time, or again."""


class GoInPlay(Happening, frozen=True, kw_only=True, tag="turn-in-play"):
    """Begin betting in play."""


class HoldAuction(Happening, frozen=True, kw_only=True, tag="reconcile"):
    """Make the starting prices without betting in play: `turn-in-play` makes them too, where that was not done yet."""


class Withdraw(Happening, frozen=True, kw_only=True, tag="remove"):
    """Remove a runner, with all that follows for bets on it and on the others.

    `adjustment_factor`, in percent with three decimals at most, is the runner's own where absent. A greyhound leaves
    its trap vacant.
    """

    selection_id: SelectionId
    handicap: Decimal = Decimal(0)
    adjustment_factor: Decimal | None = None


class ChangeStartTime(Happening, frozen=True, kw_only=True, tag="change-start-time"):
    """Let a market start at another time, absolute or relative to when this is done.

    `suspend_time` is, where absent, the new start if it was the old one, and else what it was. Bets of before the
    change are taken: it is not material.
    """

    start_time: str
    suspend_time: str | None = None


class IntroduceRunner(Happening, frozen=True, kw_only=True, tag="add-runner"):
    """List one more runner in a market that is not complete: in one of ODDS, or a line more of a total."""

    selection_id: SelectionId
    name: Text
    handicap: Decimal = Decimal(0)
    sort_priority: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    adjustment_factor: Decimal | None = None
    metadata: dict[str, Any] | None = None


class Hide(Happening, frozen=True, kw_only=True, tag="hide"):
    """Hide a runner that has no official entry: bets that are matched on it are at 1.0, the others lapse."""

    selection_id: SelectionId
    handicap: Decimal = Decimal(0)


class Reinstate(Happening, frozen=True, kw_only=True, tag="reinstate"):
    """Let a hidden runner take part again: bets that are matched on it have the prices again that they had."""

    selection_id: SelectionId
    handicap: Decimal = Decimal(0)


class Lapse(Happening, frozen=True, kw_only=True, tag="lapse"):
    """Lapse every unmatched bet."""


class Close(Happening, frozen=True, kw_only=True, tag="close"):
    """Take no bets any more; the result is still to come."""


class Void(Happening, frozen=True, kw_only=True, tag="void"):
    """Void every bet and close the market."""


class ResultEntry(Entry, frozen=True, kw_only=True):
    """How a runner ended: WINNER, LOSER, PLACED or REMOVED."""

    selection_id: SelectionId
    status: str
    handicap: Decimal = Decimal(0)


Results = Annotated[tuple[ResultEntry, ...], Meta(min_length=1)]


class Settle(Happening, frozen=True, kw_only=True, tag="settle"):
    """Settle the bets by what ended the event, and close the market. What that is depends on the betting type.

    | betting type               | settled by                                                                        |
    |----------------------------|-----------------------------------------------------------------------------------|
    | ODDS                       | `results`; runners that are not named have lost; PLACED is for EACH_WAY markets   |
    | ASIAN_HANDICAP_DOUBLE_LINE | `margin`, the goals of the runner listed first less those of the other            |
    | ASIAN_HANDICAP_SINGLE_LINE | `total`, all goals: a handicap of -2 is "2 or more", one of 2 is "over 2"         |
    | LINE                       | `line_result`, what was counted                                                   |

    More winners, or more placed runners, than the market has places are a dead heat: of all of them, unless `dead_heat`
    names those that tied for the last places.
    """

    results: Results | None = None
    dead_heat: Annotated[tuple[SelectionId, ...], Meta(min_length=2)] | None = None
    margin: Annotated[int, Meta(ge=-1000, le=1000)] | None = None
    total: Annotated[int, Meta(ge=0, le=1000)] | None = None
    line_result: Decimal | None = None


class Resettle(Settle, frozen=True, kw_only=True, tag="resettle"):
    """Settle a market anew whose result was wrong, or that was void: what came of that is taken back.

    The result is said as for `settle`, and whole, also of runners that were settled before the end. Who was withdrawn
    stays so. A market of ODDS in which every runner is REMOVED is void.
    """


class SettleSome(Happening, frozen=True, kw_only=True, tag="settle-runners"):
    """Settle the bets on some runners of an ODDS market that goes on for the others, as a tournament does."""

    results: Results


class MakeOffers(Happening, frozen=True, kw_only=True, tag="offers"):
    """Offer prices and stakes on a runner, on behalf of the world's liquidity account; stakes are in pounds.

    They may be matched at once: with customers' bets, and with what the liquidity account itself has offered before.
    """

    selection_id: SelectionId
    handicap: Decimal = Decimal(0)
    available_to_back: tuple[PriceSize, ...] = ()
    available_to_lay: tuple[PriceSize, ...] = ()


class ChangeRaceStatus(Happening, frozen=True, kw_only=True, tag="race-status"):
    """Let the race of a market have another status for listRaceDetails, such as GOINGDOWN.

    It has that until it is told another one, or its market is turned in play, closed, settled or voided. What else than
    OK the `response_code` is comes with no status, but for LIVE_DATA_TEMPORARILY_UNAVAILABLE.
    """

    status: str
    response_code: str = "OK"


class Finish(Entry, frozen=True, kw_only=True, tag_field="do", tag="finish"):
    """End a football match: BetTune knows its score, and the markets of its event that the score decides are settled.

    `at` is a time, absolute or relative; absent means now.
    """

    match: BetTuneId
    score: ScoreEntry
    at: str | None = None


class TellIncident(Entry, frozen=True, kw_only=True, tag_field="do", tag="incident"):
    """Let something happen in a match for which there are scores; its type is a word such as `Goal`.

    | type                                                 | what follows                                             |
    |------------------------------------------------------|----------------------------------------------------------|
    | `KickOff`, `SecondHalfKickOff`                       | it has this status; its time runs from 0, from 45 minutes |
    | `FirstHalfEnd`, `SecondHalfEnd`, `Finished`          | it has this status; its time stands still                |
    | `Goal`, `Corner`, `YellowCard`, `RedCard` of a `team` | one more of that side's                                  |

    Any other is listed and changes nothing by itself: what `status`, `match_time` (in minutes), `home` and `away` say
    is then so, whatever the type. `at` is a time, absolute or relative; absent means now.
    """

    event: NumericId
    type: Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}\Z")]
    team: Team | None = None
    player: Text | None = None
    status: Text | None = None
    match_time: Minute | None = None
    home: SideEntry | None = None
    away: SideEntry | None = None
    at: str | None = None


class ChangePlan(Entry, frozen=True, kw_only=True, tag_field="do", tag="change-plan"):
    """Put a user of BetTune on another plan, `pro` or `free`, as when a subscription begins or ends.

    `at` is a time, absolute or relative; absent means now.
    """

    user: Text
    plan: str
    at: str | None = None


MarketHappening = (
    Suspend
    | Resume
    | GoInPlay
    | HoldAuction
    | ChangeStartTime
    | IntroduceRunner
    | Hide
    | Reinstate
    | Withdraw
    | Lapse
    | Close
    | Void
    | Settle
    | Resettle
    | SettleSome
    | MakeOffers
    | ChangeRaceStatus
)
AnyHappening = MarketHappening | TellIncident | Finish | ChangePlan
