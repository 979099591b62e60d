"""What a server needs to speak TLS: a socket, an authority, and files with certificates for its clients.

Nothing else in the package needs trustme and pyOpenSSL, which come with the extra `tls`: this is imported where TLS is
wanted, and not before.
"""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from simulator.certificates import Authority, ClientFiles, write_all
from simulator.server import SecureSocket, listen, url_of
from simulator.tls import SecureProtocol, tls_context


class SecureServing:
    """A socket on which TLS will be spoken, and the files that clients need for it.

    `fingerprints` are those of the certificates of customers, by username, and `clients` are their files. They are in
    the folder, or where none is named in a temporary one that `close` removes.
    """

    def __init__(self, host: str, port: int, folder: Path | None, usernames: Iterable[str]) -> None:
        """Bind the port, make the certificates and write them; raise `CannotListen` or `CannotWrite`."""
        bound = listen(host, port)
        self.url: Final = url_of(bound, "https")
        authority = Authority(host)
        clients = {username: authority.issue(username) for username in usernames}
        self.fingerprints: Final = {username: client.fingerprint for username, client in clients.items()}
        self._temporary: Final = tempfile.TemporaryDirectory(prefix="betsim-") if folder is None else None
        place = Path(self._temporary.name) if self._temporary is not None else Path(folder or ".").absolute()
        self.clients: Final[dict[str, ClientFiles]] = write_all(place, authority, clients)
        self.ca: Final = place / "ca.crt"
        self.stream_context: Final = authority.server_context()
        context = tls_context(authority.server_certificate_pem, authority.server_key_pem)
        self.socket: Final = SecureSocket(
            bound, lambda make, connections, seconds: lambda: SecureProtocol(context, make, connections, seconds)
        )

    def close(self) -> None:
        """Remove what is only for the time of the server."""
        if self._temporary is not None:
            self._temporary.cleanup()
