"""What something costs, in steps of the interpreter: the same on every machine and however busy it is."""

import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def steps(act: Callable[[], object]) -> int:
    """How many steps the interpreter takes to do something. What is done in C at one stroke counts as one.

    What others have left behind is collected before, and not meanwhile: it would be counted.
    """
    taken = 0

    def count(frame: FrameType, event: str, _: object) -> Any:
        nonlocal taken
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        taken += event == "opcode"
        return count

    before, collects = sys.gettrace(), gc.isenabled()
    gc.collect()
    gc.disable()
    sys.settrace(count)
    try:
        act()
    finally:
        sys.settrace(before)
        if collects:
            gc.enable()
    return taken
