"""Clients of other people's libraries, led to a world: nothing of them is changed but the addresses."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NamedTuple

from simulator.testing.errors import BetsimError
from simulator.testing.serving import Server
from simulator.testing.world import World


class StreamPatch(NamedTuple):
    """An attribute of betfairlightweight's stream, and what it has to be for streams to lead to a server.

    The library has no setting for host and port of the stream.
    """

    owner: Any
    name: str
    value: object


@contextmanager
def betfairlightweight_client(server: Server, world: World, username: str | None = None) -> Iterator[Any]:
    """Yield a client of betfairlightweight of a customer, the first where none is named, who is logged in.

    With TLS that is done by certificate, where there is one for the customer, and else by name and password. Raise
    `BetsimError` where the library is not installed, or no such customer is there.
    """
    account = world.account(username)
    try:
        library, requests = import_module("betfairlightweight"), import_module("requests")
    except ModuleNotFoundError as error:
        raise BetsimError(
            f"A client needs betfairlightweight, and {error.name!r} is not installed: pip install betfairlightweight."
        ) from None
    files = server.certificates.get(world.written_name(account.username))
    with requests.Session() as session:
        # Or else proxies and certificates count that are named in the environment.
        session.trust_env = False
        if server.ca is not None:
            session.verify = str(server.ca)
        certificates = None if files is None else str(files.certificate.parent)
        client = library.APIClient(
            account.username, account.password, app_key=account.app_key, certs=certificates, session=session
        )
        root = server.https_url or server.url
        client.identity_uri = client.identity_cert_uri = f"{root}/api/"
        client.api_uri = f"{root}/exchange/"
        client.navigation_uri = f"{root}/exchange/betting/rest/v1/en/navigation/menu.json"
        if files is None:
            client.login_interactive()
        else:
            client.login()
        yield client


def stream_patches(server: Server) -> list[StreamPatch]:
    """Return what leads the streams of betfairlightweight to a server: nothing where there is no stream over TLS.

    The library speaks nothing else there.
    """
    if server.stream is None or server.ca is None:
        return []
    host, port = server.stream
    stream = import_module("betfairlightweight.streaming.betfairstream").BetfairStream
    hosts = {None: host, "integration": host, "sports_data": host}
    return [StreamPatch(stream, "HOSTS", hosts), StreamPatch(stream, "_BetfairStream__port", port)]
