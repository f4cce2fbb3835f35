"""Oracle / Acme Packet session border controllers: local CDR files, rows of several types and lengths in one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from hoptrace.intake.formats.acme.calls import Calls, calls_of, raw_calls
from hoptrace.intake.formats.acme.file import FATES, AcmeFile, Reading
from hoptrace.intake.formats.acme.gathered import Gathered, Noticed
from hoptrace.intake.formats.acme.layout import KINDS, LEAST_COLUMNS, Kind, Layout, Layouts
from hoptrace.intake.formats.acme.records import Peers
from hoptrace.intake.formats.acme.rows import fitted
from hoptrace.intake.formats.clocks.columns import ClockColumns
from hoptrace.intake.formats.clocks.times import ClockTimes
from hoptrace.intake.formats.resaved import Signs
from hoptrace.intake.formats.text.lines import decoded
from hoptrace.intake.ledger import reasons_of
from hoptrace.intake.open_passes import with_passes
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Context, Detection, Source
from hoptrace.model.arrays import Int64s
from hoptrace.model.statements import ROWS, Fate

_LOOKED_AT = 100
_FATES = pl.Series("fate", FATES, pl.String)
_CALL = pl.when(pl.col("call") >= 0).then("call")


@dataclass(frozen=True, slots=True)
class AcmeSbc:
    """Reads local CDR files of Oracle's SBC; rotated files are one group, as a start may lie in the file before.

    Rows of a length that neither a documented release nor the profile has are rejected; where it `measures`, their
    columns are taken where the rows themselves show them. That has to be asked for by name.
    """

    measures: bool = False
    grouped: bool = True
    needs_profile: bool = False
    rows_are_lines: bool = True

    @property
    def name(self) -> str:
        """What `--format` takes."""
        return self.name_of(measures=self.measures)

    @staticmethod
    def name_of(*, measures: bool = False) -> str:
        """The name of the reader that measures, or of the one that does not."""
        return "acme_measured" if measures else "acme"

    @property
    def customisable(self) -> bool:
        """Its columns are the operator's choice: it may fit, and must be named."""
        return self.measures

    @property
    def title(self) -> str:
        """What people call it."""
        measured = ", rows of undocumented lengths too" if self.measures else ""
        return f"Oracle / Acme Packet SBC local CDR (CSV{measured})"

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims a file most of whose long rows have a type and a setup time where Oracle's SBC writes them."""
        del source
        lines = [text for raw in head.splitlines()[:_LOOKED_AT] if (text := decoded(raw)).strip()]
        layouts = Layouts(Profile())
        known = [_understood(text, layouts) for text in lines]
        found = Counter(layout.why for layout in known if layout is not None)
        if not found or found.total() * 2 < sum(1 for text in lines if text.count(",") >= LEAST_COLUMNS):
            return None
        kinds = ", ".join(f"{why}: {count}" for why, count in sorted(found.items()))
        unknown = sum(not layout.known and layout.kind is not Kind.INTERIM for layout in known if layout is not None)
        undocumented = unknown * 2 > found.total()
        if self.measures and not undocumented:
            return None
        # Of rows that no release documents the other reader takes none.
        sure = 0.96 if self.measures else 0.95
        return Detection(self.name, sure, f"setup time and record type where Oracle's SBC has them ({kinds})")

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk for the group; raises InputRefused where no row of a file is an SBC's, TimezoneMissing."""
        times = ClockTimes(context)
        layouts = Layouts(context.profile)
        gathered = Gathered(ClockColumns(times), Peers.of(context.profile))
        try:
            files = _files(sources, Reading(gathered, layouts, self.measures), context.profile)
        finally:
            # Also before a refused file: that times in one before it have no zone is said first.
            gathered.read()
        calls = calls_of(gathered.records())
        rows = _account(files, gathered.rejected, calls)
        places: Int64s = calls.calls["row"].to_numpy()
        flags = [(file.source.index, text) for file in files for text in file.flags()]
        flags += [(sources[0].index, text) for text in times.flags()]
        told = raw_calls(calls.calls, rows["file"][places], rows["row"][places], times)
        yield with_passes(Chunk(told, rows, times.zone, tuple(flags)))


def _files(sources: Sequence[Source], reading: Reading, profile: Profile) -> list[AcmeFile]:
    """All files of a group, read; raises InputRefused, TimezoneMissing."""
    files: list[AcmeFile] = []
    begin = 0
    for source in sources:
        file = AcmeFile(source, reading, Noticed(begin, Signs(profile.numbers.explicit)))
        file.read()
        files.append(file)
        begin += sum(map(len, file.raw))
    return files


def _account(files: Sequence[AcmeFile], rejected: list[tuple[int, str]], calls: Calls) -> pl.DataFrame:
    """What became of every row (ROWS); `rejected`: those that were read and are no calls, and why."""
    raw = pl.concat([pl.Series("raw", [], pl.Binary), *(each for file in files for each in file.raw)])
    fates = np.concatenate([np.zeros(0, np.uint8), *(each for file in files for each in file.fates)])
    fates[calls.rows] = FATES.index(Fate.ACCEPTED)
    numbers = np.full(len(fates), -1)
    numbers[calls.rows] = calls.numbers
    lengths = [sum(map(len, file.raw)) for file in files]
    index = np.repeat([file.source.index for file in files], lengths)
    of_file = np.arange(len(fates)) - np.repeat([file.noticed.begin for file in files], lengths) + 1
    reasons = reasons_of(rejected + [each for file in files for each in file.rejected], len(fates))
    told = {"file": index, "row": of_file, "call": numbers, "fate": _FATES[fates], "reasons": reasons, "raw": raw}
    return pl.DataFrame({name: told[name] for name in ROWS}, ROWS).with_columns(_CALL)


def _understood(text: str, layouts: Layouts) -> Layout | None:
    kind = KINDS.get(text.partition(",")[0].strip('" ').lower())
    return None if kind is None or kind is Kind.OTHER else fitted(text, kind, layouts)[1]


def measuring() -> AcmeSbc:
    """The reader that measures rows of undocumented lengths."""
    return AcmeSbc(measures=True)
