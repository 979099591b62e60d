"""The JSON schema of a scenario file, for editors that complete and check what is typed."""

from typing import Any, Final

from simulator.specifications.answers import REFERENCE, JsonSchema, answer_schemas
from simulator.specifications.control_schemas import close_lists
from simulator.world.format.scenario import AnyHappening, Scenario

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_DECIMAL: Final[JsonSchema] = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[-+]?[0-9]*\.?[0-9]+$"}]}
_WITHIN: Final = REFERENCE.format(name="")


def scenario_schema() -> JsonSchema:
    """Return the schema of what the types of a scenario say: its names, kinds of values, and closed lists of values.

    What depends on other values (prices on a ladder, markets that are there) only `betsim scenario check` tells.
    """
    _, components = answer_schemas([Scenario])
    close_lists(components)
    verbs = {kind.__name__ for kind in AnyHappening.__args__}
    definitions = {name: _for_editors(schema) for name, schema in components.items()}
    for name in verbs:
        # A happening of a schedule has its time; the control API, which shares its form, does it at once.
        definitions[name]["required"] = [*definitions[name]["required"], "at"]
        definitions[name]["properties"]["at"] = {"type": "string"}
    scenario = definitions.pop(Scenario.__name__)
    return {
        "$schema": DIALECT,
        "title": "A scenario of betsim",
        **scenario,
        "$defs": definitions,
    }


def _for_editors(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_for_editors(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        return _DECIMAL
    written = {key: _for_editors(value) for key, value in schema.items() if key not in ("discriminator", "default")}
    if isinstance(written.get("$ref"), str):
        written["$ref"] = written["$ref"].replace(_WITHIN, "#/$defs/")
    if isinstance(written.get("pattern"), str):
        written["pattern"] = written["pattern"].replace(r"\Z", "$")
    return written
