"""A scenario becomes a text again: YAML that is read as the same scenario, with comments at its head."""

import re
import textwrap
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

import yaml
from msgspec import NODEFAULT, Struct, structs

WIDTH: Final = 120

_PLAINLY_TEXT: Final = re.compile(r"[A-Za-z]")
"""What begins otherwise may be a number to some reader, and is put in quotes."""


def scenario_text(scenario: Struct, comments: Iterable[str] = ()) -> str:
    """Return the YAML of a scenario, without what it would say anyhow, under comments that are a paragraph each."""
    lines = [line for comment in comments for line in textwrap.wrap(comment, WIDTH - 2, break_on_hyphens=False)]
    head = "".join(f"# {line}\n" for line in lines)
    dumped = yaml.dump(
        plain(scenario), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=None
    )
    return head + str(dumped)


def plain(value: Any) -> Any:
    """Return entries as mappings and lists, by the names of a document and without what is absent."""
    if isinstance(value, Struct):
        return _mapping(value)
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, tuple | list):
        return [plain(member) for member in value]
    # A text may be one of a closed list, which is the text and more.
    return str(value) if isinstance(value, str) else value


def _mapping(entry: Struct) -> dict[str, Any]:
    config = entry.__struct_config__
    written: dict[str, Any] = {} if config.tag_field is None else {config.tag_field: config.tag}
    for field in structs.fields(entry):
        value = getattr(entry, field.name)
        default = field.default if field.default_factory is NODEFAULT else field.default_factory()
        if default is NODEFAULT or value != default:
            written[field.encode_name] = plain(value)
    return written


class _Dumper(yaml.SafeDumper):
    """Writes everything out, numbers exactly, and in quotes what could be taken for something else than a text."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent(self, data: Any) -> None:
        """Write a document, which has its members on lines of their own however few they are."""
        node = self.represent_data(data)
        assert isinstance(node, yaml.MappingNode), "a document is a mapping"
        node.flow_style = False
        self.serialize(node)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None if _PLAINLY_TEXT.match(value) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _number(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    digits = f"{value:f}"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in digits else 'int'}", digits)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Decimal, _number)
