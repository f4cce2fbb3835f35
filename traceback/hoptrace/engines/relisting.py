"""Reading trunk names of records at hand anew, as was learned with the clocks (`hoptrace.linking.relisted`)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hoptrace.engines.ground import Reads
from hoptrace.linking.learned import Learned
from hoptrace.linking.relisted import with_relisted


@dataclass(frozen=True, slots=True)
class Relisted:
    """A view of statements whose trunks stand for what the directory said when the clocks were last learned."""

    view: Reads
    trunks: pl.DataFrame

    def statements(self, spans: pl.DataFrame) -> pl.DataFrame:
        """As the view's."""
        return with_relisted(self.view.statements(spans), self.trunks)

    def placed_by(self, spans: pl.DataFrame) -> pl.DataFrame:
        """As the view's."""
        return with_relisted(self.view.placed_by(spans), self.trunks)


def with_trunks_of(view: Reads, learned: Learned) -> Reads:
    """The view as it is read by what was `learned`."""
    return view if learned.relisted.is_empty() else Relisted(view, learned.relisted)
