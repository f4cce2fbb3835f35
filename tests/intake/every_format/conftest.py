"""One golden file of each kind that a reader knows, and a way to take files in without a workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hoptrace.intake.formats import readers
from hoptrace.intake.profile import Profile, load_profile
from hoptrace.intake.reading import Context, FormatReader, Source
from hoptrace.intake.repeats import Repeats
from hoptrace.intake.sources import Group, asked_format
from hoptrace.intake.taking import Taking
from hoptrace.intake.trunks import TrunkTable
from hoptrace.model.carriers import Carrier
from hoptrace.model.dialplan import DialPlan
from hoptrace.model.receipts import Receipt
from hoptrace.model.statements import RAW_CALLS, ROWS, STATEMENTS

FIXTURES = Path(__file__).parents[3] / "fixtures" / "formats"


@dataclass(frozen=True)
class Sample:
    """A golden file: which reader it is of, the profile that it needs, and whether its reader has to be named.

    `rows`: what of the bytes must be in its rows, every line of the file, or all bytes but white space and commas
    between records; or how often each of some words stands there.
    """

    file: str
    reader: str
    profile: str | None = None
    named: bool = False
    rows: str | tuple[bytes, ...] = "lines"
    text: bool = True

    def __str__(self) -> str:
        return self.file

    @property
    def path(self) -> Path:
        return FIXTURES / self.file

    @property
    def content(self) -> bytes:
        return self.path.read_bytes()


SAMPLES = (
    Sample("canonical/acme.csv", "canonical"),
    Sample("canonical_json/calls.json", "canonical_json", rows=(b'"start_time"',)),
    Sample("acc/acc_1.log", "acc_flatstore", "acc/flatstore.toml"),
    Sample("acc/acc_cdrs_2.log", "acc_flatstore", "acc/flatstore.toml"),
    Sample("acc/quoted.acc", "acc_flatstore", "acc/quoted.toml"),
    Sample("acc/kamailio-acc-json.log", "acc_json"),
    Sample("acc/phpmyadmin.json", "acc_table_json", rows=(b'"callid"',)),
    Sample("acc/kamailio-acc.log", "acc_syslog"),
    Sample("acc/opensips-acc.log", "acc_syslog"),
    Sample("acc/mysqldump.dump", "acc_dump", rows=()),
    Sample("acme/cdr20231218.csv", "acme"),
    Sample("acme/cdr-scz.csv", "acme_measured", named=True),
    Sample("ribbon/1000A0B.ACT", "ribbon_act"),
    Sample("audiocodes/syslog.log", "audiocodes"),
    Sample("asterisk/Master.csv", "asterisk"),
    Sample("asterisk/export_with_header.csv", "asterisk"),
    Sample("asterisk/vitalpbx_table.csv", "asterisk"),
    Sample("asterisk/cel.csv", "asterisk_cel"),
    Sample("broadworks/BW-CDR-20260302140000.csv", "broadworks_csv"),
    Sample("broadworks/BW-CDR-20260302.xml", "broadworks_xml", rows=(b"<userNumber>",)),
    Sample("cgrates_json/cdrs.json", "cgrates_json", rows=(b"OriginID",)),
    Sample("cgrates_json/partial.xml", "cgrates_json", rows=(b"OriginID",)),
    Sample("cisco_cube/cdr.gw1.03_02_2026_21_00_00.000", "cisco_cube"),
    Sample("cisco_cube/compact.csv", "cisco_cube"),
    Sample("freeswitch/mixed.cdr.json", "freeswitch_json", rows="bytes"),
    Sample("freeswitch/b_legs.cdr.json", "freeswitch_json", rows="bytes"),
    Sample("freeswitch_csv/Master.csv", "freeswitch_csv"),
    Sample("freeswitch_csv/resaved.csv", "freeswitch_csv"),
    Sample("freeswitch_xml/a_00000001-0000-4000-8000-000000000001.cdr.xml", "freeswitch_xml", rows=(b"<uuid>",)),
    Sample("freeswitch_xml/not_encoded.cdr.xml", "freeswitch_xml", rows=(b"<uuid>",)),
    Sample("radius/detail-20260302", "radius", rows="bytes"),
    Sample("radius/mvts.json", "radius", rows="bytes"),
    Sample("yate/yate-cdr.tsv", "yate"),
    Sample("yate/combined.csv", "yate"),
    Sample("3gpp/gateway.ber", "3gpp", rows=(), text=False),
    Sample("3gpp/ims.ber", "3gpp", rows=(), text=False),
    Sample("3gpp/framed.cdr", "3gpp", rows=(), text=False),
    Sample("3cx/cdr.log", "3cx", named=True),
    Sample("3cx/cdroutput.csv", "3cx_v20"),
    Sample("bandwidth/bdr.csv", "bandwidth"),
    Sample("cgrates/cdrs.csv", "cgrates", named=True),
    Sample("cucm/cdr_StandAloneCluster_01_202611020800_1", "cucm"),
    Sample("3cx_report/call_reports.csv", "3cx_report"),
    Sample("didww/inbound.csv", "didww"),
    Sample("netsapiens/cdrs.csv", "netsapiens"),
    Sample("netsapiens_v1/cdr2.csv", "netsapiens_v1"),
    Sample("sansay/cdr.txt", "sansay"),
    Sample("telnyx/cdr.csv", "telnyx"),
    Sample("telnyx_json/detail_records.json", "telnyx_json", rows=(b'"record_type"',)),
    Sample("twilio/calls.csv", "twilio"),
    Sample("twilio_json/2026-11-02.json", "twilio_json", rows=(b'"sid"',)),
    Sample("twilio_json/page.json", "twilio_json", rows=(b'"sid"',)),
    Sample("vos3000/e_cdr_20261102.csv", "vos3000", "vos3000/prefixed.toml"),
    Sample("profiled/delimited.csv", "delimited", "profiled/delimited.toml"),
    Sample("profiled/fixed.txt", "fixed", "profiled/fixed.toml"),
    Sample("profiled/keyvalue.log", "keyvalue", "profiled/keyvalue.toml"),
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`sample`: each golden file; `text_sample`: each that is text."""
    for name in {"sample", "text_sample"} & set(metafunc.fixturenames):
        chosen = [sample for sample in SAMPLES if sample.text or name == "sample"]
        metafunc.parametrize(name, chosen, ids=str)


@pytest.fixture(scope="session")
def samples() -> tuple[Sample, ...]:
    return SAMPLES


@dataclass(frozen=True)
class Took:
    """What became of files: their receipts, the statements, and the account of every row."""

    receipts: list[Receipt]
    statements: pl.DataFrame
    rows: pl.DataFrame

    @property
    def receipt(self) -> Receipt:
        return self.receipts[0]

    @property
    def accepted(self) -> int:
        """Rows that the reader took for calls; the receipts tell which of these were taken in."""
        return self.rows.filter(pl.col("fate") == "accepted").height

    def said(self) -> list[tuple[Any, ...]]:
        """The statements but for where they stand."""
        return sorted(self.statements.drop("batch", "row").rows(), key=str)


class Watched:
    """A reader whose chunks are looked at on their way."""

    def __init__(self, reader: FormatReader) -> None:
        self.reader = reader
        self.name, self.title = reader.name, reader.title
        self.grouped, self.needs_profile = reader.grouped, reader.needs_profile
        self.rows_are_lines = reader.rows_are_lines
        self.rows: list[pl.DataFrame] = []

    def detect(self, source: Source, head: bytes) -> Any:
        return self.reader.detect(source, head)

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Any]:
        for chunk in self.reader.read(sources, context):
            assert chunk.calls.schema == RAW_CALLS
            assert chunk.rows.schema == ROWS
            accepted = chunk.rows.filter(pl.col("fate") == "accepted")["call"]
            assert set(accepted) == set(chunk.calls["call"]), "accepted rows and calls name each other"
            assert chunk.calls["start_time"].null_count() == 0
            rejected = chunk.rows.filter(pl.col("fate") == "rejected")
            assert (rejected["reasons"].list.len() > 0).all(), "a rejected row without a reason"
            self.rows.append(chunk.rows)
            yield chunk


def taken(reader: FormatReader, paths: Sequence[Path], profile: Profile) -> Took:
    """Take files in together, without a workspace, and check the accounts."""
    own = getattr(reader, "profile", None) or profile
    context = Context(Carrier("oak", country="US"), own, "America/Chicago")
    sources = tuple(Source(index, path, path.name, f"{index:064x}") for index, path in enumerate(paths))
    watched = Watched(reader)
    trunks = TrunkTable.of([], ["oak"])
    taking = Taking(Group(watched, sources), context, trunks, Repeats(None, "oak", []), DialPlan("US"))  # type: ignore[arg-type]
    statements = [frame for frame in map(taking.named, taking.frames()) if frame.height]
    receipts = [batch.receipt for batch in taking.batches()]
    rows = pl.concat([ROWS.to_frame(), *watched.rows])
    for source, receipt in zip(sources, receipts, strict=True):
        own_rows = rows.filter(pl.col("file") == source.index)["row"].sort().to_list()
        assert own_rows == list(dict.fromkeys(own_rows)), "a row stands in two accounts"
        assert receipt.rows == len(own_rows)
        assert receipt.rows == receipt.accepted + receipt.duplicates + receipt.skipped + sum(receipt.rejected.values())
    assert len(list(taking.rejected_rows())) == sum(sum(receipt.rejected.values()) for receipt in receipts)
    return Took(receipts, pl.concat([STATEMENTS.to_frame(), *statements]), rows)


@cache
def asked(sample: Sample) -> tuple[FormatReader, Profile]:
    """The reader of a sample, and its profile."""
    name = sample.reader if sample.profile is None else str(FIXTURES / sample.profile)
    found = asked_format(name, readers())
    return found.reader or next(reader for reader in readers() if reader.name == sample.reader), found.profile


@pytest.fixture(scope="session")
def take_in() -> Callable[..., Took]:
    """Takes files in with a reader and a profile."""
    return taken


@pytest.fixture
def take_sample(tmp_path: Path) -> Callable[..., Took]:
    """Takes a sample in, or other content under its name; `beside` are further contents read together with it."""

    def take(sample: Sample, content: bytes | None = None, *beside: bytes) -> Took:
        paths: list[Path] = []
        for number, each in enumerate([sample.content if content is None else content, *beside]):
            # A name for each content: some libraries remember what they read under a path.
            folder = tmp_path / f"{number}-{abs(hash(each)):x}"
            folder.mkdir(exist_ok=True)
            paths.append(folder / sample.path.name)
            paths[-1].write_bytes(each)
        reader, profile = asked(sample)
        return taken(reader, paths, profile)

    return take


@pytest.fixture(scope="session")
def profile_at() -> Callable[[Path], Profile]:
    return load_profile
