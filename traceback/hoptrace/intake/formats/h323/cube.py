"""The CSV of Cisco's voice gateways (CUBE and IOS, `gw-accounting file`): a row a leg, joined by the conference id.

The columns are those of Cisco's «CDR Accounting for Cisco IOS Voice Gateways», detailed (130 and more columns) or
compact (the first 23).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.h323.calls import chunk_of
from hoptrace.intake.formats.h323.records import Record
from hoptrace.intake.formats.h323.times import parse_stamp
from hoptrace.intake.formats.text.lines import decoded, lines_of
from hoptrace.intake.formats.text.splitting import split, split_tolerant
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import Chunk, Context, Detection, Source

COMPACT_COLUMNS, DETAILED_COLUMNS = 23, 130
COLUMNS = {
    "acct-session-id": 1,
    "h323-conf-id": 4,
    "h323-remote-address": 5,
    "h323-setup-time": 7,
    "h323-connect-time": 9,
    "h323-disconnect-time": 10,
    "h323-disconnect-cause": 11,
    "disconnect-text": 12,
    "h323-call-origin": 13,
    "calling-station-id": 21,
    "called-station-id": 22,
    "remote-media-address": 71,
    "out-trunkgroup-label": 81,
    "out-carrier-id": 82,
    "in-trunkgroup-label": 84,
    "in-carrier-id": 85,
    "gw-rxd-cdn": 93,
    "gw-rxd-cgn": 94,
    "gw-rxd-rdn": 97,
    "gw-final-xlated-cdn": 98,
    "gw-final-xlated-cgn": 99,
}
"""Where each attribute stands, from 0; the names are those of the same VSAs in RADIUS."""

_LOOKED_AT = 100
_EPOCH = re.compile(r"\d{10}")
_LEG_TYPES = {"1": "Telephony", "2": "VoIP"}
_CUT = "last line is cut: file still being written?"


class CubeCsv:
    """Reads the files of `gw-accounting file`; several files of one gateway are one group."""

    name = "cisco_cube"
    title = "Cisco CUBE and IOS voice gateways (gw-accounting file)"
    grouped = True
    needs_profile = False
    rows_are_lines = True

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims a file most of whose rows begin with an epoch, a leg and a conference id, where Cisco puts them."""
        del source
        lines = [text for raw in head.splitlines()[:_LOOKED_AT] if "," in (text := decoded(raw))]
        rows = [split(line) for line in lines]
        fits = [cells for cells in rows if _is_record(cells)]
        if not fits or len(fits) * 2 < len(rows):
            return None
        why = f"{len(fits[0])} columns with a gateway's leg, conference id and times in {len(fits)} of {len(rows)} rows"
        return Detection(self.name, 0.95, why)

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk for the group; raises InputRefused where no row of a file is a gateway's, TimezoneMissing."""
        ledger = Ledger()
        seen: set[str] = set()
        records: list[Record] = []
        for source in sources:
            records.extend(_records(source, ledger, seen))
        yield chunk_of(records, context, ledger, "time of the record")


def _is_record(cells: Sequence[str]) -> bool:
    return (
        len(cells) >= COMPACT_COLUMNS
        and _EPOCH.fullmatch(cells[0].strip()) is not None
        and cells[3].strip().isdecimal()
        and parse_stamp(cells[7].strip()) is not None
    )


def _records(source: Source, ledger: Ledger, seen: set[str]) -> Iterator[Record]:
    lines = lines_of(source)
    width, fits = 0, 0
    for line in lines.lines:
        place = source.index, line.number
        ledger.row(*place, line.raw)
        if "," not in line.text and (not line.text.strip() or line.number != lines.unended):
            # Blank lines, and the name that a gateway writes at the top of a file.
            ledger.skip(*place)
        elif line.text in seen:
            ledger.duplicate(*place)
            fits += 1
        elif line.number == lines.unended:
            ledger.reject(*place, _CUT)
            fits += 1
        else:
            seen.add(line.text)
            cells = _cells(line.text, width)
            problem = _problem(cells)
            if problem is not None:
                ledger.reject(*place, problem)
                continue
            width, fits = width or len(cells), fits + 1
            yield _record(cells, place)
    if lines.lines and not fits:
        raise InputRefused(
            f"{source.name}: no row is a record of gw-accounting file ({COMPACT_COLUMNS} columns or {DETAILED_COLUMNS} "
            "and more, the first an epoch). Give the right --format, see docs/formats/cisco_cube.md."
        )


def _cells(text: str, width: int) -> list[str]:
    cells = split(text)
    if width and len(cells) != width and len(again := split_tolerant(text)) == width:
        return again
    return cells


def _problem(cells: Sequence[str]) -> str | None:
    if len(cells) < COMPACT_COLUMNS:
        return "wrong number of columns"
    return None if _EPOCH.fullmatch(cells[0].strip()) else "first column is no epoch"


def _record(cells: Sequence[str], place: tuple[int, int]) -> Record:
    """A row as the attributes that RADIUS would have given."""
    width = len(cells)
    said = {name: text for name, at in COLUMNS.items() if at < width and (text := cells[at].strip())}
    kind = _LEG_TYPES.get(cells[3].strip())
    if kind is not None:
        said["h323-call-type"] = kind
    return Record(said, (place,), float(cells[0]))
