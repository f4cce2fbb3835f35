"""What statements say of a number: who delivers its calls, hands them on, changes the number, or calls from it.

One statement may speak of two numbers: a carrier that got a call for a toll-free number and delivered it to a
subscriber says that the one number goes on as the other, and that it delivers the other.
"""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from hoptrace.model.statements import TIME, Outcome


class Does(StrEnum):
    """What a statement says that its carrier does with a number; in brackets what `other` then holds."""

    DELIVERS = "delivers"
    """To an own subscriber (customer, where its trunk names one)."""
    HANDS_ON = "hands_on"
    """To another carrier (that carrier)."""
    UNNAMED = "unnamed"
    """Over a trunk that the directory does not know (nothing)."""
    CHANGES = "changes"
    """Sends the call on as another number (that number's digits)."""
    HEARD = "heard"
    """Got the call with the word that the number was forwarded to another (that number's digits)."""
    FAILED = "failed"
    """Tried in vain (the downstream, if any)."""
    ORIGINATES = "originates"
    """A customer of its own called from the number (customer)."""


GIVEN = pl.Schema({"start": TIME, "latest": TIME, "delivered_to": pl.String, "unnamed": pl.Boolean})
"""What is wanted beside the STATEMENTS columns.

`start`: the start time with the clock offset taken off; `latest`: when the call may have begun at the latest, later
than `start` only where its local time came twice. `delivered_to`: the own customer that the trunk of a call without a
downstream stands for. `unnamed`: the call left over a trunk that the directory does not know.
"""

SPANS = pl.Schema({"carrier": pl.String, "from_time": TIME, "to_time": TIME})
"""The times that carriers' batches cover, clock offsets taken off."""

EXAMPLE = pl.Struct({"batch": pl.String, "row": pl.Int64, "record_id": pl.String})

SAID = pl.Schema(
    {
        "number": pl.Int64,
        "carrier": pl.String,
        "does": pl.String,
        "other": pl.String,
        "statements": pl.UInt32,
        "weight": pl.Float64,
        "first": TIME,
        "last": TIME,
        "both": pl.UInt32,
        "unsaid": pl.UInt32,
        "covered": pl.UInt32,
        "forwarded": pl.UInt32,
        "upstreams": pl.List(pl.String),
        "examples": pl.List(EXAMPLE),
    }
)
"""One row for each thing that a carrier says of a number.

`weight`: see WEIGHTS; `both`: deliveries whose upstream says so too; `unsaid`: deliveries whose upstream hands this
number to others only; `covered`: handoffs in a time of which the other carrier has submitted records; `forwarded`:
statements that give the number as the redirecting one.
"""

WEIGHTS = {
    Outcome.ANSWERED: 1.0,
    Outcome.BUSY: 0.8,
    Outcome.NO_ANSWER: 0.8,
    Outcome.CANCELLED: 0.3,
    Outcome.FAILED: 0.0,
}
"""How far an attempt that ended so shows that the call got there; what is unknown counts as cancelled."""

UNSAID_WEIGHT = 0.3
"""A delivery counts for so much where the carrier that is named as its upstream tells otherwise."""

HEARD_WEIGHT = 0.5
"""What the signalling says that others did counts for so much."""

EXAMPLES = 3
"""Statements that are named as examples of one thing said."""


def said_of(statements: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """What statements (STATEMENTS columns and GIVEN) say of numbers, in the SAID schema, sorted; `spans` as SPANS."""
    rows = _checked(_spoken(statements), spans).sort("start", "batch", "row", "fingerprint")
    by = ["number", "carrier", "does", "other"]
    told = rows.group_by(by).agg(
        statements=pl.len(),
        weight=pl.col("weight").sum(),
        first=pl.col("start").min(),
        last=pl.col("latest").max(),
        both=pl.col("both").sum(),
        unsaid=pl.col("unsaid").sum(),
        covered=pl.col("covered").sum(),
        forwarded=(pl.col("redirecting") == pl.col("number")).sum(),
        upstreams=pl.col("upstream").drop_nulls().unique().sort(),
        examples=pl.struct("batch", "row", "record_id").head(EXAMPLES),
    )
    return told.select(pl.col(name).cast(kind) for name, kind in SAID.items()).sort(by, nulls_last=True)


def _spoken(statements: pl.DataFrame) -> pl.DataFrame:
    """A row for each number that a statement speaks of."""
    weights = {str(outcome): weight for outcome, weight in WEIGHTS.items()}
    weight = pl.col("outcome").replace_strict(weights, default=WEIGHTS[Outcome.CANCELLED], return_dtype=pl.Float64)
    # An extension or a short code behind the number is still the number's own subscriber.
    sent = pl.when(pl.col("egress_called") > 0).then("egress_called").otherwise("called")
    facts = statements.unique(["batch", "row", "fingerprint"]).with_columns(weight=weight, sent=sent)
    failed = pl.col("outcome") == str(Outcome.FAILED)
    changed = ~failed & (pl.col("sent") != pl.col("called"))
    heard = ~failed & (pl.col("redirecting") != pl.col("called")) & (pl.col("redirecting") != pl.col("sent"))
    placed = pl.col("customer").is_not_null() & pl.col("upstream").is_null()
    parts = [
        _rows(facts, pl.col("sent"), _end(failed), _end_other(failed)),
        _rows(facts.filter(changed), pl.col("called"), pl.lit(Does.CHANGES), pl.col("sent").cast(pl.String)),
        _rows(facts.filter(heard), pl.col("redirecting"), pl.lit(Does.HEARD), pl.col("called").cast(pl.String)),
        _rows(facts.filter(placed), pl.col("calling"), pl.lit(Does.ORIGINATES), pl.col("customer")),
    ]
    halved = pl.when(pl.col("does") == Does.HEARD).then(HEARD_WEIGHT).otherwise(1.0)
    return pl.concat(parts).filter(pl.col("number") > 0).with_columns(weight=pl.col("weight") * halved)


def _rows(facts: pl.DataFrame, number: pl.Expr, does: pl.Expr, other: pl.Expr) -> pl.DataFrame:
    kept = (
        "carrier",
        "upstream",
        "start",
        "latest",
        "weight",
        "redirecting",
        "batch",
        "row",
        "record_id",
        "fingerprint",
    )
    return facts.select(number.alias("number"), does.cast(pl.String).alias("does"), other.alias("other"), *kept)


def _end(failed: pl.Expr) -> pl.Expr:
    return (
        pl.when(failed)
        .then(pl.lit(Does.FAILED))
        .when(pl.col("downstream").is_not_null())
        .then(pl.lit(Does.HANDS_ON))
        .when(pl.col("unnamed"))
        .then(pl.lit(Does.UNNAMED))
        .otherwise(pl.lit(Does.DELIVERS))
    )


def _end_other(failed: pl.Expr) -> pl.Expr:
    return pl.coalesce("downstream", pl.when(~failed & ~pl.col("unnamed")).then("delivered_to"))


def _checked(rows: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Rows with `both`, `unsaid` and `covered`, and the weight of deliveries that their upstream does not know."""
    handed = rows.filter(pl.col("does") == Does.HANDS_ON)
    edges = handed.select("number", upstream="carrier", carrier="other").unique()
    # Who sends some calls over a trunk without a name may have sent this one there.
    open_ended = rows.filter(pl.col("does") == Does.UNNAMED).select("number", upstream="carrier").unique()
    naming = edges.select("number", "upstream").unique().join(open_ended, on=["number", "upstream"], how="anti")
    delivers = pl.col("does") == Does.DELIVERS
    return (
        rows.join(edges.with_columns(edge=pl.lit(value=True)), on=["number", "upstream", "carrier"], how="left")
        .join(naming.with_columns(names=pl.lit(value=True)), on=["number", "upstream"], how="left")
        .join(_covered(handed, spans), on=["batch", "row", "fingerprint", "number", "does"], how="left")
        .with_columns(
            both=(delivers & pl.col("edge")).fill_null(value=False),
            unsaid=(delivers & pl.col("edge").is_null() & pl.col("names")).fill_null(value=False),
            covered=pl.col("covered").fill_null(value=False),
        )
        .with_columns(weight=pl.when("unsaid").then(pl.col("weight") * UNSAID_WEIGHT).otherwise("weight"))
        .drop("edge", "names")
    )


def _covered(handed: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """The handoffs at a time of which the carrier that is named has submitted records."""
    times = spans.rename({"carrier": "other"})
    times_of_call = (pl.col(name).is_between("from_time", "to_time") for name in ("start", "latest"))
    found = handed.join(times, on="other").filter(pl.any_horizontal(times_of_call))
    key = ["batch", "row", "fingerprint", "number", "does"]
    return found.select(key).unique().with_columns(covered=pl.lit(value=True))
