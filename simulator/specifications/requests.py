"""JSON schemas of requests: everything that `betfair.decoding` reads, and nothing that it refuses.

The exchange is lenient, and a document that is stricter than the service would call good requests bad ones. So a number
may be a text of digits, a text a number, and what is not mandatory null (wire reference, sections 2.2 and 3.5).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import inspect

from simulator.betfair.schema.types import Input

JsonSchema = dict[str, Any]

_DIGITS: Final = r"^[+-]?[0-9]{1,9}$"
_NUMBER: Final = r"^[+-]?[0-9]{1,15}(\.[0-9]{1,15})?$"
_NULL: Final[JsonSchema] = {"type": "null"}
_EMPTY: Final[JsonSchema] = {"const": ""}


class RequestSchemas:
    """Collects the schemas of request types, each once and under its own name."""

    def __init__(self, constraints: Mapping[str, JsonSchema]) -> None:
        """`constraints` are what rules say of fields beyond their types, by names such as `PriceProjection.depth`."""
        self._constraints: Final = constraints
        self.components: Final[dict[str, JsonSchema]] = {}

    def parameters(self, request: type[Input]) -> JsonSchema:
        """Return the schema of an operation's parameters: by name, or by position in the order of the definition."""
        info = inspect.type_info(request)
        assert isinstance(info, inspect.StructType)
        by_name = self._struct(info)
        fields = [self._field(request.__name__, field) for field in info.fields]
        required = [place for place, field in enumerate(info.fields, start=1) if field.required]
        least = max(required, default=0)
        by_position = {
            "type": "array",
            "description": "The same by position, in the order of the interface definition.",
            "minItems": least,
            "maxItems": len(fields),
        }
        if fields:
            by_position["prefixItems"] = fields
        alternatives = [by_name, by_position]
        return {"anyOf": alternatives if least else [*alternatives, _NULL]}

    def _struct(self, info: inspect.StructType) -> JsonSchema:
        name = _name_of(info.cls)
        if name not in self.components:
            self.components[name] = {}
            schema: JsonSchema = {"type": "object", "description": (info.cls.__doc__ or "").strip().partition("\n")[0]}
            if info.fields:
                schema["properties"] = {
                    field.encode_name: self._field(info.cls.__name__, field) for field in info.fields
                }
            required = [field.encode_name for field in info.fields if field.required]
            if required:
                schema["required"] = required
            self.components[name] = schema
        return {"$ref": f"#/components/schemas/{name}"}

    def _field(self, owner: str, field: inspect.Field) -> JsonSchema:
        constraint = self._constraints.get(f"{owner}.{field.encode_name}")
        schemas = [constraint] if constraint else self._alternatives(field.type, field.required)
        if not field.required:
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
        # The text of anything else may be empty where it need not be there at all.
        return _SCALARS[type(info)](info) + ([] if required else [_EMPTY])


def _name_of(struct: type) -> str:
    name = struct.__name__
    return name if name.endswith("Request") else f"{name}Input"


def _integer(info: inspect.IntType) -> list[JsonSchema]:
    # Decimals are cut: 10.7 is 10.
    return [{"type": "number", "minimum": info.ge, "maximum": info.le}, {"type": "string", "pattern": _DIGITS}]


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
