"""Which of Asterisk's channels are telephones: who rings one delivers the call, and nobody hands it on over one."""

from __future__ import annotations

import re
from dataclasses import dataclass

_EXTENSION = re.compile(r"\d{2,6}")


@dataclass(frozen=True, slots=True)
class Telephones:
    """Telephones are mostly named by their extension; what trunks.csv lists as a neighbour's (`trunks`) is none."""

    trunks: frozenset[str] = frozenset()

    def has(self, name: str | None) -> bool:
        """Whether a channel's name is a telephone's."""
        return name is not None and _EXTENSION.fullmatch(name) is not None and name not in self.trunks
