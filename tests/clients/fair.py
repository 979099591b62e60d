"""A world for real client libraries to bet in: a match, a race and two markets elsewhere, with time standing still."""

from datetime import UTC, datetime

NOON = datetime(2026, 6, 6, 12, tzinfo=UTC)
KICK_OFF = datetime(2026, 6, 6, 18, tzinfo=UTC)
"""In the scenario as `+PT6H`."""

MATCH_ODDS, TOTAL_GOALS, HANDICAP = "1.200100101", "1.200100102", "1.200100103"
WIN, PLACED, FINAL = "1.200200101", "1.200200102", "1.200300101"
HOME, AWAY, DRAW = 1101, 1102, 58805
SEA_FEVER, MOONSHOT, OLD_TOM = 2201, 2202, 2203
FINALIST = 3301

FAIR = """
name: fair
clock: {now: "2026-06-06T12:00:00.000Z", rate: 0}
accounts:
  - {username: alice, password: alices secret, appKey: alice-live, delayedAppKey: alice-delayed, currency: GBP,
     balance: 1000.00, firstName: Alice, lastName: Example, discountRate: 20}
  - {username: bob, password: bobs secret, appKey: bob-live, delayedAppKey: bob-delayed, currency: GBP,
     balance: 1000.00}
events:
  - id: "30000100"
    name: Arden Town v Brook Rovers
    eventType: {id: "1", name: Soccer}
    competition: {id: "31", name: Northern League, region: GBR}
    countryCode: GB
    timezone: Europe/London
    openDate: "+PT6H"
    markets:
      - id: "1.200100101"
        name: Match Odds
        marketType: MATCH_ODDS
        startTime: "+PT6H"
        turnInPlay: true
        betDelay: 5
        crossMatching: false
        rules: <b>Who will win?</b>
        runners:
          - {selectionId: 1101, name: Arden Town, availableToBack: [[2.1, 50], [2.08, 100], [2.06, 150], [2.04, 200]],
             availableToLay: [[2.2, 40], [2.22, 80]]}
          - {selectionId: 1102, name: Brook Rovers, availableToBack: [[3.6, 30]], availableToLay: [[3.75, 25]]}
          - {selectionId: 58805, name: The Draw, availableToBack: [[3.5, 30]], availableToLay: [[3.65, 25]]}
      - id: "1.200100102"
        name: Total Goals Line
        marketType: TOTAL_GOALS
        bettingType: LINE
        line: {minUnitValue: 0.5, maxUnitValue: 9.5, interval: 1, marketUnit: goals}
        startTime: "+PT6H"
        runners: [{selectionId: 1201, name: Total Goals}]
      - id: "1.200100103"
        name: Asian Handicap
        marketType: ASIAN_HANDICAP
        bettingType: ASIAN_HANDICAP_DOUBLE_LINE
        startTime: "+PT6H"
        runners:
          - {selectionId: 1101, name: Arden Town, handicap: -0.5}
          - {selectionId: 1102, name: Brook Rovers, handicap: 0.5}
          - {selectionId: 1101, name: Arden Town, handicap: 0}
          - {selectionId: 1102, name: Brook Rovers, handicap: 0}
  - id: "30000200"
    name: Ascot 6th Jun
    eventType: {id: "7", name: Horse Racing}
    countryCode: GB
    timezone: Europe/London
    venue: Ascot
    openDate: "+PT1H"
    markets:
      - id: "1.200200101"
        name: 2m Hcap
        marketType: WIN
        bspMarket: true
        startTime: "+PT1H"
        raceType: Flat
        runners:
          - {selectionId: 2201, name: Sea Fever, adjustmentFactor: 45.5, metadata: {runnerId: "2201", WEARING: null},
             availableToBack: [[2.0, 20]], availableToLay: [[2.1, 20]]}
          - {selectionId: 2202, name: Moonshot, adjustmentFactor: 30.25, availableToLay: [[4.0, 20]]}
          - {selectionId: 2203, name: Old Tom, adjustmentFactor: 24.25}
      - id: "1.200200102"
        name: To Be Placed
        marketType: PLACE
        numberOfWinners: 2
        startTime: "+PT1H"
        raceType: Flat
        runners:
          - {selectionId: 2201, name: Sea Fever, availableToBack: [[1.4, 20]], availableToLay: [[1.5, 20]]}
          - {selectionId: 2202, name: Moonshot, availableToBack: [[1.8, 20]], availableToLay: [[2.0, 20]]}
          - {selectionId: 2203, name: Old Tom, availableToBack: [[2.8, 20]], availableToLay: [[3.0, 20]]}
  - id: "30000300"
    name: A. Durand v B. Keller
    eventType: {id: "2", name: Tennis}
    competition: {id: "77", name: World Tour}
    countryCode: FR
    timezone: Europe/Paris
    openDate: "+P1DT1H"
    markets:
      - id: "1.200300101"
        name: Match Odds
        marketType: MATCH_ODDS
        startTime: "+P1DT1H"
        turnInPlay: true
        betDelay: 3
        runners: [{selectionId: 3301, name: A. Durand}, {selectionId: 3302, name: B. Keller}]
"""
