"""JSON schemas of requests: everything that `betfair.decoding` reads, and nothing that it refuses.

The exchange is lenient, and a document that is stricter than the service would call good requests bad ones. So a number
may be a text of digits, a text a number, and what is not mandatory null. Source: the table in `betfair.decoding`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from msgspec import inspect

from simulator.betfair.schema.types import Input

JsonSchema = dict[str, Any]

_DIGITS: Final = r"^[ \t\r\n]*[+-]?[0-9]{1,9}[ \t\r\n]*$"
_NUMBER: Final = r"^[ \t\r\n]*[+-]?([0-9]{1,15}(\.[0-9]{0,15})?|\.[0-9]{1,15})([eE][+-]?[0-9]{1,2})?[ \t\r\n]*$"
_SPACE: Final[JsonSchema] = {"type": "string", "pattern": r"^[ \t\r\n]*$"}
_NULL: Final[JsonSchema] = {"type": "null"}
_COUNTS: Final = frozenset({"minItems", "maxItems"})
PRESENT: Final[JsonSchema] = {"description": "has to be there"}
"""In a variant: the field as it is, and never absent."""
_EMPTY: Final[JsonSchema] = {"const": ""}


Variant = Mapping[str, JsonSchema]
"""What some fields have to be together: their schemas, or `PRESENT`."""


class Rules(NamedTuple):
    """What rules say of requests beyond their types.

    `fields` are schemas by field (`locale`) or by struct and field (`LimitOrder.price`), which replace those of the
    types, or add to them how many items there may be. `variants` are the ways in which fields of a struct go together;
    without any there is but one.
    """

    fields: Mapping[str, JsonSchema]
    variants: Mapping[str, Sequence[Variant]]


class RequestSchemas:
    """Collects the schemas of request types, each once and under its own name."""

    def __init__(self, rules: Rules) -> None:
        self._rules: Final = rules
        self.components: Final[dict[str, JsonSchema]] = {}

    def parameters(self, request: type[Input]) -> JsonSchema:
        """Return the schema of an operation's parameters: by name, or by position in the order of the definition."""
        info = _structure_of(request)
        by_position = [self._by_position(info, variant) for variant in self._variants(info)]
        alternatives = [self._struct(info), *by_position]
        return {"anyOf": alternatives if by_position[-1]["minItems"] else [*alternatives, _NULL]}

    def parameters_by_name(self, request: type[Input]) -> JsonSchema:
        """Return the schema of parameters where they have names only, as over REST."""
        info = _structure_of(request)
        needed = any(_is_required(field, self._variants(info)[-1]) for field in info.fields)
        by_name = self._struct(info)
        return by_name if needed else {"anyOf": [by_name, _NULL]}

    def _by_position(self, info: inspect.StructType, variant: Variant) -> JsonSchema:
        needed = [place for place, field in enumerate(info.fields, start=1) if _is_required(field, variant)]
        schema = {
            "type": "array",
            "description": "The same by position, in the order of the interface definition.",
            "minItems": max(needed, default=0),
        }
        if info.fields:
            schema["prefixItems"] = [self._field(info, field, variant) for field in info.fields]
        return schema

    def _struct(self, info: inspect.StructType) -> JsonSchema:
        name = _name_of(info.cls)
        if name not in self.components:
            self.components[name] = {}
            forms = [self._form(info, variant) for variant in self._variants(info)]
            described = {"description": " ".join((info.cls.__doc__ or "").split("\n\n")[0].split())}
            self.components[name] = {**described, **(forms[0] if len(forms) == 1 else {"anyOf": forms})}
        return {"$ref": f"#/components/schemas/{name}"}

    def _form(self, info: inspect.StructType, variant: Variant) -> JsonSchema:
        schema: JsonSchema = {"type": "object"}
        if info.fields:
            schema["properties"] = {field.encode_name: self._field(info, field, variant) for field in info.fields}
        required = [field.encode_name for field in info.fields if _is_required(field, variant)]
        if required:
            schema["required"] = required
        return schema

    def _variants(self, info: inspect.StructType) -> Sequence[Variant]:
        return self._rules.variants.get(info.cls.__name__, ({},))

    def _field(self, info: inspect.StructType, field: inspect.Field, variant: Variant) -> JsonSchema:
        name = field.encode_name
        if name in variant and variant[name] != PRESENT:
            return variant[name]
        fields = self._rules.fields
        rule = fields.get(f"{info.cls.__name__}.{name}") or fields.get(name)
        required = _is_required(field, variant)
        schemas = self._alternatives(field.type, required)
        if rule:
            # How many there may be of something says nothing of what it is.
            schemas = [{**schemas[0], **rule}] if rule.keys() <= _COUNTS else [rule]
        if not required:
            schemas = [*schemas, _NULL]
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}

    def _alternatives(self, info: Any, required: bool) -> list[JsonSchema]:
        """Return the forms in which a value of a type may be sent."""
        match info:
            case inspect.UnionType(types=types):
                inner = next(member for member in types if not isinstance(member, inspect.NoneType))
                return self._alternatives(inner, required)
            case inspect.Metadata(type=inner):
                return self._alternatives(inner, required)
            case inspect.StructType():
                return [self._struct(info)]
            case inspect.VarTupleType(item_type=item):
                items = self._alternatives(item, True)
                return [{"type": "array", "items": items[0] if len(items) == 1 else {"anyOf": items}}]
            case inspect.EnumType(cls=cls):
                return [{"type": "string", "enum": [member.value for member in cls]}]
            case inspect.StrType():
                return [{"type": "string"}, {"type": "number"}]
        # The text of anything else may be empty where it need not be there at all; that of a number may be space.
        empty = _SPACE if isinstance(info, inspect.IntType | inspect.FloatType) else _EMPTY
        return _SCALARS[type(info)](info) + ([] if required else [empty])


def _structure_of(request: type[Input]) -> inspect.StructType:
    info = inspect.type_info(request)
    assert isinstance(info, inspect.StructType)
    return info


def _is_required(field: inspect.Field, variant: Variant) -> bool:
    said = variant.get(field.encode_name)
    return field.required if said is None else said == PRESENT or "const" in said


def _name_of(struct: type) -> str:
    name = struct.__name__
    return name if name.endswith("Request") else f"{name}Input"


def _integer(info: inspect.IntType) -> list[JsonSchema]:
    # Decimals are cut: 10.7 is 10.
    assert info.ge is not None
    assert info.le is not None
    bounds = {"exclusiveMinimum": info.ge - 1, "exclusiveMaximum": info.le + 1}
    return [{"type": "number", **bounds}, {"type": "string", "pattern": _DIGITS}]


def _double(_: inspect.FloatType) -> list[JsonSchema]:
    return [{"type": "number"}, {"type": "string", "pattern": _NUMBER}]


def _boolean(_: inspect.BoolType) -> list[JsonSchema]:
    return [{"type": "boolean"}, {"enum": ["true", "false"]}]


def _date(_: inspect.CustomType) -> list[JsonSchema]:
    return [{"type": "string", "format": "date-time"}]


_SCALARS: Final[dict[type, Callable[[Any], list[JsonSchema]]]] = {
    inspect.IntType: _integer,
    inspect.FloatType: _double,
    inspect.BoolType: _boolean,
    inspect.CustomType: _date,
}
