"""What an answer over the wire can be, and whether two are the same."""

import json
from typing import Any, NamedTuple


class Refusal(NamedTuple):
    """An interface refuses a request: the number and the name of its error."""

    number: str
    name: str


class Fault(NamedTuple):
    """The framework beneath the interfaces refuses a request: with one number over JSON-RPC, with another over REST."""

    over_json_rpc: str
    over_rest: str
    http_status: int = 400


Answer = Any
"""A result as its JSON is read, a `Refusal`, or a `Fault`."""


def same(expected: Answer, answer: Answer) -> bool:
    """Whether an answer is the one expected, to the type of every number; members may come in any order."""
    if isinstance(expected, Fault):
        over_json_rpc = ("DSC over JSON-RPC", expected.over_json_rpc)
        over_rest = ("DSC over REST", expected.over_rest, expected.http_status)
        return isinstance(answer, tuple) and (answer[:2] == over_json_rpc or answer == over_rest)
    if isinstance(expected, Refusal) or isinstance(answer, tuple):
        return bool(expected == answer)
    return json.dumps(expected, sort_keys=True) == json.dumps(answer, sort_keys=True)
