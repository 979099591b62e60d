"""Ids look drawn by chance and follow from the seed."""

import base64
import re

from simulator.world.ids import Ids, unguessable_token

NOW = 1_780_768_500_000
"""2026-06-06T17:55:00Z"""


def test_a_session_token_has_the_shape_of_recorded_ones() -> None:
    token = Ids(0).session_token("alice")

    assert len(token) == 44
    assert token.endswith("=")
    assert len(base64.b64decode(token, validate=True)) == 32


def test_the_same_seed_gives_the_same_tokens_in_the_same_order() -> None:
    one, other = Ids(7), Ids(7)

    assert [one.session_token("alice") for _ in range(5)] == [other.session_token("alice") for _ in range(5)]


def test_tokens_differ_by_seed_account_and_login() -> None:
    tokens = [
        Ids(seed).session_token(name) for seed in (0, 1, 10, -1) for name in ("alice", "bob", "alice-2", "2:alice")
    ]
    ids = Ids(0)
    tokens += [ids.session_token("carol") for _ in range(100)]

    assert len(set(tokens)) == len(tokens)


def test_the_tokens_of_one_account_do_not_depend_on_the_logins_of_another() -> None:
    quiet, busy = Ids(3), Ids(3)

    for _ in range(10):
        busy.session_token("bob")
        busy.request_uuid(NOW)

    assert quiet.session_token("alice") == busy.session_token("alice")


def test_an_app_key_is_sixteen_letters_and_digits_and_always_the_same() -> None:
    key = Ids(0).app_key("alice", "live")

    assert re.fullmatch("[A-Za-z0-9]{16}", key)
    assert Ids(0).app_key("alice", "live") == key
    assert Ids(0).app_key("alice", "delayed") != key
    assert Ids(1).app_key("alice", "live") != key


def test_a_request_id_has_a_host_the_date_of_the_world_and_ten_hexadecimal_digits() -> None:
    ids = Ids(0)

    assert ids.request_uuid(NOW) == "prdang001-06061755-0000000001"
    assert ids.request_uuid(NOW) == "prdang001-06061755-0000000002"


def test_what_guards_a_server_does_not_follow_from_anything() -> None:
    assert len({unguessable_token() for _ in range(10)}) == 10
    assert re.fullmatch("[A-Za-z0-9_-]{32}", unguessable_token())
