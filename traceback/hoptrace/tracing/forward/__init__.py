"""Trace a number forward: which carrier serves it."""
