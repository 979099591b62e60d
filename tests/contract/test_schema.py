"""The wire types hold what the official interface definitions say, and nothing else.

Every operation, parameter, type, field, value, error, and what is mandatory is compared with the definitions. These lie
outside the repository; where they are absent the tests that read them are skipped and say so.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from types import ModuleType
from typing import Any, Final, NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import msgspec
import pytest
from msgspec import inspect

from simulator.betfair import errors
from simulator.betfair.operations import Service
from simulator.betfair.schema import (
    account_aping,
    account_vendors,
    heartbeat_aping,
    scores_aping,
    sports_aping,
    sports_enums,
    sports_inputs,
    sports_markets,
    sports_orders,
)
from simulator.betfair.schema.types import Answer, Input, InputWithSets, Int, Long, Signature, is_set
from simulator.betfair.schema.wire import Instant
from simulator.betfair.services import ACCOUNT, BETTING, HEARTBEAT
from tests.evidence import DEFINITIONS, needs

SPORTS_MODULES: Final = (sports_enums, sports_inputs, sports_markets, sports_orders)

DIFFERENCES: Final = (
    ("recorded answers spell it with a small letter", "lacks Match.Size adds Match.size"),
    ("it came after the definition", ("adds MarketFilter.betDelayModels MarketDescription.betDelayModels "
     "MarketBook.betDelayModels,suspendReason CurrentOrderSummary.currentItemDescription RunnerStatus.HIDDEN "
     "listCurrentOrders.includeItemDescription StatementLegacyData.avgPriceRaw "
     "InstructionReportErrorCode.INVALID_PROFIT_RATIO ExecutionReportErrorCode.INVALID_PROFIT_RATIO")),
    ("recorded answers leave it out", ("frees Runner.adjustmentFactor CurrentOrderSummary.matchedDate "
     "MarketDescription.persistenceEnabled,regulator,marketType,marketBaseRate,discountAllowed "
     "CancelInstructionReport.sizeCancelled,cancelledDate")),
    ("no operation takes or answers it", "lacks SubscriptionOptions"),
)  # fmt: skip
"""Where ours differs on purpose: why, and what it lacks, adds, or frees from being mandatory."""


@cache
def definition_in(file: str) -> Element:
    path = DEFINITIONS / file
    return ElementTree.parse(path).getroot() if path.is_file() else Element("interface")


class Interface(NamedTuple):
    """An interface as it is defined, and ours: the service, the signatures and where the types are."""

    file: str
    service: Service
    signatures: Mapping[str, Signature]
    modules: tuple[ModuleType, ...]

    @property
    def definition(self) -> Element:
        """The definition, empty where it is absent."""
        return definition_in(self.file)

    @property
    def operations(self) -> dict[str, Element]:
        """The operations that are defined, by name."""
        return {operation.attrib["name"]: operation for operation in self.definition.findall("operation")}


INTERFACES: Final = (
    Interface("SportsAPING.xml", BETTING, sports_aping.OPERATIONS, SPORTS_MODULES),
    Interface("AccountAPING.xml", ACCOUNT, account_aping.OPERATIONS, (account_aping, account_vendors)),
    Interface("HeartbeatAPING.xml", HEARTBEAT, heartbeat_aping.OPERATIONS, (heartbeat_aping,)),
)
EXCEPTIONS: Final = (errors.BETTING_EXCEPTION, errors.ACCOUNT_EXCEPTION, errors.HEARTBEAT_EXCEPTION)


# The definitions, read


class Member(NamedTuple):
    """A parameter or a field: its type in the notation of the definitions, and whether it is mandatory."""

    notation: str
    mandatory: bool


def values_of(simple_type: Element) -> dict[str, Member]:
    return {value.attrib["name"]: Member("value", mandatory=False) for value in simple_type.iter("value")}


def resolved(definition: Element, notation: str) -> str:
    """Return a type of the definition with its aliases (`MarketId`) replaced by what they stand for (`string`)."""
    notation = notation.replace(" ", "")
    if notation.endswith(")"):
        outer, inner = notation[:-1].split("(", 1)
        return f"{outer}({','.join(resolved(definition, part) for part in inner.split(','))})"
    for simple_type in definition.findall("simpleType"):
        if simple_type.attrib["name"] == notation and not values_of(simple_type):
            return simple_type.attrib["type"]
    return notation


def members_of(definition: Element, parameters: list[Element]) -> dict[str, Member]:
    return {
        parameter.attrib["name"]: Member(
            resolved(definition, parameter.attrib["type"]), parameter.get("mandatory") == "true"
        )
        for parameter in parameters
    }


def request_of(interface: Interface, operation: Element) -> dict[str, Member]:
    return members_of(interface.definition, operation.findall("parameters/request/parameter"))


def result_of(interface: Interface, operation: Element) -> str:
    response = operation.find("parameters/simpleResponse")
    assert response is not None
    return resolved(interface.definition, response.attrib["type"])


def types_of(interface: Interface) -> dict[str, dict[str, Member]]:
    """Every structure and every closed list of a definition: what the aliases leave."""
    definition = interface.definition
    structures = {each.attrib["name"]: each.findall("parameter") for each in definition.findall("dataType")}
    lists = {each.attrib["name"]: values_of(each) for each in definition.findall("simpleType")}
    return {name: members_of(definition, members) for name, members in structures.items()} | {
        name: values for name, values in lists.items() if values
    }


def types_needed_later(interface: Interface) -> set[str]:
    """The types that only operations need which are yet to come."""
    types, everything = types_of(interface), interface.definition.findall("operation")
    return reached(interface, types, everything) - reached(interface, types, list(interface.operations.values()))


def reached(interface: Interface, types: dict[str, dict[str, Member]], operations: list[Element]) -> set[str]:
    notations = [result_of(interface, operation) for operation in operations]
    notations += [member.notation for operation in operations for member in request_of(interface, operation).values()]
    found: set[str] = set()
    while notations:
        notation = notations.pop()
        for name in notation.replace("(", ",").replace(")", "").split(","):
            if name in types and name not in found:
                found.add(name)
                notations += [member.notation for member in types[name].values()]
    return found


# Our types, written in the notation of the definitions


def notation_of(info: Any) -> str:
    match info:
        case inspect.UnionType(types=types):
            # Beside null there is one kind of union: a double, or the word for one that is no number.
            return notation_of(next(t for t in types if not isinstance(t, inspect.NoneType | inspect.LiteralType)))
        case inspect.Metadata(type=inner) if is_set(info):
            return notation_of(inner).replace("list(", "set(", 1)
        case inspect.Metadata(type=inspect.StrType(), extra_json_schema={"format": "date-time"}):
            return "dateTime"
        case inspect.Metadata(type=inspect.StrType(), extra_json_schema={"enum": _}):
            # A closed list in the manual, and a text in the definition.
            return "string"
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return f"list({notation_of(item)})"
        case inspect.DictType(key_type=key, value_type=value):
            return f"map({notation_of(key)},{notation_of(value)})"
        case inspect.EnumType(cls=cls):
            # The kernel calls it Persistence; on the wire it is PersistenceType.
            return "PersistenceType" if cls is sports_enums.PersistenceType else cls.__name__
        case inspect.StructType(cls=cls):
            return str(cls.__name__)
        case inspect.CustomType(cls=cls) if cls is Instant:
            return "dateTime"
    return scalar_notation(info)


def scalar_notation(info: Any) -> str:
    scalars = {"i32": Int, "i64": Long, "double": float, "bool": bool, "string": str}
    return next(name for name, scalar in scalars.items() if inspect.type_info(scalar) == info)


def members_of_ours(ours: Any) -> dict[str, Member]:
    if issubclass(ours, StrEnum):
        return {member.value: Member("value", mandatory=False) for member in ours}
    info = inspect.type_info(ours)
    assert isinstance(info, inspect.StructType)
    return {field.encode_name: Member(notation_of(field.type), field.required) for field in info.fields}


# The comparison


def differences(owner: str, defined: Mapping[str, Member], ours: Mapping[str, Member]) -> set[str]:
    """Return what is different, each in the words of `DIFFERENCES` or in others, which cannot be meant."""
    found = {f"lacks {owner}.{name}" for name in defined.keys() - ours.keys()}
    found |= {f"adds {owner}.{name}" for name in ours.keys() - defined.keys()}
    for name in defined.keys() & ours.keys():
        theirs, own = defined[name], ours[name]
        if theirs.notation != own.notation:
            found.add(f"has {owner}.{name} as {own.notation} and not as {theirs.notation}")
        if theirs.mandatory != own.mandatory:
            found.add(f"{'frees' if theirs.mandatory else 'demands'} {owner}.{name}")
    return found


def meant() -> set[str]:
    """Return the differences of the list, one by one: `adds MarketBook.suspendReason`."""
    found, verb = set(), ""
    for word in " ".join(words for _, words in DIFFERENCES).split():
        if word in ("lacks", "adds", "frees"):
            verb = word
            continue
        owner, _, members = word.partition(".")
        found |= {f"{verb} {owner}.{member}".rstrip(".") for member in members.split(",")}
    return found


def compared(interface: Interface) -> Iterator[set[str]]:
    """Yield the differences of an interface, operation by operation and type by type."""
    for name, operation in interface.operations.items():
        if name not in interface.signatures:
            yield {f"lacks {name}"}
            continue
        signature, result = interface.signatures[name], result_of(interface, operation)
        yield differences(name, request_of(interface, operation), members_of_ours(signature.request))
        own = notation_of(inspect.type_info(signature.result))
        yield {f"answers {name} with {own} and not with {result}"} if own != result else set()
    defined = {each.attrib["name"] for each in interface.definition.findall("operation")}
    yield {f"adds {name}" for name in interface.signatures.keys() - defined}
    later = types_needed_later(interface)
    for name, members in types_of(interface).items():
        ours = next((getattr(module, name) for module in interface.modules if hasattr(module, name)), None)
        if ours is not None:
            yield differences(name, members, members_of_ours(ours))
        elif name not in later:
            yield {f"lacks {name}"}


@needs(DEFINITIONS)
def test_the_types_differ_from_the_definitions_where_it_is_meant_and_nowhere_else() -> None:
    """What is listed and is no difference any more is as wrong as a difference that is not listed."""
    found = {difference for interface in INTERFACES for each in compared(interface) for difference in each}

    assert found == meant()


@pytest.mark.parametrize(
    ("defined", "found"),
    [
        ({"id": Member("i64", mandatory=True), "name": Member("string", mandatory=False)}, set()),
        ({"id": Member("i64", mandatory=True)}, {"adds App.name"}),
        ({"id": Member("i64", mandatory=False), "name": Member("string", mandatory=False)}, {"demands App.id"}),
        ({"id": Member("i32", mandatory=True), "name": Member("string", mandatory=True)},
         {"has App.id as i64 and not as i32", "frees App.name"}),
        ({"id": Member("i64", mandatory=True), "Name": Member("string", mandatory=False)},
         {"lacks App.Name", "adds App.name"}),
    ],
)  # fmt: skip
def test_the_comparison_finds_every_kind_of_difference(defined: dict[str, Member], found: set[str]) -> None:
    class App(Answer, kw_only=True):
        id: Long
        name: str | None = None

    assert differences("App", defined, members_of_ours(App)) == found


@needs(DEFINITIONS)
@pytest.mark.parametrize("interface", INTERFACES, ids=lambda interface: interface.file)
def test_every_operation_of_a_definition_is_served_and_no_other(interface: Interface) -> None:
    assert interface.service.operations.keys() == interface.operations.keys()


@needs(DEFINITIONS)
@pytest.mark.parametrize("interface", INTERFACES, ids=lambda interface: interface.file)
def test_parameters_by_position_stand_in_the_order_of_the_definition(interface: Interface) -> None:
    """What was added later comes last."""
    for name, operation in interface.operations.items():
        defined = list(request_of(interface, operation))

        assert list(members_of_ours(interface.signatures[name].request))[: len(defined)] == defined, name


@needs(DEFINITIONS)
@pytest.mark.parametrize(("interface", "exception"), list(zip(INTERFACES, EXCEPTIONS, strict=True)))
def test_errors_are_those_of_their_definition(interface: Interface, exception: errors.ExceptionType) -> None:
    """Names, numbers, and what is told of an error beside its name."""
    defined = interface.definition.find("exceptionType")
    assert defined is not None

    error = errors.ApiError(errors.ApiErrorCode.INVALID_INPUT_DATA, "")
    told = errors.exception_detail(error, exception, "")[exception.name]
    assert exception is interface.service.exception
    assert exception.name == defined.attrib["name"]
    assert exception.prefix == defined.attrib["prefix"]
    assert exception.numbers == {value.attrib["name"]: int(value.attrib["id"]) for value in defined.iter("value")}
    assert told.keys() == {parameter.attrib["name"] for parameter in defined.findall("parameter")}


# What all our types have in common


def all_structs() -> list[Any]:
    return [
        thing
        for module in (*SPORTS_MODULES, sports_aping, account_aping, account_vendors, heartbeat_aping, scores_aping)
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Answer | Input) and thing.__module__ == module.__name__
    ]


@pytest.mark.parametrize("struct", all_structs(), ids=lambda struct: struct.__name__)
def test_what_is_optional_is_left_out_when_it_is_null(struct: type[Answer] | type[Input]) -> None:
    """Absent beats null: every field that is not mandatory has the default `None`, which is never written."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)

    assert all(field.required or field.default is None for field in info.fields)
    assert struct.__struct_config__.omit_defaults


def test_every_struct_with_a_set_makes_its_members_distinct() -> None:
    with_sets = {
        struct
        for struct in all_structs()
        for field in msgspec.structs.fields(struct)
        if is_set(inspect.type_info(field.type))
    }

    assert with_sets == {struct for struct in all_structs() if issubclass(struct, InputWithSets)}
