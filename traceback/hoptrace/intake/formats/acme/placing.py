"""Which layout each row of an Oracle / Acme Packet SBC's file has, for rows of one kind and length at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from hoptrace.intake.formats.acme.layout import Kind, Layout, Layouts
from hoptrace.intake.formats.acme.lines import CODES, Division, Part
from hoptrace.intake.formats.acme.quotes import in_pairs
from hoptrace.intake.formats.acme.rows import fitted, split_plain, split_row, split_unescaped
from hoptrace.intake.formats.clocks.columns import look_like_times
from hoptrace.model.arrays import Int64s, Truths

_QUOTE = ord('"')
_FEW = 100
"""So many rows of one kind and length cost as much by columns as one by one."""
_PLAIN_CELL = r'(?:[^",]*|"[^",]*")'
_PLAIN = f"^{_PLAIN_CELL}(?:,{_PLAIN_CELL})*$"
"""A row whose quotes stand around whole columns that have no comma: however it is divided, it is divided so."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Rows of one kind and one layout (None where none fits), by their `lines` in a part.

    `places`: those of the rows in the `division` by which they have as many columns as the layout. `split` divides one
    of them by hand in the same way; a row that is divided by hand alone has its `cells`.
    """

    lines: Int64s
    kind: Kind
    width: int
    layout: Layout | None
    division: Division
    places: Int64s
    split: Callable[[str], list[str]] = split_row
    cells: list[str] | None = None

    def some(self, which: Truths) -> Placed:
        """Some of the rows."""
        return replace(self, lines=self.lines[which], places=self.places[which])

    def by_hand(self) -> list[list[str]]:
        """The columns of each row."""
        return [self.split(text) for text in self.division.each(self.places)] if self.cells is None else [self.cells]


def placed(part: Part, lines: Int64s, layouts: Layouts) -> Iterator[Placed]:
    """Lines of known kinds, in rising order, by their layouts."""
    for code, width, here in _alike(part, lines):
        rows = Placed(here, CODES[code], width, layouts.known_of(CODES[code], width), part.division, here)
        if len(here) < _FEW:
            yield from _one_by_one(rows, layouts)
        elif rows.layout is not None:
            plain = _are_sound(rows, rows.layout)
            yield rows.some(plain)
            yield from _one_by_one(rows.some(~plain), layouts)
        else:
            plain = part.division.texts(here).str.contains(_PLAIN).to_numpy()
            yield from _by_candidates(rows.some(plain), layouts)
            if not plain.all():
                yield from _by_pairs(rows.some(~plain), layouts)


def _alike(part: Part, lines: Int64s) -> Iterator[tuple[int, int, Int64s]]:
    """Lines of one kind (its code) and as many columns by their commas."""
    keys = part.division.counts[lines] * len(CODES) + part.kinds[lines]
    order = np.argsort(keys, kind="stable")
    begins = np.flatnonzero(np.diff(keys[order], prepend=-1))
    for key, here in zip(keys[order][begins], np.split(lines[order], begins[1:]), strict=True):
        yield int(key) % len(CODES), int(key) // len(CODES) + 1, here


def _are_sound(rows: Placed, layout: Layout) -> Truths:
    """Rows that no comma inside quotes divides where something is read, with a setup time in its place."""
    sound = rows.division.are_divided(rows.places, layout)
    sound[sound] = _with_times(rows.some(sound), layout)
    return sound


def _by_candidates(rows: Placed, layouts: Layouts) -> Iterator[Placed]:
    """Rows of a length of which not all columns are known, or which is of another layout."""
    for layout in layouts.candidates(rows.kind, rows.width):
        if not len(rows.lines):
            return
        fits = _with_times(rows, layout)
        yield replace(rows.some(fits), layout=layout)
        rows = rows.some(~fits)
    if len(rows.lines):
        yield rows


def _by_pairs(rows: Placed, layouts: Layouts) -> Iterator[Placed]:
    """Rows with quotes inside quotes: where no layout fits as CSV divides them, they are divided by whole pairs."""
    division, sound = in_pairs(rows.division, rows.places)
    for layout in layouts.candidates(rows.kind, rows.width):
        sound &= ~_with_times(rows, layout, quotes=2)
    for width in np.unique(division.counts[sound]).tolist():
        here = sound & (division.counts == width)
        of_pairs = replace(
            rows, width=width + 1, division=division, places=np.arange(len(sound)), split=split_unescaped
        )
        yield from _by_candidates(of_pairs.some(here), layouts)
    yield from _one_by_one(rows.some(~sound), layouts)


def _with_times(rows: Placed, layout: Layout, quotes: int = 0) -> Truths:
    """Rows that have a setup time where the layout has it; up to so many quotes around it count for nothing."""
    setup = layout.columns.get("setup", rows.width)
    if setup >= rows.width:
        return np.zeros(len(rows.lines), bool)
    begin, end, _ = rows.division.unquoted(rows.places, setup, rows.width)
    letters = rows.division.letters
    for _ in range(quotes):
        begin = begin + ((begin < end) & (letters[np.minimum(begin, len(letters) - 1)] == _QUOTE))
        end = end - ((begin < end) & (letters[end - 1] == _QUOTE))
    return look_like_times(rows.division.data, begin, end)


def _one_by_one(rows: Placed, layouts: Layouts) -> Iterator[Placed]:
    for at, text in enumerate(rows.division.each(rows.places)):
        cells, layout = None if rows.layout is None else split_plain(text, rows.layout), rows.layout
        if cells is None:
            cells, layout = fitted(text, rows.kind, layouts)
        row = rows.places[at : at + 1]
        yield Placed(rows.lines[at : at + 1], rows.kind, len(cells), layout, rows.division, row, cells=cells)
