"""What pytest is told so that it has the plugin."""

from importlib import metadata

IS_INSTALLED = any(entry.name == "betsim" for entry in metadata.entry_points(group="pytest11"))
"""A checkout that was installed before there was a plugin does not name it."""
NAME = "betsim" if IS_INSTALLED else "simulator.pytest_plugin"
