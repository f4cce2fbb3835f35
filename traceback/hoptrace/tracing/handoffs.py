"""Handoffs in sentences: what the two statements of a pair say about each other, for all quoted pairs of a batch.

A line is what was compared (`about`), whether it agrees (null: it could not be compared) and a sentence (null: it is
left out). Sentences are put together by expressions over the pairs frame (`d_*`, `u_*`, `kind`, `scale`, `w_*`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hoptrace.linking.scoring import CHANGED, LEAST_MEETINGS, Kind
from hoptrace.model.numbers import display_expr
from hoptrace.model.verdicts import Evidence

UNLIKELY = -1.0
"""Weight of a comparison below which it speaks against the handoff."""

SAME_MOMENT = 0.05
"""Seconds that are told as no difference."""


@dataclass(frozen=True, slots=True)
class Told:
    """One pair in words: its lines of `evidence`, most telling first, and the sentence of the `conflict` it may be."""

    evidence: tuple[Evidence, ...]
    conflict: str


@dataclass(frozen=True, slots=True)
class _Line:
    about: str
    agrees: pl.Expr
    detail: pl.Expr


D, U = pl.col("d_carrier"), pl.col("u_carrier")


def in_words(pairs: pl.DataFrame) -> dict[int, Told]:
    """The scored pairs (`hoptrace.linking.scoring.score`) in words, by `row`."""
    if pairs.is_empty():
        return {}
    lines = _lines()
    columns = [expr for line in lines for expr in (line.agrees, line.detail)]
    named = [expr.alias(str(place)) for place, expr in enumerate(columns)]
    frame = _rounded(pairs).select("row", _conflict().alias("conflict"), *named)
    abouts = [line.about for line in lines]
    return {
        row: Told(
            tuple(
                Evidence(about, agrees, detail)
                for about, agrees, detail in zip(abouts, said[0::2], said[1::2], strict=True)
                if detail is not None
            ),
            conflict,
        )
        for row, conflict, *said in frame.iter_rows()
    }


def _lines() -> list[_Line]:
    parts = (_naming, _called, _time, _call_id, _calling, _answer, _duration, _outcome, _orig_id)
    return [part() for part in parts]


def _rounded(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs with `moment`, the difference of like times (s), and with seconds as text (`t_*`), to a tenth."""
    arrival = pl.col("d_setup") - pl.col("u_setup")
    known = pairs.with_columns(
        moment=pl.coalesce(arrival, pl.col("d_final") - pl.col("u_final")),
        arrived=arrival.is_not_null(),
        answers=(pl.col("d_answer") - pl.col("u_answer")).abs(),
    ).with_columns(apart=pl.col("moment").abs())
    return known.with_columns(
        pl.Series(f"t_{name}", [None if each is None else f"{each:.1f}" for each in known[name]], pl.String)
        for name in ("apart", "scale", "answers", "d_duration", "u_duration")
    )


def _conflict() -> pl.Expr:
    """A contradiction in a sentence: who says what."""
    own = pl.col("d_customer").is_not_null() & (pl.col("d_customer") != "")
    source = pl.when(own).then(pl.format("its own customer {}", "d_customer")).otherwise(_name("d_upstream"))
    return pl.format(
        "{} says that it got the call from {}; {} says that it handed a call to the same number at that moment to {}.",
        D,
        source,
        U,
        _name("u_downstream"),
    )


def _name(column: str) -> pl.Expr:
    return pl.col(column).fill_null("nobody")


def _naming() -> _Line:
    kind, between = pl.col("kind"), pl.col("d_upstream")
    bridged = kind.is_in([Kind.BRIDGED, Kind.FORWARDED])
    down, up = pl.col("d_upstream").eq_missing(U), pl.col("u_downstream").eq_missing(D)
    text = (
        pl.when(bridged & between.is_null())
        .then(
            pl.format(
                "{} says that it handed the call to {}, which has no record of it; {} does not say who gave it the "
                "call.",
                U,
                _name("u_downstream"),
                D,
            )
        )
        .when(bridged)
        .then(
            pl.format(
                "{} says that it handed the call to {}, {} says that it got it from {}; {} has no record of it.",
                U,
                between,
                D,
                between,
                between,
            )
        )
        .when(kind == Kind.CONFLICT)
        .then(
            pl.format(
                "{} says that it handed the call to {}; {} claims it for its own customer {}, which its neighbours' "
                "records contradict again and again.",
                U,
                D,
                D,
                _name("d_customer"),
            )
        )
        .when(kind == Kind.GAP)
        .then(
            pl.format(
                "{} handed the call to {}, {} got it from {}; neither has submitted records, so this step rests on "
                "numbers and time alone.",
                U,
                _name("u_downstream"),
                D,
                _name("d_upstream"),
            )
        )
        .when(down & up)
        .then(pl.format("{} says that it handed the call to {}, and {} says that it got it from {}.", U, D, D, U))
        .when(down)
        .then(pl.format("{} says that it got the call from {}; {} does not say whom it handed it to.", D, U, U))
        .otherwise(pl.format("{} says that it handed the call to {}; {} does not say who gave it the call.", U, D, D))
    )
    unknown = (bridged & between.is_null()) | (kind == Kind.GAP)
    return _Line("naming", pl.when(~unknown).then(kind != Kind.CONFLICT), text)


def _called() -> _Line:
    came, went, before = (display_expr(name) for name in ("d_called", "u_sent", "u_called"))
    changed = pl.col("kind").is_in(CHANGED)
    same, forwarded = pl.col("d_called") == pl.col("u_sent"), pl.col("u_sent") != pl.col("u_called")
    met = pl.format(
        " Calls to the one went in as calls to the other came out, {} times.", pl.col("meetings").cast(pl.String)
    )
    again = pl.when(pl.col("meetings") >= LEAST_MEETINGS).then(met).otherwise(pl.lit(""))
    text = (
        pl.when(changed)
        .then(
            pl.format(
                "{} recorded the call to {}, {} to {}: the number changed on the way.{}", U, before, D, came, again
            )
        )
        .when(same & forwarded)
        .then(pl.format("{} forwarded the call for {} to {}, the number that {} recorded.", U, before, went, D))
        .when(same)
        .then(pl.format("Both recorded the called number {}.", came))
        .otherwise(
            pl.format("{} got the call for {}, as {} did, but says that it sent it on to {}.", U, before, D, went)
        )
    )
    return _Line("called number", ~changed & same, text)


def _time() -> _Line:
    likely = pl.col("w_time") > UNLIKELY
    what = pl.when("arrived").then(pl.lit("arrival time")).otherwise(pl.lit("time of the final answer"))
    compared = pl.format(
        "{}'s {} is {} {}'s, clock offsets applied; {} s either way is usual between them{}.",
        D,
        what,
        _seconds(pl.col("moment"), pl.col("t_apart")),
        U,
        pl.col("t_scale"),
        _cut(),
    )
    loosely = pl.lit("One side stamps only the answer, so the times of arrival can only be compared loosely.")
    return _Line("time", likely, pl.when(pl.col("moment").is_not_null()).then(compared).otherwise(loosely))


def _seconds(value: pl.Expr, text: pl.Expr) -> pl.Expr:
    way = pl.when(value > 0).then(pl.lit("after")).otherwise(pl.lit("before"))
    same = pl.lit("at the same moment as")
    return pl.when(value.abs() < SAME_MOMENT).then(same).otherwise(pl.format("{} s {}", text, way))


def _cut() -> pl.Expr:
    """That a time was cut to its second or minute explains what it differs by."""
    d, u = pl.col("d_tick") >= 1.0, pl.col("u_tick") >= 1.0
    unit = pl.when(pl.max_horizontal("d_tick", "u_tick") >= 60).then(pl.lit("minute")).otherwise(pl.lit("second"))
    return (
        pl.when(d & u)
        .then(pl.format(" ({} and {} cut times to the {})", D, U, unit))
        .when(d)
        .then(pl.format(" ({} cuts times to the {})", D, unit))
        .when(u)
        .then(pl.format(" ({} cuts times to the {})", U, unit))
        .otherwise(pl.lit(""))
    )


def _call_id() -> _Line:
    weight = pl.col("w_call_id")
    text = (
        pl.when(weight > 0)
        .then(pl.lit("Both recorded the same Call-ID."))
        .when(weight < UNLIKELY)
        .then(pl.lit("The Call-ID that the one sent is not the one that the other got."))
        .when(weight < 0)
        .then(pl.lit("Their Call-IDs differ, as they do wherever a carrier ends and restarts the call."))
    )
    return _Line("call_id", pl.when((weight > 0) | (weight < UNLIKELY)).then(weight > 0), text)


def _calling() -> _Line:
    d, u = pl.col("d_calling"), pl.col("u_sent_calling")
    withheld, same = (d < 0) | (u < 0), (d == u) | d.eq_missing(pl.col("u_calling"))
    text = (
        pl.when(withheld)
        .then(pl.lit("The caller is withheld on one side."))
        .when(same)
        .then(pl.format("Both recorded the caller {}.", display_expr(d)))
        .otherwise(pl.format("{} recorded the caller {}, {} {}.", U, display_expr(u), D, display_expr(d)))
    )
    return _Line("calling number", pl.when(~withheld).then(same), pl.when(d.is_not_null() & u.is_not_null()).then(text))


def _answer() -> _Line:
    compared = pl.col("answers").is_not_null() & pl.col("arrived")
    text = pl.when(compared).then(pl.format("The answer times are {} s apart.", pl.col("t_answers")))
    return _Line("answer time", pl.col("w_answer") > UNLIKELY, text)


def _duration() -> _Line:
    both = (pl.col("d_duration") > 0) & (pl.col("u_duration") > 0)
    text = pl.format("{} recorded {} s of conversation, {} {} s.", D, pl.col("t_d_duration"), U, pl.col("t_u_duration"))
    return _Line("duration", pl.col("w_duration") > UNLIKELY, pl.when(both).then(text))


def _outcome() -> _Line:
    weight = pl.col("w_outcome")
    d, u = (pl.col(f"{side}_outcome").str.replace_all("_", " ", literal=True) for side in ("d", "u"))
    text = (
        pl.when(weight > 0)
        .then(pl.format("Both say how it ended: {}.", d))
        .when(weight < 0)
        .then(pl.format("{} says {}, {} says {}.", D, d, U, u))
    )
    return _Line("outcome", weight > 0, text)


def _orig_id() -> _Line:
    weight = pl.col("w_orig_id")
    text = (
        pl.when(weight > 0)
        .then(pl.lit("The SHAKEN origid is the same."))
        .when(weight < 0)
        .then(pl.lit("The SHAKEN origids differ."))
    )
    return _Line("orig_id", weight > 0, text)
