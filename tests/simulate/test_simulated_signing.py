"""Signatures on the way: who signs, whose orig_id says which customer, who signs anew."""

from __future__ import annotations

import polars as pl

from hoptrace.simulate.kinds import Role
from hoptrace.simulate.speech import write_down


def told(happened):
    rows = write_down(happened.filed, happened.network, happened.conditions, happened.seed)
    true = happened.filed.select("leg", "attempt", "call", "pos", true_signer="signer")
    return rows.join(true, on=["leg", "attempt"], maintain_order="left")


def roles(happened):
    return pl.Series([str(carrier.role) for carrier in happened.network.carriers])


def test_nobody_signs_where_nobody_does(alone):
    rows = told(alone(signed=0.0))
    assert rows.select("attestation", "orig_id", "signer").null_count().row(0) == (rows.height,) * 3


def test_originators_attest_their_customers_and_gateways_the_point_of_entry(alone):
    world = alone(signed=1.0)
    signed = told(world).filter(pl.col("attestation").is_not_null())
    role = roles(world).gather(signed["true_signer"])
    assert set(signed.filter(role == "originating")["attestation"]) == {"A"}
    assert set(signed.filter(role == "gateway")["attestation"]) == {"C"}
    assert signed["signer"].str.contains(r"^9\d{3}$").all()
    assert signed["orig_id"].str.contains(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$").all()


def test_an_orig_id_stands_for_a_carrier_or_for_one_of_its_customers(alone):
    ids = []
    for share in (0.0, 1.0):
        world = alone(signed=1.0, fine_orig_ids=share)
        own = told(world).filter(pl.col("pos") == 0, pl.col("attestation").is_not_null())
        assert own.group_by("customer").agg(pl.col("orig_id").n_unique())["orig_id"].max() == 1
        ids.append((own["orig_id"].n_unique(), own["signer"].n_unique(), own["customer"].n_unique()))
    assert ids[0][0] == ids[0][1]
    assert ids[1][0] == ids[1][2] > ids[0][0]


def test_a_fine_orig_id_stays_the_same_along_the_way(alone):
    rows = told(alone(signed=1.0, fine_orig_ids=1.0)).filter(pl.col("attestation").is_not_null())
    same = rows.group_by("call", "true_signer").agg(pl.col("orig_id").n_unique(), pl.len())
    assert same["len"].max() > 3
    assert same["orig_id"].max() == 1


def test_carriers_that_sign_anew_put_their_own_signature_with_c(alone):
    world = alone(resigned=0.5)
    transit = roles(world).is_in([Role.TIER1, Role.TIER2, Role.TIER3, Role.GATEWAY])
    rows = told(world)
    anew = set(rows.filter(pl.col("true_signer") == pl.col("carrier"), transit.gather(rows["carrier"]))["carrier"])
    before = told(alone())
    used = set(before.filter(pl.col("true_signer") == pl.col("carrier"), transit.gather(before["carrier"]))["carrier"])
    assert len(anew - used) >= 5
    again = rows.filter(pl.col("carrier").is_in(list(anew - used)), pl.col("pos") >= 0)
    assert (again["true_signer"] == again["carrier"]).all()
    assert set(again["attestation"]) == {"C"}
    assert (rows["true_signer"] != before["true_signer"]).mean() > 0.2
