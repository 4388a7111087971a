"""Measurements, run by `make bench` and never by the test suite: their figures depend on the machine."""
