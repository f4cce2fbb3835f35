"""What is wrong with a package."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the file of the package, and what about it, in words."""

    file: str
    what: str
