"""What the bot does, in worlds of betsim: each test has one to itself."""

import pytest
from value_bot import ValueBot

MARKET, NORTHAM, SOUTHEY = "1.165000001", 101, 102
TODAY = "2026-06-06"


@pytest.fixture
def bot(betsim_client, betsim_bettune):
    return ValueBot(betsim_client, betsim_bettune.url, betsim_bettune.token)


def test_it_backs_a_prediction_that_has_value(bot, betsim_world):
    (bet_id,) = bot.bet(TODAY)

    (bet,) = betsim_world.orders()
    assert (bet.bet_id, bet.selection_id, bet.side) == (bet_id, SOUTHEY, "BACK")
    assert (bet.size_matched, bet.average_price_matched) == (5.0, 3.6)


def test_it_leaves_alone_what_has_no_value_and_what_it_has_backed(bot, betsim_world):
    betsim_world.predict(11584, 1611243, 3.7)
    assert bot.bet(TODAY) == []

    betsim_world.offer(MARKET, SOUTHEY, back=[(3.75, 100)])
    assert len(bot.bet(TODAY)) == 1
    assert bot.bet(TODAY) == []


def test_it_finds_the_bet_whose_answer_was_lost_and_does_not_bet_twice(bot, betsim_world):
    betsim_world.fault("placeOrders", "lose-answer")

    placed = bot.bet(TODAY)

    assert placed == [bet.bet_id for bet in betsim_world.orders()]
    assert len(placed) == len(betsim_world.faults()["fired"]) == 1


def test_it_waits_while_the_market_is_suspended(bot, betsim_world):
    betsim_world.suspend(MARKET)
    assert bot.bet(TODAY) == []

    betsim_world.resume(MARKET)
    assert len(bot.bet(TODAY)) == 1


def test_it_logs_in_again_when_its_session_has_expired(bot, betsim_world):
    betsim_world.advance("PT13H")

    assert len(bot.bet(TODAY)) == 1
    assert len(betsim_world.journal(event="SessionOpened")) == 2


def test_it_gets_its_stake_back_where_the_side_withdraws(bot, betsim_world, betsim_account):
    bot.bet(TODAY)
    betsim_world.remove(MARKET, SOUTHEY)

    (bet,) = betsim_world.orders()
    assert bet.size_voided == 5.0
    assert betsim_world.account().available_to_bet == betsim_account.balance


@pytest.mark.parametrize(("winner", "profit"), [(SOUTHEY, 13.0), (NORTHAM, -5.0)])
def test_it_knows_what_its_bets_came_to(bot, betsim_world, winner, profit):
    bot.bet(TODAY)
    betsim_world.settle(MARKET, winner)

    assert bot.profit() == profit
