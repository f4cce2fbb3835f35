"""Cisco BroadWorks' accounting files: the CSV form and the XML form, a record a user and call."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.broadworks.calls import Clock, enter_calls
from hoptrace.intake.formats.broadworks.leaves import Leaves
from hoptrace.intake.formats.broadworks.records import (
    COLUMNS,
    LEAST_COLUMNS,
    Kind,
    Record,
    csv_fields,
    kind_of,
    make_record,
    parse_time,
    split_escaped,
    zone_offset,
)
from hoptrace.intake.formats.text.content import content_of
from hoptrace.intake.formats.xml.records import encoding_of, in_batches, records_of
from hoptrace.intake.ledger import Ledger
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_HEAD = re.compile(rb"\s*version=[\d.]+\s+encoding=([\w-]+)")
_XML = re.compile(rb"<broadWorksCDR[\s>]")
_LOOKED_AT = 200
_CUT = "last line is cut: file still being written?"
_ROOTS = frozenset({"broadWorksCDR"})
_BOM = b"\xef\xbb\xbf"

Fields = tuple[tuple[int, int], dict[str, str]]


@dataclass(slots=True)
class _Group:
    """What the files of one group have given so far: records by what names a call, each once."""

    ledger: Ledger = field(default_factory=Ledger)
    records: dict[tuple[str, ...], Record] = field(default_factory=dict[tuple[str, ...], Record])
    seen: set[bytes] = field(default_factory=set[bytes])

    def take(self, place: tuple[int, int], fields: dict[str, str]) -> bool:
        """Settle a row by its fields; False where it is no record of BroadWorks."""
        kind = kind_of(fields.get("type", ""))
        if kind is Kind.NO_CALL:
            self.ledger.skip(*place)
        elif kind is Kind.UNKNOWN:
            self.ledger.reject(*place, "no known type of record")
            return False
        else:
            made = make_record(place, fields)
            if isinstance(made, Record):
                self._add(made, kind)
            else:
                self.ledger.reject(*place, *made)
        return True

    def _add(self, record: Record, kind: Kind) -> None:
        """A record; one of a call that went on belongs to the record that ended it."""
        local = record.get("localCallId")
        names = (local or str(record.rows), record.fields.get("userId", record.fields.get("userNumber", "")))
        key = (*names, record.fields["startTime"], *(() if local else ("alone",)))
        before = self.records.get(key)
        if before is None:
            self.records[key] = record
        elif kind is Kind.ONGOING:
            self.records[key] = before._replace(rows=(*before.rows, *record.rows))
        else:
            self.records[key] = record._replace(rows=(*record.rows, *before.rows))

    def chunk(self) -> Chunk:
        """The group's calls."""
        records = list(self.records.values())
        clock = Clock(records)
        for file, count in sorted(enter_calls(records, clock, self.ledger).items()):
            if count:
                text = f"records that do not say which party their user is, neighbours left out: {count}"
                self.ledger.flag(file, text)
        return self.ledger.chunk(clock.zone)


class BroadworksCsv:
    """Reads the CSV form; the columns are as many as the release has."""

    name = "broadworks_csv"
    title = "Cisco BroadWorks accounting, CSV"
    grouped = True
    needs_profile = False
    rows_are_lines = True

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims a file with BroadWorks' first line, or most of whose rows have type, start and zone in place."""
        del source
        lines = [raw.decode("latin-1") for raw in head.splitlines()[:_LOOKED_AT] if raw.strip()]
        fits = sum(_looks_like_broadworks(split_escaped(line)) for line in lines)
        if not fits or fits * 2 < len(lines) - 1:
            return None
        first = " and the first line" if _HEAD.match(head) else ""
        why = f"BroadWorks' types, start times and user zones in {fits} of {len(lines)} rows{first}"
        return Detection(self.name, 0.95, why)

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk for the group; raises InputRefused where no row of a file is BroadWorks'."""
        del context
        group = _Group()
        for source in sources:
            _read_csv(source, group)
        yield group.chunk()


class BroadworksXml:
    """Reads the XML form; a `cdrData` element is a row."""

    name = "broadworks_xml"
    title = "Cisco BroadWorks accounting, XML"
    grouped = True
    needs_profile = False
    rows_are_lines = False

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims XML whose root is broadWorksCDR."""
        del source
        if _XML.search(head) is None or b"<cdrData" not in head:
            return None
        return Detection(self.name, 0.97, "XML with broadWorksCDR and cdrData")

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk for the group; raises InputRefused where a file has no record."""
        del context
        group = _Group()
        for source in sources:
            _read_xml(source, group)
        yield group.chunk()


def _looks_like_broadworks(cells: Sequence[str]) -> bool:
    if len(cells) < LEAST_COLUMNS:
        return len(cells) >= 3 and kind_of(cells[COLUMNS["type"]]) is Kind.NO_CALL
    return (
        parse_time(cells[COLUMNS["startTime"]]) is not None and zone_offset(cells[COLUMNS["userTimeZone"]]) is not None
    )


def _read_csv(source: Source, group: _Group) -> None:
    content = content_of(source)
    head = _HEAD.match(content.removeprefix(_BOM))
    encoding = _known(head[1].decode("ascii")) if head else "utf-8"
    lines = content.splitlines()
    rows = [split_escaped(_text(raw.removeprefix(_BOM), encoding)) for raw in lines]
    widths = Counter(len(cells) for cells in rows if len(cells) >= LEAST_COLUMNS)
    usual = widths.most_common(1)[0][0] if widths else 0
    fits = 0
    for number, (raw, cells) in enumerate(zip(lines, rows, strict=True), start=1):
        place = source.index, number
        group.ledger.row(*place, raw)
        cut = number == len(lines) and not content.endswith((b"\n", b"\r")) and len(cells) < usual
        if not raw.strip() or _HEAD.match(raw.removeprefix(_BOM)):
            group.ledger.skip(*place)
        elif raw in group.seen:
            group.ledger.duplicate(*place)
            fits += 1
        elif len(cells) < 3 or cut or (len(cells) < LEAST_COLUMNS and kind_of(cells[2]) is not Kind.NO_CALL):
            group.ledger.reject(*place, _CUT if cut else "wrong number of columns")
        else:
            group.seen.add(raw)
            fits += group.take(place, csv_fields(cells))
    if lines and not fits:
        raise _none(source)


def _read_xml(source: Source, group: _Group) -> None:
    content = content_of(source)
    leaves = Leaves(encoding_of(content))
    found = fits = 0
    for batch in in_batches(records_of(content, "cdrData", _ROOTS), lambda record: len(record.raw)):
        fields = iter(leaves.of([record.raw for record in batch if record.problem is None]))
        for record in batch:
            found, place = record.number, (source.index, record.number)
            group.ledger.row(*place, record.raw)
            if record.problem is not None:
                group.ledger.reject(*place, record.problem)
                continue
            said = next(fields)
            if record.raw in group.seen:
                group.ledger.duplicate(*place)
                fits += 1
            else:
                group.seen.add(record.raw)
                fits += group.take(place, said)
    if found and not fits:
        raise _none(source)


def _text(raw: bytes, encoding: str) -> str:
    text = raw.decode(encoding, "replace")
    return text.replace("\0", "") if "\0" in text else text


def _known(encoding: str) -> str:
    try:
        "".encode(encoding)
    except LookupError:
        return "utf-8"
    return encoding


def _none(source: Source) -> InputRefused:
    return InputRefused(
        f"{source.name}: no record of BroadWorks' accounting. Give the right --format, see docs/formats/broadworks.md."
    )
