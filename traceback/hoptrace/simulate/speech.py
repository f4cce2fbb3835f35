"""What a carrier's switch wrote down: records with its clock, spellings and trunk names, as writers take them."""

from __future__ import annotations

import numpy as np
import polars as pl

from hoptrace.simulate.chance import scramble
from hoptrace.simulate.clocks import by_clock
from hoptrace.simulate.faults import Conditions
from hoptrace.simulate.network import Network, SimCarrier
from hoptrace.simulate.numbers import Dialling, write_numbers

_MOST_CUSTOMERS = 1_000_000

ROWS = pl.Schema(
    {
        "leg": pl.Int64,
        "attempt": pl.Int64,
        "last": pl.Boolean,
        "start": pl.Int64,
        "begun": pl.Int64,
        "answer": pl.Int64,
        "end": pl.Int64,
        "code": pl.Int64,
        "calling": pl.String,
        "called": pl.String,
        "calling_out": pl.String,
        "called_out": pl.String,
        "redirecting": pl.String,
        "moved": pl.Boolean,
        "caller_moved": pl.Boolean,
        "upstream": pl.String,
        "customer": pl.String,
        "downstream": pl.String,
        "in_trunk": pl.String,
        "out_trunk": pl.String,
        "delivered": pl.Boolean,
        "call_id": pl.String,
        "call_id_out": pl.String,
        "attestation": pl.String,
        "orig_id": pl.String,
        "signer": pl.String,
        "record_id": pl.String,
        "tick": pl.Int64,
        "file": pl.Int64,
    }
)
"""One row an arrival of a call at the carrier and route attempt, in order of `start`; a writer puts it in its format.

Times are microseconds since 1970 by the carrier's own clock. `calling` and `called` are as received, `*_out` as sent
on; `moved`: the called number was changed here, `caller_moved`: the caller was, and the carrier tells so. `in_trunk`
and `out_trunk` are the carrier's own names or addresses; `out_trunk` is null where the call was refused here, the
subscriber side's where it was `delivered`. `tick`: microseconds to which the file's times are cut, `file`: which of the
carrier's files of the day the row goes into.
"""


def subscriber_trunk(carrier: SimCarrier) -> str:
    """The carrier's own subscriber side, as its files name it."""
    return "subscribers" if carrier.names_trunks else "192.0.2.10"


def trunk_name(carrier: SimCarrier, peer: SimCarrier, listed: bool) -> str:
    """What a carrier's files call one neighbour; an unlisted trunk is one that trunks.csv does not have."""
    if not carrier.names_trunks:
        return peer.address if listed else f"192.0.2.{100 + peer.index % 100}"
    return f"tg-{peer.carrier_id}-01" if listed else f"temp-{peer.index:03d}"


def write_down(records: pl.DataFrame, network: Network, conditions: Conditions, seed: int) -> pl.DataFrame:
    """All records as their carriers wrote them: the ROWS columns and `carrier`, in order of carrier and start."""
    tells = pl.Series(conditions.tells_callers).gather(records.get_column("carrier"))
    frame = _with_numbers(records.with_columns(caller_moved=pl.col("rewritten") & tells), network)
    frame = _with_peers(frame, network, conditions)
    frame = by_clock(_with_ids(frame, network, seed), conditions.clocks, seed)
    return frame.select("carrier", *ROWS).sort("carrier", "start", "leg", "attempt")


def _with_numbers(records: pl.DataFrame, network: Network) -> pl.DataFrame:
    """Numbers in the wire's spelling: the sender's on the way in, the carrier's own on the way out."""
    diallings, first_customer = _diallings(network)
    bases = pl.Series(first_customer).gather(records.get_column("carrier"))
    sender = pl.when(pl.col("upstream") >= 0).then("upstream").otherwise(bases + pl.col("customer"))
    sent = pl.when("rewritten").then("caller_out").otherwise("caller")
    frame = records.with_columns(sender=sender, sent=sent, moved=pl.col("called") != pl.col("called_out"))
    frame = frame.with_columns(
        number_out=pl.col("called_out"),
        calling=write_numbers(frame, "caller", "sender", diallings, called=False),
        calling_out=write_numbers(frame, "sent", "carrier", diallings, called=False),
        called=write_numbers(frame, "called", "sender", diallings, called=True),
        called_out=write_numbers(frame, "called_out", "carrier", diallings, called=True),
        redirecting=write_numbers(frame, "redirecting", "carrier", diallings, called=False),
    )
    return frame.with_columns(pl.col("calling", "calling_out").fill_null("anonymous"))


def _diallings(network: Network) -> tuple[tuple[Dialling, ...], list[int]]:
    """All senders' diallings: the carriers by index, then every carrier's customers; and where each one's begin."""
    diallings = [carrier.dialling for carrier in network.carriers]
    starts: list[int] = []
    for carrier in network.carriers:
        starts.append(len(diallings))
        diallings.extend(customer.dialling for customer in carrier.customers)
    return tuple(diallings), starts


def _with_peers(frame: pl.DataFrame, network: Network, conditions: Conditions) -> pl.DataFrame:
    ids = pl.Series([carrier.carrier_id for carrier in network.carriers])
    names = _trunk_table(network, conditions)
    customers = _customer_table(network)
    own = pl.DataFrame(
        {
            "carrier": [carrier.index for carrier in network.carriers],
            "own_trunk": [subscriber_trunk(carrier) for carrier in network.carriers],
        }
    )
    into = names.rename({"peer": "upstream", "trunk": "peer_trunk"})
    out = names.rename({"peer": "downstream", "trunk": "next_trunk"})
    frame = (
        frame.join(into, on=["carrier", "upstream"], how="left")
        .join(out, on=["carrier", "downstream"], how="left")
        .join(customers, on=["carrier", "customer"], how="left")
        .join(own, on="carrier", how="left")
    )
    return frame.with_columns(
        in_trunk=pl.coalesce("peer_trunk", "customer_trunk"),
        out_trunk=pl.when("delivered").then("own_trunk").otherwise("next_trunk"),
        customer="reference",
        upstream=_carrier_ids(ids, frame.get_column("upstream")),
        downstream=_carrier_ids(ids, frame.get_column("downstream")),
    )


def _carrier_ids(ids: pl.Series, index: pl.Series) -> pl.Series:
    return ids.gather(index.replace(-1, 0)).to_frame("id").select(pl.when(index >= 0).then("id")).to_series()


def _trunk_table(network: Network, conditions: Conditions) -> pl.DataFrame:
    rows = [
        (carrier.index, peer, trunk_name(carrier, network.carriers[peer], bool(conditions.listed[carrier.index, peer])))
        for carrier in network.carriers
        for peer in network.neighbours(carrier.index)
    ]
    schema = {"carrier": pl.Int64, "peer": pl.Int64, "trunk": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _customer_table(network: Network) -> pl.DataFrame:
    rows = [
        (carrier.index, place, customer.trunk, customer.reference)
        for carrier in network.carriers
        for place, customer in enumerate(carrier.customers)
    ]
    schema = {"carrier": pl.Int64, "customer": pl.Int64, "customer_trunk": pl.String, "reference": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _with_ids(frame: pl.DataFrame, network: Network, seed: int) -> pl.DataFrame:
    """Ids that tell nothing: Call-IDs as a SIP stack makes them, an orig_id per signer and customer, record ids."""
    record = scramble(frame.get_column("leg").to_numpy() * 4 + frame.get_column("attempt").to_numpy(), seed, "record")
    codes = pl.Series([carrier.ocn for carrier in network.carriers])
    signer = frame.get_column("signer")
    customer = frame.get_column("signed_for").to_numpy()
    whole, fine = signer.to_numpy(), signer.to_numpy() * _MOST_CUSTOMERS + customer
    fine_id, whole_id = scramble(fine, seed, "orig_id of a customer"), scramble(whole, seed, "orig_id")
    origin = pl.Series(np.where(customer >= 0, fine_id, whole_id))
    signed = signer >= 0
    return frame.with_columns(
        call_id=_hex("call_id") + "@example.net",
        call_id_out=_hex("call_id_out") + "@example.net",
        record_id=pl.lit(pl.Series(record)).cast(pl.String),
        signer=pl.when(signed).then(pl.lit(codes.gather(signer.replace(-1, 0)))),
        orig_id=pl.when(signed).then(_uuid(pl.lit(origin))),
    )


def _hex(column: str) -> pl.Expr:
    """A 64-bit id in words that look like a Call-ID's."""
    return pl.col(column).cast(pl.String)


def _uuid(number: pl.Expr) -> pl.Expr:
    """A made-up UUID out of a 64-bit number; decimal digits are hexadecimal digits too."""
    digits = number.cast(pl.String).str.zfill(20)
    parts = [digits.str.slice(start, length) for start, length in ((0, 8), (8, 4), (12, 3), (15, 3))]
    return pl.format("{}-{}-4{}-8{}-{}", *parts, digits.str.reverse().str.slice(0, 12))
