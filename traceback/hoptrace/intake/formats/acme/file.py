"""One file of an Oracle / Acme Packet SBC being read: its rows told apart, measured where need be, made records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.errors import InputRefused
from hoptrace.intake.formats.acme.gathered import Gathered, Noticed, Said, framed
from hoptrace.intake.formats.acme.layout import Kind, Layout, Layouts
from hoptrace.intake.formats.acme.lines import BLANK, CODES, OTHER, UNKNOWN, Part, parts_of
from hoptrace.intake.formats.acme.placing import Placed, placed
from hoptrace.intake.formats.acme.rows import said_in
from hoptrace.intake.reading import Source
from hoptrace.intake.seen import Seen
from hoptrace.model.arrays import Bytes, Int64s, Truths
from hoptrace.model.statements import Fate

_CUT = "last line is cut: file still being written?"
_UNKNOWN_COLUMNS = "columns are not where any known release has them"
_UNREAD = (
    "Trunk groups, addresses, SIP status and STIR/SHAKEN columns were not read; name the columns in a profile "
    "(docs/formats/acme.md)"
)
_ENOUGH = 200
"""So many rows of an unknown length are looked at together."""
_UNKNOWN_LENGTH = "no documented release writes rows of so many columns"
_WAYS_OUT = (
    "Name their columns in a profile, as the SBC's dump_csv_format lists them; or look at what "
    "hoptrace profile show FILE --profile acme_measured finds in them, and submit with --format acme_measured "
    "(docs/formats/acme.md)"
)
_UNKNOWN_TYPE = "no known Acct-Status-Type in the first column"

_LAST_LINE = 2**62

FATES = (Fate.REJECTED, Fate.ACCEPTED, Fate.SKIPPED, Fate.DUPLICATE)
"""Fates by their codes."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the files of a group are read with; rows that were seen in one are duplicates in the others."""

    gathered: Gathered
    layouts: Layouts
    measures: bool
    seen: Seen = field(default_factory=Seen)


class _Row(NamedTuple):
    """A row divided by hand: its place among all rows of the group, its text and its columns."""

    row: int
    text: str
    cells: list[str]


@dataclass(slots=True)
class AcmeFile:
    """One file; rows of a length that nothing is known of wait until there are enough to measure them.

    Once it is read: `raw` and `fates` (codes, see FATES) of its rows, those of calls not accepted yet; rows and reasons
    of those `rejected` that no column was read of.
    """

    source: Source
    reading: Reading
    noticed: Noticed
    raw: list[pl.Series] = field(default_factory=list[pl.Series])
    fates: list[Bytes] = field(default_factory=list[Bytes])
    rejected: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    _tried: int = 0
    _understood: int = 0
    _unusual: Counter[tuple[bool, str]] = field(default_factory=Counter[tuple[bool, str]])
    _lengths: Counter[int] = field(default_factory=Counter[int])
    """Rows of lengths that nobody documents, which were rejected."""
    _waiting: dict[tuple[Kind, int], list[_Row]] = field(default_factory=dict[tuple[Kind, int], list[_Row]])

    def read(self) -> None:
        """Read all rows; raises InputRefused where none is an SBC's, TimezoneMissing."""
        for part in parts_of(self.source):
            self._read(part)
        while self._waiting:
            (kind, _), rows = self._waiting.popitem()
            self._measure(kind, rows)
        if self._lengths and not self._understood:
            widths = ", ".join(f"{width:,}" for width in sorted(self._lengths))
            raise InputRefused(
                f"{self.source.name}: its rows have {widths} columns, and {_UNKNOWN_LENGTH}. {_WAYS_OUT}."
            )
        if self._tried and not self._understood:
            raise InputRefused(
                f"{self.source.name}: no row looks like a local CDR of an Oracle / Acme Packet SBC (type 1, 2 or 3 "
                "first, setup time in column 11 to 14). Give the right --format, or name the columns in a profile: "
                "docs/formats/acme.md."
            )

    def flags(self) -> Iterator[str]:
        """What the receipt should say of this file."""
        yield from self.noticed.signs.flags()
        for (measured, why), count in sorted(self._unusual.items()):
            yield f"rows of {why}: {count:,}" if measured else f"rows of {why}: {count:,}. {_UNREAD}"
        for width, count in sorted(self._lengths.items()):
            yield f"rows of {width:,} columns, rejected as {_UNKNOWN_LENGTH}: {count:,}. {_WAYS_OUT}"
        if self.noticed.milliseconds:
            yield f"session times in milliseconds: {self.noticed.milliseconds:,}"
        if self.noticed.durations:
            yield f"session times that contradict answer and end, which count: {self.noticed.durations:,}"

    def _read(self, part: Part) -> None:
        lines = np.flatnonzero((part.kinds != OTHER) & (part.kinds != BLANK))
        fates = np.full(len(part.kinds), FATES.index(Fate.SKIPPED), np.uint8)
        fates[lines] = FATES.index(Fate.REJECTED)
        repeated = self._repeated(part, lines)
        fates[lines[repeated]] = FATES.index(Fate.DUPLICATE)
        self.raw.append(part.raw)
        self.fates.append(fates)
        lines = lines[~repeated]
        if part.unended and len(lines) and lines[-1] == len(part.kinds) - 1:
            self._reject(part, lines[-1:], _CUT)
            lines = lines[:-1]
        self._tried += len(lines)
        unknown = part.kinds[lines] == UNKNOWN
        self._reject(part, lines[unknown], _UNKNOWN_TYPE)
        lines = lines[~unknown]
        while len(lines):
            last = self._take(part, list(placed(part, lines, self.reading.layouts)))
            lines = lines[lines > last]

    def _repeated(self, part: Part, lines: Int64s) -> Truths:
        """Which lines came before; a last one without an end is not remembered."""
        seen, hashes = self.reading.seen, part.raw.hash()[lines]
        cut = part.unended and len(lines) > 0 and bool(lines[-1] == len(part.kinds) - 1)
        whole = len(lines) - cut
        repeated = seen.repeated(hashes.head(whole)).to_numpy()
        return np.append(repeated, seen.known(hashes.tail(cut).to_numpy()))

    def _take(self, part: Part, groups: list[Placed]) -> int:
        """Take rows in, and give the last: where enough rows of a length wait, the rest has to be placed anew."""
        last = self._measured_at([each for each in groups if self._waits(each)])
        if last < _LAST_LINE:
            groups = [each.some(each.lines <= last) for each in groups]
        taken: list[tuple[Placed, Layout]] = []
        for each in sorted((each for each in groups if len(each.lines)), key=lambda each: int(each.lines[0])):
            if each.layout is None:
                self._reject(part, each.lines, _UNKNOWN_COLUMNS)
            elif self._waits(each):
                rows = zip(self._rows(part, each.lines), part.division.each(each.lines), each.by_hand(), strict=True)
                self._waiting.setdefault((each.kind, each.width), []).extend(_Row(*row) for row in rows)
            elif not each.layout.known and each.kind is not Kind.INTERIM and not self.reading.measures:
                self._lengths[each.width] += len(each.lines)
                self._reject(part, each.lines, _UNKNOWN_LENGTH)
            else:
                taken.append((each, each.layout))
        self._enter(part, taken)
        for (kind, width), rows in list(self._waiting.items()):
            if len(rows) >= _ENOUGH:
                self._measure(kind, self._waiting.pop((kind, width)))
        return last

    def _waits(self, rows: Placed) -> bool:
        """Whether rows are of a length that is to be measured, and was not yet."""
        if rows.layout is None or rows.layout.known or not self.reading.layouts.waits(rows.kind, rows.width):
            return False
        return self.reading.measures or rows.kind is Kind.INTERIM

    def _measured_at(self, waiting: list[Placed]) -> int:
        """The line at which enough rows of a length have come together; the last of all where there is none."""
        together: dict[tuple[Kind, int], list[Int64s]] = {}
        for each in waiting:
            together.setdefault((each.kind, each.width), []).append(each.lines)
        found = [_LAST_LINE]
        for key, lines in together.items():
            lacking = _ENOUGH - len(self._waiting.get(key, ()))
            found += np.sort(np.concatenate(lines))[lacking - 1 : lacking].tolist()
        return min(found)

    def _measure(self, kind: Kind, rows: list[_Row]) -> None:
        rows.sort()
        self.reading.layouts.measure(kind, [row.cells for row in rows])
        fitting = [(row, self.reading.layouts.of(kind, row.cells)) for row in rows]
        divided = [(row, layout) for row, layout in fitting if layout is not None]
        said = [Said(row.row, CODES.index(kind), said_in(row.cells, layout)) for row, layout in divided]
        self.reading.gathered.say_rows(self.noticed, said, [row.text for row, _ in divided])
        self._count((layout, 1) for _, layout in divided)

    def _enter(self, part: Part, taken: list[tuple[Placed, Layout]]) -> None:
        """Read rows whose layout is settled."""
        if not taken:
            return
        self._count((layout, len(rows.lines)) for rows, layout in taken)
        frames = [self._divided(part, rows, layout) for rows, layout in taken if rows.cells is None]
        by_hand = [(rows.lines, rows.kind, rows.cells, layout) for rows, layout in taken if rows.cells is not None]
        first = self._first(part)
        said = [
            Said(int(line[0]) + first, CODES.index(kind), said_in(cells, layout))
            for line, kind, cells, layout in by_hand
        ]
        if not frames:
            texts = part.division.each(np.array([each.row - first for each in said], np.int64))
            self.reading.gathered.say_rows(self.noticed, said, texts)
            return
        frames += [framed(said)] if said else []
        together = frames[0] if len(frames) == 1 else pl.concat(frames, how="diagonal").sort("row")
        texts = part.division.texts(together["row"].to_numpy() - first)
        self.reading.gathered.say(self.noticed, together, texts)

    def _divided(self, part: Part, rows: Placed, layout: Layout) -> pl.DataFrame:
        told = rows.division.columns(rows.places, layout)
        return told.hstack([pl.Series("row", self._rows(part, rows.lines)), pl.Series("kind", part.kinds[rows.lines])])

    def _count(self, layouts: Iterable[tuple[Layout, int]]) -> None:
        for layout, count in layouts:
            self._understood += count
            if (layout.measured or not layout.known) and layout.kind is not Kind.INTERIM:
                self._unusual[layout.measured, layout.why] += count

    def _rows(self, part: Part, lines: Int64s) -> Int64s:
        """The places of a part's lines among all rows of the group."""
        return lines + self._first(part)

    def _first(self, part: Part) -> int:
        return self.noticed.begin + part.first_row - 1

    def _reject(self, part: Part, lines: Int64s, why: str) -> None:
        self.rejected += [(row, why) for row in self._rows(part, lines).tolist()]
