"""Places that are spread evenly, however few of them are taken."""

from __future__ import annotations

GOLDEN = 0.6180339887498949
"""The golden ratio's fraction: its multiples spread evenly over 0..1, so that numbers in a row draw evenly too."""
