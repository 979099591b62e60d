"""The kernel is meant to be read, in the order that its own docstring gives."""

import re
from pkgutil import iter_modules

from simulator import exchange


def test_the_reading_order_of_the_kernel_names_each_of_its_modules_once() -> None:
    order, _, _ = (exchange.__doc__ or "").partition("Units")

    assert sorted(module.name for module in iter_modules(exchange.__path__)) == sorted(re.findall(r"`(\w+)`", order))
