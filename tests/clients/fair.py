"""A world for real client libraries to bet in: a match, a race and two markets elsewhere, with time standing still."""

from datetime import UTC, datetime

from tests.scenario import (
    HORSE_RACING,
    SOCCER,
    TENNIS,
    account,
    asian_handicap,
    event,
    line,
    match_odds,
    place,
    runner,
    scenario,
    sides,
    win,
)

NOON = datetime(2026, 6, 6, 12, tzinfo=UTC)
KICK_OFF = datetime(2026, 6, 6, 18, tzinfo=UTC)
"""In the scenario as `+PT6H`."""

MATCH_ODDS, TOTAL_GOALS, HANDICAP = "1.200100101", "1.200100102", "1.200100103"
WIN, PLACED, FINAL = "1.200200101", "1.200200102", "1.200300101"
HOME, AWAY, DRAW = 1101, 1102, 58805
SEA_FEVER, MOONSHOT, OLD_TOM = 2201, 2202, 2203
FINALIST = 3301

TEAMS = ("Arden Town", "Brook Rovers")

FAIR = scenario(
    event(
        "30000100",
        "Arden Town v Brook Rovers",
        SOCCER,
        match_odds(
            MATCH_ODDS,
            runner(
                HOME,
                "Arden Town",
                back=[(2.1, 50), (2.08, 100), (2.06, 150), (2.04, 200)],
                lay=[(2.2, 40), (2.22, 80)],
            ),
            runner(AWAY, "Brook Rovers", back=[(3.6, 30)], lay=[(3.75, 25)]),
            runner(DRAW, "The Draw", back=[(3.5, 30)], lay=[(3.65, 25)]),
            turnInPlay=True,
            betDelay=5,
            rules="<b>Who will win?</b>",
        ),
        line(
            TOTAL_GOALS,
            name="Total Goals Line",
            line={"minUnitValue": 0.5, "maxUnitValue": 9.5, "interval": 1, "marketUnit": "goals"},
            runners=[runner(1201, "Total Goals")],
        ),
        asian_handicap(HANDICAP, *sides(*TEAMS, -0.5, 0, selection_ids=(HOME, AWAY)), numberOfWinners=1),
        starts="+PT6H",
        inPlay={},
        competition={"id": "31", "name": "Northern League", "region": "GBR"},
        countryCode="GB",
        timezone="Europe/London",
    ),
    event(
        "30000200",
        "Ascot 6th Jun",
        HORSE_RACING,
        win(
            WIN,
            runner(
                SEA_FEVER,
                "Sea Fever",
                back=[(2.0, 20)],
                lay=[(2.1, 20)],
                adjustmentFactor=45.5,
                metadata={"runnerId": "2201", "WEARING": None},
            ),
            runner(MOONSHOT, "Moonshot", lay=[(4.0, 20)], adjustmentFactor=30.25),
            runner(OLD_TOM, "Old Tom", adjustmentFactor=24.25),
            name="2m Hcap",
            bspMarket=True,
            raceType="Flat",
        ),
        place(
            PLACED,
            runner(SEA_FEVER, "Sea Fever", back=[(1.4, 20)], lay=[(1.5, 20)]),
            runner(MOONSHOT, "Moonshot", back=[(1.8, 20)], lay=[(2.0, 20)]),
            runner(OLD_TOM, "Old Tom", back=[(2.8, 20)], lay=[(3.0, 20)]),
            raceType="Flat",
        ),
        starts="+PT1H",
        countryCode="GB",
        timezone="Europe/London",
        venue="Ascot",
    ),
    event(
        "30000300",
        "A. Durand v B. Keller",
        TENNIS,
        match_odds(FINAL, runner(FINALIST, "A. Durand"), runner(3302, "B. Keller"), turnInPlay=True, betDelay=3),
        starts="+P1DT1H",
        inPlay={},
        competition={"id": "77", "name": "World Tour"},
        countryCode="FR",
        timezone="Europe/Paris",
    ),
    name="fair",
    now="2026-06-06T12:00:00.000Z",
    accounts=[
        account("alice", password="alices secret", firstName="Alice", lastName="Example", discountRate=20),
        account("bob", password="bobs secret"),
        account("dora", password="doras secret", currency="AUD"),
    ],
)
