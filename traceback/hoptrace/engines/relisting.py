"""Reading trunk names of records at hand anew, as was learned with the clocks (`hoptrace.linking.relisted`)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hoptrace.engines.ground import Reads
from hoptrace.linking.learned import Learned
from hoptrace.linking.relisted import with_deliveries, with_relisted


@dataclass(frozen=True, slots=True)
class Relisted:
    """A view of statements whose trunks stand for what the directory said when the clocks were last learned.

    `trunks`: names that it explains otherwise than when the statements came in; `customers`: those of own customers.
    """

    view: Reads
    trunks: pl.DataFrame
    customers: pl.DataFrame

    def statements(self, spans: pl.DataFrame) -> pl.DataFrame:
        """As the view's."""
        return self._read(self.view.statements(spans))

    def placed_by(self, spans: pl.DataFrame) -> pl.DataFrame:
        """As the view's."""
        return self._read(self.view.placed_by(spans))

    def _read(self, statements: pl.DataFrame) -> pl.DataFrame:
        return with_deliveries(with_relisted(statements, self.trunks), self.customers)


def with_trunks_of(view: Reads, learned: Learned, *, forward: bool = False) -> Reads:
    """The view as it is read by what was `learned`; `forward`: the trunks of own customers stay, who are asked for."""
    trunks, customers = learned.relisted, learned.customers
    customers = customers.clear() if forward else customers
    return view if trunks.is_empty() and customers.is_empty() else Relisted(view, trunks, customers)
