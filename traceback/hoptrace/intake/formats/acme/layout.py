"""Where an Oracle / Acme Packet SBC writes what: the columns of local CDR rows by record type, release and length.

Positions are those of Oracle's accounting guides (S-C6.1 to S-C6.4, S-D7.1; S-Cz9.0 to 10.1 for the first columns and
the STIR/SHAKEN ones). Inside, a column is an index from 0; in the guides they are numbered from 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from hoptrace.errors import ProfileInvalid
from hoptrace.intake.formats.acme.measure import address_block
from hoptrace.intake.formats.clocks.times import looks_like_time
from hoptrace.intake.profile import Profile


class Kind(Enum):
    """What a row tells of; the values are those of Acct-Status-Type (RFC 2866 section 5.1)."""

    START = "start"
    STOP = "stop"
    INTERIM = "interim"
    OTHER = "other"


KINDS = {
    **{"1": Kind.START, "2": Kind.STOP, "3": Kind.INTERIM, "7": Kind.OTHER, "8": Kind.OTHER},
    **{"start": Kind.START, "stop": Kind.STOP, "interim": Kind.INTERIM, "interim-update": Kind.INTERIM},
    **{"accounting-on": Kind.OTHER, "accounting-off": Kind.OTHER},
}
"""What the first column may hold, in small letters."""

LEAST_COLUMNS = 24
"""So many columns are before the media flows; a row with fewer is none of a call."""

_TAIL = (
    *("charging_vector", "charging_function", "firmware", "zone", "post_dial_delay", "routing_number"),
    *("in_trunk", "out_trunk", "in_context", "out_context", "asserted", "in_local", "in_address"),
    *("out_local", "out_address", "diversion"),
)
_STOP_TAIL = (*_TAIL, "disposition", "initiator", "disconnect_cause", "sip_status", "final_number")
_START_TAIL = (*_TAIL, "final_number")

# Attributes by other names: RADIUS names without "Acme-", and those of the newer guides' tables.
_NAMES = {
    "session": ("acctsessionid", "accountingsessionid"),
    "call_id": ("sessioningresscallid", "ingresssessionid"),
    "egress_call_id": ("sessionegresscallid", "egresssessionid"),
    "generic": ("sessiongenericid", "genericid"),
    "calling": ("callingstationid",),
    "called": ("calledstationid",),
    "session_time": ("acctsessiontime", "accountingsessiontime"),
    "setup": ("h323setuptime", "ciscosetuptime"),
    "connect": ("h323connecttime", "ciscoconnecttime"),
    "disconnect": ("h323disconnecttime", "ciscodisconnecttime"),
    "cause": ("h323disconnectcause", "ciscodisconnectcause"),
    "out_realm": ("sessionegressrealm", "egressrealm"),
    "in_realm": ("sessioningressrealm", "ingressrealm"),
    "zone": ("localtimezone",),
    "in_trunk": ("originatingtrunkgroup",),
    "out_trunk": ("terminatingtrunkgroup",),
    "asserted": ("passertedid",),
    "in_address": ("ingressremoteaddr",),
    "out_address": ("egressremoteaddr",),
    "diversion": ("sipdiversion",),
    "sip_status": ("sipstatus",),
    "final_number": ("egressfinalroutingnumber",),
    "attestation": ("stirvsattest",),
    "verstat": ("stirvsverstat",),
    "sequence": ("cdrsequencenumber",),
}
COLUMNS = tuple(_NAMES)
"""The columns that something is read from."""
_PLAIN = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns (index from 0) of one kind and length of rows.

    `known`: also those behind the media flows; `measured`: those were found in the rows and are in no guide.
    """

    kind: Kind
    width: int
    columns: Mapping[str, int]
    why: str
    known: bool = True
    measured: bool = False

    def fits(self, cells: Sequence[str]) -> bool:
        """The setup time stands where the layout has it; without one nothing else in the row can be relied on."""
        setup = self.columns.get("setup", self.width)
        return len(cells) == self.width and setup < self.width and looks_like_time(cells[setup].strip())


def _positions(kind: Kind, shift: int, tail: int | None, sequence: int | None = None) -> dict[str, int]:
    """Columns as the guides number them: `shift` -1 before S-C6.2, `tail` where Session-Charging-Vector stands."""
    first = {"session": 4, "call_id": 5, "egress_call_id": 6, "generic": 9, "calling": 10, "called": 11}
    if kind is Kind.STOP:
        times = {"session_time": 13, "setup": 14, "connect": 15, "disconnect": 16, "cause": 17}
        after = times | {"out_realm": 22, "in_realm": 23}
    else:
        after = {"setup": 12, "connect": 13, "out_realm": 18, "in_realm": 19}
    shifted = {name: place + (shift if place > 6 else 0) for name, place in (first | after).items()}
    if tail is not None:
        names = _STOP_TAIL if kind is Kind.STOP else _START_TAIL
        shifted |= {name: tail + offset for offset, name in enumerate(names) if name in _NAMES}
    if sequence is not None:
        shifted["sequence"] = sequence
    return {name: place - 1 for name, place in shifted.items()}


def _known() -> Iterable[Layout]:
    start, stop = Kind.START, Kind.STOP
    yield Layout(start, 116, _positions(start, -1, 67), "S-C6.1 start")
    yield Layout(stop, 169, _positions(stop, -1, 115), "S-C6.1 stop")
    yield Layout(start, 118, _positions(start, 0, 68, 118), "S-C6.2 start")
    yield Layout(stop, 171, _positions(stop, 0, 116, 171), "S-C6.2 stop")
    yield Layout(start, 122, _positions(start, 0, 68, 122), "S-C6.3 and 6.4 start")
    yield Layout(stop, 175, _positions(stop, 0, 116, 175), "S-C6.3 and 6.4 stop")
    yield Layout(start, 127, _positions(start, 0, 77, 127), "S-D7.1 start")
    # The same with 94 columns of a second audio and video flow from column 116 on.
    yield Layout(stop, 269, _positions(stop, 0, 210, 269), "175 columns of a stop and 94 of further flows")


@dataclass(slots=True)
class Layouts:
    """Finds the layout of each row: the profile's, a documented one, or the first columns that all releases share."""

    profile: Profile
    _table: dict[tuple[Kind, int], Layout] = field(default_factory=dict[tuple[Kind, int], Layout])
    _common: dict[tuple[Kind, Kind, int, int], Layout] = field(
        default_factory=dict[tuple[Kind, Kind, int, int], Layout]
    )

    def __post_init__(self) -> None:
        self._table = {(layout.kind, layout.width): layout for layout in _known()}
        for name, columns in self.profile.layouts.items():
            kind = next((kind for word, kind in KINDS.items() if name.lower().startswith(word)), None)
            if kind is None or kind is Kind.OTHER:
                raise ProfileInvalid(
                    f"{self.profile.name}: layouts.{name}: an Oracle SBC's layouts begin with start, stop or interim."
                )
            self._table[kind, len(columns)] = named_layout(kind, columns, f"the profile's layout {name}")

    def of(self, kind: Kind, cells: Sequence[str]) -> Layout | None:
        """The layout of a row; None where no known one has a setup time where the row has it."""
        return next((layout for layout in self.candidates(kind, len(cells)) if layout.fits(cells)), None)

    def candidates(self, kind: Kind, width: int) -> Iterator[Layout]:
        """The layouts that rows of this length may have, the first that fits counts."""
        layout = self._table.get((kind, width))
        if layout is not None:
            yield layout
        if width >= LEAST_COLUMNS:
            yield from self._by_prefix(kind, width)

    def known_of(self, kind: Kind, width: int) -> Layout | None:
        """The layout of rows of this length, if all of its columns are known."""
        layout = self._table.get((kind, width))
        return layout if layout is not None and layout.known else None

    def waits(self, kind: Kind, width: int) -> bool:
        """Nothing is known of rows of this length yet, so that some of them should be looked at together."""
        return (kind, width) not in self._table

    def measure(self, kind: Kind, rows: Sequence[Sequence[str]]) -> None:
        """Find the columns behind the media flows in rows of one length, which `of` gave no known layout for."""
        width = len(rows[0])
        layout = next((each for row in rows for each in self._by_prefix(kind, width) if each.fits(row)), None)
        if layout is None or (kind, width) in self._table:
            return
        begin = address_block(rows, layout.columns["in_realm"] + 1, stop=kind is Kind.STOP)
        if begin is not None:
            names = {Kind.STOP: _STOP_TAIL, Kind.START: _START_TAIL}.get(kind, _TAIL)
            tail = begin - _TAIL.index("in_local")
            behind = {name: place for place, name in enumerate(names, start=tail) if name in _NAMES and place < width}
            where = f"the four addresses in {begin + 1} to {begin + 4}"
            why = f"{width} columns, those behind the media flows found by {where}"
            layout = Layout(kind, width, {**layout.columns, **behind}, why, measured=True)
        self._table[kind, width] = layout

    def _by_prefix(self, kind: Kind, width: int) -> Iterator[Layout]:
        """The columns before the media flows, which stand in the same places from S-C6.2 to 10.1."""
        for like in (Kind.STOP, Kind.START) if kind is Kind.STOP else (Kind.START, Kind.STOP):
            for shift in (0, -1):
                key = (kind, like, width, shift)
                layout = self._common.get(key)
                if layout is None:
                    why = f"{width} columns, of which the first {23 if like is Kind.STOP else 19} are known"
                    layout = Layout(kind, width, _positions(like, shift, None), why, known=False)
                    if len(self._common) < 1_000:  # damaged files can have rows of any length
                        self._common[key] = layout
                yield layout


def named_layout(kind: Kind, names: Sequence[str], why: str) -> Layout:
    """A layout from attribute names in the order of the columns."""
    columns: dict[str, int] = {}
    for place, name in enumerate(names):
        plain = _PLAIN.sub("", name.lower()).removeprefix("acme")
        for column, spellings in _NAMES.items():
            if plain in spellings:
                columns.setdefault(column, place)
    return Layout(kind, len(names), columns, why)


def column_named(name: str) -> str | None:
    """What a profile's [fields] mean by an attribute name, such as Acme-Session-Ingress-Realm; None where unknown."""
    plain = _PLAIN.sub("", name.lower()).removeprefix("acme")
    return next((column for column, spellings in _NAMES.items() if plain in spellings or plain == column), None)
