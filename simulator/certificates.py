"""Certificates for a server that speaks TLS, made on the spot: an authority of its own, the server's and the clients'.

The authority's key is never written anywhere, so nobody can misuse the trust that a tester puts into its certificate.
"""

import ipaddress
import re
import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

import trustme
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import NoEncryption, load_pem_private_key, pkcs12
from cryptography.x509 import load_pem_x509_certificate

from simulator.real_hosts import REAL_NAMES
from simulator.server import CannotWrite
from simulator.world.format.certificates import fingerprint_of_pem

LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "::1")

CLIENT_FILES: Final = "client-2048"
"""The files of a customer are called as in the manual, which makes a key of 2048 bits."""

_LONGEST_COMMON_NAME: Final = 64
_OWNER_ONLY: Final = 0o600


class ClientFiles(NamedTuple):
    """The files of a customer: the certificate and its key, each in PEM."""

    certificate: Path
    key: Path


class Authority:
    """An authority that nobody knows but who is given its certificate."""

    def __init__(self, host: str) -> None:
        """Make an authority, and a certificate for a server that listens on a host."""
        self._authority: Final = trustme.CA(organization_name="betsim", organization_unit_name="local authority")
        names = dict.fromkeys((*LOCAL_NAMES, *REAL_NAMES, *_name_of(host)))
        self._server: Final = self._authority.issue_cert(
            *names, common_name="betsim", organization_name="betsim", organization_unit_name="server"
        )

    @property
    def certificate_pem(self) -> bytes:
        """Return the certificate of the authority, for clients to trust."""
        return self._authority.cert_pem.bytes()

    @property
    def server_certificate_pem(self) -> bytes:
        """Return the certificate of the server."""
        return self._server.cert_chain_pems[0].bytes()

    @property
    def server_key_pem(self) -> bytes:
        """Return the key of the server."""
        return self._server.private_key_pem.bytes()

    def server_context(self) -> ssl.SSLContext:
        """Return what a server needs to speak TLS with whoever trusts the authority, and asks clients for nothing."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server.configure_cert(context)
        return context

    def issue(self, username: str) -> "ClientCertificate":
        """Return a new certificate for a customer, with a key of RSA as the manual wants it."""
        issued = self._authority.issue_cert(
            "client.betsim.test",
            common_name=username[:_LONGEST_COMMON_NAME],
            organization_name="betsim",
            organization_unit_name="client",
            key_type=trustme.KeyType.RSA,
        )
        return ClientCertificate(issued.cert_chain_pems[0].bytes(), issued.private_key_pem.bytes())


class ClientCertificate(NamedTuple):
    """A certificate of a customer and its key, in PEM."""

    certificate_pem: bytes
    key_pem: bytes

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the certificate, in hexadecimal."""
        return fingerprint_of_pem(self.certificate_pem.decode("ascii"))

    @property
    def pkcs12(self) -> bytes:
        """Return both in one, without a password, for clients that want it so (manual, note on file formats)."""
        key = load_pem_private_key(self.key_pem, None)
        assert isinstance(key, RSAPrivateKey)
        certificate = load_pem_x509_certificate(self.certificate_pem)
        return pkcs12.serialize_key_and_certificates(b"betsim", key, certificate, None, NoEncryption())

    def write(self, folder: Path) -> ClientFiles:
        """Write certificate and key into a folder, apart and together; raise `OSError`."""
        folder.mkdir(exist_ok=True)
        files = ClientFiles(folder / f"{CLIENT_FILES}.crt", folder / f"{CLIENT_FILES}.key")
        files.certificate.write_bytes(self.certificate_pem)
        _write_secret(files.key, self.key_pem)
        _write_secret(folder / f"{CLIENT_FILES}.pem", self.certificate_pem + self.key_pem)
        _write_secret(folder / f"{CLIENT_FILES}.p12", self.pkcs12)
        return files


def write_all(folder: Path, authority: Authority, clients: dict[str, ClientCertificate]) -> dict[str, ClientFiles]:
    """Write the certificate of the authority, `ca.crt`, and a folder for each customer; raise `CannotWrite`.

    Returns the files by username. What is there already under these names is written anew.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ca.crt").write_bytes(authority.certificate_pem)
        names = _folder_names(clients)
        return {username: client.write(folder / names[username]) for username, client in clients.items()}
    except OSError as error:
        raise CannotWrite(f"{str(error.filename or folder)!r} cannot be written: {error.strerror}.") from None


def _folder_names(usernames: Iterable[str]) -> dict[str, str]:
    """Return a name for the folder of each customer: the username, as far as it can be one."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for username in usernames:
        plain = re.sub(r"[^A-Za-z0-9_-]", "_", username)[:60]
        name, number = plain, 1
        # Some systems take no difference between capitals and small letters.
        while name.lower() in taken:
            number += 1
            name = f"{plain}-{number}"
        taken.add(name.lower())
        names[username] = name
    return names


def _write_secret(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whatever it was before."""
    file.unlink(missing_ok=True)
    file.touch(_OWNER_ONLY, exist_ok=False)
    file.write_bytes(content)


def _name_of(host: str) -> tuple[str, ...]:
    """Return the host that a server listens on as a name for its certificate; "every address" is none."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return (host,) if re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", host) else ()
    return () if address.is_unspecified else (str(address),)
