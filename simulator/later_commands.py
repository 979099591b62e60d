"""Commands that are read only when somebody asks for them, so that `betsim serve` does not wait for what they need."""

from collections.abc import Callable
from typing import Any, Final

import click


class LaterCommands(click.Group):
    """A group of commands to which functions add more, each called when its command is asked for."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._later: Final[dict[str, Callable[[], click.Command]]] = {}

    def add_later(self, name: str, read: Callable[[], click.Command]) -> None:
        """Let there be a command of a name, which a function returns."""
        self._later[name] = read

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*super().list_commands(ctx), *self._later})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a name, `None` where there is none."""
        read = self._later.get(cmd_name)
        return super().get_command(ctx, cmd_name) if read is None else read()
