"""A canonical file being read: each of its records becomes a call, or is told why it is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from hoptrace.intake.formats.canonical.checks import MINUTE, as_calls, fields, judged
from hoptrace.intake.formats.canonical.columns import Columns
from hoptrace.intake.formats.canonical.rows import Parsed
from hoptrace.intake.reading import Chunk, Source
from hoptrace.intake.seen import Seen
from hoptrace.model.statements import RAW_CALLS, ROWS, Fate

_LEAST_TIMES = 5
_MINUTES = (
    "every start time is on a full minute: the seconds were cut, as a spreadsheet does; times count as intervals of a "
    "minute. Ask for the file as the switch wrote it."
)
_RESAVED = "numbers such as 9.1E+11: re-saved by a spreadsheet, their digits are lost. Ask for the original file."
_UNENDED = "the last line has no line end: if the file was still being written, submit it again when it is whole."


@dataclass(slots=True)
class File:
    """What must be known of a file from one chunk to the next."""

    source: Source
    seen: Seen = field(default_factory=Seen)
    times: int = 0
    whole_minutes: bool = True
    resaved: bool = False
    unended: bool = False
    foreign: int = 0

    def chunks(self, blocks: Iterable[Parsed], columns: Columns, flags: Iterable[str] = ()) -> Iterator[Chunk]:
        """A chunk a block, and one without rows where only the whole file tells what the receipt is to say.

        `flags`: what it is to say besides.
        """
        told = [*_unknown(columns), *flags]
        for parsed in blocks:
            yield self._chunk(parsed, columns, told)
            told = []
        closing = told + self._closing_flags()
        if closing:
            empty = Chunk(RAW_CALLS.to_frame(), ROWS.to_frame(), flags=tuple((self.source.index, f) for f in closing))
            yield empty

    def _chunk(self, parsed: Parsed, columns: Columns, flags: list[str]) -> Chunk:
        self.foreign += parsed.foreign
        self.unended = parsed.unended
        sound, rejected = judged(fields(parsed.good, columns, tidy=parsed.tidy), parsed.longest)
        calls = as_calls(sound, self.source.index, self._on_minutes(sound))
        self.resaved = self.resaved or _is_resaved(sound["called_number"])
        accounts = [_account(sound, Fate.ACCEPTED, call=pl.int_range(pl.len(), dtype=pl.Int64))]
        if rejected.height:
            raw = rejected.join(parsed.raw(rejected["row"]), on="row", how="left", maintain_order="left")
            accounts.append(_account(raw, Fate.REJECTED, reasons=pl.col("reasons"), raw=pl.col("raw")))
        if parsed.bad.height:
            accounts.append(_account(parsed.bad, Fate.REJECTED, reasons=pl.concat_list("why"), raw=pl.col("raw")))
        if parsed.skipped.height:
            accounts.append(_account(parsed.skipped, Fate.SKIPPED))
        account = pl.concat(accounts)
        ordered = account if account["row"].is_sorted() else account.sort("row")
        return Chunk(
            calls=calls,
            rows=ordered.with_columns(file=pl.lit(self.source.index, pl.Int32)).select(list(ROWS)),
            flags=tuple((self.source.index, flag) for flag in flags),
            longest=parsed.longest,
            again=partial(self._again, calls["row"], parsed.good["row"], parsed.hashes),
        )

    def _again(self, asked: pl.Series, rows: pl.Series, hashes: Callable[[], pl.Series]) -> pl.Series:
        """Of each row that is asked for, of those that have these hashes, whether one before was the same."""
        hashed = pl.DataFrame([rows, hashes().rename("hash")])
        return self.seen.repeated(asked.to_frame().join(hashed, on="row", how="left", maintain_order="left")["hash"])

    def _on_minutes(self, sound: pl.DataFrame) -> bool:
        """All times so far are on a full minute, and enough of them that this is no accident."""
        start = sound["start_time_read"].to_physical()
        self.whole_minutes = self.whole_minutes and bool((start % MINUTE == 0).all())
        self.times += start.len()
        return self.whole_minutes and self.times >= _LEAST_TIMES

    def _closing_flags(self) -> list[str]:
        minutes = self.whole_minutes and self.times >= _LEAST_TIMES
        foreign = f"bytes that are not UTF-8, shown as replacement marks, in {self.foreign:,} rows"
        told = ((minutes, _MINUTES), (self.resaved, _RESAVED), (self.unended, _UNENDED), (self.foreign, foreign))
        return [text for holds, text in told if holds]


def _is_resaved(numbers: pl.Series) -> bool:
    """Some number is one that a spreadsheet cut; those with a plus, nearly all, are not looked at closer."""
    others = numbers.filter(~numbers.str.starts_with("+"))
    return bool(others.str.contains(r"^[0-9.,]+[Ee]\+[0-9]+$").any())


def _account(
    frame: pl.DataFrame,
    fate: Fate,
    call: pl.Expr | None = None,
    reasons: pl.Expr | None = None,
    raw: pl.Expr | None = None,
) -> pl.DataFrame:
    return frame.select(
        row=pl.col("row").cast(pl.Int64),
        call=pl.lit(None, pl.Int64) if call is None else call,
        fate=pl.lit(str(fate)),
        reasons=pl.lit(None, pl.List(pl.String)) if reasons is None else reasons,
        raw=pl.lit(None, pl.Binary) if raw is None else raw,
    )


def _unknown(columns: Columns) -> list[str]:
    unknown = [name or "(without a name)" for name in columns.unknown]
    return [f"columns that are not canonical were left out: {', '.join(unknown)[:500]}"] if unknown else []
