"""The command begins with a sentence, or ends with one, whenever somebody interrupts it."""

import subprocess
import sys

INTERRUPTED_WHILE_IT_READS = """
import sys
from importlib.abc import MetaPathFinder


class Interrupts(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "simulator.cli":
            raise KeyboardInterrupt


sys.meta_path.insert(0, Interrupts())
import runpy

runpy.run_module("simulator", run_name="__main__")
"""


def test_who_interrupts_the_command_while_it_reads_its_modules_sees_a_sentence() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_WHILE_IT_READS], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (130, "")
    assert ended.stderr == "betsim: it was interrupted before it had begun.\n"
