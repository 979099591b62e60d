"""A Dask cluster of two workers on this machine, in a process of its own, which needs `distributed`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

SCRIPT = """
import sys

import dask
from distributed import LocalCluster

# A task that has lost one worker is given up: a test need not wait for three more.
dask.config.set({"distributed.scheduler.allowed-failures": 0})

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@contextmanager
def dask_cluster(folder: Path) -> Iterator[str]:
    """Start a cluster, its script in a folder, and yield the address of its scheduler."""
    script = folder / "cluster.py"
    script.write_text(SCRIPT)
    # It ends when nobody writes to it any more.
    with Popen([sys.executable, str(script)], stdin=PIPE, stdout=PIPE) as process:
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip()
