"""From faults as they are sent to faults as a world knows them; each mistake is told with its place."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec import UNSET

from simulator.control.entry_values import EntryValues, unknown
from simulator.control.fault_schema import FailureEntry, FaultEntry, FaultsEntry, LogNormal
from simulator.control.happening_entries import happenings_of
from simulator.data import failure_bytes, failure_names
from simulator.world import fault_words as words
from simulator.world.fault_words import ABOUT_ORDERS, ANY, CONNECTION, IN_ORDER, WORDS, can_happen_to
from simulator.world.faults import LONGEST_LATENCY_MILLISECONDS, SHARE, Fault, FaultHappening, Latency
from simulator.world.format.document import Document, Place, read_document
from simulator.world.format.quantities import thousandths_of
from simulator.world.loading.conversion import convert

Operations = Mapping[str, Collection[str]]
"""Every operation that a fault can be ordered for, and the codes that it can be refused with."""

MOST_FAULTS: Final = 100
MOST_BETS: Final = 200
MOST_TIMES: Final = 1_000_000
LONGEST_BODY: Final = 100_000
LONGEST_ADVANCE_MILLISECONDS: Final = 366 * 24 * 60 * 60_000
LEAD_MILLISECONDS: Final = 200
"""How much later the later of two messages comes where nothing is said about it."""

_OF_ALL: Final = ("operation", "do", "account", "after", "times", "for")
_LATENCIES: Final = ("fixed", "uniform", "logNormal")
OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    words.LOSE_ANSWER: ("how",),
    words.REFUSE: ("code", "instructionCode", "bets"),
    words.LATENCY: (*_LATENCIES, "clock", "when"),
    words.HTTP: ("status", "body", "contentType", "retryAfter", "when"),
    words.DRIP: ("over", "chunks"),
    words.DELAY: (*_LATENCIES, "clock"),
    words.STREAM_BEFORE_RESPONSE: (*_LATENCIES, "clock"),
    words.RESPONSE_BEFORE_STREAM: (*_LATENCIES, "clock"),
    words.MATCH_BEFORE: ("share", "bets"),
    words.CANCEL_RACES_MATCH: ("share", "bets"),
    words.SLOW_EXPOSURE: ("within",),
    words.HAPPEN: ("happenings", "when"),
    words.TIME_PASSES: ("advance",),
    words.BET_ELSEWHERE: ("when",),
}
"""What can be said of each word beside what can be said of all."""

_WITHOUT_BODY: Final = (204, 205, 304)


def faults_of(text: bytes, name: str, operations: Operations) -> tuple[Fault, ...]:
    """Return the faults that a document orders, or that ship with the package under the name that it has.

    Raises `ScenarioError`.
    """
    document = read_document(text, name)
    if isinstance(document.data, dict) and "failure" in document.data:
        return _shipped(document, operations)
    entries: FaultsEntry = convert(document, document.members, FaultsEntry)
    if not 0 < len(entries.faults) <= MOST_FAULTS:
        raise document.error(("faults",), f"From 1 to {MOST_FAULTS} faults can be ordered at once.")
    return tuple(
        _Reader(document, ("faults", place), entry, operations).fault() for place, entry in enumerate(entries.faults)
    )


def _shipped(document: Document, operations: Operations) -> tuple[Fault, ...]:
    failure: str = convert(document, document.data, FailureEntry).failure
    known = failures()
    if failure not in known:
        raise document.error(("failure",), unknown(failure, known, "failure that ships with the package"))
    return faults_of(failure_bytes(f"{failure}.yaml"), failure, operations)


def failures() -> tuple[str, ...]:
    """Return the names of the failures that ship with the package."""
    return tuple(name.removesuffix(".yaml") for name in failure_names())


class _Reader(EntryValues):
    """Reads one fault."""

    def __init__(self, document: Document, place: Place, entry: FaultEntry, operations: Operations) -> None:
        super().__init__(document, place)
        self._entry: Final = entry
        self._operations: Final = operations

    def fault(self) -> Fault:
        """Return the fault."""
        entry = self._entry
        self.known("do", entry.do, WORDS, "fault")
        self._check_options()
        self._check_operation()
        lasts = self.duration("for", entry.lasts, 1, None)
        if lasts is not None and entry.times is not UNSET:
            raise self.error("for", "A fault happens so many times or for so long, and not both.")
        return Fault(
            operation=entry.operation,
            do=entry.do,
            account=None if entry.account is UNSET else entry.account,
            after=self.between("after", entry.after, 0, MOST_TIMES, 0),
            times=self.between("times", entry.times, 1, MOST_TIMES, 1),
            lasts=lasts,
            when=self.one_of("when", entry.when, (words.BEFORE, words.AFTER), self._usually()),
            how=self.one_of("how", entry.how, (words.CLOSE, words.RESET, words.STALL), words.CLOSE),
            code=self._code(),
            instruction_code=self._instruction_code(),
            status=self._status(),
            body=self._body(),
            content_type=self._content_type(),
            retry_after_seconds=None if entry.retry_after is UNSET else self.between(
                "retryAfter", entry.retry_after, 0, MOST_TIMES, 0
            ),
            latency=self._latency(),
            chunks=self.between("chunks", entry.chunks, 1, 1000, 5),
            share_thousandths=self._share(),
            most_bets=None if entry.bets is UNSET else self.between("bets", entry.bets, 1, MOST_BETS, 1),
            within=self.duration("within", entry.within, 0, LONGEST_LATENCY_MILLISECONDS) or 1000,
            passes=self._passes(),
            happenings=self._happenings(),
        )  # fmt: skip

    # What may be said

    def _check_options(self) -> None:
        allowed = (*_OF_ALL, *OPTIONS.get(self._entry.do, ()))
        for name in self._said():
            if name not in allowed:
                options = ", ".join(OPTIONS.get(self._entry.do, ())) or "nothing"
                raise self.error(name, f"Of {self._entry.do} this cannot be said; {options} can.")

    def _said(self) -> list[str]:
        said: list[str] = []
        for field, name in zip(FaultEntry.__struct_fields__, FaultEntry.__struct_encode_fields__, strict=True):
            if getattr(self._entry, field) is not UNSET:
                said.append(name)
        return said

    def _check_operation(self) -> None:
        operation = self._entry.operation
        if operation == ANY or operation.startswith("/"):
            return
        self.known("operation", operation, self._operations, "operation")
        if operation == CONNECTION and self._entry.account is not UNSET:
            raise self.error("account", "Who has just connected is nobody yet: a connection has no account.")
        if not can_happen_to(operation, self._entry.do):
            only = [each for each in sorted(self._operations) if can_happen_to(each, self._entry.do)]
            raise self.error("operation", f"{self._entry.do} happens to {', '.join(only)} only.")

    # Values

    def _usually(self) -> str:
        return words.BEFORE if self._entry.do == words.HTTP else words.AFTER

    def _codes(self) -> Collection[str]:
        operation = self._entry.operation
        if operation in self._operations:
            return self._operations[operation]
        return {code for codes in self._operations.values() for code in codes}

    def _code(self) -> str:
        if self._entry.do != words.REFUSE:
            return ""
        if self._entry.code is UNSET:
            raise self.error("code", "A refusal needs the code that callers get.")
        self.known("code", self._entry.code, self._codes(), "code with which this can be refused")
        return self._entry.code

    def _instruction_code(self) -> str:
        if self._entry.instruction_code is UNSET:
            return ""
        if self._entry.operation not in ABOUT_ORDERS:
            raise self.error("instructionCode", f"Only {', '.join(sorted(ABOUT_ORDERS))} have instructions.")
        self.known("instructionCode", self._entry.instruction_code, self._codes(), "code of an instruction")
        return self._entry.instruction_code

    def _status(self) -> int:
        status = self.between("status", self._entry.status, 200, 599, 503)
        if status in _WITHOUT_BODY:
            raise self.error("status", f"An answer with status {status} would have no body, and this one has.")
        return status

    def _body(self) -> str:
        body = "" if self._entry.body is UNSET else self._entry.body
        if len(body) > LONGEST_BODY:
            raise self.error("body", f"A body may have {LONGEST_BODY} characters.")
        return body

    def _content_type(self) -> str:
        content_type = self._entry.content_type
        if content_type is UNSET:
            return "text/plain; charset=utf-8"
        if not content_type.isascii() or not content_type.isprintable() or not content_type:
            raise self.error("contentType", "A media type is of visible ASCII characters.")
        return content_type

    def _share(self) -> int:
        if self._entry.share is UNSET:
            return SHARE
        share = self.usable("share", lambda: thousandths_of(_decimal(self._entry.share)))
        if not 0 < share <= SHARE:
            raise self.error("share", "A share is more than 0 and at most 1.")
        return share

    def _latency(self) -> Latency:
        entry = self._entry
        if entry.do == words.DRIP:
            over = 1000 if entry.over is UNSET else self._length("over", entry.over)
            return Latency(fixed=over)
        if entry.do not in words.TAKING_TIME:
            return Latency()
        said = [name for name in _LATENCIES if name in self._said()]
        clock = self.one_of("clock", entry.clock, (words.REAL, words.WORLDS), words.REAL)
        if not said and entry.do in IN_ORDER:
            return Latency(fixed=LEAD_MILLISECONDS, clock=clock)
        if len(said) != 1:
            raise self.error("", f"A latency says one of {', '.join(_LATENCIES)}.")
        if entry.fixed is not UNSET:
            return Latency(fixed=self._length("fixed", entry.fixed), clock=clock)
        if entry.uniform is not UNSET:
            return self._uniform(entry.uniform, clock)
        assert entry.log_normal is not UNSET
        return self._log_normal(entry.log_normal, clock)

    def _uniform(self, bounds: tuple[str, ...], clock: str) -> Latency:
        if len(bounds) != 2:
            raise self.error("uniform", "A uniform latency has a shortest and a longest duration.")
        shortest, longest = sorted(self._length("uniform", bound) for bound in bounds)
        return Latency(fixed=shortest, spread=longest - shortest, clock=clock)

    def _log_normal(self, entry: LogNormal, clock: str) -> Latency:
        median = self._length("logNormal", entry.median)
        sigma = self.usable("logNormal", lambda: thousandths_of(_decimal(entry.sigma)))
        if not median or not 0 <= sigma <= 3000:
            raise self.error("logNormal", "The median is longer than nothing, and sigma is from 0 to 3.")
        return Latency(median=median, sigma_thousandths=sigma, clock=clock)

    def _passes(self) -> int:
        if self._entry.do != words.TIME_PASSES:
            return 0
        if self._entry.advance is UNSET:
            raise self.error("advance", "How much time passes is missing, such as PT61S.")
        return self.duration("advance", self._entry.advance, 1, LONGEST_ADVANCE_MILLISECONDS) or 0

    def _happenings(self) -> tuple[FaultHappening, ...]:
        if self._entry.do != words.HAPPEN:
            return ()
        if self._entry.happenings is UNSET:
            raise self.error("happenings", 'What happens is missing, such as [{"do": "suspend"}].')
        place = (*self.place, "happenings")
        return happenings_of(self.document, place, self._entry.happenings, self._entry.operation)

    def _length(self, name: str, text: str) -> int:
        length = self.duration(name, text, 0, LONGEST_LATENCY_MILLISECONDS)
        assert length is not None
        return length


def _decimal(number: Any) -> Decimal:
    return Decimal(number)
