"""What makes a command that knows only the real services find this server, with none of its settings changed.

The real host names lead to loopback addresses of a network of the command's own (`namespaces`), where the server
listens on port 443, for HTTPS on one address and for the stream on another. The authority of its certificates is
trusted by whatever reads the system's bundle of certificates, one of `TRUST_VARIABLES`, or the trust store of Java. No
other network is there, so nothing can get to the real services by mistake.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from simulator.namespaces import NoNamespaces, cover, enter_own_namespaces
from simulator.real_hosts import REAL_NAMES, STREAM_NAMES
from simulator.server import CannotWrite

HTTPS_HOST: Final = "127.0.0.1"
STREAM_HOST: Final = "127.0.0.2"
PORT: Final = 443

HOSTS: Final = Path("/etc/hosts")
NAME_SERVICES: Final = Path("/etc/nsswitch.conf")
BUNDLES: Final = tuple(
    Path(name)
    for name in (
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    )
)
"""Where systems keep the certificates of the authorities that they trust, all in one file."""

TRUST_VARIABLES: Final = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
TRUST_STORE_PASSWORD: Final = "changeit"
_KEYTOOL_SECONDS: Final = 60


def lead_here() -> None:
    """Enter a network of our own in which the real hosts' names lead to the server; raise `NoNamespaces`."""
    if sys.platform.startswith("linux") and not HOSTS.is_file():
        raise NoNamespaces(f"There is no {HOSTS}, in whose place another one could say where names lead.")
    enter_own_namespaces()
    cover(HOSTS, hosts_file(HOSTS.read_text(errors="replace"), REAL_NAMES).encode())
    if NAME_SERVICES.is_file():
        # Services that know names better than the file would answer first.
        services = re.sub(r"(?m)^(\s*hosts:).*$", r"\1 files", NAME_SERVICES.read_text(errors="replace"))
        cover(NAME_SERVICES, services.encode())


def hosts_file(before: str, names: Iterable[str]) -> str:
    """Return the file of hosts with names added, and what it said of them before left out."""
    addresses = {name: STREAM_HOST if name in STREAM_NAMES else HTTPS_HOST for name in names}
    kept = [line for line in before.splitlines() if not set(line.partition("#")[0].split()[1:]) & addresses.keys()]
    return "".join(f"{line}\n" for line in (*kept, *(f"{address} {name}" for name, address in addresses.items())))


def make_trusted(ca: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Let programs trust an authority: cover the bundles of the system, and return variables for the others.

    `environment` is what the command has already, and `ca` the certificate, beside which a trust store for Java is
    written where there is a Java. Raises `NoNamespaces`
    and `CannotWrite`.
    """
    for bundle in {path.resolve() for path in BUNDLES if path.is_file()}:
        cover(bundle, bundle.read_bytes().rstrip() + b"\n" + ca.read_bytes())
    variables = dict.fromkeys(TRUST_VARIABLES, str(ca))
    store = _trust_store(ca)
    if store is not None:
        options = f"-Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStorePassword={TRUST_STORE_PASSWORD}"
        variables["JAVA_TOOL_OPTIONS"] = f"{environment.get('JAVA_TOOL_OPTIONS', '')} {options}".strip()
    return variables


def _trust_store(ca: Path) -> Path | None:
    """Write a trust store of Java with a certificate in it, and return where; `None` where there is no keytool."""
    home = os.environ.get("JAVA_HOME")
    keytool = shutil.which("keytool") or (home and shutil.which("keytool", path=str(Path(home) / "bin")))
    if not keytool:
        return None
    store = ca.with_name("truststore.p12")
    store.unlink(missing_ok=True)
    written = subprocess.run(
        [
            *(keytool, "-importcert", "-noprompt", "-trustcacerts", "-alias", "betsim", "-storetype", "PKCS12"),
            *("-file", str(ca), "-keystore", str(store), "-storepass", TRUST_STORE_PASSWORD),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_KEYTOOL_SECONDS,
        check=False,
    )
    if written.returncode != 0:
        why = (written.stdout + written.stderr).decode(errors="replace").strip()[:200]
        raise CannotWrite(f"keytool cannot write {str(store)!r}: {why}")
    return store
