"""Benchmarks: build generated sites with this project and with its peers, and compare."""
