"""Where the command `betsim` begins: it reads everything else, and the collector of garbage stays out of that."""

import gc
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command."""
    # What is read here is needed to the end, and to look whether any of it is garbage takes a sixth of a start.
    gc.disable()
    try:
        from simulator.cli import main as command  # noqa: PLC0415, see above
    except KeyboardInterrupt:
        sys.stderr.write("betsim: it was interrupted before it had begun.\n")
        sys.exit(INTERRUPTED)
    gc.freeze()
    gc.enable()
    command()


if __name__ == "__main__":
    main()
