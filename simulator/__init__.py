"""betsim: an offline, stateful stand-in for a betting exchange.

For tests there are `World`, a world in this process, and `serve`, a server in a thread of it (`simulator.testing`).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.testing import World, serve

__all__ = ["World", "__version__", "serve"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # Not at the top: whoever wants only the version, or the plugin for pytest, shall not wait for all the rest.
    if name in ("World", "serve"):
        from simulator import testing  # noqa: PLC0415, see above

        return getattr(testing, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
