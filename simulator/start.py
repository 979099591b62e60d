"""Where the command `betsim` begins: it reads everything else, and the collector of garbage stays out of that."""

import gc


def main() -> None:
    """Run the command."""
    # What is read here is needed to the end, and to look whether any of it is garbage takes a sixth of a start.
    gc.disable()
    from simulator.cli import main as command  # noqa: PLC0415, see above

    gc.freeze()
    gc.enable()
    command()


if __name__ == "__main__":
    main()
