"""A view of the lake at one version: statements by called number and time, by calling number and time, or all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any

import polars as pl

from hoptrace.errors import NotFound
from hoptrace.lake.directories import Directories
from hoptrace.lake.layout import Index, Rows, as_statements, first_filed, index_of, no_rows, once
from hoptrace.lake.picking import pick
from hoptrace.lake.refusing import guard
from hoptrace.lake.scanning import around_day, within_day
from hoptrace.lake.spans import merge_spans
from hoptrace.lake.storage import Store
from hoptrace.lake.wanted import Bounds, Wanted
from hoptrace.model.statements import STATEMENTS, TIME

FILES = pl.Schema(
    {
        "path": pl.String,
        "index": pl.String,
        "day": pl.Date,
        "rows": pl.Int64,
        "bytes": pl.Int64,
        "key_min": pl.Int64,
        "key_max": pl.Int64,
        "time_min": TIME,
        "time_max": TIME,
    }
)
"""One row a data file of the table."""

FINGERPRINTS = pl.Schema({"start_time": TIME, "fingerprint": pl.UInt64})
"""What repeated statements are known by."""

OfDay = Callable[[pl.LazyFrame, date, pl.DataFrame], pl.LazyFrame]
"""Which rows of a day's files are wanted for some spans (`hoptrace.lake.scanning`)."""

PICK_UP_TO = 512
"""With more spans than this, one scan of the files is quicker than picking rows out of row groups."""


@dataclass(frozen=True)
class View:
    """A fixed version of the lake; what is appended later is not in it."""

    store: Store
    directories: Directories
    version: int
    files: pl.DataFrame
    expired_before: date | None = None
    """Statements of earlier days were removed when they had been kept long enough."""
    gone_before: date | None = None
    """This version had statements of earlier days, but they were removed since."""
    hidden: pl.Series | None = None
    """Batches that do not count at this version, though their statements lie in its files: they were withdrawn by then,
    or came in later."""

    def statements(self, spans: pl.DataFrame) -> pl.DataFrame:
        """The statements that can be looked up by a span's `key` (a called number) and started within the span.

        `spans` has the columns key, from_time and to_time (inclusive). Gives STATEMENTS columns, each statement
        once, in the order of start_time, batch and row. One whose local time came twice is found at both times, and
        given with the first.
        """
        return once(self._lookup(Index.CALLED, merge_spans(spans)))

    def placed_by(self, spans: pl.DataFrame) -> pl.DataFrame:
        """The same, where each span's `key` is a calling number.

        When: the called number was changed on the way and no record tells, so that only the caller leads on.
        """
        found = self._lookup(Index.CALLING, merge_spans(spans))
        points = found.select(key=pl.col("called"), from_time=pl.col("start_time"), to_time=pl.col("start_time"))
        wanted = found.select("batch", "row").unique()
        return self.statements(points).join(wanted, on=["batch", "row"], how="semi", maintain_order="left")

    def filed(self, spans: pl.DataFrame, most: int) -> pl.DataFrame | None:
        """The rows of index "called" that `statements` of these merged spans would be made of; None if over `most`.

        There may be others of the same numbers and hours among them, if all are no more than `most`: whoever takes his
        own of so many rows leaves these aside, and to do so in the scan takes a tenth of its time.
        """
        for exact in (False, True):
            rows = self._lookup(Index.CALLED, spans, most + 1, exact=exact)
            if rows.height <= most:
                return rows
        return None

    def scan(self, first: datetime | None = None, last: datetime | None = None) -> pl.LazyFrame:
        """Every statement once, lazily, in the STATEMENTS columns; the order is that of the files.

        With `first` and `last` (both included) only those that started in between.
        """
        files, start = self._called, pl.col("start_time")
        wanted = [first_filed()]
        if first is not None:
            files, wanted = files.filter(pl.col("time_max") >= first), [*wanted, start >= first]
        if last is not None:
            files, wanted = files.filter(pl.col("time_min") <= last), [*wanted, start <= last]
        if files.is_empty():
            return pl.LazyFrame(schema=STATEMENTS)
        self._check_time(first)
        rows = self._shown(self.store.scan(files["path"].to_list()).filter(wanted))
        return as_statements(rows)

    def fingerprints(self, carrier_id: str, first: datetime, last: datetime) -> pl.DataFrame:
        """`start_time` and `fingerprint` (UInt64) of a carrier's statements that started in between, both included.

        In no order; a forwarded one may stand twice. Three columns are read (and the batch, where some do not count),
        of row groups that may hold some of the carrier's.
        """
        files = self._called.filter(pl.col("time_max") >= first, pl.col("time_min") <= last)
        if files.is_empty():
            return pl.DataFrame(schema=FINGERPRINTS)
        mine = (pl.col("carrier") == carrier_id) & pl.col("start_time").is_between(pl.lit(first), pl.lit(last))
        rows = self._shown(self.store.scan(files["path"].to_list()).filter(mine))
        told = rows.select("start_time", pl.col("fingerprint").reinterpret(signed=False))
        return told.collect(engine="streaming")

    def rows(self) -> int:
        """How many rows are filed under a called number: the statements, forwarded ones twice; no file is opened.

        Those of hidden batches are among them.
        """
        return int(self._called["rows"].sum())

    def with_hidden(self) -> View:
        """The same with the batches that do not count, so that what a stored result cites can be shown."""
        return self if self.hidden is None else replace(self, hidden=None)

    def info(self) -> dict[str, Any]:
        """What there is: statements, batches, files, bytes, first_time, last_time (datetimes in UTC), version."""
        with guard("be read"):
            counted = self.scan().select(
                statements=pl.len(),
                batches=pl.col("batch").n_unique(),
                first_time=pl.col("start_time").min(),
                last_time=pl.col("start_time").max(),
            )
            told = counted.collect(engine="streaming").row(0, named=True)
        return {
            "statements": told["statements"],
            "batches": told["batches"],
            "files": self.files.height,
            "bytes": int(self.files["bytes"].sum()),
            "first_time": told["first_time"],
            "last_time": told["last_time"],
            "version": self.version,
        }

    def _lookup(
        self, index: Index, spans: pl.DataFrame, most: int | None = None, *, exact: bool = True
    ) -> pl.DataFrame:
        """The rows of merged spans; of thousands of spans `most` rows at most, and where not `exact` others around."""
        self._check_time(spans["from_time"].min())
        if spans.is_empty():
            return no_rows(index).clone()
        wanted = Wanted.of(spans)
        paths = wanted.files(self._bounds[index])
        if not paths:
            return no_rows(index).clone()
        with guard("be read"):
            if spans.height <= PICK_UP_TO:
                return self._shown(pick(self.directories, paths, wanted, index))
            return self._scanned(paths, spans, most, within_day if exact else around_day)

    @property
    def _called(self) -> pl.DataFrame:
        return self.files.filter(pl.col("index") == Index.CALLED)

    @cached_property
    def _bounds(self) -> dict[Index, Bounds]:
        return {index: Bounds.of(self.files.filter(pl.col("index") == index)) for index in Index}

    def _check_time(self, first: Any) -> None:
        if self.gone_before is None:
            return
        begins = datetime.combine(self.gone_before, time(), UTC)
        if first is None or first < begins:
            raise NotFound(
                f"Version {self.version} of the lake is gone: the statements of days before {self.gone_before} were "
                "removed since, by hoptrace lake expire. Stored results stay, and so do the statements that they cite."
            )

    def _shown(self, rows: Rows) -> Rows:
        """The rows without those of batches that do not count."""
        return rows if self.hidden is None else rows.filter(~pl.col("batch").is_in(self.hidden.implode()))

    def _scanned(self, paths: list[str], spans: pl.DataFrame, most: int | None, of_day: OfDay) -> pl.DataFrame:
        """One scan of the files of each day against the spans that touch it."""
        days = self.files.filter(pl.col("path").is_in(paths)).group_by("day", maintain_order=True)
        scans = [of_day(self._shown(self.store.scan(files["path"].to_list())), day, spans) for (day,), files in days]
        joined = pl.concat([no_rows(index_of(paths[0])).lazy(), *scans])
        found = (joined if most is None else joined.head(most)).collect(engine="streaming")
        return found.rechunk()  # it comes in a piece for each row group, which all that follows would stumble over
