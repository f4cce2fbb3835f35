"""The report of one carrier's part in traced calls."""
