"""Benchmarks: what Paget costs, beside something that could have cost less. `make bench` runs them."""
