"""FreeSWITCH legs out of documents of known shapes (`document_shapes`): their wanted texts become columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
import polars as pl

from hoptrace.intake.formats.document_shapes import UNKNOWN, Form, Marked, Shapes, spread
from hoptrace.intake.formats.freeswitch.flows import CALLFLOW_TIMES
from hoptrace.intake.formats.freeswitch.table import NAMED, TEXTS, LegTable
from hoptrace.intake.formats.freeswitch.variables import READ
from hoptrace.intake.formats.text.slices import slices
from hoptrace.model.arrays import Int64s, Truths

_LEAST = 128
"""Fewer documents are read one by one in less time."""

_NUMBERS = {name: number for number, name in enumerate(TEXTS)}
_NEVER = np.array([name in CALLFLOW_TIMES[1:] for name in TEXTS])


class Plan(NamedTuple):
    """What is wanted of the documents of a shape, by the numbers of their texts.

    `texts`: all that are wanted, rising; `variables`: those of them that are variables. `columns`: pairs of a place in
    `texts` and a number in TEXTS; of several for one column the last that says something counts. `named`: places in
    `texts` of the uuids of other legs. `region`: see `Decoding`.
    """

    texts: tuple[int, ...]
    variables: tuple[bool, ...]
    places: tuple[int, ...]
    columns: tuple[int, ...]
    named: tuple[int, ...]
    has_origin: bool
    region: tuple[int, ...] = ()


def plan_of(
    columns: Sequence[tuple[str, int]], named: Sequence[int], has_origin: bool, region: tuple[int, ...] = ()
) -> Plan:
    """The plan by names of columns and the texts that say them, of several for one the first counts."""
    texts = tuple(sorted({*named, *(text for _, text in columns)}))
    at = {text: place for place, text in enumerate(texts)}
    variables = {text for name, text in columns if name in READ}
    return Plan(
        texts,
        tuple(text in variables for text in texts),
        tuple(at[text] for _, text in reversed(columns)),
        tuple(_NUMBERS[name] for name, _ in reversed(columns)),
        tuple(at[text] for text in named),
        has_origin,
        region,
    )


class LegForm(Form[Plan], Protocol):
    """What the formats of FreeSWITCH's documents have each in their own way."""

    def plain(self, texts: pl.Series, marked: Marked) -> pl.Series:
        """Texts as they are meant, not as they are written."""
        ...

    def encoded(self, wanted: Wanted, percents: Truths) -> Truths:
        """Which documents have URL encoding in their variables; `percents`: the wanted ones with a per cent sign."""
        ...

    def decoded(self, texts: list[str]) -> list[str]:
        """Variables without URL encoding."""
        ...


class Wanted(NamedTuple):
    """The wanted `texts` of some documents, one below the other: whose they are, and whether they are variables.

    `documents`: their numbers among those that are `marked`, `kinds` which of the `plans` each has.
    """

    marked: Marked
    documents: Int64s
    plans: list[Plan]
    kinds: Int64s
    texts: pl.Series
    owners: Int64s
    variables: Truths


class ShapedLegs:
    """The legs of those documents that are alike, as far as they have come."""

    def __init__(self, form: LegForm) -> None:
        self._form = form
        self._shapes = Shapes(form)
        self.tables: list[LegTable] = []

    def read(self, raws: Sequence[bytes], numbers: Sequence[int]) -> list[bool]:
        """Read some documents, which get these numbers as legs; says which of them are read, the others are not."""
        if len(raws) < _LEAST:
            return [False] * len(raws)
        marked = self._form.mark(raws)
        kinds = self._shapes.of(marked)
        known = kinds != UNKNOWN
        documents = np.flatnonzero(known)
        if len(documents):
            wanted = self._wanted(marked, documents, kinds[documents])
            self.tables.append(self._table(wanted, np.array(numbers, np.int64)[documents]))
        return known.tolist()

    def _wanted(self, marked: Marked, documents: Int64s, kinds: Int64s) -> Wanted:
        used: list[int] = np.unique(kinds).tolist()
        kinds, plans = np.searchsorted(used, kinds), [self._shapes.plans[kind] for kind in used]
        texts, owners = spread([plan.texts for plan in plans], kinds)
        variables, _ = spread([plan.variables for plan in plans], kinds)
        at = marked.first_texts()[documents][owners] + texts
        written = slices(marked.data, marked.texts.starts[at], marked.texts.ends[at]).cast(pl.String)
        said = self._form.plain(written.str.strip_chars(), marked)
        return self._decoded(Wanted(marked, documents, plans, kinds, said, owners, variables.astype(bool)))

    def _decoded(self, wanted: Wanted) -> Wanted:
        if b"%" not in wanted.marked.data:
            return wanted
        percents = wanted.texts.str.contains("%", literal=True).to_numpy() & wanted.variables
        encoded = self._form.encoded(wanted, percents)
        changed = np.flatnonzero(percents & encoded[wanted.owners])
        plain = pl.Series(self._form.decoded(wanted.texts.gather(changed).to_list()), dtype=pl.String)
        return wanted._replace(texts=wanted.texts.scatter(changed, plain.str.strip_chars()))

    def _table(self, wanted: Wanted, legs: Int64s) -> LegTable:
        plans = wanted.plans
        counts = np.bincount(wanted.owners, minlength=len(legs))
        first = np.cumsum(counts) - counts
        places, owners = spread([plan.places for plan in plans], wanted.kinds)
        columns, _ = spread([plan.columns for plan in plans], wanted.kinds)
        at = first[owners] + places
        says = (wanted.texts != "").to_numpy()[at] & ~(_NEVER[columns] & (wanted.texts == "0").to_numpy()[at])
        cells = np.full((len(TEXTS), len(legs)), len(wanted.texts))
        cells[columns[says], owners[says]] = at[says]
        # All columns one below the other: to pick them one by one takes several times as long.
        filled = np.flatnonzero((cells < len(wanted.texts)).any(axis=1))
        texts = wanted.texts.extend_constant(None, 1)
        stack = texts.gather(cells[filled].ravel())
        frame = {TEXTS[column]: stack.slice(at * len(legs), len(legs)) for at, column in enumerate(filled.tolist())}
        has_origin = np.array([plan.has_origin for plan in plans])[wanted.kinds]
        named, naming = spread([plan.named for plan in plans], wanted.kinds)
        others = pl.DataFrame({"leg": legs[naming], "other": texts.gather(first[naming] + named)}, NAMED)
        return LegTable(
            pl.DataFrame({"leg": legs, **frame, "has_origin": has_origin}), others.filter(pl.col("other") != "")
        )
