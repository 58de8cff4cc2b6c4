"""Dealer systems: what they are called, how they are read, how their values are understood."""
