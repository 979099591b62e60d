"""What docs/failure-modes.md tells testers to order can be ordered."""

import re
from pathlib import Path

import pytest

from tests.contract.bettor import CONTROL, SCENARIO
from tests.in_process import client_of

PAGE = Path(__file__).parents[2] / "docs" / "failure-modes.md"
ORDERS = re.findall(r'^ {4}(\{"operation": .*\})', PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_page_shows_orders() -> None:
    assert ORDERS


@pytest.mark.parametrize("order", ORDERS)
def test_what_the_page_shows_can_be_ordered(order: str) -> None:
    with client_of(SCENARIO) as client:
        response = client.post(
            f"{CONTROL}/faults", content=f'{{"faults": [{order}]}}', headers={"content-type": "application/json"}
        )

        assert response.status_code == 201, response.text
