"""A ground that can be carried away: the statements that traces read and the tables that they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from hoptrace.engines.ground import Reads
from hoptrace.engines.keeping import covering_of, known_of
from hoptrace.engines.local import Lying, Rules, Standing, stand_on
from hoptrace.lake.layout import STORED, WITHHELD, Index, once, parts
from hoptrace.lake.spans import merge_spans, within
from hoptrace.model.certificates import Trust
from hoptrace.model.statements import STATEMENTS
from hoptrace.tracing.signatures.signers import Signers

if TYPE_CHECKING:
    from hoptrace.catalog.clocks import ClockTable
    from hoptrace.catalog.spans import BatchSpan
    from hoptrace.model.carriers import Carrier
    from hoptrace.model.certificates import StoredCertificate


@dataclass(frozen=True, slots=True)
class Packed:
    """A ground as a package holds it; the lake, the clock table and the certificates at the versions it names.

    `statements`: all that the traces read (STATEMENTS). `spans`: of every batch that there was, for whose records cover
    which time.
    """

    rules: Rules
    lake_version: int
    expired_before: date | None
    statements: pl.DataFrame
    spans: Sequence[BatchSpan]
    clocks: ClockTable
    carriers: Sequence[Carrier]
    certificates: Sequence[StoredCertificate]


def standing_of(packed: Packed) -> Standing:
    """What a run on it stands on: the same as in the workspace that it was taken from."""
    clocks = known_of(packed.clocks)
    covering = covering_of(packed.spans, clocks.learned, packed.expired_before)
    lying = Lying(Held(packed.statements), packed.lake_version, covering)
    signers = Signers.of(packed.carriers, packed.rules.home_country, Trust(packed.certificates))
    return stand_on(packed.rules, signers, clocks, lying)


@dataclass(slots=True)
class Recording:
    """The lake's view, which remembers all that was read through it."""

    view: Reads
    _read: list[pl.DataFrame] = field(default_factory=list[pl.DataFrame])

    def statements(self, spans: pl.DataFrame) -> pl.DataFrame:
        """As the view's."""
        return self._kept(self.view.statements(spans))

    def placed_by(self, spans: pl.DataFrame) -> pl.DataFrame:
        """As the view's."""
        return self._kept(self.view.placed_by(spans))

    def read(self) -> pl.DataFrame:
        """All statements that were read, each once (STATEMENTS)."""
        everything = pl.concat([pl.DataFrame(schema=STATEMENTS), *self._read])
        return everything.unique(["batch", "row", "fingerprint"]).sort("start_time", "batch", "row", "fingerprint")

    def _kept(self, found: pl.DataFrame) -> pl.DataFrame:
        self._read.append(found.select(STATEMENTS.names()))
        return found


class Held:
    """Statements in memory, looked up as the lake's view looks them up: by the same numbers, in the same order."""

    def __init__(self, statements: pl.DataFrame) -> None:
        laid = list(parts(statements.with_columns(pl.col(name).cast(kind) for name, kind in STATEMENTS.items())))
        called = [part.rows.select(STORED.names()) for part in laid if part.index is Index.CALLED]
        self._called = pl.concat([STORED.to_frame(), *called])
        own, known = pl.col("key") == pl.col("called"), pl.col("calling").ne(WITHHELD)
        self._calling = self._called.filter(own, known).with_columns(key=pl.col("calling"))

    def statements(self, spans: pl.DataFrame) -> pl.DataFrame:
        """As `hoptrace.lake.view.View.statements`."""
        return _within(self._called, spans)

    def placed_by(self, spans: pl.DataFrame) -> pl.DataFrame:
        """As `hoptrace.lake.view.View.placed_by`."""
        return _within(self._calling, spans)


def _within(rows: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    return once(within(rows, merge_spans(spans)))
