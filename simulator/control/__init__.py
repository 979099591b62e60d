"""Our own API under `/control/v1`: worlds, their time, and what happens in their markets."""
