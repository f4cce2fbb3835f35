"""A calls.csv as columns: of files in which nothing is out of the ordinary, as nearly all are."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import zstandard

from hoptrace.catalog.row_files import column_name, kind_of
from hoptrace.model.packing import GZIP, ZSTANDARD, packing_of

_ODD = bytes(code for code in range(32) if code not in b"\t\n")
"""Control characters other than a tab and a line's end."""

_QUOTED = re.compile(rb'(?:(?:"[^",\n]*+"|[^",\n]*+)[,\n])*+(?:"[^",\n]*+"|[^",\n]*+)')
"""Lines in which every quote stands around a whole field without a quote, a comma or a line's end, or there is none."""


def read_columns(path: Path, required: Sequence[str], optional: Sequence[str]) -> pl.DataFrame | None:
    """These columns of a file that `hoptrace.catalog.row_files.read_rows` takes, as it reads them: stripped, or null.

    None where that has to look row by row: a file that is damaged, has quotes that matter or longer lines than the
    header, or is no CSV and no Parquet of texts; or a column or cell is missing. It then says where what is wrong.
    """
    try:
        read = pl.read_parquet(path) if kind_of(path) == "parquet" else _csv(path)
    except (OSError, EOFError, ValueError, zstandard.ZstdError, pl.exceptions.PolarsError):
        return None
    if read is None or any(kind != pl.String for kind in read.dtypes) or not set(required) <= set(read.columns):
        return None
    if any(column_name(name, (*required, *optional)) != name for name in read.columns):
        return None
    longest = read.select(pl.all().str.len_bytes().max()).row(0)
    if max((length or 0 for length in longest), default=0) >= csv.field_size_limit():
        return None
    stripped = read.select(name for name in (*required, *optional) if name in read.columns)
    stripped = stripped.select(pl.all().str.strip_chars().replace("", None))
    if any(stripped[name].null_count() for name in required):
        return None
    missing = [pl.lit(None, pl.String).alias(name) for name in optional if name not in read.columns]
    return stripped.with_columns(missing).select(*required, *optional)


def _csv(path: Path) -> pl.DataFrame | None:
    data = _unpacked(path)
    if data is None:
        return None
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    if len(data.translate(None, _ODD)) != len(data):
        return None
    if not (data.isascii() or data.decode()) or not _quotes_are_plain(data):
        return None
    # Polars takes no notice of a comma too many at the very end; before a line's end it does.
    data = data.replace(b'"', b"").removesuffix(b"\n") + b"\n"
    header = data.partition(b"\n")[0].decode().split(",")
    read = pl.read_csv(data, quote_char=None, infer_schema=False)
    if read.columns != header:
        return None
    names = [name.strip() for name in header]
    return read.rename(dict(zip(header, names, strict=True))) if len(set(names)) == len(names) else None


def _quotes_are_plain(data: bytes) -> bool:
    """Whether quotes may be left out; where there are none the pattern would be sought for nothing."""
    return b'"' not in data or _QUOTED.fullmatch(data) is not None


def _unpacked(path: Path) -> bytes | None:
    """The file's bytes; None of a kind of file that is no CSV."""
    if kind_of(path) != "csv":
        return None
    if packing_of(path) == GZIP:
        import gzip

        return gzip.decompress(path.read_bytes())
    if packing_of(path) == ZSTANDARD:
        with path.open("rb") as stream:
            return zstandard.ZstdDecompressor().stream_reader(stream).read()
    return path.read_bytes()
