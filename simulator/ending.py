"""How the command line ends where something is wrong: with a sentence on standard error and an exit status."""

import sys
from typing import NoReturn

import click


def end(problem: str, status: int) -> NoReturn:
    """Say what is wrong, and end the program."""
    click.echo(f"betsim: {problem}", err=True)
    sys.exit(status)
