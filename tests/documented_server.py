"""`betsim` with a listener: what it answers is held against the documents, and what they do not allow is logged.

    python -m tests.documented_server serve --port 0

Tests that talk to a server of their own start it this way, and look at the end whether anything was logged.
"""

from typing import Any

from simulator import launch
from simulator.app import create_app
from simulator.cli import main
from tests.documented import Documented


def documented_app(*arguments: Any, **more: Any) -> Documented:
    """Return the application behind a listener."""
    return Documented(create_app(*arguments, **more))


if __name__ == "__main__":
    launch.create_app = documented_app  # type: ignore[attr-defined]
    main(prog_name="betsim")
