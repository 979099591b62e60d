"""How a certificate of a client is named: by the SHA-256 of its bytes, or as a text in PEM."""

import hashlib
import re
import ssl
from typing import Final

from simulator.world.format.quantities import Unusable

LONGEST_CERTIFICATE: Final = 20_000
"""In characters of PEM: more than any certificate of a client has."""

_FINGERPRINT: Final = re.compile(r"(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}")
_PEM: Final = re.compile(r"-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")


def fingerprint_of(written: str) -> str:
    """Return the fingerprint of a certificate that is written as one or in PEM: 64 small hexadecimal digits.

    Of a text in PEM with more in it, such as a key, the first certificate counts. Raises `Unusable`.

    >>> fingerprint_of("AB:" * 31 + "CD")[-4:]
    'abcd'
    """
    if _FINGERPRINT.fullmatch(written.strip()):
        return written.strip().replace(":", "").lower()
    if len(written) > LONGEST_CERTIFICATE:
        raise Unusable(f"A certificate has at most {LONGEST_CERTIFICATE} characters, and this text {len(written)}.")
    found = _PEM.search(written)
    if found is None:
        shown = written if len(written) <= 40 else f"{written[:37]}..."
        raise Unusable(
            f"{shown!r} is no certificate: it is a text in PEM (-----BEGIN CERTIFICATE-----), or the SHA-256 of one in "
            "64 hexadecimal digits, with or without colons."
        )
    return fingerprint_of_pem(found[0])


def fingerprint_of_pem(pem: str) -> str:
    """Return the SHA-256 of a certificate in PEM, 64 small hexadecimal digits; raise `Unusable` where it is none."""
    try:
        content = ssl.PEM_cert_to_DER_cert(pem)
    except ValueError:
        raise Unusable("What stands between the lines of a certificate in PEM is base64, and this is not.") from None
    if not _is_sequence(content):
        raise Unusable("What stands between the lines of a certificate in PEM is one, and this is something else.")
    return hashlib.sha256(content).hexdigest()


def _is_sequence(content: bytes) -> bool:
    """Return whether bytes are one value of ASN.1 that has parts, as a certificate is, and not cut short."""
    if len(content) < 4 or content[0] != 0x30:
        return False
    length, start = content[1], 2
    if length >= 0x80:
        start += length - 0x80
        length = int.from_bytes(content[2:start], "big")
    return len(content) == start + length
