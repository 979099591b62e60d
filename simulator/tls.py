"""TLS on a connection, around the protocol of what is said on it.

The identity service takes certificates that customers have signed themselves: it can trust no authority that would
have issued them, asks every client for one, and says in its answer, not in the handshake, that a certificate is unknown
(CERT_AUTH_REQUIRED). The interpreter's own `ssl` can only end the handshake there. So this is done with pyOpenSSL,
whose verification can be told to go on; what a client presents, and has proven to hold the key of, goes to the
application as the `tls` extension of ASGI.

    | what a client does                             | what becomes of it                                 |
    |------------------------------------------------|----------------------------------------------------|
    | it presents no certificate, or any certificate | its requests are answered                          |
    | it speaks HTTP without TLS                     | 400 with a sentence, and the connection ends       |
    | it speaks something else, or an old TLS        | the alert of the protocol, and the connection ends |
    | it has not greeted after `handshake_seconds`   | the connection ends                                |
    | it does not read, but goes on sending          | it is not read from either, so nothing piles up    |
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from OpenSSL import SSL, crypto

from simulator.http_protocol import TLS_EXTENSION
from simulator.refusal_log import log_refusal
from simulator.world.clock import REAL_TIME

PIECE_BYTES: Final = 64 * 1024
"""How much is encrypted or decrypted at a time."""

_HANDSHAKE_RECORD: Final = 0x16
_IN_PLAIN: Final = b"This port speaks HTTPS: ask https:// instead of http://.\n"
_ANSWER_IN_PLAIN: Final = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(_IN_PLAIN), _IN_PLAIN)
)
_CIPHERS: Final = b"DEFAULT:@SECLEVEL=1"
"""At level 1 keys of 1024 bits are taken, which the manual names beside those of 2048."""


def tls_context(certificate_pem: bytes, key_pem: bytes) -> SSL.Context:
    """Return what a server needs for TLS: it shows this certificate, and asks for one of the client's."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION)
    context.set_cipher_list(_CIPHERS)
    context.use_certificate(load_pem_x509_certificate(certificate_pem))
    key = load_pem_private_key(key_pem, None)
    assert isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey)
    context.use_privatekey(key)
    # Whose certificate it is, and whether it is still good, is for the login to judge.
    context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
    # A session that is taken up again is one of this server, with the certificate that was presented then.
    context.set_session_id(b"betsim")
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    return context


class Connections(Protocol):
    """Where a server keeps the connections that it ends when it stops."""

    def add(self, connection: Any, /) -> None:
        """Keep one."""
        ...

    def discard(self, connection: Any, /) -> None:
        """Let go of one."""
        ...


class SecureTransport(asyncio.Transport):
    """What the protocol inside takes for its connection: what is written to it goes out encrypted."""

    def __init__(self, outer: "SecureProtocol", raw: asyncio.Transport, extension: Mapping[str, Any]) -> None:
        super().__init__()
        self._outer: Final = outer
        self._raw: Final = raw
        self._known: Final[Mapping[str, Any]] = {"sslcontext": True, TLS_EXTENSION: extension}

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what is known of the connection; under `TLS_EXTENSION` what the application is told of it."""
        return self._known[name] if name in self._known else self._raw.get_extra_info(name, default)

    def write(self, data: Any) -> None:
        """Send."""
        self._outer.send(data)

    def write_eof(self) -> None:
        """Say that nothing more will be sent, and go on receiving."""
        self._outer.say_goodbye()
        if self._raw.can_write_eof() and not self._raw.is_closing():
            self._raw.write_eof()

    def can_write_eof(self) -> bool:
        """Return whether the other side can be told that nothing more will be sent: yes."""
        return True

    def close(self) -> None:
        """Say goodbye, and end when everything has been sent."""
        self._outer.say_goodbye()
        self._raw.close()

    def abort(self) -> None:
        """End at once."""
        self._raw.abort()

    def is_closing(self) -> bool:
        """Return whether the connection ends or has ended."""
        return self._raw.is_closing()

    def pause_reading(self) -> None:
        """Receive nothing for a while."""
        self._outer.hold(by_protocol=True)

    def resume_reading(self) -> None:
        """Receive again."""
        self._outer.release(by_protocol=True)

    def is_reading(self) -> bool:
        """Return whether anything is received."""
        return self._raw.is_reading()


class SecureProtocol(asyncio.Protocol):
    """The protocol of a connection on which TLS is spoken, until its end; `make_protocol` makes the one inside.

    While the client has not greeted yet, this stands for the connection among the `connections` of a server.
    """

    def __init__(
        self,
        context: SSL.Context,
        make_protocol: Callable[[], asyncio.Protocol],
        connections: Connections,
        handshake_seconds: float,
    ) -> None:
        self.transport: asyncio.Transport
        self._loop: Final = asyncio.get_running_loop()
        self._tls: Final = SSL.Connection(context, None)
        self._make_protocol: Final = make_protocol
        self._connections: Final = connections
        self._handshake_seconds: Final = handshake_seconds
        self._inner: asyncio.Protocol | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._has_heard = False
        self._unsent: Final[list[bytes]] = []
        """What goes out together at the end of this turn of the loop: the head of an answer and its body."""
        self._said_goodbye = False
        self._held_by_protocol = False
        self._held_by_writing = False

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the client's greeting, for a time."""
        self.transport = transport
        self._tls.set_accept_state()
        self._connections.add(self)
        self._timer = self._loop.call_later(self._handshake_seconds, self._greeted_too_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._end_handshake()
        if self._inner is not None:
            self._inner.connection_lost(exc)

    def eof_received(self) -> bool:
        """Let the connection end, for the client sends nothing any more, unless the protocol inside goes on."""
        return self._inner is not None and bool(self._inner.eof_received())

    def shutdown(self) -> None:
        """End a connection whose client has not greeted yet."""
        self.transport.close()

    def pause_writing(self) -> None:
        """Send nothing for a while: the client does not read. Then it is not read from either."""
        self.hold(by_protocol=False)
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Send again."""
        self.release(by_protocol=False)
        if self._inner is not None:
            self._inner.resume_writing()

    # What arrives

    def data_received(self, data: bytes) -> None:
        """Take in what has arrived: of the handshake, or of what is said after it."""
        if not self._has_heard:
            self._has_heard = True
            if data[0] != _HANDSHAKE_RECORD and data[:1].isalpha():
                self._refuse_plain()
                return
        self._tls.bio_write(data)
        if self._inner is not None or self._shake_hands():
            self._deliver()

    def _shake_hands(self) -> bool:
        """Go on with the handshake; return whether it is done."""
        try:
            self._tls.do_handshake()
        except SSL.WantReadError:
            self._flush()
            return False
        except SSL.Error as error:
            self._fail(error)
            return False
        self._flush()
        self._end_handshake()
        extension = _extension(self._tls.get_peer_certificate())
        self._inner = self._make_protocol()
        self._inner.connection_made(SecureTransport(self, self.transport, extension))
        return True

    def _deliver(self) -> None:
        """Hand on what can be decrypted, as far as it is wanted; once all of it is, more is received."""
        assert self._inner is not None
        has_delivered = False
        while not (self._held_by_protocol or self._held_by_writing or self.transport.is_closing()):
            try:
                data = self._tls.recv(PIECE_BYTES)
            except SSL.WantReadError:
                # Not before: each time we would take a good deal more than is handed on.
                self.transport.resume_reading()
                break
            except SSL.ZeroReturnError:
                if not self._inner.eof_received():
                    self.transport.close()
                break
            except SSL.Error as error:
                self._fail(error)
                break
            has_delivered = True
            self._inner.data_received(data)
        if not has_delivered:
            # A message of TLS itself, to which there may be an answer. Else that goes out with the next of ours.
            self._flush()

    def hold(self, *, by_protocol: bool) -> None:
        """Receive nothing until `release`: because the protocol inside wants it so, or because the client reads not."""
        if by_protocol:
            self._held_by_protocol = True
        else:
            self._held_by_writing = True
        self.transport.pause_reading()

    def release(self, *, by_protocol: bool) -> None:
        """Receive again, unless the other reason holds. What has arrived and was not wanted is handed on soon."""
        if by_protocol:
            self._held_by_protocol = False
        else:
            self._held_by_writing = False
        if self._inner is None:
            self.transport.resume_reading()
        else:
            self._loop.call_soon(self._deliver)

    # What is sent

    def send(self, data: bytes) -> None:
        """Send, encrypted, with what else is to be sent soon."""
        if self._said_goodbye or self.transport.is_closing() or not data:
            return
        if not self._unsent:
            self._loop.call_soon(self._send_all)
        self._unsent.append(data)

    def _send_all(self) -> None:
        data = b"".join(self._unsent)
        self._unsent.clear()
        if not data or self.transport.is_closing():
            return
        try:
            self._tls.sendall(data)
        except SSL.Error as error:
            self._fail(error)
            return
        self._flush()

    def say_goodbye(self) -> None:
        """Tell the client that nothing more will be sent."""
        if self._said_goodbye or self.transport.is_closing():
            return
        self._send_all()
        self._said_goodbye = True
        try:
            self._tls.shutdown()
        except SSL.Error:
            # The client has broken off already, so there is nobody to tell.
            self.transport.abort()
            return
        self._flush()

    def _flush(self) -> None:
        """Send what has been encrypted."""
        while not self.transport.is_closing():
            try:
                data = self._tls.bio_read(PIECE_BYTES)
            except SSL.WantReadError:
                return
            self.transport.write(data)
            if len(data) < PIECE_BYTES:
                return

    # The end

    def _end_handshake(self) -> None:
        self._connections.discard(self)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _greeted_too_late(self) -> None:
        self._timer = None
        log_refusal("a TLS handshake", "", f"it was not complete after {self._handshake_seconds:g} seconds")
        self.transport.abort()

    def _refuse_plain(self) -> None:
        log_refusal("a connection", "", "the port speaks HTTPS, and the client HTTP without TLS")
        self.transport.write(_ANSWER_IN_PLAIN)
        self.transport.close()

    def _fail(self, error: SSL.Error) -> None:
        """End a connection on which TLS has gone wrong, with the alert that says so."""
        log_refusal("a TLS handshake" if self._inner is None else "a TLS connection", "", _explained(error))
        self._flush()
        self.transport.close()


def _extension(certificate: crypto.X509 | None) -> dict[str, Any]:
    """Return what the application is told: the client's certificate in PEM, and what is wrong with its dates.

    The members that are null are those of which the extension says that a server need not know them.
    """
    pem = None if certificate is None else crypto.dump_certificate(crypto.FILETYPE_PEM, certificate).decode("ascii")
    return {
        "server_cert": None,
        "client_cert_chain": () if pem is None else (pem,),
        "client_cert_name": None,
        "client_cert_error": None if certificate is None else _date_problem(certificate),
        "tls_version": None,
        "cipher_suite": None,
    }


def _date_problem(certificate: crypto.X509) -> str | None:
    """Return why a certificate is not good today, or `None`. Today is the real one, not that of a world."""
    begins, ends = certificate.get_notBefore(), certificate.get_notAfter()
    # The form in which the library writes both: a number of 14 digits.
    now = f"{datetime.fromtimestamp(REAL_TIME.wall_milliseconds() / 1000, UTC):%Y%m%d%H%M%S}Z".encode()
    if begins is None or ends is None:
        return "it has no dates"
    if now < begins:
        return f"it is not good before {begins.decode('ascii', 'replace')}"
    return f"it was good until {ends.decode('ascii', 'replace')}" if ends < now else None


def _explained(error: SSL.Error) -> str:
    """Return what went wrong in the words of the library, and what the usual reason for it is."""
    entries = error.args[0] if error.args and isinstance(error.args[0], list) else ()
    said = "; ".join(str(entry[-1]) for entry in entries) or "the client has broken off"
    if "unknown ca" in said or "certificate unknown" in said or "bad certificate" in said:
        return f"{said}: the client has to trust the certificate that the server has named as ca="
    return said
