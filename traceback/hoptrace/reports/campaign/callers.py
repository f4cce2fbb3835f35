"""Tables of the campaign report over caller ids and signatures."""

from __future__ import annotations

import polars as pl

from hoptrace.reports.campaign.callers_model import AttestationRow, BehaviourRow, CallerRow, ResigningRow
from hoptrace.reports.many.frames import shares, with_most
from hoptrace.reports.many.material import Material
from hoptrace.reports.many.placing import named
from hoptrace.reports.tables.table import Table, table_of
from hoptrace.reports.wording.language import message

CALLERS_AT_MOST = 1_000
SAME_EXCHANGE = 8
"""Leading characters, as +1202555, that the caller's and the called number share where it looks like a neighbour."""

OFF_PATH = "off_path"


def behaviours(known: Material) -> Table[BehaviourRow]:
    """How callers were shown; nothing where the reader sees no numbers."""
    if not known.profile.sees_numbers:
        return table_of(BehaviourRow, [])
    told = known.calls.select("call", "calling", "called").collect(engine="streaming")
    calls = told.join(_along(known), on="call", how="left")
    shown = pl.col("calling").is_not_null() & pl.col("calling").str.contains(r"\d{3}")
    usage = calls.filter(shown).group_by("calling").agg(uses=pl.len())
    calls = calls.join(usage, on="calling", how="left", maintain_order="left")
    near = pl.col("calling").str.head(SAME_EXCHANGE) == pl.col("called").str.head(SAME_EXCHANGE)
    counts = {
        message("Showed a caller id"): shown,
        message("Showed none, or withheld it"): ~shown,
        message("Showed a caller id that no other call of these showed"): pl.col("uses") == 1,
        message("Showed a caller id that ten or more of these calls showed"): pl.col("uses") >= 10,
        message("Showed a caller id that looks like a neighbour of the called number"): shown & near,
        message("Showed another caller id at one carrier than at the next"): pl.col("changed"),
    }
    row = calls.select(
        expression.fill_null(value=False).sum().alias(known.voice.say(name)) for name, expression in counts.items()
    )
    counted = row.transpose(include_header=True, header_name="behaviour", column_names=["calls"])
    return Table(BehaviourRow, shares(counted, calls.height))


def _along(known: Material) -> pl.DataFrame:
    """One row a call: whether the carriers recorded different callers, by their digits."""
    digits = known.hops.select("call", pl.col("calling").str.replace_all(r"\D", "")).filter(pl.col("calling") != "")
    changed = digits.group_by("call").agg(changed=pl.col("calling").n_unique() > 1)
    return changed.collect(engine="streaming")


def callers(known: Material) -> Table[CallerRow]:
    """The caller ids, the most used first; no more than a thousand."""
    told = known.calls.filter(pl.col("calling").is_not_null())
    counted = told.group_by("calling").agg(
        calls=pl.len(), called=pl.col("called").n_unique(), originators=pl.col("originating").drop_nulls().n_unique()
    )
    ordered = counted.sort("calls", "calling", descending=[True, False]).head(CALLERS_AT_MOST)
    return Table(CallerRow, shares(ordered, known.number))


def attestations(known: Material) -> Table[AttestationRow]:
    """Who signed at which level, the most calls first; a call in which two records tell one signature counts once."""
    by = ("signer", "carrier", "attestation")

    def count(_: pl.DataFrame, hops: pl.DataFrame) -> pl.DataFrame:
        """Of a part of the calls, each signature once a call, and the role of its signer on the path."""
        once = _signed(hops).drop("role", "carrier").unique(["call", "signer", "attestation"])
        codes = {code: known.codes.carrier_of(code) or "" for code in once["signer"].unique()}
        signers = once.with_columns(carrier=pl.col("signer").replace_strict(codes, default="", return_dtype=pl.String))
        roles = hops.filter("last").select("call", "carrier", pl.col("role").cast(pl.String))
        seen = signers.join(roles, on=["call", "carrier"], how="left", maintain_order="left")
        absent = pl.when(pl.col("carrier") == "").then(pl.lit("")).otherwise(pl.lit(OFF_PATH))
        return seen.with_columns(pl.col("role").fill_null(absent)).group_by(*by, "role").agg(calls=pl.len())

    places = known.tally(count, (*by, "role"))
    counted = with_most(places.group_by(by).agg(pl.col("calls").sum()), places, ("role",), by)
    ordered = counted.sort("calls", "signer", "attestation", descending=[True, False, False])
    told = named(ordered, known.directory).with_columns(certainty=pl.lit("recorded"))
    return Table(AttestationRow, shares(told, known.number))


def _signed(hops: pl.DataFrame) -> pl.DataFrame:
    """The hops whose record tells of a signature; an empty text stands for what it does not tell of it."""
    signed = hops.filter(pl.col("attestation").is_not_null() | pl.col("signer").is_not_null())
    return signed.with_columns(pl.col("signer", "attestation").fill_null(""))


def resignings(known: Material) -> Table[ResigningRow]:
    """Where a record tells another signature than the one next above it, the most calls first."""
    by = ("first_signer", "first_level", "next_signer", "next_level")

    def count(_: pl.DataFrame, hops: pl.DataFrame) -> pl.DataFrame:
        """Of a part of the calls, each change of signature once a call."""
        down = _signed(hops).sort("call", "position", descending=[False, True])
        above = {"first_signer": "signer", "first_level": "attestation"}
        then = down.with_columns(pl.col(told).shift(1).over("call").alias(name) for name, told in above.items())
        changed = (pl.col("first_signer") != pl.col("signer")) | (pl.col("first_level") != pl.col("attestation"))
        told = then.filter(changed).rename({"signer": "next_signer", "attestation": "next_level"})
        return told.unique(["call", *by]).group_by(by).agg(calls=pl.len())

    ordered = known.tally(count, by).sort("calls", *by, descending=[True, *[False] * 4])
    return Table(ResigningRow, shares(ordered, known.number))
