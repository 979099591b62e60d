"""Strategies of flumine, unchanged, at play over recordings.

Nothing of this is imported before a strategy of flumine's is run: flumine is no dependency of ours, and has to be
installed beside us. `docs/flumine.md` says what is the same as in flumine's own simulation, and what is not and why.
"""
