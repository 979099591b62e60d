"""A market definition has everything that is stated of a market, and amounts on the stream of markets are in pounds."""

from typing import Any

from simulator.exchange.commands import RunnerResult, SettleMarket, TurnInPlay
from simulator.exchange.orders import RunnerKey, Side
from tests.contract.stream_theatre import StreamClient, streaming
from tests.scenario import (
    HORSE_RACING,
    SOCCER,
    account,
    asian_handicap,
    event,
    line,
    loaded,
    runner,
    scenario,
    sides,
    win,
)

RACE, HANDICAP, LINE = "1.1", "1.2", "1.3"
SCENARIO = scenario(
    event(
        "10",
        "Ascot 6th Jun",
        HORSE_RACING,
        win(RACE, runner(1, back=[[2.0, 100]]), runner(2), turnInPlay=True, betDelay=1, raceType="Flat"),
    ),
    event(
        "20",
        "Lens v Lille",
        SOCCER,
        asian_handicap(
            HANDICAP,
            *sides("Lens", "Lille", -0.5),
            keyLine=[{"selectionId": 1, "handicap": -0.5}, {"selectionId": 2, "handicap": 0.5}],
            betDelayModels=["PASSIVE", "DYNAMIC"],
        ),
        line(LINE),
    ),
    accounts=["alice", "bob", account("carla", currency="EUR")],
)
STATED = {
    "keyLineDefinition", "betDelayModels", "raceType", "lineMaxUnit", "lineMinUnit", "lineInterval", "eachWayDivisor",
}  # fmt: skip


def definition(client: StreamClient, market_id: str) -> dict[str, Any]:
    """Return the definition of a market as an image has it."""
    (market,) = client.subscribe_to_markets(market_id, fields=["EX_MARKET_DEF"])["mc"]
    told: dict[str, Any] = market["marketDefinition"]
    return told


def test_what_is_stated_of_one_market_is_in_its_definition_and_in_no_other() -> None:
    with streaming(loaded(SCENARIO)) as theatre:
        alice = theatre.client()
        told = {market_id: definition(alice, market_id) for market_id in (RACE, HANDICAP, LINE)}

    stated = {market_id: {name: each[name] for name in STATED & each.keys()} for market_id, each in told.items()}
    assert stated == {
        RACE: {"raceType": "Flat"},
        HANDICAP: {
            "keyLineDefinition": {"kl": [{"id": 1, "hc": -0.5}, {"id": 2, "hc": 0.5}]},
            "betDelayModels": ["PASSIVE", "DYNAMIC"],
        },
        LINE: {"lineMaxUnit": 20.5, "lineMinUnit": 0.5, "lineInterval": 1},
    }


def test_a_closed_market_is_in_play_as_it_was_and_keeps_its_delay() -> None:
    with streaming(loaded(SCENARIO)) as theatre:
        alice = theatre.client()
        alice.subscribe_to_markets(RACE, fields=["EX_MARKET_DEF"])
        theatre.do(TurnInPlay(RACE)).accepted()
        results = (RunnerResult(RunnerKey(1), "WINNER"), RunnerResult(RunnerKey(2), "LOSER"))
        theatre.do(SettleMarket(RACE, results)).accepted()

        *_, last = alice.read()

    told = last["mc"][0]["marketDefinition"]
    assert (told["status"], told["inPlay"], told["betDelay"], told["numberOfActiveRunners"]) == ("CLOSED", True, 1, 0)
    assert [each["status"] for each in told["runners"]] == ["WINNER", "LOSER"]


def test_markets_are_told_in_pounds_to_whatever_account() -> None:
    fields = ["EX_ALL_OFFERS", "EX_TRADED", "EX_TRADED_VOL"]
    with streaming(loaded(SCENARIO)) as theatre:
        clients = [theatre.client(username) for username in ("alice", "carla")]
        images = [client.subscribe_to_markets(RACE, fields=fields)["mc"] for client in clients]
        theatre.bet("bob", RACE, Side.BACK, 200, 10_00)
        updates = [message["mc"] for client in clients for message in client.read()]

    assert images[0] == images[1]
    assert images[0][0]["rc"][0]["atb"] == [[2, 100]]
    assert updates[0] == updates[1]
    (change,) = updates[0][0]["rc"]
    assert (change["atb"], change["trd"], change["tv"]) == ([[2, 90]], [[2, 20]], 20)
