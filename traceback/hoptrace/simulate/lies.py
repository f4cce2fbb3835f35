"""Carriers that lie: they blame others for their customers' calls, leave records out, invent originations."""

from __future__ import annotations

import numpy as np
import polars as pl

from hoptrace.simulate.blaming import blaming
from hoptrace.simulate.chance import struck_by
from hoptrace.simulate.fabricating import fabricated
from hoptrace.simulate.kinds import Role
from hoptrace.simulate.lying import LIES, Circumstances, Lie, lied_about, lies_of

_COVERED = 1 / 3  # of a liar's upstream neighbours, the share that it covers up for


def tell_lies(filed: pl.DataFrame, about: Circumstances) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is submitted instead of the true records, and the LIES that were told."""
    faults = about.scenario.faults
    told: list[pl.DataFrame] = []
    if faults.fabricating > 0:
        made, lies = fabricated(filed, about)
        filed, told = pl.concat([filed, made]), [lies]
    own = (pl.col("customer") >= 0) & (pl.col("pos") == 0)
    if faults.leaving_out > 0:
        quiet = about.of_role(faults.leaving_out, "leaving out", Role.ORIGINATING, Role.FOREIGN)
        gone = lied_about(filed, own, quiet, about, "left out")
        told.append(lies_of(filed.filter(gone), Lie.LEAVES_OUT))
        filed = filed.filter(~gone)
    if faults.blaming > 0:
        filed, lies = blaming(filed, own, about)
        told.append(lies)
    if faults.inventing > 0:
        filed, lies = _inventing(filed, about)
        told.append(lies)
    return filed, pl.concat([LIES.to_frame(), *told]).unique().sort("call", "pos", "carrier")


def _inventing(filed: pl.DataFrame, about: Circumstances) -> tuple[pl.DataFrame, pl.DataFrame]:
    passing = (Role.TIER1, Role.TIER2, Role.TIER3, Role.GATEWAY)
    liars = about.of_role(about.scenario.faults.inventing, "inventing", *passing)
    where = (pl.col("pos") > 0) & (pl.col("upstream") >= 0) & ~pl.col("delivered")
    pair = filed.get_column("carrier").to_numpy() * len(liars) + filed.get_column("upstream").to_numpy()
    covered = pl.Series(struck_by(pair, _COVERED, about.seed, "covered up"))
    struck = lied_about(filed, where, liars, about, "invented") & covered
    if not about.scenario.faults.irrefutable_lies:
        struck &= _contradicted(filed, about)
    told = lies_of(filed.filter(struck), Lie.INVENTS)
    lying = pl.lit(struck)
    filed = filed.with_columns(
        upstream=pl.when(lying).then(-1).otherwise("upstream"),
        customer=pl.when(lying).then(0).otherwise("customer"),
        signer=pl.when(lying).then(-1).otherwise("signer"),
        attestation=pl.when(~lying).then("attestation"),
    )
    return filed, told


def _contradicted(filed: pl.DataFrame, about: Circumstances) -> pl.Series:
    """Whether the record of the carrier before is on file, and says to whom it handed the call."""
    legs = filed.get_column("leg")
    above, carrier = filed.get_column("upstream").to_numpy(), filed.get_column("carrier").to_numpy()
    named = about.conditions.listed[np.maximum(above, 0), carrier] & (above >= 0)
    return (legs - 1).is_in(legs.implode()) & pl.Series(named)
