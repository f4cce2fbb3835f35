"""Clocks and habits: what a carrier's times mean, learned from all records together."""
