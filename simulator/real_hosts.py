"""The names of the hosts of the real services."""

from typing import Final

STREAM_NAMES: Final = (
    "stream-api.betfair.com",
    "stream-api-integration.betfair.com",
    "sports-data-stream-api.betfair.com",
)
"""Those of the streams, which have port 443 as all others do (manual, Stream API; betfairlightweight)."""

REAL_NAMES: Final = (
    *(
        f"{host}.betfair.{country}"
        for country in ("com", "com.au", "es", "it", "ro", "se")
        for host in ("api", "identitysso", "identitysso-cert")
    ),
    "api-au.betfair.com",
    "identitysso.betfaironline.eu",
    "identitysso.w-con.betfair.com",
    *STREAM_NAMES,
    "ips.betfair.com",
    "www.betfair.com",
    "ovaccess.com",
)
"""The hosts of the real services (manual, definitions of addresses, clients), for who has them lead to this machine."""
