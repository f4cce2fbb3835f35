"""A view of the lake at one version: statements by called number and time, by calling number and time, or all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any, Literal

import numpy as np
import polars as pl

from hoptrace.errors import NotFound
from hoptrace.lake.footers import Footers, Int64s
from hoptrace.lake.layout import Index, Rows, as_statements, at_first_times, first_filed, kinds, merge_spans
from hoptrace.lake.storage import Store, guard, picked
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

SCAN_UP_TO = 32
"""With more spans than this, a scan's filter is slower than looking into the files' footers."""

PICK_UP_TO = 512
"""With more spans than this, one scan of the files is quicker than picking rows out of row groups."""


@dataclass(frozen=True)
class View:
    """A fixed version of the lake; what is appended later is not in it."""

    store: Store
    footers: Footers
    version: int
    files: pl.DataFrame
    expired_before: date | None = None
    """Statements of earlier days were removed when they had been kept long enough."""
    gone_before: date | None = None
    """This version had statements of earlier days, but they were removed since."""
    hidden: pl.Series | None = None
    """Batches that came in after this version, whose statements lie in the same files."""

    def statements(self, spans: pl.DataFrame) -> pl.DataFrame:
        """The statements that can be looked up by a span's `key` (a called number) and started within the span.

        `spans` has the columns key, from_time and to_time (inclusive). Gives STATEMENTS columns, each statement
        once, in the order of start_time, batch and row. One whose local time came twice is found at both times, and
        given with the first.
        """
        return _once(self._lookup(Index.CALLED, merge_spans(spans)))

    def placed_by(self, spans: pl.DataFrame) -> pl.DataFrame:
        """The same, where each span's `key` is a calling number.

        When: the called number was changed on the way and no record tells, so that only the caller leads on.
        """
        found = self._lookup(Index.CALLING, merge_spans(spans))
        points = found.select(key=pl.col("called"), from_time=pl.col("start_time"), to_time=pl.col("start_time"))
        wanted = found.select("batch", "row").unique()
        return self.statements(points).join(wanted, on=["batch", "row"], how="semi", maintain_order="left")

    def scan(self, first: datetime | None = None, last: datetime | None = None) -> pl.LazyFrame:
        """Every statement once, lazily, in the STATEMENTS columns; the order is that of the files.

        With `first` and `last` (both included) only those that started in between.
        """
        files, start = self.files.filter(pl.col("index") == Index.CALLED), pl.col("start_time")
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

        In no order; a forwarded one may stand twice. Three columns are read, of row groups that may hold some of the
        carrier's.
        """
        called = pl.col("index") == Index.CALLED
        files = self.files.filter(called, pl.col("time_max") >= first, pl.col("time_min") <= last)
        if files.is_empty():
            return pl.DataFrame(schema=FINGERPRINTS)
        mine = (pl.col("carrier") == carrier_id) & pl.col("start_time").is_between(pl.lit(first), pl.lit(last))
        rows = self.store.scan(files["path"].to_list()).filter(mine)
        told = rows.select("start_time", pl.col("fingerprint").reinterpret(signed=False))
        return told.collect(engine="streaming")

    def rows(self) -> int:
        """How many rows are filed under a called number: the statements, forwarded ones twice; no file is opened."""
        return int(self.files.filter(pl.col("index") == Index.CALLED)["rows"].sum())

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

    def _lookup(self, index: Index, spans: pl.DataFrame) -> pl.DataFrame:
        paths = self._files_for(index, spans)
        self._check_time(spans["from_time"].min())
        with guard("be read"):
            if spans.height <= SCAN_UP_TO and not self.footers.pay():
                return self._shown(self._scan_few(paths, spans, index))
            if spans.height <= PICK_UP_TO:
                return self._shown(self._pick(paths, spans, index))
            return self._join(paths, spans) if paths else _empty(index)

    def _files_for(self, index: Index, spans: pl.DataFrame) -> list[str]:
        """The files that may hold a row of the spans, by the bounds in the table's log."""
        if spans.is_empty():
            return []
        wanted, bounds = _Wanted.of(spans), self._bounds[index]
        inside = (bounds.time_max >= wanted.first.min()) & (bounds.time_min <= wanted.last.max())
        inside &= (bounds.key_max >= wanted.keys[0]) & (bounds.key_min <= wanted.keys[-1])
        return [bounds.paths[at] for at in np.flatnonzero(inside).tolist()]

    @cached_property
    def _bounds(self) -> dict[Index, _Bounds]:
        return {index: _Bounds.of(self.files.filter(pl.col("index") == index)) for index in Index}

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
        """The rows without those of batches that came later."""
        return rows if self.hidden is None else rows.filter(~pl.col("batch").is_in(self.hidden.implode()))

    def _scan_few(self, paths: list[str], spans: pl.DataFrame, index: Index) -> pl.DataFrame:
        """One scan that skips the row groups without a wanted key or time: quickest for files not looked into yet."""
        if not paths:
            return _empty(index)
        key, start = pl.col("key"), pl.col("start_time")
        wanted = [(key == one) & start.is_between(pl.lit(a, TIME), pl.lit(b, TIME)) for one, a, b in spans.iter_rows()]
        return self.store.scan(paths).filter(pl.any_horizontal(wanted)).select(kinds(index).keys()).collect()

    def _pick(self, paths: list[str], spans: pl.DataFrame, index: Index) -> pl.DataFrame:
        """Read only the row groups that hold a wanted row, found by their keys and times in memory."""
        wanted = _Wanted.of(spans)
        groups = [
            (path, group)
            for path, footer in zip(paths, self.footers.footers(paths), strict=True)
            for group in wanted.groups(footer.key_min, footer.key_max)
        ]
        rows = [wanted.rows(*keys) for keys in self.footers.keys(groups)]
        holding = [(group, some) for group, some in zip(groups, rows, strict=True) if some.size]
        return picked(self.footers.tables([group for group, _ in holding]), [some for _, some in holding], kinds(index))

    def _join(self, paths: list[str], spans: pl.DataFrame) -> pl.DataFrame:
        """One scan of the files against all spans."""
        bounds = {"start_time": (spans["from_time"].min(), spans["to_time"].max())}
        bounds["key"] = spans["key"].min(), spans["key"].max()  # parts are cut by keys, and files and groups sorted
        near = [pl.col(name).is_between(pl.lit(low), pl.lit(high)) for name, (low, high) in bounds.items()]
        rows = self._shown(self.store.scan(paths)).filter(near)
        within = pl.col("start_time").is_between(pl.col("from_time"), pl.col("to_time"))
        joined = rows.join(spans.lazy(), on="key").filter(within).drop("from_time", "to_time")
        return joined.collect(engine="streaming")


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The files of an index as arrays: paths, smallest and largest key, first and last start time in microseconds."""

    paths: list[str]
    key_min: Int64s
    key_max: Int64s
    time_min: Int64s
    time_max: Int64s

    @classmethod
    def of(cls, files: pl.DataFrame) -> _Bounds:
        told = files.select("path", "key_min", "key_max", pl.col("time_min", "time_max").to_physical())
        return cls(told["path"].to_list(), *(told[name].to_numpy() for name in told.columns[1:]))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Merged spans as sorted arrays: keys, and first and last start time in microseconds."""

    keys: Int64s
    first: Int64s
    last: Int64s

    @classmethod
    def of(cls, spans: pl.DataFrame) -> _Wanted:
        numbers = spans.select(pl.col("key"), pl.col("from_time", "to_time").to_physical())
        return cls(*(numbers[name].to_numpy() for name in ("key", "from_time", "to_time")))

    def groups(self, key_min: Int64s, key_max: Int64s) -> list[int]:
        """The row groups whose range of keys holds a wanted key."""
        at = np.searchsorted(self.keys, key_min)
        inside = at < self.keys.size
        inside[inside] = self.keys[at[inside]] <= key_max[inside]
        return np.flatnonzero(inside).tolist()

    def rows(self, keys: Int64s, times: Int64s) -> Int64s:
        """The positions of the wanted rows of a row group, which is sorted by key and time."""
        low, high = _place(self.keys, int(keys[0])), _place(self.keys, int(keys[-1]), "right")
        found: list[Int64s] = []
        starts: list[int] = np.searchsorted(keys, self.keys[low:high]).tolist()
        ends: list[int] = np.searchsorted(keys, self.keys[low:high], side="right").tolist()
        for span, start, end in zip(range(low, high), starts, ends, strict=True):
            if start < end:
                first = start + _place(times[start:end], int(self.first[span]))
                last = start + _place(times[start:end], int(self.last[span]), "right")
                found.append(np.arange(first, last, dtype=np.int64))
        return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _place(ordered: Int64s, value: int, side: Literal["left", "right"] = "left") -> int:
    return int(ordered.searchsorted(value, side=side))


def _empty(index: Index) -> pl.DataFrame:
    return kinds(index).to_frame()


def _once(rows: pl.DataFrame) -> pl.DataFrame:
    # A statement stands under up to three numbers, and at two times where its own came twice.
    once = at_first_times(rows).unique(subset=["batch", "row", "fingerprint"], keep="any")
    return as_statements(once).sort("start_time", "batch", "row", "fingerprint")
