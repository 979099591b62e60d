"""Worlds for the tests of other people's programs: in this process, or behind a server in a thread of its own.

Read them in this order: `errors` is what goes wrong, `engine` the thread in which worlds live, `asking` how they are
asked without a socket, `scenarios` how a test names one. `accounts` and `bets` are what a test is shown, `story` is the
journal as text, `place` where worlds are, and `world` one of them with all that a test does to it. `transport` leads
httpx into a place, `serving` puts a server around one, `clients` makes clients of libraries for it.

Units are whole ones, as on the wire: amounts in the account's currency, prices as decimal odds. Whatever cannot be done
is a `BetsimError` whose text is a sentence.
"""

from simulator.testing.accounts import Account, BetTuneAccess
from simulator.testing.bets import Bet
from simulator.testing.errors import BetsimError, NeverHappened
from simulator.testing.serving import Server, serve
from simulator.testing.world import World

__all__ = ["Account", "Bet", "BetTuneAccess", "BetsimError", "NeverHappened", "Server", "World", "serve"]
