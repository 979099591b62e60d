"""Whoever makes a world of the same text again gets the scenario that was read before, for as long as it is known."""

import pytest

from simulator.control import known_scenarios
from simulator.control.known_scenarios import KnownScenarios
from simulator.world.format.scenario import Scenario

TEXTS = [f"name: scenario {number}".encode() for number in range(5)]
SCENARIOS = [Scenario(name=f"scenario {number}") for number in range(5)]


def knowing() -> KnownScenarios:
    known = KnownScenarios()
    for text, scenario in zip(TEXTS, SCENARIOS, strict=True):
        known.keep(text, scenario)
    return known


def test_a_text_leads_to_its_scenario_and_no_other_text_does() -> None:
    known = knowing()

    assert [known.get(text) for text in TEXTS] == SCENARIOS
    assert known.get(TEXTS[0] + b" ") is None


def test_the_scenarios_that_were_asked_for_last_are_known_where_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(known_scenarios, "MOST_SCENARIOS", 3)
    known = knowing()
    known.get(TEXTS[2])
    known.keep(TEXTS[0], SCENARIOS[0])

    assert [known.get(text) is not None for text in TEXTS] == [True, False, True, False, True]


def test_no_more_than_so_much_text_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_scenarios, "MOST_BYTES", 2 * len(TEXTS[0]))
    known = knowing()
    known.keep(TEXTS[4], SCENARIOS[4])

    assert [known.get(text) is not None for text in TEXTS] == [False, False, False, True, True]
    known.keep(b"#" * 100, SCENARIOS[0])
    assert [known.get(text) is not None for text in TEXTS] == [False] * 5
