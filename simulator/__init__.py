"""betsim: an offline, stateful stand-in for a betting exchange."""

__version__ = "0.1.0"
