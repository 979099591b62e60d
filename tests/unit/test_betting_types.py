"""Each betting type is settled by one member of a settlement, and the document's own settlement has the same."""

import pytest

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import SettleMarket
from simulator.world.format.scenario import Settle


@pytest.mark.parametrize("betting_type", BettingType)
def test_what_settles_a_betting_type_can_be_said_in_a_command_and_in_a_document(betting_type: BettingType) -> None:
    assert betting_type.settled_by in SettleMarket.__struct_fields__
    assert betting_type.settled_by in Settle.__struct_fields__


def test_no_two_betting_types_are_settled_by_the_same() -> None:
    assert len(BettingType) == len({betting_type.settled_by for betting_type in BettingType})
