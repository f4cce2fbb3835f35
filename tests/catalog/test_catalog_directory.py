from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import zstandard

from hoptrace.catalog.batches import NewBatch
from hoptrace.catalog.catalog import Catalog
from hoptrace.errors import DirectoryInvalid, UnknownCarrier
from hoptrace.model.carriers import Carrier, Trunk
from hoptrace.model.receipts import Receipt

CARRIERS = """carrier_id,name,country,timezone,nickname
alpha,Alpha Tel,us,America/Chicago,A
beta,"Beta, Ltd",GB,,
gamma,,,,
"""
TRUNKS = """carrier_id,trunk,peer,customer,valid_from,valid_to
alpha,203.0.113.0/28,beta,,,
alpha,TG-7,,cust-12,2026-01-01,2026-02-01T00:00:00Z
beta,alpha-in,alpha,,,
"""


@pytest.fixture
def load(catalog: Catalog, tmp_path: Path):
    def loader(carriers: str, trunks: str | None = None):
        (tmp_path / "carriers.csv").write_text(carriers, encoding="utf-8")
        if trunks is not None:
            (tmp_path / "trunks.csv").write_text(trunks, encoding="utf-8")
        return catalog.directory.load_directory(
            tmp_path / "carriers.csv", None if trunks is None else tmp_path / "trunks.csv"
        )

    return loader


def test_a_directory_is_loaded(catalog: Catalog, load) -> None:
    counts = load(CARRIERS, TRUNKS)
    assert (counts.added, counts.updated, counts.trunks) == (3, 0, 3)
    alpha, beta, gamma = catalog.directory.carriers()
    assert alpha == Carrier(
        "alpha", name="Alpha Tel", country="US", timezone="America/Chicago", aliases={"nickname": "A"}
    )
    assert beta.name == "Beta, Ltd"
    assert gamma == Carrier("gamma")
    assert catalog.directory.trunks("alpha") == [
        Trunk("alpha", "203.0.113.0/28", peer="beta"),
        Trunk(
            "alpha",
            "TG-7",
            customer="cust-12",
            valid_from=datetime(2026, 1, 1, tzinfo=UTC),
            valid_to=datetime(2026, 2, 1, tzinfo=UTC),
        ),
    ]


def test_loading_twice_updates(catalog: Catalog, load) -> None:
    load(CARRIERS, TRUNKS)
    assert load(CARRIERS, TRUNKS).unchanged == 3
    counts = load(CARRIERS.replace("Alpha Tel", "Alpha Telecom"), "carrier_id,trunk,peer\nalpha,new,gamma\n")
    assert (counts.updated, counts.unchanged) == (1, 2)
    assert catalog.directory.carrier("alpha").name == "Alpha Telecom"
    assert [trunk.trunk for trunk in catalog.directory.trunks("alpha")] == ["new"]
    assert [trunk.trunk for trunk in catalog.directory.trunks("beta")] == ["alpha-in"]


def test_a_vanished_carrier_stays_while_something_names_it(catalog: Catalog, load, in_lake: set[str]) -> None:
    load(CARRIERS, TRUNKS)
    receipt = Receipt("f", "d", "gamma-1", "gamma", "canonical", "UTC", None, None, 0, 0, 0, 0, {}, 0, {})
    catalog.batches.begin("c", "gamma")
    catalog.batches.enter("c", [NewBatch(receipt)], [])
    counts = load("carrier_id\nalpha\n")
    assert (counts.delisted, counts.deleted) == (2, 0)
    assert [(carrier.carrier_id, carrier.listed) for carrier in catalog.directory.carriers()] == [
        ("alpha", True),
        ("beta", False),
        ("gamma", False),
    ]
    assert load(CARRIERS).updated == 3
    assert all(carrier.listed for carrier in catalog.directory.carriers())


def test_a_vanished_carrier_stays_while_a_statement_names_it_as_a_neighbour(catalog: Catalog, load) -> None:
    load(CARRIERS, TRUNKS)
    receipt = Receipt("f", "d", "alpha-1", "alpha", "canonical", "UTC", None, None, 0, 0, 0, 0, {}, 0, {})
    catalog.batches.begin("c", "alpha")
    catalog.batches.enter("c", [NewBatch(receipt, named=frozenset({"gamma"}))], [])
    counts = load("carrier_id\nalpha\nbeta\n")
    assert (counts.delisted, counts.deleted) == (1, 0)
    assert not catalog.directory.carrier("gamma").listed


def test_a_vanished_carrier_that_nothing_names_goes(catalog: Catalog, load) -> None:
    load(CARRIERS, TRUNKS)
    assert load("carrier_id\nalpha\nbeta\n").deleted == 1
    with pytest.raises(UnknownCarrier):
        catalog.directory.carrier("gamma")


def test_an_unknown_carrier_names_what_looks_alike(catalog: Catalog, load) -> None:
    with pytest.raises(UnknownCarrier, match="the directory is empty"):
        catalog.directory.carrier("alpha")
    load(CARRIERS)
    with pytest.raises(UnknownCarrier, match="Did you mean alpha"):
        catalog.directory.carrier("ALFA")


@pytest.mark.parametrize(
    ("carriers", "trunks", "says"),
    [
        ("name\nx\n", None, "column carrier_id is missing"),
        ("carrier_id\n", None, "lists no carrier"),
        ("carrier_id,name\na,x\n,y\n", None, r"carriers.csv, line 3: carrier_id is empty"),
        ("carrier_id\na\nb\na\n", None, r"line 4: .*second time"),
        ("carrier_id,country\na,USA\n", None, r"line 2: country 'USA'"),
        ("carrier_id,timezone\na,Mars/Base\n", None, r"line 2: timezone 'Mars/Base'"),
        ("carrier_id,name\na,b,c\n", None, r"line 2: it has more fields"),
        ("carrier_id\na\n", "carrier_id,trunk,peer\nb,t,a\n", r"trunks.csv, line 2: carrier_id 'b'"),
        ("carrier_id\na\n", "carrier_id,trunk,peer\na,t,z\n", r"line 2: peer 'z'"),
        ("carrier_id\na\n", "carrier_id,trunk,peer,customer\na,t,a,c\n", "exactly one of peer and customer"),
        ("carrier_id\na\n", "carrier_id,trunk,peer,customer\na,t,,\n", "exactly one of peer and customer"),
        ("carrier_id\na\n", "carrier_id,trunk,customer\na,203.0.113.0/33,c\n", "not a valid CIDR"),
        ("carrier_id\na\n", "carrier_id,trunk,customer\na,t,c\na,T,d\n", "already stands for another"),
        ("carrier_id\na\n", "carrier_id,trunk,customer\na,203.0.113.5,c\na,203.0.113.5/32,d\n", "another neighbour"),
        ("carrier_id\na\n", "carrier_id,trunk,customer\na,2001:db8::1,c\na,2001:DB8:0::1,d\n", "another neighbour"),
        ("carrier_id,Carrier_ID\na,b\n", None, "names carrier_id more than once"),
        ("carrier_id\na\n", "carrier_id,trunk,peer,peer\na,t,a,a\n", "names peer more than once"),
        ("carrier_id\na\n", "carrier_id,trunk,customer,valid_from\na,t,c,2026-01-01T00:00:00\n", "has no time zone"),
        ("carrier_id\na\n", "carrier_id,trunk,customer,valid_from\na,t,c,soon\n", "not an RFC 3339 time"),
    ],
)
def test_a_wrong_directory_is_refused_as_a_whole(
    local_catalog: Catalog, tmp_path: Path, carriers: str, trunks: str | None, says: str
) -> None:
    for name, text in (
        ("before.csv", "carrier_id\nbefore\n"),
        ("carriers.csv", carriers),
        ("trunks.csv", trunks or ""),
    ):
        (tmp_path / name).write_text(text)
    load_directory = local_catalog.directory.load_directory
    load_directory(tmp_path / "before.csv")
    with pytest.raises(DirectoryInvalid, match=says):
        load_directory(tmp_path / "carriers.csv", None if trunks is None else tmp_path / "trunks.csv")
    assert [carrier.carrier_id for carrier in local_catalog.directory.carriers()] == ["before"]


def test_the_same_trunk_at_other_times_may_be_another(catalog: Catalog, load) -> None:
    early, late = "a,t,c,,2026-01-01", "a,t,d,2026-01-01,"
    load("carrier_id\na\n", f"carrier_id,trunk,customer,valid_from,valid_to\n{early}\n{late}\n")
    assert [trunk.customer for trunk in catalog.directory.trunks("a")] == ["c", "d"]


def test_a_trunk_may_be_told_twice_of_one_neighbour(catalog: Catalog, load) -> None:
    load("carrier_id\na\n", "carrier_id,trunk,customer,valid_to\na,203.0.113.5,c,\na,203.0.113.5/32,c,2026-01-01\n")
    assert {trunk.customer for trunk in catalog.directory.trunks("a")} == {"c"}


def test_times_as_rfc_3339_has_them_and_the_ends_of_the_calendar(catalog: Catalog, load) -> None:
    rows = "a,t,c,2026-01-01t00:00:00z,9999-12-31T23:59:59-05:00\na,u,c,0001-01-01T00:00:00+05:00,2026-01-01\n"
    load("carrier_id\na\n", f"carrier_id,trunk,customer,valid_from,valid_to\n{rows}")
    always, until = catalog.directory.trunks("a")
    assert always.valid_from == until.valid_to == datetime(2026, 1, 1, tzinfo=UTC)
    assert always.valid_to == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert until.valid_from == datetime(1, 1, 1, tzinfo=UTC)


def test_known_columns_are_known_in_capitals_and_others_stay_as_they_are(catalog: Catalog, load) -> None:
    load("Carrier_ID,Country,TimeZone,LEI,Reason\na,gb,Europe/London,X1,R2\n", "CARRIER_ID,Trunk,Peer\na,t,a\n")
    (carrier,) = catalog.directory.carriers()
    assert carrier == Carrier("a", country="GB", timezone="Europe/London", aliases={"LEI": "X1", "Reason": "R2"})
    assert catalog.directory.trunks("a") == [Trunk("a", "t", peer="a")]


def test_every_kind_of_file_gives_the_same(local_catalog: Catalog, tmp_path: Path) -> None:
    text = "carrier_id,name\nalpha,Älpha\nbeta,\n"
    (tmp_path / "c.csv").write_text(text, encoding="utf-8-sig")
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "c.csv.zst").write_bytes(zstandard.compress(text.encode()))
    (tmp_path / "C.CSV.GZ").write_bytes(gzip.compress(text.encode()))
    lines = '{"carrier_id": "alpha", "name": "Älpha"}\n\n{"carrier_id": "beta"}\n'
    (tmp_path / "c.ndjson").write_text(lines, encoding="utf-8-sig")
    (tmp_path / "c.ndjson.gz").write_bytes(gzip.compress(lines.encode()))
    frame = pl.DataFrame({"carrier_id": ["alpha", "beta"], "name": ["Älpha", None]})
    frame.write_parquet(tmp_path / "C.PARQUET")
    frame.cast(pl.Binary).write_parquet(tmp_path / "bytes.parquet")
    loaded = []
    for name in ("c.csv", "c.csv.gz", "c.csv.zst", "C.CSV.GZ", "c.ndjson", "c.ndjson.gz", "C.PARQUET", "bytes.parquet"):
        local_catalog.directory.load_directory(tmp_path / name)
        loaded.append(local_catalog.directory.carriers())
    assert loaded == [[Carrier("alpha", name="Älpha"), Carrier("beta")]] * 8


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("c.csv", b"carrier_id,name\nalpha,\xff\n", "not UTF-8"),
        ("c.csv.gz", b"plain", "cannot be unpacked"),
        ("c.csv.zst", b"plain", "cannot be unpacked"),
        ("c.ndjson", b'{"carrier_id": \n', "not a JSON object"),
        ("c.parquet", b"plain", "not a readable Parquet"),
    ],
)
def test_a_broken_file_is_told(local_catalog: Catalog, tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DirectoryInvalid, match=says):
        local_catalog.directory.load_directory(tmp_path / name)


def test_a_missing_file_is_told(local_catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(DirectoryInvalid, match="no such file"):
        local_catalog.directory.load_directory(tmp_path / "nowhere.csv")
    with pytest.raises(DirectoryInvalid, match="is a directory"):
        local_catalog.directory.load_directory(tmp_path)
