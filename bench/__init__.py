"""Benchmarks: each step beside a reference that does the same work, run by turns in one run."""
