"""Blocks of a delimited file in which no line is out of the ordinary, as nearly all are: split at once, by Polars."""

from __future__ import annotations

import codecs

import numpy as np
import polars as pl

from hoptrace.intake.formats.canonical_lines import Block, Shape

_SPACE = 32


def split_at_once(block: Block, shape: Shape, header: str, names: list[str]) -> tuple[pl.DataFrame, int] | None:
    """The block's lines as string columns, and 1 where the first line is the header, which is left out, else 0.

    None where a line has a quote, is blank, repeats the header, is no UTF-8 or has another number of fields.
    """
    if block.quoted or codecs.BOM_UTF8 in block.data:
        return None
    head, separator = f"{header}\n".encode(), shape.separator.encode()
    with_header = block.data.startswith(head)
    body = block.data[len(head) :] if with_header else block.data
    lines = body.count(b"\n") + block.unended
    # Polars refuses lines with too many fields and fills those with too few.
    if not lines or body.count(separator) != lines * (shape.width - 1):
        return None
    try:
        read = pl.read_csv(
            body, separator=shape.separator, has_header=False, infer_schema=False, new_columns=names, quote_char=None
        )
    except pl.exceptions.PolarsError:
        return None
    if read.shape != (lines, shape.width) or _repeats(read, header.split(shape.separator)):
        return None
    return read, int(with_header)


def is_tidy(data: bytes) -> bool:
    """No field of these lines has a space or a control character: all below are line ends."""
    if not data.isascii():
        return False
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) <= _SPACE)) == data.count(b"\n")


def _repeats(read: pl.DataFrame, header: list[str]) -> bool:
    """A line looks like the header: files that were joined have it in their middle."""
    column, name = next((column, name) for column, name in enumerate(header) if name)
    return bool((read.to_series(column) == name).any())
