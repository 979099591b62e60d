"""How named tuples are made where every bet needs some: from a tuple with their members in order.

That takes a third of what the constructor takes, which puts names and defaults together.
"""

from typing import Final

new_record: Final = tuple.__new__
"""Return a named tuple of a class, given all its members."""
