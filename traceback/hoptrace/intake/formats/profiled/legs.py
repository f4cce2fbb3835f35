"""Legs of one call become statements: the leg that came in with each leg that went out, one for each route."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from hoptrace.intake.formats.profiled.accounts import account, accounts, raw_calls
from hoptrace.intake.formats.profiled.fields import DIRECTION, LEG
from hoptrace.intake.formats.profiled.file import ProfiledFile
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk
from hoptrace.model.statements import RAW_CALLS, ROWS, Fate

_TIMES = ("answer_time_read", "end_time_read", "duration_read")
_OF_INCOMING = (
    *("start_time_read", "may_be_later", "start_basis"),
    *("calling_number", "called_number", "upstream", "customer", "call_id"),
)


def joined_chunk(files: Sequence[ProfiledFile]) -> Chunk:
    """All calls of a group of files, made of the legs that its files have gathered."""
    legs = [part for file in files for part in file.legs if part.height]
    zone = files[0].judge.localiser.zone
    if not legs:
        return Chunk(RAW_CALLS.to_frame(), ROWS.to_frame(), zone)
    calls, rows = _joined(pl.concat(legs), files[0].profile)
    numbered = calls.with_columns(call=pl.int_range(pl.len(), dtype=pl.Int64))
    told = rows.join(numbered.select("pair", "call"), on="pair", maintain_order="left")
    parts = [
        accounts([account(told.filter(pl.col("file") == file.source.index), Fate.ACCEPTED)], file.source.index)
        for file in files
    ]
    return Chunk(raw_calls(numbered), pl.concat(parts), zone)


def _joined(legs: pl.DataFrame, profile: Profile) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Calls (with `pair`), and rows (file, row, pair): which call each leg's row went into."""
    legs = legs.with_columns(
        leg_id=pl.coalesce(LEG, pl.format("row {} of file {}", "row", "file")),
        incoming=pl.col(DIRECTION).is_in(list(profile.legs.incoming)),
        at=pl.int_range(pl.len(), dtype=pl.Int64),
    )
    came = legs.filter(pl.col("incoming")).sort("start_time_read", "at")
    went = _with_owners(legs.filter(~pl.col("incoming")).sort("start_time_read", "at"), came)
    alone = came.join(went, left_on="at", right_on="owner", how="anti").with_columns(
        pair=-1 - pl.col("at"), downstream=pl.lit(None, pl.String)
    )
    orphans = went.filter(pl.col("owner").is_null()).with_columns(pair=pl.col("at"), upstream=pl.lit(None, pl.String))
    paired = _paired(went.filter(pl.col("owner").is_not_null()), came)
    columns = [name for name in alone.columns if name not in {"leg_id", "incoming"}]
    calls = pl.concat([alone.select(columns), orphans.select(columns), paired.select(columns)]).sort("file", "row")
    rows = pl.concat(
        [
            alone.select("file", "row", "pair"),
            went.select("file", "row", pair="at"),
            paired.filter("chosen").select(file="came_file", row="came_row", pair="pair"),
        ]
    )
    return calls, rows


def _with_owners(went: pl.DataFrame, came: pl.DataFrame) -> pl.DataFrame:
    """Outgoing legs with `owner`: the latest incoming leg of the same call that began before, else its first."""
    owners = came.select("leg_id", "start_time_read", owner="at")
    before = went.join_asof(owners, on="start_time_read", by="leg_id", strategy="backward", check_sortedness=False)
    first = owners.unique("leg_id", keep="first", maintain_order=True).select("leg_id", first="owner")
    told = before.join(first, on="leg_id", how="left", maintain_order="left")
    return told.with_columns(owner=pl.coalesce("owner", "first")).drop("first")


def _paired(went: pl.DataFrame, came: pl.DataFrame) -> pl.DataFrame:
    """Calls of an incoming leg with each of its outgoing ones.

    The incoming row stands for the attempt that was answered or else was tried last, every other attempt is stood for
    by its own row.
    """
    both = went.join(came.select(pl.all().name.prefix("came_")), left_on="owner", right_on="came_at", how="left")
    answered = (pl.col("duration_read") > 0).fill_null(value=False)
    rank = pl.struct(answered, "start_time_read", "at").rank("ordinal").over("owner")
    both = both.with_columns(pair=pl.col("at"), answered=answered, chosen=rank == rank.max().over("owner"))
    own = {name: pl.when("answered").then(f"came_{name}").otherwise(name) for name in _TIMES}
    changed = {
        "egress_calling_number": pl.coalesce("egress_calling_number", "calling_number"),
        "egress_called_number": pl.coalesce("egress_called_number", "called_number"),
        "egress_call_id": pl.coalesce("egress_call_id", "call_id"),
        "release_code": pl.coalesce("release_code", "came_release_code"),
        "record_id": pl.coalesce("came_record_id", "record_id"),
        "redirecting_number": pl.coalesce("came_redirecting_number", "redirecting_number"),
        "precision": pl.max_horizontal("precision", "came_precision"),
        "file": pl.when("chosen").then("came_file").otherwise("file"),
        "row": pl.when("chosen").then("came_row").otherwise("row"),
    }
    kept = both.select("pair", "chosen", "at", "came_file", "came_row")
    facts = both.with_columns(**changed, **{name: pl.col(f"came_{name}") for name in _OF_INCOMING}, **own)
    return facts.drop("pair", "chosen", "at", "came_file", "came_row").hstack(kept)
