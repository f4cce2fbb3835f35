"""What rows of an Oracle / Acme Packet SBC's files say, gathered until there are enough of them to be read together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.intake.formats.acme.layout import COLUMNS
from hoptrace.intake.formats.acme.records import RECORDS, SAID, Peers, read_records, verdicts_in
from hoptrace.intake.formats.clocks.columns import ClockColumns
from hoptrace.intake.formats.resaved import MINUTE, Signs
from hoptrace.model.arrays import Int64s

_ENOUGH_TO_READ = 8_192
_NOTHING_SAID, _NO_RECORDS = SAID.to_frame(), RECORDS.to_frame()


class Said(NamedTuple):
    """What one row says, by column, where it says anything; its place in the group, and the code of its kind."""

    row: int
    kind: int
    told: dict[str, str]


def framed(rows: Sequence[Said]) -> pl.DataFrame:
    """What rows say (SAID, as far as there is something)."""
    names = [name for name in COLUMNS if any(name in each.told for each in rows)]
    numbers = {"row": [each.row for each in rows], "kind": [each.kind for each in rows]}
    texts = {name: [each.told.get(name) for each in rows] for name in names}
    return pl.DataFrame(numbers | texts, {name: SAID[name] for name in ("row", "kind", *names)})


@dataclass(slots=True)
class Noticed:
    """What was unusual in the records of one file, for its receipt; `begin`: the place of its first row in the group.

    `durations`: session times that contradict the others; `milliseconds`: those that are no seconds.
    """

    begin: int
    signs: Signs
    durations: int = 0
    milliseconds: int = 0


@dataclass(slots=True)
class Gathered:
    """Rows of a group's files, file after file: short files cost little where their columns are read together.

    `rejected`: rows that are no calls, by their places in the group, and why.
    """

    times: ClockColumns
    peers: Peers
    rejected: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    _files: list[Noticed] = field(default_factory=list[Noticed])
    _records: list[pl.DataFrame] = field(default_factory=list[pl.DataFrame])
    _said: list[pl.DataFrame] = field(default_factory=list[pl.DataFrame])
    _texts: list[pl.Series] = field(default_factory=list[pl.Series])
    _rows: list[Said] = field(default_factory=list[Said])
    _row_texts: list[str] = field(default_factory=list[str])
    _waiting: int = 0

    def say(self, file: Noticed, said: pl.DataFrame, texts: pl.Series) -> None:
        """Keep what rows say, in the order in which they count; raises TimezoneMissing where they are read then."""
        self._frame_rows()
        self._said.append(said)
        self._texts.append(texts)
        self._keep(file, said.height)

    def say_rows(self, file: Noticed, rows: Sequence[Said], texts: Sequence[str]) -> None:
        """The same of rows one by one."""
        self._rows += rows
        self._row_texts += texts
        self._keep(file, len(rows))

    def _keep(self, file: Noticed, rows: int) -> None:
        if not self._files or self._files[-1] is not file:
            self._files.append(file)
        self._waiting += rows
        if self._waiting >= _ENOUGH_TO_READ:
            self.read()

    def read(self) -> None:
        """Read what is gathered; raises TimezoneMissing."""
        self._frame_rows()
        if not self._said:
            return
        texts = pl.concat(self._texts)
        said = pl.concat([_NOTHING_SAID.drop("verdicts"), *self._said], how="diagonal").hstack([verdicts_in(texts)])
        self._said.clear()
        self._texts.clear()
        self._waiting = 0
        read = read_records(said, self.times, self.peers)
        self._records.append(read.records)
        self.rejected += read.rejected
        numbers = read.records.select("calling", "called", "final_number")
        bounds = np.searchsorted(self._file_of(read.records), np.arange(len(self._files) + 1)).tolist()
        for file, begin, end in zip(self._files, bounds, bounds[1:], strict=False):
            if begin < end:
                file.signs.look_at(read.records["setup"][begin:end], numbers[begin:end].get_columns())
                file.milliseconds += int(read.milliseconds[begin:end].sum())
                file.durations += int(read.contradicting[begin:end].sum())

    def _frame_rows(self) -> None:
        """What rows say one by one becomes a frame: once for those of many files, as each frame costs some rows."""
        if self._rows:
            self._said.append(framed(self._rows))
            self._texts.append(pl.Series(self._row_texts, dtype=pl.String))
            self._rows.clear()
            self._row_texts.clear()

    def records(self) -> pl.DataFrame:
        """RECORDS of all that was read; where a file's seconds are gone, its times count as their minute."""
        records = pl.concat([_NO_RECORDS, *self._records])
        minutes = np.array([file.signs.minutes for file in self._files], bool)
        if not minutes.any():
            return records
        gone = pl.Series(minutes[self._file_of(records)])
        return records.with_columns(tick=pl.when(gone).then(pl.lit(MINUTE, pl.Int32)).otherwise("tick"))

    def _file_of(self, records: pl.DataFrame) -> Int64s:
        """Which file each record is of, by the place of its row."""
        return np.searchsorted([file.begin for file in self._files], records["row"].to_numpy(), "right") - 1
