"""`python -m simulator` is the command `betsim`."""

from simulator.start import main

if __name__ == "__main__":
    main()
