"""JSON by columns: texts put together of pieces for thousands of rows at once.

Text that comes from records must hold nothing that JSON escapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from string import Formatter

import numpy as np
import orjson
import polars as pl

from hoptrace.model.arrays import Int64s

Piece = str | pl.Expr

ESCAPED = r'["\\\x00-\x1f]'
"""What JSON writes otherwise."""

_FIRST = 64
"""Rows that are looked at before all are."""

FIRST_SHOWN = 0x20
"""The first character that is none of control."""


def any_escaped(frame: pl.DataFrame, names: Sequence[str]) -> bool:
    """Whether JSON writes any character in these columns of text otherwise; all are looked through as one text."""
    text = pl.concat([frame[name] for name in names]).str.join("").cast(pl.Binary).item()
    return bool(text) and (b'"' in text or b"\\" in text or bool(np.frombuffer(text, np.uint8).min() < FIRST_SHOWN))


def joined(pieces: Iterable[Piece]) -> pl.Expr:
    """Pieces one after the other; those that are the same in all rows are strings."""
    told: list[pl.Expr] = []
    fixed = ""
    for piece in (*pieces, None):
        if isinstance(piece, str):
            fixed += piece
            continue
        told += [pl.lit(fixed)] if fixed else []
        told += [] if piece is None else [piece]
        fixed = ""
    return pl.concat_str(told or [pl.lit("")])


def told_once(pieces: Iterable[Piece], frame: pl.DataFrame) -> Iterator[Piece]:
    """Pieces for the rows of a frame, in which a column that says the same in all of them is its text.

    To put a piece into a row takes 10 nanoseconds, whatever its length, and texts next to each other are one piece.
    """
    for piece in pieces:
        text = None if isinstance(piece, str) or not piece.meta.is_column() else _only(frame[piece.meta.output_name()])
        yield piece if text is None else text


def _only(column: pl.Series) -> str | None:
    """The text that stands in all rows; None where there is no such text. Mostly the first rows tell."""
    if column.dtype != pl.String or not column.len():
        return None
    first = column.head(1)
    same = not column.null_count() and (column.head(_FIRST) == first).all() and (column == first).all()
    return first.item() if same else None


def worded(sentence: str, **told: pl.Expr) -> list[Piece]:
    """A sentence with names in braces, for which columns stand."""
    pieces: list[Piece] = []
    for text, name, _, _ in Formatter().parse(sentence):
        pieces += [text] if name is None else [text, told[name]]
    return pieces


def quoted(column: pl.Series) -> list[Piece]:
    """Text in quotes, null where there is none."""
    if column.null_count() == len(column):
        return ["null"]
    told = pl.col(column.name)
    return ['"', told, '"'] if not column.null_count() else [pl.format('"{}"', told).fill_null("null")]


def line(about: str, agrees: pl.Expr | bool, detail: Sequence[Piece]) -> list[Piece]:
    """A line of evidence (`hoptrace.model.verdicts.Evidence`)."""
    told: Piece = "true" if agrees is True else "false"
    if isinstance(agrees, pl.Expr):
        told = pl.when(agrees).then(pl.lit("true")).otherwise(pl.lit("false"))
    return [f'{{"about":"{about}","agrees":', told, ',"detail":"', *detail, '"}']


def escaped(texts: pl.Series) -> pl.Series:
    """Text as JSON writes it between quotes, whatever it holds; worked out once for each distinct text."""
    every = [text for text in texts.unique().to_list() if text is not None]
    known = [orjson.dumps(text)[1:-1].decode() for text in every]
    return texts.replace_strict(every, known, default=None, return_dtype=pl.String) if every else texts


def strung(parts: pl.Series, begin: Int64s, separator: str) -> pl.Series:
    """The parts of each run (run n from `begin[n]` to `begin[n + 1]`), `separator` between them, as one text each."""
    every, ends = parts.to_list(), pairwise(begin.tolist())
    return pl.Series([separator.join(every[first:end]) for first, end in ends], dtype=pl.String)
