"""The kernel and the worlds are meant to be read, in the order that their own docstrings give."""

import re
from pathlib import Path
from pkgutil import iter_modules

from simulator import exchange, world

ORDER = re.findall(r"`(\w+)`", (exchange.__doc__ or "").partition("Units")[0])


def test_the_reading_order_of_the_kernel_names_each_of_its_modules_once() -> None:
    assert sorted(module.name for module in iter_modules(exchange.__path__)) == sorted(ORDER)


def test_the_reading_order_of_the_worlds_names_each_of_their_modules_once() -> None:
    order = re.findall(r"`(\w+)`", (world.__doc__ or "").partition("Units")[0])
    assert sorted(module.name for module in iter_modules(world.__path__)) == sorted(order)


def test_a_module_of_the_kernel_uses_only_what_was_read_before_it() -> None:
    used = re.compile(r"^from simulator\.exchange\.(\w+) import", re.MULTILINE)
    for place, module in enumerate(ORDER):
        source = (Path(exchange.__path__[0]) / f"{module}.py").read_text(encoding="utf-8")
        assert set(used.findall(source)) <= set(ORDER[:place]), module
