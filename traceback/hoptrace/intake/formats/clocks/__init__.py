"""Switches' clocks and the times that they write, for every format."""
