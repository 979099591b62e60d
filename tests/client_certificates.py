"""Certificates as customers sign them themselves, made for a test."""

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

TODAY = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


def self_signed(
    folder: Path,
    name: str,
    *,
    first_day: datetime.datetime = TODAY - DAY,
    last_day: datetime.datetime = TODAY + DAY,
) -> tuple[str, str]:
    """Write a certificate for client authentication and its key, as the manual tells how; return the two files."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first_day)
        .not_valid_after(last_day)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / f"{name}.crt", folder / f"{name}.key"
    files[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    return str(files[0]), str(files[1])


def fingerprint(certificate: str) -> str:
    """Return the SHA-256 of a certificate in a file, as tools print it."""
    digest = x509.load_pem_x509_certificate(Path(certificate).read_bytes()).fingerprint(hashes.SHA256())
    return digest.hex(":").upper()
