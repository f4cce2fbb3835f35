"""The submitted files, kept in the workspace as they came, so that a cited row can be shown as its carrier wrote it.

A file is known by its SHA-256, which its receipt names, and is held against it when it is read: a copy that was cut
short by a power cut is taken for none. Plain files are compressed (zstandard), packed ones stay as they are.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO, Any

import orjson
import polars as pl
import zstandard

from hoptrace.intake.joined_rows import JOINED as JOINED_ROWS
from hoptrace.intake.joined_rows import read_joined, write_joined
from hoptrace.intake.reading import Source
from hoptrace.model.packing import GZIP, ZSTANDARD
from hoptrace.output import cannot_write

FOLDER = "originals"
LEVEL = 1
"""Of compression: a file is written as fast as it is read, and higher ones gain little on records of calls."""

HASH_LOG = 12
"""How many places compression remembers, as a power of two: these stay in the processor's nearest cache. More take
longer and gain nothing, as records of calls repeat what stands shortly before."""

PLAIN, ROWS, JOINED = ".plain.zst", ".rows.jsonl", ".joined"
"""Endings of a plain file that was compressed, of the rows that are left of a file whose time has expired, and of the
list of rows that its statements were made of beside those that stand for them."""

PACKED = (GZIP, ZSTANDARD, ".parquet")
_BLOCK = 1 << 20
_FRAME = 4 << 20
"""Bytes that are compressed at once, without regard to what came before: a stream would copy them first."""


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """The kept files of a workspace, under its folder."""

    folder: Path

    @classmethod
    def of(cls, workspace: Path) -> KeptFiles:
        """Those of the workspace in this folder."""
        return cls(workspace / FOLDER)

    def keep(self, sources: Iterable[Source]) -> list[str]:
        """Keep files that are not kept yet; gives the digests of those. Raises StorageFailed, and then keeps none."""
        new: list[str] = []
        try:
            for source in sources:
                if self._whole(source.digest) is None:
                    new.append(source.digest)
                    self._write(source)
        except OSError as error:
            self.forget(new)
            raise cannot_write(self.folder, error) from error
        return new

    def forget(self, digests: Iterable[str]) -> None:
        """Remove files, with what is left of them."""
        for digest in digests:
            for path in self._paths(digest):
                with suppress(OSError):
                    path.unlink()

    def digests(self) -> set[str]:
        """The digests of all kept files."""
        return {path.name.partition(".")[0] for path in self.folder.glob("??/*") if not path.name.startswith(".")}

    def is_whole(self, digest: str) -> bool:
        """Whether more is kept of a file than single rows."""
        return self._whole(digest) is not None

    def source(self, digest: str) -> Source | None:
        """A kept file to read rows from; None where it is not kept, or is no longer what was submitted."""
        path = self._whole(digest)
        if path is None or not _is_whole(path, digest):
            return None
        return Source(0, path, path.name, digest)

    def left(self, digest: str, rows: Sequence[int]) -> dict[int, bytes]:
        """Of a file that was cut down, those of these rows that were left."""
        path = self._place(digest, ROWS)
        try:
            lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
        except (FileNotFoundError, orjson.JSONDecodeError):
            return {}
        found = {int(line["row"]): base64.b64decode(line["raw"]) for line in lines}
        return {row: found[row] for row in rows if row in found}

    def keep_joined(self, digest: str, joined: pl.DataFrame) -> None:
        """Keep which further rows a file's statements were made of (JOINED of joined_rows); raises StorageFailed.

        Of a file that was in before those statements stay that are not made again.
        """
        before = self._joined(digest)
        joined = pl.concat([joined, before.join(joined, on="row", how="anti")])
        try:
            with self._written(digest, JOINED) as stream:
                stream.write(write_joined(joined))
        except OSError as error:
            raise cannot_write(self.folder, error) from error

    def joined(self, digest: str, rows: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
        """Of rows that stand for statements the further ones: batch (SAME for the same file) and row."""
        found: dict[int, list[tuple[str, int]]] = {}
        for row, batch, other in self._joined(digest).filter(pl.col("row").is_in(list(rows))).iter_rows():
            found.setdefault(row, []).append((batch, other))
        return found

    def _joined(self, digest: str) -> pl.DataFrame:
        """What was kept of a file's statements (JOINED); nothing of one whose rows all stand alone."""
        try:
            return read_joined(self._place(digest, JOINED).read_bytes())
        except (FileNotFoundError, zstandard.ZstdError, pl.exceptions.PolarsError):
            return JOINED_ROWS.to_frame()

    def cut_down(self, digest: str, rows: Mapping[int, bytes]) -> None:
        """Leave only these rows of a file; raises StorageFailed."""
        lines = [{"row": row, "raw": base64.b64encode(rows[row]).decode()} for row in sorted(rows)]
        try:
            with self._written(digest, ROWS) as stream:
                stream.writelines(orjson.dumps(line) + b"\n" for line in lines)
            whole = self._whole(digest)
            if whole is not None:
                whole.unlink()
        except OSError as error:
            raise cannot_write(self.folder, error) from error

    def _write(self, source: Source) -> None:
        ending = source.path.suffix.lower()
        kept_as = ending if ending in PACKED else PLAIN
        with source.path.open("rb") as submitted, self._written(source.digest, kept_as) as stream:
            if kept_as == PLAIN:
                _compress(submitted, stream, source.path.stat().st_size)
            else:
                shutil.copyfileobj(submitted, stream, _BLOCK)

    @contextmanager
    def _written(self, digest: str, ending: str) -> Generator[IO[bytes]]:
        """A stream whose content is there once it is whole. Not synchronised: many are small, and reading checks."""
        place = self._place(digest, ending)
        scratch = place.with_name(f".{place.name}")
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            with scratch.open("wb") as stream:
                yield stream
            scratch.replace(place)
        finally:
            scratch.unlink(missing_ok=True)

    def _whole(self, digest: str) -> Path | None:
        return next((path for ending in (PLAIN, *PACKED) if (path := self._place(digest, ending)).exists()), None)

    def _paths(self, digest: str) -> list[Path]:
        return [path for ending in (PLAIN, *PACKED, ROWS, JOINED) if (path := self._place(digest, ending)).exists()]

    def _place(self, digest: str, ending: str) -> Path:
        return self.folder / digest[:2] / f"{digest}{ending}"


def _compress(submitted: BufferedReader, stream: IO[bytes], size: int) -> None:
    """Write a file of about so many bytes as Zstandard frames, one after another."""
    parameters: Any = zstandard.ZstdCompressionParameters
    told = parameters.from_level(LEVEL, source_size=_FRAME, hash_log=HASH_LOG)
    compressor, block = zstandard.ZstdCompressor(compression_params=told), memoryview(bytearray(min(_FRAME, size + 1)))
    while filled := submitted.readinto(block):
        stream.write(compressor.compress(block[:filled]))
    if not size:
        stream.write(compressor.compress(b""))


def _is_whole(path: Path, digest: str) -> bool:
    source = Source(0, path, path.name, digest)
    found = hashlib.sha256()
    try:
        with source.open() if path.name.endswith(PLAIN) else path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                found.update(block)
    except (OSError, EOFError, zstandard.ZstdError):
        return False
    return found.hexdigest() == digest
