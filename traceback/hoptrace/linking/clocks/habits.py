"""Habits: what a carrier's switch writes as the start of a call, and how coarsely; read off the records themselves.

Some switches write the time of the answer as the start of an answered call (calls that nobody answered keep theirs);
some cut times to the second or the minute without saying so in the time's form.
"""

from __future__ import annotations

import polars as pl

HABITS = pl.Schema({"carrier": pl.String, "start_is_answer": pl.Boolean, "tick": pl.Float64})
"""One carrier's habits; `tick`: seconds to which its times are cut, null where the records say it themselves."""

TICKS = (60.0, 1.0)
"""Seconds that switches cut times to, coarsest first: what divides by a minute divides by a second too."""

LEAST_ROWS = 12
"""Rows from which a habit can be told; of 12 times to the second one in 60^12 are whole minutes by chance."""

NEARLY_ALL = 0.98
"""Share of a carrier's start times that are on a tick where all are cut to it."""

LONGEST_RING = 90.0
"""Seconds that a phone rings at most."""

LEAST_LATE = 1.5
"""Seconds by which answered calls start later than their neighbours say, against calls that nobody answered."""


def own_habits(statements: pl.DataFrame) -> pl.DataFrame:
    """The HABITS that each carrier's own rows show; `statements` in the STATEMENTS schema, with answer times."""
    written = statements.select(
        "carrier",
        start=pl.col("start_time").dt.epoch("us"),
        answer=pl.col("answer_time").dt.epoch("us"),
        answered=pl.col("outcome") == "answered",
    )
    whole = {f"t{tick}": (pl.col("start") % round(tick * 1e6) == 0).mean() for tick in TICKS}
    told = written.group_by("carrier").agg(rows=pl.len(), **whole).sort("carrier")
    tick = pl.coalesce(*(pl.when(pl.col(f"t{tick}") >= NEARLY_ALL).then(pl.lit(tick)) for tick in TICKS))
    ticks = told.select("carrier", tick=pl.when(pl.col("rows") >= LEAST_ROWS).then(tick))
    return ticks.join(_start_equals_answer(written, ticks), on="carrier", how="left").select(
        "carrier", pl.col("start_is_answer").fill_null(value=False), "tick"
    )


def _start_equals_answer(written: pl.DataFrame, ticks: pl.DataFrame) -> pl.DataFrame:
    """Who writes the same time as start and as answer; at a tick of a minute most calls do so by chance."""
    both = written.filter("answered", pl.col("answer").is_not_null()).join(ticks, on="carrier")
    coarse = pl.col("tick").first().fill_null(0.0) >= 10.0
    equal = ((pl.col("start") - pl.col("answer")).abs() <= 20_000).mean()
    enough = pl.when(coarse).then(pl.len() >= 3 * LEAST_ROWS).otherwise(pl.len() >= LEAST_ROWS)
    needed = pl.when(coarse).then(1.0).otherwise(0.9)
    return both.group_by("carrier").agg(start_is_answer=enough & (equal >= needed))


def late_starters(matched: pl.DataFrame) -> list[str]:
    """Carriers whose answered calls start later than their neighbours say, while their other calls do not.

    `matched`: pairs with `carrier`, `other`, `late` (s, the carrier's start minus the neighbour's, on a common clock),
    `after_answer` (s, the carrier's start minus the neighbour's answer, null where that is not told), `answered`.
    """
    near = matched.filter(pl.col("late").abs() <= LONGEST_RING)
    rung = pl.col("late").filter("answered")
    rest = pl.col("late").filter(~pl.col("answered"))
    error = (rung.var() / rung.len() + rest.var() / rest.len()).sqrt()
    # Where the neighbour tells the answer, the start lies there and not where the neighbour's start is.
    closer = (pl.col("after_answer").abs() < pl.col("late").abs()).filter("answered")
    after = pl.col("after_answer").filter("answered")
    told = near.group_by("carrier").agg(
        rung=rung.len(),
        rest=rest.len(),
        late=rung.mean() - rest.mean(),
        error=error,
        closer=closer.mean(),
        compared=closer.count(),
        after=(after.mean() - rest.mean()).abs(),
        blurred=(after.var() / after.count() + rest.var() / rest.len()).sqrt(),
    )
    enough = (pl.col("rung") >= LEAST_ROWS) & (pl.col("rest") >= LEAST_ROWS // 2)
    sure = (pl.col("late") >= LEAST_LATE) & (pl.col("late") >= 5 * pl.col("error"))
    # One time that is cut to the minute lies anywhere: where the calls that nobody answered tell the clock, all of them
    # together lie at the answer.
    together = pl.col("after") + 3 * pl.col("blurred") < pl.col("late") / 2
    by_answers = (pl.col("compared") < LEAST_ROWS) | (pl.col("closer") >= 0.7) | together
    return told.filter(enough & sure & by_answers)["carrier"].sort().to_list()
