"""Measurements, run by hand with `python -m benchmarks`; nothing here is part of the tests."""
