"""The lines of an Oracle / Acme Packet SBC's file: what kind of row each is, and its columns, of many rows at once.

A row is divided without being copied: a column is the bytes between two of its commas.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from hoptrace.intake.formats.acme.layout import KINDS, Kind, Layout
from hoptrace.intake.formats.text.blocks import Block
from hoptrace.intake.formats.text.content import content_of
from hoptrace.intake.formats.text.lines import decoded
from hoptrace.intake.formats.text.slices import line_bounds, slices, slices_and_between
from hoptrace.intake.reading import Source
from hoptrace.model.arrays import Bytes, Int64s, Truths

CODES = (Kind.STOP, Kind.START, Kind.INTERIM, Kind.OTHER)
"""Kinds by their codes, those first that say most of a call."""

OTHER, UNKNOWN, BLANK = CODES.index(Kind.OTHER), -1, -2
COMMA, QUOTE = ord(","), ord('"')
_SPACE, _BEYOND_ASCII = ord(" "), 128
_FIRST_LINES, _LINES_AT_ONCE = 2_048, 16_384
"""So many rows have a few million commas; at first fewer, after which most lengths that nobody documents are known."""

NOTHING = ("", "0.0.0.0", "::", "127.0.0.1", "NULL", "null", "(null)", "unknown", "-")
"""What stands in columns that say nothing."""

_SPACES = "".join(map(chr, [*range(9, 14), *range(28, 33), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B)])) + (
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What `str.strip` takes off."""


@dataclass(frozen=True, slots=True)
class Division:
    """Lines of `data`, from `starts` to `ends`, and the `commas` that divide them.

    Those of a line are as many as its `counts`, from its `first` on.
    """

    data: bytes
    starts: Int64s
    ends: Int64s
    commas: Int64s
    first: Int64s
    counts: Int64s

    @classmethod
    def of(cls, data: bytes, starts: Int64s, ends: Int64s, commas: Int64s) -> Division:
        """Lines that are divided at these places, which stand in rising order."""
        first = np.searchsorted(commas, starts)
        return cls(data, starts, ends, commas, first, np.searchsorted(commas, ends) - first)

    @property
    def letters(self) -> Bytes:
        """The bytes of all lines."""
        return np.frombuffer(self.data, np.uint8)

    def texts(self, lines: Int64s) -> pl.Series:
        """Whole lines, by their places, in rising order."""
        return slices(self.data, self.starts[lines], self.ends[lines]).cast(pl.String)

    def each(self, lines: Int64s) -> list[str]:
        """The same one by one, for few lines."""
        bounds = zip(self.starts[lines].tolist(), self.ends[lines].tolist(), strict=True)
        return [self.data[begin:end].decode() for begin, end in bounds]

    def are_divided(self, lines: Int64s, layout: Layout) -> Truths:
        """Whether lines with as many commas as the layout are divided rightly at them, as far as something is read.

        A comma inside quotes divides a column, of which each part then has a quote at one end only.
        """
        sound = np.ones(len(lines), bool)
        for place in layout.columns.values():
            begin, end, opened, closed = self._cells(lines, place, layout.width)
            sound &= (opened == closed) & ~(opened & (end - begin == 1))
        return sound

    def unquoted(self, lines: Int64s, place: int, width: int) -> tuple[Int64s, Int64s, Truths]:
        """Where a column (index from 0) of lines of so many columns begins and ends without quotes, if it has some."""
        begin, end, opened, closed = self._cells(lines, place, width)
        quoted = opened & closed
        return begin + quoted, end - quoted, quoted

    def columns(self, lines: Int64s, layout: Layout) -> pl.DataFrame:
        """What lines say, a column for each of the layout that says anything; null where it says nothing."""
        places: dict[str, pl.Series] = {}
        plain: list[pl.Expr] = []
        for name, place in layout.columns.items():
            begin, end, quoted = self.unquoted(lines, place, layout.width)
            if (begin == end).all():
                continue
            places[name] = slices_and_between(self.data, begin, end).alias(name)
            plain.append(self._plain(name, begin, end, quoted))
        if not places:
            return pl.DataFrame()
        # Together: each look at a column by itself costs as much as a thousand rows.
        texts = pl.DataFrame(places).select(pl.all().gather_every(2).cast(pl.String)).select(plain)
        return texts.select(pl.when(~pl.all().is_in(NOTHING)).then(pl.all()))

    def _plain(self, name: str, begin: Int64s, end: Int64s, quoted: Truths) -> pl.Expr:
        """A column's texts without doubled quotes, and without white space around them, as far as there is any."""
        text = pl.col(name)
        if quoted.any():
            text = (
                pl.when(pl.lit(pl.Series(quoted))).then(text.str.replace_all('""', '"', literal=True)).otherwise(text)
            )
        edges = self.letters[np.concatenate([np.minimum(begin, len(self.data) - 1), end - 1])]
        return text.str.strip_chars(_SPACES) if ((edges <= _SPACE) | (edges >= _BEYOND_ASCII)).any() else text

    def _cells(self, lines: Int64s, place: int, width: int) -> tuple[Int64s, Int64s, Truths, Truths]:
        """Where a column of each line begins and ends, and whether a quote stands first and last in it."""
        before = self.first[lines] + place
        begin = self.commas[before - 1] + 1 if place else self.starts[lines]
        end = self.commas[before] if place < width - 1 else self.ends[lines]
        filled, letters = end > begin, self.letters
        opened = filled & (letters[np.minimum(begin, len(letters) - 1)] == QUOTE)
        return begin, end, opened, filled & (letters[end - 1] == QUOTE)


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a file in a row, divided at all commas: `raw` as they came, `kinds` their codes, see CODES.

    `first_row`: the number of the first; `unended`: the last is the file's last and has no line end.
    """

    division: Division
    raw: pl.Series
    kinds: Int64s
    first_row: int
    unended: bool


def _kinds(lines: Division) -> Int64s:
    divided = lines.counts > 0
    end = lines.ends.copy()
    end[divided] = lines.commas[lines.first[divided]]
    words = slices(lines.data, lines.starts, end).cast(pl.String).to_list()
    codes = {word: _code(word) for word in set(words)}
    kinds = np.array([codes[word] for word in words], np.int64)
    # Commas alone are no blank line.
    kinds[divided & (kinds == BLANK)] = UNKNOWN
    return kinds


def _code(word: str) -> int:
    kind = KINDS.get(word.strip('" ').lower())
    if kind is not None:
        return CODES.index(kind)
    return UNKNOWN if word.strip() else BLANK


def parts_of(source: Source) -> Iterator[Part]:
    """A file's lines, some thousands at a time; raises InputRefused where it is damaged, beyond a limit or UTF-16."""
    data = content_of(source)
    unended = bool(data) and not data.endswith((b"\n", b"\r"))
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    records = Block(data, 1, unended).records()
    text = _as_text(data, records)
    starts, ends = line_bounds(text)
    letters = np.frombuffer(text, np.uint8)
    at, behind = 0, _FIRST_LINES
    while at < len(starts):
        lines = slice(at, behind)
        begin, end = int(starts[at]), int(ends[lines][-1])
        commas = np.flatnonzero(letters[begin:end] == COMMA) + begin
        division = Division.of(text, starts[lines], ends[lines], commas)
        yield Part(division, records["raw"][lines], _kinds(division), at + 1, unended and behind >= len(starts))
        at, behind = behind, behind + _LINES_AT_ONCE


def _as_text(data: bytes, records: pl.DataFrame) -> bytes:
    """The same lines as UTF-8 without byte order marks and zero bytes, mostly as they are."""
    marked = b"\0" in data or (not data.isascii() and codecs.BOM_UTF8 in data)
    if not marked and not records["text"].null_count():
        return data
    return "".join(f"{decoded(raw)}\n" for raw in records["raw"].to_list()).encode()
