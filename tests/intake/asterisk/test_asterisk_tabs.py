"""Files with tabs between the fields say what those with commas say."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.intake.detect import find_format
from hoptrace.intake.formats import readers
from hoptrace.intake.formats.asterisk.cel import AsteriskCel
from hoptrace.intake.formats.asterisk.tabs import with_commas
from hoptrace.intake.formats.text.splitting import split
from hoptrace.intake.reading import Context, Source
from hoptrace.model.carriers import Carrier

FIELDS = st.lists(st.text('a", <>1', max_size=6).map(lambda text: text.strip('"')), min_size=14, max_size=20)
MYSQL = (
    "calldate\tclid\tsrc\tdst\tdcontext\tchannel\tdstchannel\tlastapp\tlastdata\tduration\tbillsec\tdisposition\t"
    "amaflags\taccountcode\tuniqueid\tuserfield\tdid\tlinkedid\n"
    '2026-03-02 09:00:01\t"Ada, Mrs" <+12025550130>\t+12025550130\t301\text-local\tPJSIP/tg-north-00000001\t'
    "PJSIP/301-00000002\tDial\tPJSIP/301/sip:301@203.0.113.60,30\t19\t15\tANSWERED\t3\tNULL\t1772460001.1\t\t"
    "12125550187\tNULL\n"
)


def source_of(path: Path) -> Source:
    return Source(0, path, path.name, "")


def with_tabs(path: Path, folder: Path) -> Path:
    """The file with tabs, all fields in quotes that had them."""
    rows = [next(csv.reader([line])) for line in path.read_text("latin-1").splitlines()]
    told = io.StringIO()
    csv.writer(told, delimiter="\t", quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    tabbed = folder / path.name
    tabbed.write_text(told.getvalue(), "latin-1")
    return tabbed


@pytest.mark.parametrize("name", ["export_with_header.csv", "vitalpbx_table.csv"])
def test_an_export_with_tabs_says_the_same(golden: Path, tmp_path: Path, read, name: str) -> None:
    tabbed = with_tabs(golden / name, tmp_path)
    assert find_format(source_of(tabbed), readers()).name == "asterisk"
    told, usual = (read(path, zone="America/Chicago") for path in (tabbed, golden / name))
    assert told.calls.equals(usual.calls)
    assert told.rows.drop("raw").equals(usual.rows.drop("raw"))


def test_rows_without_a_header_and_a_last_line_that_is_cut(golden: Path, tmp_path: Path, read) -> None:
    rows = with_tabs(golden / "Master.csv", tmp_path).read_bytes().splitlines(keepends=True)
    path = tmp_path / "Master.csv"
    path.write_bytes(b"".join([*rows[:2], rows[2][:40]]))
    chunk = read(path)
    assert chunk.rows["fate"].to_list() == ["accepted", "accepted", "rejected"]
    assert chunk.rows["reasons"].to_list()[-1] == ["last line is cut: file still being written?"]
    assert chunk.calls["downstream"].to_list() == ["tg-north-01", "tg-south-01"]
    assert chunk.rows["raw"][2] == rows[2][:40]


def test_what_mysql_prints_without_quotes_is_read(tmp_path: Path, read) -> None:
    path = tmp_path / "cdr.txt"
    path.write_text(MYSQL)
    assert find_format(source_of(path), readers()).name == "asterisk"
    (call,) = read(path).calls.iter_rows(named=True)
    assert (call["calling_number"], call["called_number"]) == ("+12025550130", "12125550187")
    assert (call["upstream"], call["downstream"], call["duration"]) == ("tg-north", None, 15.0)


def test_events_with_tabs_say_the_same(golden: Path, tmp_path: Path) -> None:
    tabbed = with_tabs(golden / "cel.csv", tmp_path)
    assert find_format(source_of(tabbed), readers()).name == "asterisk_cel"
    (told,), (usual,) = (
        AsteriskCel().read([source_of(path)], Context(Carrier("oak"))) for path in (tabbed, golden / "cel.csv")
    )
    assert told.calls.equals(usual.calls)
    assert (
        told.rows.filter(pl.col("fate") == "rejected")
        .drop("raw")
        .equals(usual.rows.filter(pl.col("fate") == "rejected").drop("raw"))
    )


@given(FIELDS)
def test_the_fields_stay(fields: list[str]) -> None:
    assert split(with_commas("\t".join(fields))) == fields


@pytest.mark.parametrize("text", ["a,b", "a\tb", '"a\tb",c' * 3, "a\t" * 12 + "b"])
def test_other_lines_stay(text: str) -> None:
    assert with_commas(text) == text
