"""Blocks of a delimited file in which no line is out of the ordinary, as nearly all are: split at once, by Polars."""

from __future__ import annotations

import codecs

import polars as pl

from hoptrace.intake.formats.text.blocks import Block, Shape
from hoptrace.intake.formats.text.slices import count_bytes


def split_at_once(block: Block, shape: Shape, header: str, names: list[str]) -> tuple[pl.DataFrame, int] | None:
    """The block's lines as string columns, and 1 where the first line is the header, which is left out, else 0.

    An empty `header`: the file has none. None where a line has a quote, is blank, repeats the header, is no UTF-8 or
    has another number of fields.
    """
    if block.quoted or (block.may_hold(codecs.BOM_UTF8[:1]) and codecs.BOM_UTF8 in block.data):
        return None
    head, separator = f"{header}\n".encode(), ord(shape.separator)
    with_header = bool(header) and block.data.startswith(head)
    body = block.data[len(head) :] if with_header else block.data
    lines = block.count() - with_header
    if not lines:
        return None
    try:
        # A schema spares Polars a look over the whole block for what it may hold.
        read = pl.read_csv(
            body,
            separator=shape.separator,
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            quote_char=None,
        )
    except pl.exceptions.PolarsError:
        return None
    if read.shape != (lines, shape.width) or (header and _repeats(read, header.split(shape.separator))):
        return None
    # Polars refuses lines with too many fields, and fills those with too few up to the last one.
    filled = read.to_series(-1).null_count() > 0
    if filled and count_bytes(body, lambda piece: piece == separator) != lines * (shape.width - 1):
        return None
    # Polars' reader gives it in pieces, which everything after it would put together again and again.
    return read.rechunk(), int(with_header)


def _repeats(read: pl.DataFrame, header: list[str]) -> bool:
    """A line looks like the header: files that were joined have it in their middle."""
    column, name = next((column, name) for column, name in enumerate(header) if name)
    return bool((read.to_series(column) == name).any())
