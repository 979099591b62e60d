"""The log of a server on standard error: a line for each refusal, and what else is as important as was asked for."""

import logging
from typing import Final

LOG_LEVELS: Final = ("debug", "info", "warning", "error", "critical")
OURS: Final = ("betsim", "simulator")
"""The names that begin those of our own loggers."""


def show_log(level: str) -> None:
    """Write to standard error what is logged from one of `LOG_LEVELS` on.

    What lies beneath, such as the web server, is asked for warnings only, unless the level is `debug`: who wants to see
    refusals does not want to read that a process has started.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("betsim: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(max(_number(level), logging.WARNING) if level != "debug" else logging.DEBUG)
    for name in OURS:
        logging.getLogger(name).setLevel(_number(level))


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]
