"""Rows of a list or directory file, CSV, JSON or Parquet; every refusal names file and line."""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import IO, Any, cast

import orjson
import zstandard

from hoptrace.errors import DirectoryInvalid
from hoptrace.model.packing import GZIP, ZSTANDARD, packing_of, unpacked_name

_LOOKED_AT = 65_536


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a directory file: where it stands, and its cells as stripped text without the empty ones."""

    where: str
    cells: dict[str, str]
    problem: str = ""
    """What is wrong with a row of a list that cannot be read (`read_rows`, `lenient`); then it has no cells."""

    def refuse(self, problem: str) -> DirectoryInvalid:
        """The error that names this row."""
        return DirectoryInvalid(f"{self.where}: {problem} Nothing was loaded; correct the file and load it again.")


def read_rows(
    path: Path, required: Sequence[str], optional: Sequence[str] = (), *, lenient: bool = False
) -> Iterator[Row]:
    """The rows of a .csv, .ndjson (both also .gz or .zst), .json or .parquet file; raises DirectoryInvalid.

    `required` and `optional`: the columns that are looked for, in capitals too; others come under the names that they
    have. `lenient`: for lists that others wrote. A row that cannot be read comes with its `problem`, bytes that are
    not UTF-8 become replacement marks, and columns may be divided by other signs than commas.
    """
    known = frozenset((*required, *optional))
    try:
        for row in _rows(path, required, known, lenient=lenient):
            named = {column_name(name, known): cell for name, cell in row.cells.items()}
            yield row if lenient else replace(row, cells=named)
    except FileNotFoundError:
        raise DirectoryInvalid(f"{path}: there is no such file.") from None
    except IsADirectoryError:
        raise DirectoryInvalid(f"{path} is a directory. Name the file in it.") from None
    except UnicodeDecodeError as error:
        raise DirectoryInvalid(
            f"{path}: not UTF-8 text (byte {error.start:,}). Save it as UTF-8 (in a spreadsheet: «CSV UTF-8»)."
        ) from error
    except (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
        raise DirectoryInvalid(f"{path}: cannot be unpacked ({error}): it is cut or damaged. Copy it again.") from error
    except OSError as error:
        raise DirectoryInvalid(f"{path}: cannot be read: {error.strerror}.") from error


def kind_of(path: Path) -> str:
    """What a file holds by the ending of its name, in capitals or not: ndjson, json, parquet or csv."""
    name = path.name.lower()
    if unpacked_name(name).endswith((".ndjson", ".jsonl")):
        return "ndjson"
    return next((kind for kind in ("json", "parquet") if name.endswith(f".{kind}")), "csv")


def column_name(written: str, known: Container[str]) -> str:
    """The name of a column: `Country` means `country` where that is `known`, all others stay as they are written."""
    name = written.strip()
    return name.lower() if name.lower() in known else name


def separator_in(header: str) -> str:
    """What stands between a header's columns: a comma, unless a semicolon, tab or bar makes more columns of it."""
    return max(",;\t|", key=lambda sign: len(next(csv.reader([header[:_LOOKED_AT]], delimiter=sign), ())))


def _rows(path: Path, required: Sequence[str], known: Container[str], *, lenient: bool) -> Iterator[Row]:
    kind = kind_of(path)
    if kind == "ndjson":
        return _ndjson(path, lenient=lenient)
    if kind == "json":
        return _json(path)
    return _parquet(path, required, known) if kind == "parquet" else _csv(path, required, known, lenient=lenient)


def _csv(path: Path, required: Sequence[str], known: Container[str], *, lenient: bool) -> Iterator[Row]:
    with _text(path, "replace" if lenient else "strict") as stream:
        first = stream.readline()
        separator = separator_in(first) if lenient else ","
        reader = csv.DictReader(chain([first], stream), delimiter=separator, strict=not lenient)
        names = [column_name(name, known) for name in _header(path, reader)]
        if not lenient:
            _check_unique(path, names)
        reader.fieldnames = names
        _require(path, names, required)
        for row in _records(path, reader, len(names)):
            if row.problem and not lenient:
                raise row.refuse(f"{row.problem}.")
            yield row


def _records(path: Path, reader: csv.DictReader[str], width: int) -> Iterator[Row]:
    """The rows, those that cannot be read with their problem."""
    while True:
        try:
            record: dict[Any, Any] = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            where = f"{path}, line {reader.line_num + 1}"  # line_num is that of the last record that was whole
            yield Row(where, {}, f"{error}; look for a quotation mark that is not closed")
            continue
        where = f"{path}, line {reader.line_num}"
        if record.pop(None, None) is not None:
            yield Row(where, {}, f"it has more fields than the header ({width})")
        else:
            yield Row(where, _clean(record))


def _header(path: Path, reader: csv.DictReader[str]) -> Sequence[str]:
    try:
        return reader.fieldnames or ()
    except csv.Error as error:
        raise Row(f"{path}, line 1", {}).refuse(f"{error}; look for a quotation mark that is not closed.") from error


def _json(path: Path) -> Iterator[Row]:
    """A list of objects, as the interfaces of public data sets give it."""
    try:
        records: Any = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise DirectoryInvalid(f"{path}: not readable as JSON ({error}). Copy it again.") from error
    if not isinstance(records, list):
        raise DirectoryInvalid(f"{path}: not a JSON list of objects. Give a list, or one object a line as .ndjson.")
    rows = cast(list[object], records)
    for number, record in enumerate(rows, start=1):
        where = f"{path}, object {number}"
        if isinstance(record, dict):
            yield Row(where, _clean(cast(dict[Any, Any], record)))
        else:
            yield Row(where, {}, "it is not a JSON object")


def _ndjson(path: Path, *, lenient: bool) -> Iterator[Row]:
    with _bytes(path) as stream:
        lines = stream.read().removeprefix(b"\xef\xbb\xbf").splitlines()
    for number, line in enumerate(lines, start=1):
        where = f"{path}, line {number}"
        if not line.strip():
            continue
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            if lenient:
                yield Row(where, {}, f"it is not a JSON object ({error})")
                continue
            raise Row(where, {}).refuse(f"it is not a JSON object ({error}).") from error
        if not isinstance(record, dict):
            if lenient:
                yield Row(where, {}, "it is not a JSON object")
                continue
            raise Row(where, {}).refuse("it is not a JSON object.")
        yield Row(where, _clean(record))  # pyright: ignore[reportUnknownArgumentType]


def _parquet(path: Path, required: Sequence[str], known: Container[str]) -> Iterator[Row]:
    import polars as pl

    try:
        frame = pl.read_parquet(path)
    except pl.exceptions.PolarsError as error:
        raise DirectoryInvalid(f"{path}: not a readable Parquet file ({error}). Copy it again.") from error
    _require(path, [column_name(name, known) for name in frame.columns], required)
    for number, record in enumerate(frame.iter_rows(named=True), start=1):
        yield Row(f"{path}, row {number}", _clean(record))


def _text(path: Path, errors: str) -> io.TextIOBase:
    return io.TextIOWrapper(_bytes(path), encoding="utf-8-sig", errors=errors, newline="")


def _bytes(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked where its name says that it is packed."""
    if packing_of(path) == GZIP:
        return cast(IO[bytes], gzip.open(path))
    if packing_of(path) == ZSTANDARD:
        return zstandard.ZstdDecompressor().stream_reader(path.open("rb"), closefd=True)
    return path.open("rb")


def _check_unique(path: Path, names: Sequence[str]) -> None:
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise DirectoryInvalid(f"{path}: the header names {twice[0]} more than once. Keep one column of each name.")


def _require(path: Path, names: Sequence[str], required: Sequence[str]) -> None:
    missing = [name for name in required if name not in names]
    if missing:
        said = ", ".join(names)
        if not said:
            raise DirectoryInvalid(f"{path} is empty: there is no header. It must name {', '.join(required)}.")
        hint = "Separate the columns by commas" if len(names) == 1 and (";" in said or "\t" in said) else "Add it"
        raise DirectoryInvalid(
            f"{path}: column {', '.join(missing)} is missing; it has {said[:500]}. {hint} and try again."
        )


def _clean(record: dict[Any, Any]) -> dict[str, str]:
    texts = ((str(name).strip(), _text_of(value)) for name, value in record.items())
    return {name: value for name, value in texts if name and value}


def _text_of(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):  # some programs write empty cells as NaN
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bytes):  # texts of Parquet files whose writer did not call them so
        return value.decode().strip()
    return value.isoformat() if isinstance(value, datetime) else str(value).strip()
