"""JSON schemas of answers: what is written, exactly, with nothing beside it."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from simulator.betfair.schema.wire import Instant

REFERENCE: Final = "#/components/schemas/{name}"
JsonSchema = dict[str, Any]

EXPECTATION_FAILED: Final[JsonSchema] = {
    "description": "The request has the header Expect, which the real services do not take.",
    "content": {"text/plain": {"schema": {"type": "string"}}},
}


def answer_schemas(
    types: Iterable[Any], *, absent_beats_null: bool = False
) -> tuple[list[JsonSchema], dict[str, JsonSchema]]:
    """Return the schemas of some types, and those of all structs in them by name.

    With `absent_beats_null` a member that has no value is left out, and so never null.
    """
    schemas, components = _with_lists_by_name(
        *msgspec.json.schema_components(types, schema_hook=_hook, ref_template=REFERENCE)
    )
    named = {name: _cleaned(component) for name, component in sorted(components.items())}
    for component in named.values():
        if "properties" in component:
            component["additionalProperties"] = False
            if absent_beats_null:
                component["properties"] = {
                    name: _without_null(member) for name, member in component["properties"].items()
                }
            if not component["required"]:
                del component["required"]
    return [_cleaned(schema) for schema in schemas], named


def _hook(wanted: type) -> JsonSchema:
    if wanted is Instant:
        return {"type": "string", "format": "date-time"}
    raise NotImplementedError(f"no schema is known for {wanted}")


def _with_lists_by_name(
    schemas: Iterable[JsonSchema], components: dict[str, JsonSchema]
) -> tuple[list[JsonSchema], dict[str, JsonSchema]]:
    """Return schemas and components with the closed lists of texts among the components, referred to by their names."""
    lists: dict[str, JsonSchema] = {}

    def replaced(node: Any) -> Any:
        if isinstance(node, list):
            return [replaced(item) for item in node]
        if not isinstance(node, dict):
            return node
        if node.keys() >= {"type", "enum", "title"}:
            lists[node["title"]] = {key: node[key] for key in ("description", "enum")}
            rest = {key: value for key, value in node.items() if key == "default"}
            return {"$ref": REFERENCE.format(name=node["title"]), **rest}
        return {key: replaced(value) for key, value in node.items()}

    return replaced(list(schemas)), {**replaced(components), **lists}


def _without_null(schema: JsonSchema) -> JsonSchema:
    alternatives = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if not alternatives:
        return schema
    return alternatives[0] if len(alternatives) == 1 else {**schema, "anyOf": alternatives}


def _cleaned(schema: Any) -> Any:
    """Return a schema without what says nothing: titles that repeat names, and defaults of what is left out.

    Of alternatives `null` comes last: where msgspec writes it differs between its versions.
    """
    if isinstance(schema, list):
        return sorted(map(_cleaned, schema), key=lambda item: bool(item == {"type": "null"}))
    if not isinstance(schema, dict):
        return schema
    cleaned = {
        key: {name: _cleaned(value) for name, value in item.items()} if key == "properties" else _cleaned(item)
        for key, item in schema.items()
        if not (key == "title" and isinstance(item, str)) and not (key == "default" and item is None)
    }
    description = cleaned.get("description")
    if isinstance(description, str):
        cleaned["description"] = " ".join(description.split("\n\n")[0].split())
    return cleaned
