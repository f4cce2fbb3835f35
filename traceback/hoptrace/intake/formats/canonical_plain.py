"""Blocks of a delimited file in which no line is out of the ordinary, as nearly all are: split at once, by Polars."""

from __future__ import annotations

import codecs
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

from hoptrace.intake.formats.canonical_lines import Block, Shape

Bytes = npt.NDArray[np.uint8]
_SPACE, _END = ord(" "), ord("\n")
_PIECE = 64 * 1024


def split_at_once(block: Block, shape: Shape, header: str, names: list[str]) -> tuple[pl.DataFrame, int] | None:
    """The block's lines as string columns, and 1 where the first line is the header, which is left out, else 0.

    An empty `header`: the file has none. None where a line has a quote, is blank, repeats the header, is no UTF-8 or
    has another number of fields.
    """
    if block.quoted or codecs.BOM_UTF8 in block.data:
        return None
    head, separator = f"{header}\n".encode(), ord(shape.separator)
    with_header = bool(header) and block.data.startswith(head)
    body = block.data[len(head) :] if with_header else block.data
    lines = _count(body, lambda piece: piece == _END) + block.unended
    # Polars refuses lines with too many fields and fills those with too few.
    if not lines or _count(body, lambda piece: piece == separator) != lines * (shape.width - 1):
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
    return read, int(with_header)


def is_tidy(data: bytes) -> bool:
    """No field of these lines has a space or a control character: all below are line ends."""
    return data.isascii() and _count(data, lambda piece: piece <= _SPACE) == _count(data, lambda piece: piece == _END)


def _count(data: bytes, which: Callable[[Bytes], npt.NDArray[np.bool_]]) -> int:
    """How many bytes are such; in pieces that stay in the processor's cache, which is quicker than `bytes.count`."""
    every = np.frombuffer(data, np.uint8)
    return sum(int(np.count_nonzero(which(every[at : at + _PIECE]))) for at in range(0, len(every), _PIECE))


def _repeats(read: pl.DataFrame, header: list[str]) -> bool:
    """A line looks like the header: files that were joined have it in their middle."""
    column, name = next((column, name) for column, name in enumerate(header) if name)
    return bool((read.to_series(column) == name).any())
