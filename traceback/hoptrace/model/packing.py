"""How a file is packed, by its name: the endings of gzip (RFC 1952) and Zstandard (RFC 8878), in capitals or not."""

from __future__ import annotations

from pathlib import Path

GZIP, ZSTANDARD = ".gz", ".zst"


def packing_of(path: Path) -> str:
    """GZIP or ZSTANDARD where the name ends so, "" where it does not."""
    ending = path.suffix.lower()
    return ending if ending in {GZIP, ZSTANDARD} else ""


def unpacked_name(name: str) -> str:
    """The name without the ending that says how the file is packed."""
    return name[: len(name) - len(packing_of(Path(name)))]
