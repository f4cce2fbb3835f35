"""Taking in one group of files: chunk by chunk, raw calls become statements for the lake and accounts for receipts."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

import polars as pl
import zstandard

from hoptrace.catalog.batches import NewBatch, RejectedRow
from hoptrace.errors import InputRefused
from hoptrace.intake.accounts import FileAccount, add_rows, add_statements, is_of_one_file, settle_rows
from hoptrace.intake.ahead import ahead
from hoptrace.intake.collecting import collection_paused
from hoptrace.intake.joined_rows import of_files, other_rows
from hoptrace.intake.limits import check_values
from hoptrace.intake.reading import Chunk, Context, Source
from hoptrace.intake.repeats import Repeats
from hoptrace.intake.resaving import with_lost_seconds
from hoptrace.intake.sources import Group
from hoptrace.intake.statements import Built, build
from hoptrace.intake.trunks import TrunkTable
from hoptrace.model.numbers import DialPlan
from hoptrace.model.statements import STATEMENTS, Fate


class Taking:
    """One group on its way in; iterate over `frames` once, then ask for `batches` and `rejected_rows`."""

    def __init__(self, group: Group, context: Context, trunks: TrunkTable, repeats: Repeats, plan: DialPlan) -> None:
        self._group = group
        self._context = context
        self._trunks = trunks
        self._repeats = repeats
        numbers = context.profile.numbers
        self._carrier = context.carrier.carrier_id
        self._plan = replace(
            plan,
            tech_prefixes=numbers.tech_prefixes,
            outside_prefixes=numbers.outside_prefixes,
            carrier_id=self._carrier,
            trunk_prefixes=numbers.of_trunks(),
        )
        self._files: list[FileAccount] = [FileAccount(source, context.taken) for source in group.sources]
        self._others: list[pl.DataFrame] = []

    @property
    def sources(self) -> tuple[Source, ...]:
        """The group's files."""
        return self._group.sources

    def frames(self) -> Iterator[pl.DataFrame]:
        """The group's statements, each frame to be `named`; raises InputRefused where a file has no readable end."""
        # Reading and checking takes about as long as making statements of what was read: each has a thread.
        yield from map(self._take, ahead(self._chunks(), depth=1))

    def batches(self) -> list[NewBatch]:
        """The batches, one a file, once every frame was taken."""
        return [account.entry(self._carrier, self._group.reader.name) for account in self._files]

    def rejected_rows(self) -> Iterator[RejectedRow]:
        """The rejected rows of all files, after `batches`."""
        for account in self._files:
            yield from account.rejected_rows()

    def joined(self) -> dict[str, pl.DataFrame]:
        """Of statements made of several rows the further ones (JOINED), by the file's digest; after `batches`."""
        found = of_files(self._others, [account.batch for account in self._files])
        return {self._files[file].source.digest: rows for file, rows in found.items()}

    def _chunks(self) -> Iterator[Chunk]:
        chunks = iter(self._group.reader.read(self._group.sources, self._context))
        while True:
            try:
                with collection_paused():
                    chunk = next(chunks)
            except StopIteration:
                return
            except (OSError, EOFError, zlib.error, zstandard.ZstdError, pl.exceptions.PolarsError) as error:
                names = ", ".join(source.name for source in self._group.sources)
                raise InputRefused(
                    f"{names}: cannot be read to the end: {error}. Send the file again; nothing of it was taken in."
                ) from error
            yield chunk

    def _take(self, chunk: Chunk) -> pl.DataFrame:
        sources = self._group.sources
        if chunk.longest is None or chunk.longest > sources[0].limits.longest_value:
            check_values(chunk.calls, [source.name for source in sources], sources[0].limits)
        calls, cut = with_lost_seconds(chunk.calls)
        built = self._build(calls)
        again = calls.clear().select("call")
        if chunk.again is not None and built.has_odd_numbers:
            # Of calls that are refused, or whose numbers are counted, no fingerprint tells repetitions.
            is_again = chunk.again()
            again = calls.filter(is_again).select("call")
            built = built if again.is_empty() else self._build(calls.filter(~is_again))
        self._plan = built.plan
        statements = _in_file_order(built.statements)
        repeated = self._repeats.of(statements)
        kept = statements.filter(~repeated) if repeated.any() else statements
        rows = settle_rows(chunk.rows, built.refused, pl.concat([again, statements.select("call").filter(repeated)]))
        self._count(rows, kept, built)
        self._others.append(other_rows(rows, kept))
        self._note(chunk, rows, built)
        self._note_resaved(built.rounded, cut)
        named: dict[int, int] = dict(built.named.iter_rows())
        for file, count in named.items():
            self._files[file].named_numbers += count
        return kept

    def _build(self, calls: pl.DataFrame) -> Built:
        return build(calls, self._carrier, self._plan, self._trunks, self._context.signers)

    def named(self, kept: pl.DataFrame) -> pl.DataFrame:
        """A frame of `frames` with the batch of each statement (STATEMENTS); waits for the files' digests.

        Of many rows the columns of few texts are Categorical, and numbers that their keys tell have no texts (kind
        Null).
        """
        return kept.with_columns(batch=self._batch_names(kept)).select(STATEMENTS.names())

    def _count(self, rows: pl.DataFrame, kept: pl.DataFrame, built: Built) -> None:
        add_rows(self._files, rows)
        add_statements(self._files, kept, built.peers)
        if built.unknown.is_empty():
            return
        accepted = rows.filter(pl.col("fate") == str(Fate.ACCEPTED))
        unknown = accepted.join(built.unknown, on="call").group_by("file", "trunk").len()
        counts: list[tuple[int, str, int]] = unknown.rows()
        for file, trunk, count in counts:
            self._files[file].unknown_trunks[trunk] += count

    def _note(self, chunk: Chunk, rows: pl.DataFrame, built: Built) -> None:
        files: list[int] = [rows["file"][0]] if is_of_one_file(rows) else rows["file"].unique().to_list()
        for file in files:
            account = self._files[file]
            account.zones[str(chunk.zone)] = None
            if built.plan.as_at_home:
                account.flags[f"ten digits read as a number of {built.plan.home}, for all of them can be such"] = None
            for prefix, count in built.learned.items():
                text = f"tech prefix {prefix} taken off (learned from {count:,} numbers)"
                account.flags[text] = None
        for file, text in chunk.flags:
            self._files[file].flags[text] = None

    def _note_resaved(self, rounded: pl.DataFrame, cut: Mapping[int, str]) -> None:
        for file, text in cut.items():
            self._files[file].flags[text] = None
        counts: dict[int, int] = dict(rounded.iter_rows())
        for file, count in counts.items():
            self._files[file].rounded += count

    def _batch_names(self, kept: pl.DataFrame) -> pl.Series:
        """The batch of each statement; a batch is named after the first day in the first chunk that has calls of it."""
        days = _first_times(kept)
        names = {file: self._files[file].name_batch(self._carrier, days[file]) for file in sorted(days)}
        if len(names) == 1:
            (name,) = names.values()
            return pl.repeat(name, kept.height, dtype=pl.String, eager=True).alias("batch")
        return kept["file"].replace_strict(list(names), list(names.values()), return_dtype=pl.String).rename("batch")


def _first_times(kept: pl.DataFrame) -> dict[int, datetime]:
    """The first start time of each file's statements."""
    first = kept["start_time"].min()
    if is_of_one_file(kept) and isinstance(first, datetime):
        return {kept["file"][0]: first}
    return dict(kept.group_by("file").agg(pl.col("start_time").min()).iter_rows())


def _in_file_order(statements: pl.DataFrame) -> pl.DataFrame:
    """Sorted by file and row; most readers give them so, and sorting moves every column."""
    if is_of_one_file(statements) and statements["row"].is_sorted():
        return statements
    return statements.sort("file", "row")
