"""The tokens that tell a client how far it has got: `initialClk` of a subscription and `clk` of a message.

Officially they mean nothing to a client, which hands them back when it subscribes again. Every recorded one is the
base64 of pairs of numbers in LEB128, a pair for each part of the service behind: three for markets, five for orders.
The first number of a pair is its epoch, the second how far the part has got; a `clk` counts from its `initialClk` and
has epochs of 0. Ours are of the same form.
"""

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

EPOCHS: Final = {3: (3616, 3630, 3621), 5: (26, 31, 28, 26, 31)}
"""Those of recorded tokens, by the number of pairs."""
_BASE: Final = 3_890_100_000
"""What the first subscription of a server counts from, in the order of recorded numbers."""
_LONGEST: Final = 200
"""Characters: no token of ours is a tenth as long."""


class WrongToken(ValueError):
    """A text is no token of this form."""


def initial_token(subscription: int, parts: int) -> str:
    """Return the `initialClk` of a subscription, of which there is one for each number, with so many pairs."""
    return _encoded(number for epoch in EPOCHS[parts] for number in (epoch, _BASE + subscription))


def subscription_of(initial_clk: str) -> int:
    """Return the number of the subscription whose `initialClk` this is; raise `WrongToken`."""
    pairs = _pairs(initial_clk)
    if tuple(epoch for epoch, _ in pairs) != EPOCHS.get(len(pairs)) or len({offset for _, offset in pairs}) != 1:
        raise WrongToken("the token is not one that was given")
    return pairs[0][1] - _BASE


@lru_cache(maxsize=1_000)
def message_token(message: int, parts: int) -> str:
    """Return the `clk` of a message, counted from 0, which is the image: each part in turn has got one further."""
    offsets = [(message + parts - 1 - part) // parts for part in range(parts)]
    return _encoded(number for offset in offsets for number in (0, offset))


def message_of(clk: str) -> int:
    """Return the number of the message whose `clk` this is; raise `WrongToken`."""
    pairs = _pairs(clk)
    message = sum(offset for _, offset in pairs)
    if not pairs or clk != message_token(message, len(pairs)):
        raise WrongToken("the token is not one that was given")
    return message


def _encoded(numbers: Iterable[int]) -> str:
    content = bytearray()
    for number in numbers:
        rest = number
        while rest > 0x7F:
            content.append(rest & 0x7F | 0x80)
            rest >>= 7
        content.append(rest)
    return b64encode(content).decode("ascii")


def _pairs(token: str) -> Sequence[tuple[int, int]]:
    if len(token) > _LONGEST:
        raise WrongToken("the token is too long")
    try:
        content = b64decode(token, validate=True)
    except (Error, ValueError):
        raise WrongToken("the token is not base64") from None
    numbers, number, shift = [], 0, 0
    for byte in content:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(number)
            number = shift = 0
    if shift or len(numbers) % 2:
        raise WrongToken("the token breaks off")
    return list(zip(numbers[::2], numbers[1::2], strict=True))
