"""One file that a profile describes, block by block: rows are told apart, read, and given their fate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from hoptrace.intake.folds import Settled, settle
from hoptrace.intake.formats.canonical.columns import plain_name
from hoptrace.intake.formats.canonical.rows import CUT
from hoptrace.intake.formats.profiled.accounts import account, accounts, raw_calls
from hoptrace.intake.formats.profiled.calls import Judge
from hoptrace.intake.formats.profiled.fields import CLOCK, DIRECTION, KEY, cleaned, fields_of
from hoptrace.intake.formats.profiled.folds import fold_rows
from hoptrace.intake.formats.profiled.kinds import Apart, told_apart
from hoptrace.intake.formats.profiled.lines import Rows, delimited_rows
from hoptrace.intake.formats.profiled.plan import Kind, Plan, plan_of
from hoptrace.intake.formats.profiled.resaved import Resaved
from hoptrace.intake.formats.profiled.text import fixed_rows, pair_rows
from hoptrace.intake.formats.profiled.times import MINUTE, read_times
from hoptrace.intake.formats.profiled.zones import Localiser, epochs_of
from hoptrace.intake.formats.text.blocks import Block, Shape, blocks
from hoptrace.intake.formats.text.opening import first_line
from hoptrace.intake.formats.text.splitting import split
from hoptrace.intake.profile import Profile
from hoptrace.intake.profiles.file_rules import Quoting
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.intake.seen import Seen
from hoptrace.intake.zone_measuring import Measured, measure
from hoptrace.intake.zone_resolving import resolve
from hoptrace.model.statements import RAW_CALLS, ROWS, Fate

_MEASURED_ROWS = 5_000
_UNENDED = "the last line has no line end: if the file was still being written, submit it again when it is whole."
_NO_DIRECTION = "direction is not one that the profile names"


@dataclass(frozen=True, slots=True)
class Opened:
    """A file's first line: the `header` (empty where it is none), its `names` and the columns of a row (`width`)."""

    header: str
    names: int
    width: int
    plan: Plan


@dataclass(slots=True)
class ProfiledFile:
    """One file being read: what must be known from one block to the next."""

    source: Source
    profile: Profile
    context: Context
    seen: Seen = field(default_factory=Seen)
    legs: list[pl.DataFrame] = field(default_factory=list[pl.DataFrame])
    marked: dict[str, None] = field(default_factory=dict[str, None])
    _measured: Measured | None = None
    _judge: Judge | None = None
    _unended: bool = False

    @property
    def judge(self) -> Judge:
        """What reads this file's fields."""
        if self._judge is None:
            localiser = Localiser(self.profile.time, lambda: resolve(self.context, self._measured), self._settled)
            self._judge = Judge(self.profile, localiser, Resaved(self.profile.numbers.explicit))
        return self._judge

    def chunks(self) -> Iterator[Chunk]:
        """The file's chunks; of legs that are to be joined only the rows that are not accepted."""
        opened = self._opened()
        for block in self._blocks(opened):
            self._unended = block.unended
            yield self._chunk(block, self._rows(block, opened), opened)
        closing = [*self.marked, *self.judge.flags(), *([_UNENDED] if self._unended else [])]
        if closing:
            flags = tuple((self.source.index, text) for text in closing)
            yield Chunk(RAW_CALLS.to_frame(), ROWS.to_frame(), self.judge.localiser.zone, flags)

    def _opened(self) -> Opened:
        rules = self.profile.file
        line = first_line(self.source, rules.comments, zeros=True)
        cells = [line] if self.profile.format != "delimited" else split(line, rules.delimiter)
        headed = self.profile.format == "delimited" and self._is_header(cells)
        plan = plan_of(self.source.name, self.profile, cells if headed else None)
        return Opened(line if headed else "", len(cells) if headed else 0, len(cells), plan)

    def _blocks(self, opened: Opened) -> Iterator[Block]:
        quotes = self.profile.file.quoting is Quoting.STANDARD and self.profile.format == "delimited"
        shape = Shape(self.profile.file.delimiter, opened.width) if quotes else None
        return blocks(self.source, shape, zeros=True)

    def _is_header(self, cells: list[str]) -> bool:
        header = self.profile.file.header
        if isinstance(header, bool):
            return header
        has = {plain_name(cell) for cell in cells}
        wanted = {plain_name(c) for _, rule in self.profile.rules() for c in rule.columns if isinstance(c, str)}
        # One name alone may be a value as well.
        return len(wanted & has) >= min(2, len(wanted))

    def _rows(self, block: Block, opened: Opened) -> Rows:
        if self.profile.format == "fixed":
            return fixed_rows(block, self.profile.file)
        if self.profile.format == "keyvalue":
            return pair_rows(block, self.profile.file, opened.plan.used)
        return delimited_rows(block, self.profile.file, opened.header, opened.width)

    def _fields(self, rows: Rows, opened: Opened) -> tuple[Apart, list[tuple[pl.DataFrame, Kind]]]:
        cells = cleaned(rows.cells, opened.plan, self.profile, tidy=rows.tidy)
        apart = told_apart(cells, opened.plan, self.profile, opened.names)
        return apart, [(fields_of(part, kind, opened.plan), kind) for part, kind in apart.kinds]

    def _settled(self, zone: str) -> Settled:
        """The file's rows near an hour that the zone repeats, read ahead: those behind a row tell as well."""
        opened, localiser = self._opened(), self.judge.localiser
        near = [
            pl.concat([fold_rows(part, kind, localiser, zone) for part, kind in self._fields(rows, opened)[1]]).sort(
                "row"
            )
            for rows in (self._rows(block, opened) for block in self._blocks(opened))
        ]
        return settle(pl.concat(near), zone)

    def _chunk(self, block: Block, rows: Rows, opened: Opened) -> Chunk:
        self.marked.update(dict.fromkeys(rows.marked))
        apart, fields = self._fields(rows, opened)
        self._measure(fields[0][0], opened.plan)
        each = [self.judge.judged(part, kind) for part, kind in fields if part.height or len(fields) == 1]
        judged = self._with_directions(pl.concat(each or [self.judge.judged(*fields[0])]).sort("row"))
        sound = judged.filter(pl.col("reasons").list.len() == 0)
        faulty = judged.filter(pl.col("reasons").list.len() > 0).select("row", "reasons")
        bad = pl.concat([rows.bad, apart.bad]).select("row", reasons=pl.concat_list("why"))
        rejected = _cut(pl.concat([faulty, bad]), block)
        repeated = self.seen.repeated(sound[KEY])
        new = sound.filter(~repeated) if repeated.any() else sound
        self.judge.resaved.look_at_numbers(new)
        if self.judge.resaved.on_minutes:
            new = new.with_columns(precision=pl.lit(MINUTE))
        parts = [
            account(sound.filter(repeated), Fate.DUPLICATE),
            account(rejected.join(block.raw(rejected["row"]), on="row", how="left"), Fate.REJECTED),
            account(_with_first(rows.skipped, block), Fate.SKIPPED),
            account(apart.skipped.to_frame("row"), Fate.SKIPPED),
        ]
        return self._finished(new, parts)

    def _finished(self, new: pl.DataFrame, parts: list[pl.DataFrame]) -> Chunk:
        zone = self.judge.localiser.zone
        if self.profile.legs.rule == "joined":
            self.legs.append(new.with_columns(file=pl.lit(self.source.index, pl.Int32)))
            return Chunk(RAW_CALLS.to_frame(), accounts(parts, self.source.index), zone)
        calls = raw_calls(new.with_columns(file=pl.lit(self.source.index, pl.Int32)))
        parts.append(account(calls, Fate.ACCEPTED))
        return Chunk(calls, accounts(parts, self.source.index), zone)

    def _measure(self, fields: pl.DataFrame, plan: Plan) -> None:
        """The zone as the clock column of the first rows shows it; asked before the first time is read."""
        clock = self.profile.time.clock
        if clock is None or plan.clock is None or self._measured is not None:
            return
        rows = fields.filter(pl.col(CLOCK).is_not_null()).head(_MEASURED_ROWS)
        times = read_times(rows["start_time"], self.profile.time.formats)
        locals_: list[datetime | None] = times["read"].to_list()
        pairs = [
            (local, epoch)
            for local, epoch in zip(locals_, epochs_of(rows[CLOCK], clock.means), strict=True)
            if local is not None and epoch is not None
        ]
        self._measured = measure(pairs, by=str(clock.column))

    def _with_directions(self, judged: pl.DataFrame) -> pl.DataFrame:
        legs = self.profile.legs
        if legs.rule != "joined":
            return judged
        known = pl.col(DIRECTION).is_in([*legs.incoming, *legs.outgoing]).fill_null(value=False)
        told = pl.when(known).then("reasons").otherwise(pl.concat_list("reasons", pl.lit(_NO_DIRECTION)))
        return judged.with_columns(reasons=told)


def _with_first(skipped: pl.Series, block: Block) -> pl.DataFrame:
    """Skipped rows; the file's first with its bytes, under which rejected rows are written out to be mended."""
    rows = skipped.to_frame("row")
    if block.first_row != 1 or 1 not in skipped:
        return rows
    return rows.join(block.raw(pl.Series("row", [1], pl.Int64)), on="row", how="left")


def _cut(rejected: pl.DataFrame, block: Block) -> pl.DataFrame:
    """Where the last line has no end and was rejected, say that first."""
    if not block.unended or rejected.is_empty():
        return rejected
    last = block.first_row + block.data.count(b"\n")
    told = pl.when(pl.col("row") == last).then(pl.concat_list(pl.lit(CUT), "reasons")).otherwise("reasons")
    return rejected.with_columns(reasons=told)
