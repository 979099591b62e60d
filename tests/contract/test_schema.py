"""The wire types hold what the official interface definitions and the recorded answers say, and nothing else.

Both lie outside the repository; where they are absent these tests are skipped and say so.
"""

import json
from collections.abc import Iterator
from enum import StrEnum
from types import ModuleType
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import msgspec
import pytest
import yaml
from msgspec import inspect

from simulator.betfair import errors
from simulator.betfair.schema import (
    account_aping,
    heartbeat_aping,
    sports_aping,
    sports_enums,
    sports_inputs,
    sports_markets,
    sports_orders,
)
from simulator.betfair.schema.types import Answer, Input, InputWithSets, Int, Long, Signature, is_set
from simulator.betfair.schema.wire import Instant, decode_hook, encode_hook
from simulator.data import specification_bytes
from tests.documented import check
from tests.evidence import ANSWERS, DEFINITIONS, needs

MODULES: tuple[ModuleType, ...] = (
    sports_enums,
    sports_inputs,
    sports_markets,
    sports_orders,
    account_aping,
    heartbeat_aping,
)

RENAMED = {("Match", "Size"): "size"}
"""Spelt otherwise on the wire than in the definition: recorded answers have `size`."""

ADDED_FIELDS = {
    "MarketFilter": {"betDelayModels"},
    "MarketDescription": {"betDelayModels"},
    "MarketBook": {"betDelayModels", "suspendReason"},
    "CurrentOrderSummary": {"currentItemDescription"},
    "listCurrentOrders": {"includeItemDescription"},
    "StatementLegacyData": {"avgPriceRaw"},
}
"""What came after the interface definition: fields of newer published pages and of recorded answers."""

ADDED_VALUES = {
    "RunnerStatus": {"HIDDEN"},
    "InstructionReportErrorCode": {"INVALID_PROFIT_RATIO"},
    "ExecutionReportErrorCode": {"INVALID_PROFIT_RATIO"},
}

MANDATORY_IN_THE_DEFINITION_ALONE = {
    ("MarketDescription", "persistenceEnabled"),
    ("MarketDescription", "regulator"),
    ("MarketDescription", "marketType"),
    ("MarketDescription", "marketBaseRate"),
    ("MarketDescription", "discountAllowed"),
    ("Runner", "adjustmentFactor"),
    ("CurrentOrderSummary", "matchedDate"),
    ("CancelInstructionReport", "sizeCancelled"),
    ("CancelInstructionReport", "cancelledDate"),
}
"""Fields of answers that recordings leave out although the definition calls them mandatory."""

ACCOUNTS_SERVED = {"getAccountFunds", "getAccountDetails", "getAccountStatement", "listCurrencyRates"}
ACCOUNT_TYPES_SERVED = {
    "AccountDetailsResponse",
    "AccountFundsResponse",
    "AccountStatementReport",
    "CurrencyRate",
    "IncludeItem",
    "ItemClass",
    "StatementItem",
    "StatementLegacyData",
    "TimeRange",
    "Wallet",
}


# The definitions, read


def definition(name: str) -> Element:
    path = DEFINITIONS / name
    return ElementTree.parse(path).getroot() if path.is_file() else Element("interface")


SPORTS = definition("SportsAPING.xml")
ACCOUNT = definition("AccountAPING.xml")
HEARTBEAT = definition("HeartbeatAPING.xml")
INTERFACES = (SPORTS, ACCOUNT, HEARTBEAT)
TABLES = (
    (SPORTS, sports_aping.OPERATIONS),
    (ACCOUNT, account_aping.OPERATIONS),
    (HEARTBEAT, heartbeat_aping.OPERATIONS),
)


def enum_values(simple_type: Element) -> set[str]:
    return {value.attrib["name"] for value in simple_type.iter("value")}


def resolved(interface: Element, notation: str) -> str:
    """Return a type of the definition with its aliases (`MarketId`) replaced by what they stand for (`string`)."""
    notation = notation.replace(" ", "")
    if notation.endswith(")"):
        outer, inner = notation[:-1].split("(", 1)
        return f"{outer}({','.join(resolved(interface, part) for part in inner.split(','))})"
    for simple_type in interface.findall("simpleType"):
        if simple_type.attrib["name"] == notation and not enum_values(simple_type):
            return simple_type.attrib["type"]
    return notation


def fields_of(interface: Element, owner: str, parameters: list[Element]) -> dict[str, tuple[str, bool]]:
    """Return name, type and whether it is mandatory, of the parameters of an operation or a data type."""
    fields = {}
    for parameter in parameters:
        key = (owner, parameter.attrib["name"])
        mandatory = parameter.get("mandatory") == "true" and key not in MANDATORY_IN_THE_DEFINITION_ALONE
        fields[RENAMED.get(key, key[1])] = (resolved(interface, parameter.attrib["type"]), mandatory)
    return fields


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


def struct_fields(struct: type[Any]) -> dict[str, tuple[str, bool]]:
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return {field.encode_name: (notation_of(field.type), field.required) for field in info.fields}


def our_type(name: str) -> Any:
    return next(getattr(module, name) for module in MODULES if hasattr(module, name))


def data_types() -> Iterator[Any]:
    for interface in INTERFACES:
        for data_type in interface.findall("dataType"):
            if interface is not ACCOUNT or data_type.attrib["name"] in ACCOUNT_TYPES_SERVED:
                yield pytest.param(interface, data_type, id=data_type.attrib["name"])


def enumerations() -> Iterator[Any]:
    for interface in INTERFACES:
        for simple_type in interface.findall("simpleType"):
            served = interface is not ACCOUNT or simple_type.attrib["name"] in ACCOUNT_TYPES_SERVED
            if served and enum_values(simple_type):
                yield pytest.param(simple_type, id=simple_type.attrib["name"])


def operations() -> Iterator[Any]:
    for interface, table in TABLES:
        for operation in interface.findall("operation"):
            if interface is not ACCOUNT or operation.attrib["name"] in ACCOUNTS_SERVED:
                yield pytest.param(interface, operation, table, id=operation.attrib["name"])


@needs(DEFINITIONS)
@pytest.mark.parametrize(("interface", "data_type"), list(data_types()))
def test_a_data_type_has_the_fields_of_its_definition(interface: Element, data_type: Element) -> None:
    """Names, types and which are mandatory; and nothing that is neither defined nor listed above as added later."""
    name = data_type.attrib["name"]
    ours = struct_fields(our_type(name))
    expected = fields_of(interface, name, data_type.findall("parameter"))

    added = ADDED_FIELDS.get(name, set())
    assert {field: about for field, about in ours.items() if field not in added} == expected
    assert added <= ours.keys()


@needs(DEFINITIONS)
@pytest.mark.parametrize("simple_type", list(enumerations()))
def test_an_enumeration_has_the_values_of_its_definition(simple_type: Element) -> None:
    name = simple_type.attrib["name"]
    ours = our_type(name)

    assert issubclass(ours, StrEnum)
    assert {member.value for member in ours} == enum_values(simple_type) | ADDED_VALUES.get(name, set())


@needs(DEFINITIONS)
@pytest.mark.parametrize(("interface", "operation", "table"), list(operations()))
def test_an_operation_takes_and_answers_what_its_definition_says(
    interface: Element, operation: Element, table: dict[str, Signature]
) -> None:
    """The order counts too, because positional parameters follow it; what was added later comes last."""
    name = operation.attrib["name"]
    signature = table[name]
    expected = fields_of(interface, name, operation.findall("parameters/request/parameter"))
    response = operation.find("parameters/simpleResponse")

    added = ADDED_FIELDS.get(name, set())
    ours = list(struct_fields(signature.request).items())
    assert ours[: len(expected)] == list(expected.items())
    assert {field for field, _ in ours[len(expected) :]} == added
    assert response is not None
    assert notation_of(inspect.type_info(signature.result)) == resolved(interface, response.attrib["type"])


@needs(DEFINITIONS)
@pytest.mark.parametrize(
    ("interface", "table"),
    [(SPORTS, sports_aping.OPERATIONS), (HEARTBEAT, heartbeat_aping.OPERATIONS)],
    ids=["betting", "heartbeat"],
)
def test_every_operation_of_an_interface_is_there_and_no_other(interface: Element, table: dict[str, Signature]) -> None:
    assert {operation.attrib["name"] for operation in interface.findall("operation")} == table.keys()


@needs(DEFINITIONS)
@pytest.mark.parametrize(
    ("file", "exception"),
    [
        ("SportsAPING.xml", errors.BETTING_EXCEPTION),
        ("AccountAPING.xml", errors.ACCOUNT_EXCEPTION),
        ("HeartbeatAPING.xml", errors.HEARTBEAT_EXCEPTION),
    ],
)
def test_errors_have_the_numbers_of_their_definition(file: str, exception: errors.ExceptionType) -> None:
    defined = definition(file).find("exceptionType")
    assert defined is not None

    assert exception.name == defined.attrib["name"]
    assert exception.prefix == defined.attrib["prefix"]
    assert exception.numbers == {value.attrib["name"]: int(value.attrib["id"]) for value in defined.iter("value")}


def all_structs() -> list[Any]:
    return [
        thing
        for module in (*MODULES, sports_aping)
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


# Recorded answers

RECORDED = {
    "cancel_orders.json": "cancelOrders",
    "list_cleared_orders.json": "listClearedOrders",
    "list_competitions.json": "listCompetitions",
    "list_countries.json": "listCountries",
    "list_current_orders.json": "listCurrentOrders",
    "list_current_orders_description.json": "listCurrentOrders",
    "list_event_types.json": "listEventTypes",
    "list_events.json": "listEvents",
    "list_market_book.json": "listMarketBook",
    "list_market_catalogue.json": "listMarketCatalogue",
    "list_market_catalogue_no_ero.json": "listMarketCatalogue",
    "list_market_profit_and_loss.json": "listMarketProfitAndLoss",
    "list_market_types.json": "listMarketTypes",
    "list_runner_book.json": "listRunnerBook",
    "list_time_ranges.json": "listTimeRanges",
    "list_venues.json": "listVenues",
    "place_orders.json": "placeOrders",
    "replace_orders.json": "replaceOrders",
    "update_orders.json": "updateOrders",
}

REORDERED_BY_HAND = {"list_market_catalogue.json", "list_market_catalogue_no_ero.json"}
"""Recordings into which a later field was pasted, not where the service writes it."""


@needs(ANSWERS)
@pytest.mark.parametrize(("file", "operation"), list(RECORDED.items()))
def test_a_recorded_answer_survives_our_types(file: str, operation: str) -> None:
    """Decoded into our structs and encoded again it says the same, with its keys in the same order."""
    recorded = _recorded(file)
    result = sports_aping.OPERATIONS[operation].result

    decoded = msgspec.convert(recorded, result, dec_hook=decode_hook)
    encoded = json.loads(msgspec.json.encode(decoded, enc_hook=encode_hook))

    assert encoded == recorded
    if file not in REORDERED_BY_HAND:
        assert json.dumps(encoded) == json.dumps(recorded)


@needs(ANSWERS)
@pytest.mark.parametrize(("file", "operation"), list(RECORDED.items()))
def test_a_recorded_answer_is_one_that_our_document_allows(file: str, operation: str) -> None:
    """With every status and code among the closed list that the document has for it."""
    check(operation, 200, {b"content-type": b"application/json"}, json.dumps(_recorded(file)).encode())


def _recorded(file: str) -> Any:
    return json.loads((ANSWERS / file).read_bytes())["result"]


CLOSED_LISTS = {
    "Order.status": sports_enums.OrderStatus,
    "Match.side": sports_enums.Side,
    "PlaceInstructionReport.errorCode": sports_enums.InstructionReportErrorCode,
    "PlaceExecutionReport.errorCode": sports_enums.ExecutionReportErrorCode,
    "UpdateExecutionReport.status": sports_enums.ExecutionReportStatus,
    "ClearedOrderSummary.betOutcome": sports_enums.BetOutcome,
    "CurrentOrderSummary.persistenceType": sports_enums.PersistenceType,
    "MarketDescription.bettingType": sports_enums.MarketBettingType,
    "MarketBook.status": sports_enums.MarketStatus,
    "Runner.status": sports_enums.RunnerStatus,
}


@pytest.mark.parametrize("member", CLOSED_LISTS)
def test_the_document_lists_the_values_of_a_text_that_has_no_others(member: str) -> None:
    schemas = yaml.load(specification_bytes("betfair-betting.yaml"), yaml.CSafeLoader)["components"]["schemas"]
    struct, _, name = member.partition(".")

    reference = schemas[struct]["properties"][name]["$ref"]

    assert schemas[reference.rpartition("/")[2]]["enum"] == sorted(one.value for one in CLOSED_LISTS[member])


@needs(ANSWERS)
def test_every_recorded_betting_answer_is_looked_at() -> None:
    files = {path.name for path in ANSWERS.glob("*.json")}
    elsewhere = {"list_race_details.json"}
    identity = {name for name in files if name.startswith(("keep_alive", "login", "logout"))}
    streams = {name for name in files if name.startswith("streaming")}

    assert files - elsewhere - identity - streams == RECORDED.keys()
