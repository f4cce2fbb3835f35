"""FreeSWITCH legs as a table: a row a document or line, a column a channel variable or a part of its call flows.

By columns, thousands of legs are read in the time that single ones need for a few calls of Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from hoptrace.intake.formats.freeswitch.flows import CALLFLOW_TIMES, CallFlow, Profile, Told
from hoptrace.intake.formats.freeswitch.variables import READ

PROFILE = ("flow_uuid", "flow_calling", "flow_called", "flow_address", "flow_channel", "flow_rdnis")
"""The leg's own caller profile, in the order of `Profile`."""

ORIGIN = ("origin_uuid", "origin_calling", "origin_called", "origin_address", "origin_channel", "origin_rdnis")
"""The profile of the leg that it was made for."""

GIVEN = ("given_start", "given_answer", "given_end", "given_tick", "later")
"""Times that a reader found by itself: microseconds since 1970, see `Times`."""

_NOBODY = Profile()
TEXTS = (*sorted(READ), *PROFILE, *ORIGIN, *CALLFLOW_TIMES)
"""All columns of texts."""

LEGS = pl.Schema(
    {
        "leg": pl.Int64,
        **dict.fromkeys(TEXTS, pl.String),
        "logged": pl.String,
        "has_origin": pl.Boolean,
        **dict.fromkeys(GIVEN, pl.Int64),
    }
)
"""One row a leg; `leg` is its number, no text is empty. `logged`: see `app_log`."""

NAMED = pl.Schema({"leg": pl.Int64, "other": pl.String})
"""Which other legs the call flows of a leg name, by their uuids."""


class LegTable(NamedTuple):
    """`legs` in the schema LEGS, in the order of their numbers; `named` in the schema NAMED."""

    legs: pl.DataFrame
    named: pl.DataFrame

    def renumbered(self, numbers: Sequence[int]) -> LegTable:
        """The same legs with other numbers, by those that they have; legs of a negative number are left out."""
        by_number = np.array(numbers, np.int64)
        legs, named = (each.with_columns(leg=by_number[each["leg"].to_numpy()]) for each in self)
        if by_number.min(initial=0) < 0:
            legs, named = (each.filter(pl.col("leg") >= 0) for each in (legs, named))
        return LegTable(legs, named)


class Given(NamedTuple):
    """Times of a line that stand in none of its variables as they are, see GIVEN."""

    start: int | None = None
    answer: int | None = None
    end: int | None = None
    tick: int | None = None
    later: int | None = None


def together(tables: Sequence[LegTable]) -> LegTable:
    """Legs of several tables, which may lack columns, as one in the order of their numbers."""
    legs = pl.concat([LEGS.to_frame(), *(table.legs for table in tables)], how="diagonal")
    named = pl.concat([NAMED.to_frame(), *(table.named for table in tables)])
    return LegTable(legs if legs["leg"].is_sorted() else legs.sort("leg"), named)


def table_of_documents(told: Sequence[Told]) -> LegTable:
    """The table of what single documents tell, numbered in their order."""
    legs = variables_by_columns([each.variables for each in told])
    flows = [each.flow for each in told]
    named = [(number, uuid) for number, flow in enumerate(flows) for uuid in flow.others]
    return LegTable(whole(legs.with_columns(_flows_by_columns(flows))), pl.DataFrame(named, schema=NAMED, orient="row"))


def table_of_lines(variables: Sequence[Mapping[str, str]], given: pl.DataFrame) -> LegTable:
    """The table of lines that have variables alone, and times that the reader found (GIVEN)."""
    legs = variables_by_columns(variables).with_columns(given.get_columns())
    return LegTable(whole(legs), NAMED.to_frame())


def variables_by_columns(variables: Sequence[Mapping[str, str]]) -> pl.DataFrame:
    """A column for each variable that is looked at and occurs, and the numbers of the legs."""
    occurring = sorted(READ.intersection(set[str]().union(*variables)))
    rows = [tuple(map(each.get, occurring)) for each in variables]
    return pl.DataFrame([pl.int_range(len(variables), eager=True).alias("leg"), *_columns(occurring, rows)])


def whole(legs: pl.DataFrame) -> pl.DataFrame:
    """The same with all columns."""
    return legs.select(
        pl.col(name) if name in legs.columns else pl.lit(None, dtype).alias(name) for name, dtype in LEGS.items()
    )


def _flows_by_columns(flows: Sequence[CallFlow]) -> list[pl.Series]:
    profiles, origins, _, times = zip(*flows, strict=True) if flows else ((), (), (), ())
    has_origin = [origin is not None for origin in origins]
    found = _columns(PROFILE, profiles)
    if any(has_origin):
        found += _columns(ORIGIN, [origin or _NOBODY for origin in origins])
    return [*found, *_columns(CALLFLOW_TIMES, times), pl.Series("has_origin", has_origin, pl.Boolean)]


def _columns(names: Sequence[str], rows: Sequence[tuple[str | None, ...]]) -> list[pl.Series]:
    """Rows of texts as columns of these names."""
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return [pl.Series(name, column, pl.String) for name, column in zip(names, columns, strict=True)]
