"""Scenarios made of recorded markets: all that a catalogue says of one, and what its book says once for all."""

from typing import Any

from tests.scenario import HORSE_RACING, Block, event, market, runner, scenario


def as_catalogued(catalogue: Any, book: Any = None) -> Block:
    """Return a scenario that says of a market what a catalogue says, and what of a book is said once for all."""
    about = catalogue["description"]
    line = about.get("lineRangeInfo")
    of_book = {
        "numberOfWinners": book["numberOfWinners"],
        "crossMatching": book["crossMatching"],
        "complete": book["complete"],
        "betDelay": book["betDelay"],
        "keyLine": book.get("keyLineDescription", {}).get("keyLine", []),
    }
    factors = {key_of(each): each.get("adjustmentFactor") for each in book["runners"]}
    described = market(
        catalogue["marketId"],
        catalogue["marketName"],
        about["marketType"],
        *(
            runner(
                each["selectionId"],
                each["runnerName"],
                handicap=each["handicap"],
                sortPriority=each["sortPriority"],
                metadata=each.get("metadata"),
                adjustmentFactor=factors.get(key_of(each)),
            )
            for each in catalogue["runners"]
        ),
        startTime=catalogue["marketStartTime"],
        suspendTime=about["suspendTime"],
        bettingType=about["bettingType"],
        turnInPlay=about["turnInPlayEnabled"],
        bspMarket=about["bspMarket"],
        persistenceEnabled=about["persistenceEnabled"],
        baseRate=about["marketBaseRate"],
        discountAllowed=about["discountAllowed"],
        regulators=[about["regulator"]],
        rules=about["rules"],
        rulesHasDate=about["rulesHasDate"],
        raceType=about.get("raceType"),
        eachWayDivisor=about.get("eachWayDivisor"),
        ladder=about["priceLadderDescription"]["type"],
        line=line and {name: line[name] for name in ("minUnitValue", "maxUnitValue", "interval", "marketUnit")},
        **of_book,
    )
    about_event = catalogue["event"]
    listed = event(
        about_event["id"],
        about_event["name"],
        HORSE_RACING,
        described,
        starts=about_event["openDate"],
        eventType=catalogue["eventType"],
        competition=catalogue.get("competition"),
        countryCode=about_event.get("countryCode"),
        timezone=about_event["timezone"],
        venue=about_event.get("venue"),
    )
    return scenario(listed, now="2022-01-01T00:00:00.250Z", accounts=["alice", "bob"])


UNKNOWN_BOOK: dict[str, Any] = {
    "numberOfWinners": 2, "crossMatching": True, "complete": True, "betDelay": 0, "runners": []
}  # fmt: skip


def key_of(one: Any) -> tuple[int, float]:
    return one["selectionId"], one["handicap"]
