"""The original bytes of accepted rows: read again from the submitted file, known by its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from hoptrace.errors import InputRefused
from hoptrace.intake.formats import readers
from hoptrace.intake.kept_files import KeptFiles
from hoptrace.intake.raw_rows import raw_rows
from hoptrace.intake.reading import Context, FormatReader, Source
from hoptrace.model.carriers import Carrier
from hoptrace.model.receipts import base_format

NO_BYTES = {
    "acc_sqlite": "a row of a database has no bytes of its own; the digest of the file stands for it",
}
"""Formats of whose rows nothing can be shown, and why."""


@dataclass(frozen=True, slots=True)
class Originals:
    """Submitted files at hand, by the SHA-256 that the receipts name, and those that the workspace keeps."""

    sources: dict[str, Source]
    kept: KeptFiles | None = None

    @classmethod
    def of(cls, files: Iterable[Path], kept: KeptFiles | None = None) -> Originals:
        """The files that somebody names, folders opened up; raises InputRefused for one that cannot be read."""
        sources = [_source(path) for file in files for path in _expand(file)]
        return cls({source.digest: source for source in sources}, kept)

    def rows(self, digest: str, format_name: str, rows: Sequence[int]) -> dict[int, bytes]:
        """The bytes of rows of the file with this digest, without line ends; of a file that is not at hand, none."""
        read_as = base_format(format_name)
        if read_as in NO_BYTES:
            return {}
        source = self.sources.get(digest)
        if source is None and self.kept is not None:
            source = self.kept.source(digest)
            if source is None:
                return self.kept.left(digest, rows)
        if source is None:
            return {}
        # Of formats that only a carrier's profile describes there is no reader here; their rows are lines.
        by_records = [each for each in readers() if each.name == read_as and not each.rows_are_lines]
        return _records(source, by_records[0], rows) if by_records else raw_rows(source, rows)


def _records(source: Source, reader: FormatReader, rows: Sequence[int]) -> dict[int, bytes]:
    """What the file's reader says that these rows are; in which zone their times are read does not matter for that."""
    found: dict[int, bytes] = {}
    for chunk in reader.read([replace(source, index=0)], Context(Carrier(""), timezone="UTC")):
        wanted = chunk.rows.filter(pl.col("row").is_in(list(rows)), pl.col("raw").is_not_null())
        found |= dict(wanted.select("row", "raw").iter_rows())
    return found


def _expand(path: Path) -> list[Path]:
    if not path.exists():
        raise InputRefused(f"{path}: there is no such file.")
    return sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]


def _source(path: Path) -> Source:
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputRefused(f"{path}: cannot be read: {error.strerror}.") from error
    return Source(0, path, path.name, digest)
