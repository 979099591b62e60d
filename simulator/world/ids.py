"""Names that look drawn by chance and are not: the same seed and the same asker get the same ones.

Every name is the SHA-256 of the seed, the kind of the name, and what it is for. Nothing is drawn from a stream, so
asking for one kind of name more or less never changes another kind.
"""

import hashlib
import os
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

_APP_KEY_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_APP_KEY_LENGTH: Final = 16


class Ids:
    """The ids of one world, made from its seed and from how many were made before.

    App keys depend on the seed alone. Session tokens depend on the world as well, so that a token of a world that is
    deleted means nothing to one that is made later of the same scenario.
    """

    def __init__(self, seed: int, world_id: str = "") -> None:
        self.seed: Final = seed
        self.world_id = world_id
        self._logins: dict[str, int] = {}
        self._requests = 0

    def session_token(self, username: str) -> str:
        """Return the token of an account's next session: 44 characters of base64 ending in `=`, as recorded ones are.

        It depends on the world, on the account and on how often the account has logged in.
        """
        login = self._logins[username] = self._logins.get(username, 0) + 1
        return self.token_of_login(username, login)

    def token_of_login(self, username: str, login: int) -> str:
        """Return the token that an account gets, or got, when it logs in for this time."""
        return b64encode(self._digest("session", self.world_id, username, str(login))).decode("ascii")

    def bettune_token(self, user: str, number: int) -> str:
        """Return the token of BetTune that a user of the world gets as the one of this number: 43 characters."""
        digest = self._digest("bettune token", self.world_id, user, str(number))
        return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")

    def app_key(self, username: str, kind: str) -> str:
        """Return an app key of 16 letters and digits; `kind` says which of the account's keys it is."""
        return self._letters("app key", username, kind)

    def _letters(self, *parts: str) -> str:
        digest = self._digest(*parts)
        letters = (_APP_KEY_ALPHABET[byte % len(_APP_KEY_ALPHABET)] for byte in digest[:_APP_KEY_LENGTH])
        return "".join(letters)

    def created_app_key(self, app_id: int, kind: str) -> str:
        """Return an app key of an application that was created in the world; no other world makes the same one."""
        return self._letters("created app key", self.world_id, str(app_id), kind)

    def vendor_client_id(self, username: str) -> str:
        """Return the id under which software vendors know a customer: up to 15 digits."""
        return str(int.from_bytes(self._digest("vendor client", username)[:6]))

    def subscription_token(self, number: int) -> str:
        """Return the token of a subscription, as published ones look: `ABCD-EFGH-IJKL`."""
        letters = self._letters("subscription", self.world_id, str(number)).upper()
        return "-".join((letters[:4], letters[4:8], letters[8:12]))

    def authorisation_code(self, number: int) -> str:
        """Return a code by which a vendor gets a session: 16 letters and digits."""
        return self._letters("authorisation code", self.world_id, str(number))

    def refresh_token(self, number: int) -> str:
        """Return a token by which a vendor gets further sessions, as published ones look: a UUID."""
        return str(UUID(bytes=self._digest("refresh token", self.world_id, str(number))[:16]))

    def request_uuid(self, now: int) -> str:
        """Return the id that an API fault carries, `prdang001-MMddHHmm-` and ten hexadecimal digits.

        The date is that of the world, `now` in milliseconds since 1970, and the digits count. Shape: recorded faults.
        """
        self._requests += 1
        return f"prdang001-{datetime.fromtimestamp(now // 1000, UTC):%m%d%H%M}-{self._requests:010x}"

    @property
    def requests(self) -> int:
        """Return how many ids of requests were taken."""
        return self._requests

    def logins(self) -> Iterable[tuple[str, int]]:
        """Return how often each account has logged in, which is what its next session token depends on."""
        return self._logins.items()

    def _digest(self, *parts: str) -> bytes:
        # Lengths go in front of the parts, so that ("ab", "c") and ("a", "bc") stay different.
        text = "".join(f"{len(part)}:{part}" for part in (str(self.seed), *parts))
        return hashlib.sha256(text.encode()).digest()


def unguessable_token() -> str:
    """Return a token that nobody can foretell, not even from the seed: it guards the server and is part of no world."""
    return urlsafe_b64encode(os.urandom(24)).decode("ascii")
