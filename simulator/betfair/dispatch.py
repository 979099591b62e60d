"""From a named operation, a body and two headers to an answer: the part that all transports share.

In this order: read the parameters, know the app key, know the session, let happen what is due in the world, call the
operation. That parameters come first is how the framework beneath the real service works: it resolves a command
completely before its sender is looked at (published: betfair/cougar).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import lru_cache, partial
from types import CoroutineType
from typing import Any, Final

from msgspec import Raw, Struct
from msgspec.json import Encoder

from simulator.betfair.asked import Asked, Outcome
from simulator.betfair.decoding import ParameterDecoder
from simulator.betfair.errors import ApiError, ApiErrorCode, ExceptionType, Fault, ProtocolError
from simulator.betfair.operations import Call, Needs, OpenCall, Operation, Service, Told
from simulator.betfair.ordered_faults import fault_of, go_wrong
from simulator.betfair.schema.wire import encode_hook
from simulator.http import Request
from simulator.request_log import RequestLog
from simulator.world.developer_apps import AppVersion
from simulator.world.happened import RequestIdTaken
from simulator.world.ids import Ids
from simulator.world.inputs import TakeRequestId
from simulator.world.sessions import Session
from simulator.world.world import World
from simulator.world.worlds import Worlds

encode_json: Final = Encoder(enc_hook=encode_hook).encode

CONCURRENT_REQUESTS: Final = 3
"""At most this many requests of an account that count may be in flight; one more is TOO_MANY_REQUESTS (manual)."""

_log: Final = logging.getLogger(__name__)


class FaceSettings(Struct, frozen=True, kw_only=True):
    """What is not known for certain about the real service, or differs between its hosts.

    `maximum_body_bytes` bounds a request. The framework's own default is 100 KB, but what the live service allows is
    not known and a large batch must not fail here that passes there; one megabyte holds 200 instructions many times.
    `missing_session` is what a request without X-Authentication gets: NO_SESSION as documented, or
    INVALID_SESSION_INFORMATION as live services often answer. `batch_in_completion_order` answers the calls of a batch
    in the order in which they end, those that cannot be read first, as the real service does; a client must match by
    id. `certificate_required` makes certlogin refuse logins without a client certificate. `accepts_expect` lets a
    request with `Expect: 100-continue` send its body, to which the real services answer 417 (manual, best practice).
    """

    maximum_body_bytes: int = 1024 * 1024
    missing_session: ApiErrorCode = ApiErrorCode.NO_SESSION
    batch_in_completion_order: bool = False
    certificate_required: bool = False
    accepts_expect: bool = False


_BEARER: Final = "bearer"

_LATER: Final = (CoroutineType, asyncio.Future)
"""What operations return that have to wait."""


class Credentials(Struct, frozen=True, gc=False):
    """The two headers that identify a caller, empty where absent.

    A vendor who acts on a customer's behalf has a token of another kind, and sends it in the header Authorization, as
    `Bearer TOKEN`, where X-Authentication is absent.
    """

    app_key: str
    token: str
    is_bearer: bool = False

    @staticmethod
    def of(headers: dict[bytes, bytes]) -> "Credentials":
        """Return the credentials among the headers of a request."""
        return _credentials(
            headers.get(b"x-application", b""),
            headers.get(b"x-authentication", b""),
            headers.get(b"authorization", b""),
        )


@lru_cache(maxsize=256)
def _credentials(app_key: bytes, token: bytes, authorization: bytes) -> Credentials:
    """Return what three headers say: clients send the same ones again and again."""
    key, session = app_key.decode("latin-1").strip(), token.decode("latin-1").strip()
    if not session and authorization:
        scheme, _, access_token = authorization.decode("latin-1").strip().partition(" ")
        if scheme.lower() == _BEARER:
            return Credentials(key, access_token.strip(), is_bearer=True)
    return Credentials(key, session)


NOBODY: Final = Credentials("", "")


class ServedOperation:
    """An operation ready to be called: with its service and the decoder of its parameters."""

    def __init__(self, service: Service, operation: Operation) -> None:
        self.service: Final = service
        self.operation: Final = operation
        self.parameters: Final[ParameterDecoder[Any]] = ParameterDecoder(operation.request)


def told_of(error: Exception) -> ApiError | ProtocolError:
    """Return what the caller is told of an exception that ends here: itself, where it is an error of the service.

    Whoever calls this has taken exceptions that it does not know. They are bugs of ours: they are logged with their
    traceback, and the caller gets what the real service gives when it fails.
    """
    if isinstance(error, ApiError | ProtocolError):
        return error
    _log.error("an operation failed unexpectedly", exc_info=error)
    return ProtocolError(Fault.SERVICE_RUNTIME_EXCEPTION, repr(error))


class Dispatcher:
    """Calls operations in the worlds that their callers belong to."""

    def __init__(self, worlds: Worlds, settings: FaceSettings) -> None:
        self.worlds: Final = worlds
        self.settings: Final = settings
        self.requests: Final = RequestLog(worlds)
        self._ids: Final = Ids(0)
        """For requests of those who belong to no world."""
        self._in_flight: Final[dict[tuple[str, str], int]] = {}
        """How many requests that count are in flight, by world and account."""

    def begin(
        self,
        served: ServedOperation,
        body: bytes | Raw,
        credentials: Credentials,
        encode: Callable[[Any], bytes] = encode_json,
        *,
        request: Request,
    ) -> Outcome | Awaitable[Outcome]:
        """Call an operation. The outcome is there at once unless the operation has to wait; nothing is raised.

        A call that counts against the limit on concurrent requests is in flight until its caller has done what is then
        in `when_answered` of the request. What a tester has ordered to go wrong goes wrong here, or is noted in its
        `faults`.
        """
        try:
            params = served.parameters.decode(body)
            if self.worlds.faulty:
                return self._begin_with_faults(served, params, credentials, encode, request)
            return self._called(served.operation, params, credentials, encode, request.when_answered)
        except Exception as error:  # noqa: BLE001, exceptions end here
            return told_of(error)

    def _called(
        self,
        operation: Operation,
        params: Any,
        credentials: Credentials,
        encode: Callable[[Any], bytes],
        when_answered: list[Callable[[], None]],
        told: Told | None = None,
    ) -> Outcome | Awaitable[Outcome]:
        """Call an operation; what is wrong is raised. What is `told` of it is so unless the operation tells more."""
        call = self._call(operation, params, credentials, when_answered)
        answer = operation.function(call)
        # Not whether it can be awaited: to ask that of the class of every answer takes as long as to encode it.
        if operation.waits and isinstance(answer, _LATER):
            return self._finish(operation, call, answer, encode, told)
        encoded = encode(answer)
        self._note(operation, call, told)
        return encoded

    def _begin_with_faults(
        self,
        served: ServedOperation,
        params: Any,
        credentials: Credentials,
        encode: Callable[[Any], bytes],
        request: Request,
    ) -> Outcome | Awaitable[Outcome]:
        """Call an operation where a fault may happen to it."""
        operation = served.operation

        def begin(asked: Asked) -> Outcome | Awaitable[Outcome]:
            try:
                return self._called(
                    operation, asked.params, credentials, asked.encode, request.when_answered, asked.told
                )
            except Exception as error:  # noqa: BLE001, exceptions end here
                return told_of(error)

        world, account = self.caller_of(credentials)
        if world is None or world not in self.worlds.faulty:
            return self._called(operation, params, credentials, encode, request.when_answered)
        exception = served.service.exception
        asked = Asked(world, operation.name, exception, account, credentials.token, params, encode, request)
        fired = fault_of(self.worlds, asked)
        return begin(asked) if fired is None else go_wrong(fired, asked, begin, self.requests)

    async def _finish(
        self,
        operation: Operation,
        call: Call[Any] | OpenCall[Any],
        answer: Awaitable[Any],
        encode: Callable[[Any], bytes],
        told: Told | None,
    ) -> Outcome:
        try:
            encoded = encode(await answer)
            self._note(operation, call, told)
            return encoded
        except Exception as error:  # noqa: BLE001, exceptions end here
            return told_of(error)

    def _note(self, operation: Operation, call: Call[Any] | OpenCall[Any], told: Told | None) -> None:
        """Write down a call that was answered, also where the answer is a report that says no."""
        said = call.refusals[-1] if call.refusals else told
        if said is None:
            self.requests.answered(call.world, operation.name, call.username)
            return
        code, problem = said
        self.requests.refused(call.world, operation.name, call.username, code, f"{code}: {problem}")

    def _call(
        self,
        operation: Operation,
        params: Any,
        credentials: Credentials,
        when_answered: list[Callable[[], None]],
    ) -> Call[Any] | OpenCall[Any]:
        if operation.needs is Needs.NOTHING:
            world, username = self.open_world_of(credentials)
            return OpenCall(world, username, params, world.run_due())
        world, session, delayed = self.let_in(credentials, operation.needs)
        now = world.run_due()
        call = Call(world, session, session.account, credentials.app_key, delayed, params, now)
        if operation.counts is not None and operation.counts(params):
            self._count(call, when_answered)
        return call

    def open_world_of(self, credentials: Credentials) -> tuple[World, str]:
        """Return the world of a caller who need not say who it is, and the name: the first one and "" of a stranger.

        What is sent is held to the same as elsewhere, so that no mistake in it goes unnoticed (chosen).
        """
        if credentials.token:
            needs = Needs.APP_KEY_AND_SESSION if credentials.app_key else Needs.SESSION
            world, session, _ = self.let_in(credentials, needs)
            return world, session.account.username
        if credentials.app_key:
            world, key = self._key_of(credentials.app_key)
            return world, key.owner
        first = next(iter(self.worlds), None)
        if first is None:
            raise ApiError(self.settings.missing_session, "there is no world")
        return first, ""

    def let_in(self, credentials: Credentials, needs: Needs) -> tuple[World, Session, bool]:
        """Return the world and the session of a caller, and whether the app key is the delayed one.

        The app key is looked at before the session, and where one is sent that is not needed, too. Both must belong to
        one account, or the key to a vendor to whose application the customer has subscribed (manual, DSC-0037). A
        session of another world does not exist in this one.
        """
        if not credentials.app_key and needs is Needs.APP_KEY_AND_SESSION:
            raise ApiError(ApiErrorCode.NO_APP_KEY, "the request has no X-Application")
        world, key = self._key_of(credentials.app_key) if credentials.app_key else (None, None)
        if not credentials.token:
            raise ApiError(self.settings.missing_session, "the request has no X-Authentication")
        world = world or self.worlds.by_session(credentials.token)
        now = 0 if world is None else world.clock.now()
        session = None if world is None else world.sessions.find(credentials.token, now)
        if world is None or session is None:
            raise ApiError(ApiErrorCode.INVALID_SESSION_INFORMATION, "the token is unknown or has expired")
        self._check_subscription(world, session, key, credentials, now)
        return world, session, key is not None and key.is_delayed

    def _check_subscription(
        self, world: World, session: Session, key: AppVersion | None, credentials: Credentials, now: int
    ) -> None:
        """Raise DSC-0037 unless the app key serves whoever has the session.

        Those of a vendor's application serve its subscribers too, and where it acts on behalf of one, no other app key
        does: such a session is told by its own header (what Betfair publishes about its Vendor Web API).
        """
        customer = session.account.username
        if credentials.is_bearer != bool(session.vendor):
            raise ApiError(
                ApiErrorCode.INVALID_SESSION_INFORMATION,
                "a session goes in X-Authentication, and one in which a vendor acts in Authorization",
            )
        if key is None:
            if session.vendor:
                raise ApiError(ApiErrorCode.NO_APP_KEY, f"the vendor {session.vendor!r} sent no X-Application")
            return
        if not world.vendors.lets_in(key.owner, key.key, session, now):
            raise ProtocolError(
                Fault.SUBSCRIPTION_REQUIRED, f"a session of {customer!r} with the app key of {key.owner!r}"
            )

    def _key_of(self, app_key: str) -> tuple[World, AppVersion]:
        """Return the world of an app key, and what is known of the key there; one that is not active is refused."""
        world = self.worlds.by_app_key(app_key)
        if world is None:
            raise ApiError(ApiErrorCode.INVALID_APP_KEY, f"no account has {app_key!r}")
        version = world.developer_apps.by_key[app_key]
        if not version.is_active:
            raise ProtocolError(Fault.UNKNOWN_CALLER, f"the app key {app_key!r} of {version.owner!r} is not active")
        return world, version

    def _count(self, call: Call[Any], when_answered: list[Callable[[], None]]) -> None:
        """Count a call as in flight; raise TOO_MANY_REQUESTS where as many are as may be."""
        account = (call.world.id, call.account.username)
        number = self._in_flight.get(account, 0)
        if number >= CONCURRENT_REQUESTS:
            raise ApiError(ApiErrorCode.TOO_MANY_REQUESTS, f"{number} such requests of the account are in flight")
        self._in_flight[account] = number + 1
        when_answered.append(partial(self._discount, account))

    def _discount(self, account: tuple[str, str]) -> None:
        self._in_flight[account] -= 1
        if not self._in_flight[account]:
            del self._in_flight[account]

    def refused(
        self,
        operation: str,
        credentials: Credentials,
        error: ApiError | ProtocolError,
        exception: ExceptionType | None = None,
    ) -> str:
        """Write down that a request was refused, and return the id that it has in the exception of an interface.

        The id is from the world of the caller. One who belongs to no world gets one that is counted here, so that no
        world is changed. Errors that arise before a request has an id have none; `null` is what a missing id looks like
        in recordings.
        """
        world, account = self.caller_of(credentials)
        uuid = "null"
        if exception is not None and isinstance(error, ApiError) and error.code not in exception.without_request_uuid:
            uuid = self._request_uuid(world)
        self.requests.refused(world, operation, account, error.outcome, error, "" if uuid == "null" else uuid)
        return uuid

    def caller_of(self, credentials: Credentials) -> tuple[World | None, str]:
        """Return the world of a caller and the account, by the session or else by the app key; of a stranger neither.

        Nothing is refused here: a caller who may not ask is known all the same.
        """
        world = self.worlds.by_app_key(credentials.app_key) or self.worlds.by_session(credentials.token)
        if world is None:
            return None, ""
        session = world.session(credentials.token)
        if session is not None:
            return world, session.account.username
        key = world.developer_apps.by_key.get(credentials.app_key)
        return world, "" if key is None else key.owner

    def _request_uuid(self, world: World | None) -> str:
        if world is not None and not world.has_ended:
            (taken,) = world.do(TakeRequestId()).accepted()
            assert isinstance(taken, RequestIdTaken)
            return taken.request_uuid
        first = next(iter(self.worlds), None)
        return "null" if first is None else self._ids.request_uuid(first.clock.now())
