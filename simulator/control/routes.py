"""The table of addresses of our own API."""

from types import MappingProxyType
from typing import Final

from starlette.routing import Route

from simulator.control.app_keys import AppKeyHandlers
from simulator.control.bettune import BetTuneHandlers
from simulator.control.clock import ClockHandlers
from simulator.control.fault_entries import Operations
from simulator.control.faults import FaultHandlers
from simulator.control.incidents import IncidentHandlers
from simulator.control.journal import JournalHandlers
from simulator.control.kept_snapshots import KeptSnapshots
from simulator.control.logins import LoginHandlers
from simulator.control.markets import OFFERS, RUNNER_VERBS, MarketHandlers
from simulator.control.matches import MatchHandlers
from simulator.control.payments import PaymentHandlers
from simulator.control.resources import Resource
from simulator.control.scenarios import ScenarioHandlers
from simulator.control.snapshots import SnapshotHandlers
from simulator.control.standings import StandingHandlers
from simulator.control.worlds import Addresses, WorldHandlers
from simulator.exchange.commands import DepositMoney, WithdrawMoney
from simulator.reading_recordings import RecordingReader, open_recordings
from simulator.world.inputs import ActivateAppKey, DeactivateAppKey
from simulator.world.loading.conversion import FINISH, INCIDENT, VERBS
from simulator.world.worlds import Worlds

ROOT: Final = "/control/v1"
WORLD: Final = f"{ROOT}/worlds/{{world}}"
MARKET: Final = f"{WORLD}/markets/{{market}}"
USER: Final = f"{WORLD}/bettune/users/{{user:path}}"
"""A user may be called anything: who has no other name goes by a token."""
ACCOUNT: Final = f"{WORLD}/accounts/{{username:path}}"
APP_KEY: Final = f"{WORLD}/app-keys/{{key:path}}"
"""An app key of a scenario may have any characters that a header may have."""
PREDICTION: Final = f"{WORLD}/bettune/filters/{{filter}}/matches/{{match}}/prediction"


def control_routes(
    worlds: Worlds,
    addresses: Addresses,
    seed: int,
    operations: Operations = MappingProxyType({}),
    recordings: RecordingReader = open_recordings,
) -> list[Route]:
    """Return every route under `/control/v1`; faults can be ordered for the `operations`."""
    kept = KeptSnapshots()
    of_worlds = WorldHandlers(worlds, addresses, seed, kept, recordings)
    of_snapshots = SnapshotHandlers(of_worlds.world_of, of_worlds.describe, kept, recordings)
    of_journal = JournalHandlers(worlds, of_worlds.world_of)
    of_faults = FaultHandlers(of_worlds.world_of, operations)
    of_clock = ClockHandlers(of_worlds.world_of)
    of_markets = MarketHandlers(of_worlds.world_of)
    of_matches = MatchHandlers(of_worlds.world_of)
    of_incidents = IncidentHandlers(of_worlds.world_of)
    of_app_keys = AppKeyHandlers(of_worlds.world_of)
    of_payments = PaymentHandlers(of_worlds.world_of)
    of_standings = StandingHandlers(of_worlds.world_of)
    of_logins = LoginHandlers(of_worlds.world_of)
    of_bettune = BetTuneHandlers(of_worlds.world_of)
    return [
        Route(f"{ROOT}/worlds", Resource(get=of_worlds.list_all, post=of_worlds.create)),
        Route(WORLD, Resource(get=of_worlds.read, delete=of_worlds.delete)),
        Route(f"{WORLD}/reset", Resource(post=of_worlds.reset)),
        Route(f"{WORLD}/snapshot", Resource(get=of_snapshots.take)),
        Route(f"{WORLD}/snapshots", Resource(get=of_snapshots.list_of_world)),
        Route(f"{WORLD}/restore", Resource(post=of_snapshots.restore)),
        Route(f"{ROOT}/snapshots", Resource(get=of_snapshots.list_all)),
        Route(f"{ROOT}/snapshots/{{name}}", Resource(get=of_snapshots.read, delete=of_snapshots.let_go)),
        Route(f"{WORLD}/state-hash", Resource(get=of_worlds.state_hash)),
        Route(f"{WORLD}/faults", Resource(get=of_faults.read, post=of_faults.order, delete=of_faults.clear)),
        Route(f"{WORLD}/journal", Resource(get=of_journal.read)),
        Route(f"{WORLD}/journal/export", Resource(get=of_journal.export)),
        Route(f"{WORLD}/clock", Resource(get=of_clock.read, post=of_clock.change)),
        Route(f"{WORLD}/markets", Resource(post=of_markets.add)),
        *(
            Route(f"{MARKET}/{verb}", Resource(post=of_markets.doing(verb)))
            for verb in VERBS
            if verb not in (*RUNNER_VERBS, OFFERS)
        ),
        Route(f"{MARKET}/{OFFERS}", Resource(post=of_markets.offer)),
        Route(f"{WORLD}/events/{{event}}/{INCIDENT}", Resource(post=of_incidents.tell)),
        Route(f"{WORLD}/matches", Resource(get=of_matches.list_all)),
        Route(f"{WORLD}/matches/{{match}}/{FINISH}", Resource(post=of_matches.finish)),
        *(
            Route(f"{MARKET}/runners/{{selection}}/{verb}", Resource(post=of_markets.doing_to_runner(verb)))
            for verb in RUNNER_VERBS
        ),
        Route(f"{ACCOUNT}/deposits", Resource(post=of_payments.paying(DepositMoney))),
        Route(f"{ACCOUNT}/withdrawals", Resource(post=of_payments.paying(WithdrawMoney))),
        Route(f"{WORLD}/app-keys", Resource(get=of_app_keys.list_all)),
        Route(f"{APP_KEY}/activate", Resource(post=of_app_keys.putting(ActivateAppKey))),
        Route(f"{APP_KEY}/deactivate", Resource(post=of_app_keys.putting(DeactivateAppKey))),
        Route(f"{ACCOUNT}/standing", Resource(get=of_standings.read, post=of_standings.change)),
        Route(f"{ACCOUNT}/login", Resource(get=of_logins.read, post=of_logins.change)),
        Route(f"{WORLD}/bettune", Resource(post=of_bettune.add)),
        Route(f"{USER}/token", Resource(post=of_bettune.regenerate_token)),
        Route(f"{USER}/revoke", Resource(post=of_bettune.revoke_tokens)),
        Route(f"{USER}/plan", Resource(post=of_bettune.change_plan)),
        Route(USER, Resource(get=of_bettune.read_user)),
        Route(f"{WORLD}/scenario", Resource(get=ScenarioHandlers(of_worlds.world_of).read)),
        Route(PREDICTION, Resource(put=of_bettune.put_prediction, delete=of_bettune.delete_prediction)),
    ]
