"""The accounts of a group of files: what became of each row, file by file, from which the receipts are made."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from hoptrace.catalog.batches import NewBatch, RejectedRow
from hoptrace.intake.number_parameters import named_flag
from hoptrace.intake.raw_rows import raw_rows
from hoptrace.intake.reading import ZONE_IN_FILE, Source
from hoptrace.intake.resaving import rounded_flag
from hoptrace.model.receipts import Receipt
from hoptrace.model.statements import ROWS, Fate
from hoptrace.model.times import rfc3339

MOST_RAW_BYTES = 1_048_576
"""Longer rejected rows are kept up to here."""

_EMPTY = "the file is empty"
_UNSETTLED = "row not understood"
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(slots=True)
class FileAccount:
    """One file's account, added to chunk by chunk."""

    source: Source
    taken: frozenset[str] = frozenset()
    """Names of earlier batches; see `Context`."""
    batch: str = ""
    fates: Counter[str] = field(default_factory=Counter[str])
    rejected: Counter[str] = field(default_factory=Counter[str])
    statements: int = 0
    first_time: datetime | None = None
    last_time: datetime | None = None
    zones: dict[str, None] = field(default_factory=dict[str, None])
    flags: dict[str, None] = field(default_factory=dict[str, None])
    unknown_trunks: Counter[str] = field(default_factory=Counter[str])
    rounded: int = 0
    named_numbers: int = 0
    header: bytes | None = None
    has_header: bool = False
    kept: list[pl.DataFrame] = field(default_factory=list[pl.DataFrame])
    named: set[str] = field(default_factory=set[str])

    def name_batch(self, carrier_id: str, start: datetime | None) -> str:
        """The batch's id, the same wherever the file is submitted: carrier, day of a first call, digest.

        Where the file was in before and may be submitted again, a number follows.
        """
        if not self.batch:
            day = "nocalls" if start is None else start.strftime("%Y%m%d")
            first = f"{_NOT_IN_IDS.sub('_', carrier_id)}-{day}-{self.source.digest[:8]}"
            names = itertools.chain([first], (f"{first}-{number}" for number in itertools.count(2)))
            self.batch = next(name for name in names if name not in self.taken)
            if self.batch != first:
                self.flags[f"the file was in before, as batch {first}: see hoptrace batches show {first}"] = None
        return self.batch

    def reject(self, rejected: pl.DataFrame) -> None:
        """Count rejected rows (ROWS) of this file, by their first reason, and keep them with their bytes."""
        for reason, count in rejected["reasons"].list.first().value_counts().iter_rows():
            self.rejected[reason] += count
        self.kept.append(self._with_raw(rejected).select("row", "raw", "reasons"))

    def add_times(self, first: datetime, last: datetime) -> None:
        """When the first and the last of some statements began."""
        self.first_time = min(first, self.first_time or first)
        self.last_time = max(last, self.last_time or last)

    def receipt(self, carrier_id: str, format_name: str) -> Receipt:
        """The receipt of what was counted."""
        return Receipt(
            file=self.source.name,
            digest=self.source.digest,
            batch=self.name_batch(carrier_id, None),
            carrier=carrier_id,
            format=format_name,
            timezone="; ".join(self.zones) or str(ZONE_IN_FILE),
            first_time=rfc3339(self.first_time) if self.first_time else None,
            last_time=rfc3339(self.last_time) if self.last_time else None,
            rows=self.fates.total(),
            accepted=self.fates[str(Fate.ACCEPTED)],
            duplicates=self.fates[str(Fate.DUPLICATE)],
            skipped=self.fates[str(Fate.SKIPPED)],
            rejected=_by_count(self.rejected),
            statements=self.statements,
            unknown_trunks=_by_count(self.unknown_trunks),
            flags=self._flags(),
        )

    def _flags(self) -> tuple[str, ...]:
        empty = () if self.fates else (_EMPTY,)
        rounded = rounded_flag(self.rounded, self.flags) if self.rounded else None
        named = (named_flag(self.named_numbers),) if self.named_numbers else ()
        return (*empty, *self.flags, *((rounded,) if rounded else ()), *named)

    def entry(self, carrier_id: str, format_name: str) -> NewBatch:
        """The batch as the catalog takes it."""
        if self.has_header and self.kept and self.header is None:
            self.header = raw_rows(self.source, [1]).get(1)
        receipt = self.receipt(carrier_id, format_name)
        header = self.header if self.kept else None
        return NewBatch(receipt, self.first_time, self.last_time, header, frozenset(self.named))

    def rejected_rows(self) -> Iterator[RejectedRow]:
        """The rejected rows, as the catalog takes them."""
        for frame in self.kept:
            for row, raw, reasons in frame.iter_rows():
                yield RejectedRow(self.batch, row, (raw or b"")[:MOST_RAW_BYTES], tuple(reasons))

    def _with_raw(self, rejected: pl.DataFrame) -> pl.DataFrame:
        missing = rejected.filter(pl.col("raw").is_null())["row"].to_list()
        if not missing:
            return rejected
        again = raw_rows(self.source, missing)
        read = pl.DataFrame({"row": list(again), "again": list(again.values())}, {"row": pl.Int64, "again": pl.Binary})
        joined = rejected.join(read, on="row", how="left", maintain_order="left")
        return joined.with_columns(raw=pl.coalesce("raw", "again"))


def add_rows(accounts: Sequence[FileAccount], rows: pl.DataFrame) -> None:
    """Count rows (ROWS), each in the account of its file: of all files at once, which may be thousands of one row."""
    accepted = rows["fate"] == str(Fate.ACCEPTED)
    if is_of_one_file(rows) and accepted.any():
        taken: list[tuple[int, int]] = [(rows["file"][0], int(accepted.sum()))]
    else:
        taken = rows["file"].filter(accepted).value_counts().rows()
    for file, count in taken:
        accounts[file].fates[str(Fate.ACCEPTED)] += count
    if accepted.all():
        return
    others = rows.filter(~accepted)
    fates: list[tuple[int, str, int]] = others.group_by("file", "fate").len().rows()
    for file, fate, count in fates:
        accounts[file].fates[fate] += count
    headers = others.filter(pl.col("row") == 1, pl.col("fate") == str(Fate.SKIPPED))
    first: list[tuple[int, bytes | None]] = headers.select("file", "raw").rows()
    for file, raw in first:
        accounts[file].has_header, accounts[file].header = True, raw
    for part in others.filter(pl.col("fate") == str(Fate.REJECTED)).partition_by("file"):
        rejected_of: int = part["file"][0]
        accounts[rejected_of].reject(part)


def add_statements(accounts: Sequence[FileAccount], statements: pl.DataFrame, peers: frozenset[str]) -> None:
    """Count statements, each in the account of the file in which its main row is; `peers`: none but these are named."""
    # A start may be later where its local time came twice.
    last = pl.col("start_time")
    if statements["may_be_later"].null_count() < statements.height:
        last += pl.duration(seconds=pl.col("may_be_later").fill_null(0))
    counted = pl.len(), pl.col("start_time").min(), last.max().alias("last")
    # A block of a long file is of that file alone: then nothing has to be put into groups.
    alone = is_of_one_file(statements)
    told = statements.select(pl.col("file").first(), *counted) if alone else statements.group_by("file").agg(counted)
    files: list[tuple[int, int, datetime, datetime]] = told.rows()
    for file, count, first, latest in files:
        accounts[file].statements += count
        accounts[file].add_times(first, latest)
    known = accounts[files[0][0]].named if len(files) == 1 else set[str]()
    if peers <= known:
        return  # as after the first blocks of a file
    for side in ("upstream", "downstream"):
        named: list[tuple[int, str]] = statements.select("file", side).drop_nulls().unique().rows()
        for file, name in named:
            accounts[file].named.add(name)


def is_of_one_file(rows: pl.DataFrame) -> bool:
    """Whether all rows (`file`) are of the same file; False where there is none."""
    return rows.height > 0 and rows["file"].min() == rows["file"].max()


def settle_rows(rows: pl.DataFrame, refused: pl.DataFrame, repeated: pl.DataFrame) -> pl.DataFrame:
    """The account of rows (ROWS) after the calls in `refused` (call, reason) and `repeated` (call) were taken out."""
    accepted = pl.col("fate") == str(Fate.ACCEPTED)
    rows = rows.with_columns(call=pl.when(accepted).then("call"))
    if refused.is_empty() and repeated.is_empty() and (rows["fate"] != str(Fate.REJECTED)).all():
        return rows.select(ROWS.names())
    told = rows.join(refused, on="call", how="left", maintain_order="left").join(
        repeated.with_columns(again=pl.lit(value=True)), on="call", how="left", maintain_order="left"
    )
    is_refused, is_repeated = pl.col("reason").is_not_null(), pl.col("again").is_not_null()
    fate = (
        pl.when(is_refused)
        .then(pl.lit(str(Fate.REJECTED)))
        .when(is_repeated)
        .then(pl.lit(str(Fate.DUPLICATE)))
        .otherwise("fate")
    )
    reasons = pl.when(is_refused).then(pl.concat_list("reason")).otherwise("reasons")
    some = pl.when(reasons.list.len() > 0).then(reasons).otherwise(pl.lit([_UNSETTLED]))
    settled = told.with_columns(fate=fate, reasons=some)
    return settled.with_columns(call=pl.when(accepted).then("call")).select(ROWS.names())


def _by_count(counts: Counter[Any]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
