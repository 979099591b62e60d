"""`betsim record`: a client of the stream that writes what it hears of some markets, as one JSON message a line.

The lines are the change messages as they came, without what belongs to a subscription alone: they look like those of
the historic data, and are read as such.
"""

import bz2
import json
import socket
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from simulator.access import Access
from simulator.betfair.schema.stream import MarketField

CLOSED: Final = "CLOSED"


class CannotRecord(Exception):
    """A recording could not be made, or not to its end; the sentence says why."""


def record(source: Access, market_ids: list[str], file: Path) -> int:
    """Write what is told of some markets until all of them are closed; return the number of messages.

    A file whose name ends in `.bz2` is compressed. Raises `CannotRecord`, also where the connection ends before.
    """
    context = None if source.ca is None else ssl.create_default_context(cafile=str(source.ca))
    token = _log_in(source, context)
    try:
        with _opened(file) as output:
            return _write(_messages(source, context, token, market_ids), set(market_ids), output)
    except OSError as error:
        raise CannotRecord(f"{error.filename or source.stream}: {error.strerror or error}.") from None


def _write(messages: Iterator[dict[str, Any]], open_markets: set[str], output: BinaryIO) -> int:
    written = 0
    for message in messages:
        if "mc" not in message:
            continue
        kept = {"op": "mcm", "clk": message["clk"], "pt": message["pt"], "mc": message["mc"]}
        output.write(json.dumps(kept, separators=(",", ":")).encode() + b"\n")
        output.flush()
        written += 1
        for market in message["mc"]:
            if market.get("marketDefinition", {}).get("status") == CLOSED:
                open_markets.discard(market["id"])
        if not open_markets:
            return written
    raise CannotRecord(f"the stream ended after {written} messages, before {', '.join(sorted(open_markets))} closed.")


def _messages(
    source: Access, context: ssl.SSLContext | None, token: str, market_ids: list[str]
) -> Iterator[dict[str, Any]]:
    host, _, port = source.stream.rpartition(":")
    plain = socket.create_connection((host.strip("[]"), int(port)))
    with plain if context is None else context.wrap_socket(plain, server_hostname=host.strip("[]")) as connection:
        requests = (
            {"op": "authentication", "id": 1, "appKey": source.app_key, "session": token},
            {
                "op": "marketSubscription",
                "id": 2,
                "marketFilter": {"marketIds": market_ids},
                "marketDataFilter": {"fields": [field.value for field in MarketField], "ladderLevels": 10},
            },
        )
        connection.sendall(b"".join(json.dumps(request).encode() + b"\r\n" for request in requests))
        for line in connection.makefile("rb"):
            message: dict[str, Any] = json.loads(line)
            if message.get("statusCode") == "FAILURE":
                raise CannotRecord(f"the stream answers {message['errorCode']}: {message['errorMessage']}.")
            if message["op"] == "mcm":
                yield message


def _log_in(source: Access, context: ssl.SSLContext | None) -> str:
    form = urllib.parse.urlencode({"username": source.username, "password": source.password}).encode()
    headers = {"X-Application": source.app_key, "Accept": "application/json"}
    request = urllib.request.Request(f"{source.url}/api/login", data=form, headers=headers)
    # Without the proxies that the environment names: the login is for this server alone.
    handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)]
    try:
        with urllib.request.build_opener(*handlers).open(request) as response:
            answer = json.load(response)
    except (urllib.error.URLError, ValueError) as error:
        raise CannotRecord(f"{source.url}: {getattr(error, 'reason', error)}.") from None
    if answer.get("status") != "SUCCESS":
        raise CannotRecord(f"the login of {source.username!r} is refused: {answer.get('error') or answer}.")
    return str(answer["token"])


def _opened(file: Path) -> BinaryIO:
    if file.suffix == ".bz2":
        return cast(BinaryIO, bz2.open(file, "wb"))
    return file.open("wb")
