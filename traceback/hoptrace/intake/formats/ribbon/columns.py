"""Where each record of a Ribbon (Sonus) ACT file has its fields: START, STOP and ATTEMPT have columns of their own.

Columns are those of Ribbon's CDR field descriptions, numbered from 1; later releases add columns at the end only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter

START, STOP, ATTEMPT = "START", "STOP", "ATTEMPT"
NO_CALL = frozenset({"INTERMEDIATE", "REBOOT", "SWITCHOVER", "SW_CHANGE", "EVENT", "RECORDING"})
"""Records that tell of no call, or of one that its START and STOP tell of."""

COLUMNS: dict[str, dict[str, int]] = {
    START: {
        **{"gateway": 2, "id": 3, "ticks": 4, "zone": 5, "date": 6, "time": 7, "setup_ticks": 10},
        **{"calling": 15, "called": 16, "before": 19, "route": 26, "out_address": 28, "in_trunk": 29, "incoming": 42},
        **{"dialed": 50, "out_trunk": 54, "outgoing": 55, "in_address": 103},
    },
    STOP: {
        **{"gateway": 2, "id": 3, "ticks": 4, "zone": 5, "date": 6, "time": 7, "setup_ticks": 10, "end_date": 11},
        **{"end_time": 12, "service_ticks": 14, "reason": 15, "calling": 20, "called": 21, "before": 24, "route": 31},
        **{"out_address": 33, "in_trunk": 34, "incoming": 52, "dialed": 60, "out_trunk": 68, "outgoing": 69},
        **{"in_address": 126, "in_identity": 299, "out_identity": 300},
    },
    ATTEMPT: {
        **{"gateway": 2, "id": 3, "ticks": 4, "zone": 5, "date": 6, "time": 7, "end_time": 10, "reason": 12},
        **{"calling": 17, "called": 18, "before": 21, "route": 28, "out_address": 30, "in_trunk": 31, "incoming": 45},
        **{"dialed": 53, "out_trunk": 58, "outgoing": 59, "end_date": 105, "in_address": 116},
        **{"in_identity": 216, "out_identity": 217},
    },
}
_WIDEST = max(place for columns in COLUMNS.values() for place in columns.values())
LEAST = {START: 55, STOP: 69, ATTEMPT: 59}
"""So many columns a record has at least: up to the egress protocol's own data."""


def fields_of(cells: Sequence[str]) -> dict[str, str]:
    """The fields of a record that hold something, by their names in `COLUMNS`."""
    names, pick = _picker(cells[0], min(len(cells), _WIDEST))
    return {name: text for name, text in zip(names, pick(cells), strict=True) if text and not text.isspace()}


@cache
def _picker(kind: str, width: int) -> tuple[tuple[str, ...], Callable[[Sequence[str]], tuple[str, ...]]]:
    """The names of the fields in so many columns, and what picks them out of a record's cells."""
    places = {name: place for name, place in COLUMNS[kind].items() if place <= width}
    return tuple(places), itemgetter(*(place - 1 for place in places.values()))
