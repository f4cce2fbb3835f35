"""Where the columns behind the media flows stand in rows of an unknown length, told from the rows themselves.

In every documented layout the four signalling addresses (ingress local and remote, egress local and remote) stand side
by side, the trunk groups and the asserted identity before them, diversion, disposition and SIP status behind. Nowhere
else in a row are four addresses in a row: media flows have a port after each.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?|\[[0-9a-fA-F:.]+\](?::\d{1,5})?", re.ASCII)
_ZONE = re.compile(r"|(?:GMT|UTC)?[+-]\d{1,2}(?::?\d\d)?|[A-Z]{3,5}|[A-Z][A-Za-z_]+/[A-Za-z_/]+", re.ASCII)
_STATUS = re.compile(r"(?:[1-6]\d\d|0)?", re.ASCII)
_CLOTHES = ' "'
_SIDE_BY_SIDE = 4
_BEHIND, _BEFORE = 8, 11
"""The SIP status stands 8 columns behind the first address in a stop row, Session-Charging-Vector 11 before it."""
_LEAST_AGREEING = 0.9


def address_block(rows: Sequence[Sequence[str]], first: int, *, stop: bool) -> int | None:
    """Where (index from 0) the four addresses begin in rows of one type and length, at `first` or later.

    None where no row has four, where they are not in one place in nine of ten rows that have, or where time zone and
    SIP status around them are not what they should be.
    """
    blocks = [block for row in rows if (block := _blocks(row, first))]
    begins = Counter(begin for block in blocks for begin in block)
    if not begins:
        return None
    (begin, agreeing), *others = begins.most_common(2)
    rival = others[0][1] if others else 0
    if (
        agreeing < _LEAST_AGREEING * len(blocks)
        or rival > (1 - _LEAST_AGREEING) * len(blocks)
        or begin - first < _BEFORE
    ):
        return None
    sound = sum(1 for row in rows if _is_sound(row, begin, stop))
    return begin if sound >= _LEAST_AGREEING * len(rows) else None


def _blocks(row: Sequence[str], first: int) -> list[int]:
    """Where runs of four addresses begin, and -1 for each longer run."""
    # Few of hundreds of columns have what an address cannot be without.
    dotted = [place for place, cell in enumerate(row) if "." in cell or "[" in cell]
    found = [place for place in dotted if place >= first and _ADDRESS.fullmatch(row[place].strip(_CLOTHES))]
    runs = Counter(place - at for at, place in enumerate(found))  # the same in places that stand side by side
    at, begins = 0, list[int]()
    for length in runs.values():
        if length >= _SIDE_BY_SIDE:
            begins.append(found[at] if length == _SIDE_BY_SIDE else -1)
        at += length
    return begins


def _is_sound(row: Sequence[str], begin: int, stop: bool) -> bool:
    zone = row[begin - 8].strip(_CLOTHES)
    if _ZONE.fullmatch(zone) is None:
        return False
    return not stop or (
        begin + _BEHIND < len(row) and _STATUS.fullmatch(row[begin + _BEHIND].strip(_CLOTHES)) is not None
    )
