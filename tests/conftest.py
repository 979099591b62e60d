"""What every test shares: how hard hypothesis tries, and what processes that tests start need not do again.

`dev` is the default, quick enough to run after every edit. `ci` is chosen where `CI` is set: it tries as hard, and
draws the same examples in every run, so that a red build is red for everyone. `BETSIM_HYPOTHESIS=deep` looks for what
neither has found.
"""

import os
import sys

import pytest
from hypothesis import HealthCheck, settings

# A deadline would measure the machine and not the code: the machines that run this are shared.
settings.register_profile("dev", deadline=None, max_examples=50, stateful_step_count=30)
settings.register_profile(
    "ci",
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=50,
    print_blob=True,
    stateful_step_count=30,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "deep",
    deadline=None,
    max_examples=5_000,
    print_blob=True,
    stateful_step_count=100,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("BETSIM_HYPOTHESIS", "ci" if os.environ.get("CI") else "dev"))


def pytest_configure(config: pytest.Config) -> None:
    """Keep what is compiled where bytecode may not lie beside the sources, here and in processes that tests start.

    To compile all tests anew takes longer than most folders of them, and each of hundreds of processes would compile
    the whole package, which takes longer than all else that most of them do.
    """
    if sys.dont_write_bytecode and config.pluginmanager.has_plugin("cacheprovider"):
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(config.cache.mkdir("bytecode"))
        sys.dont_write_bytecode = False
