"""Which reader a file is of: golden files are found out, no reader claims another's, and what is none is refused."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hoptrace.errors import FormatUnknown, HoptraceError
from hoptrace.intake.detect import find_format
from hoptrace.intake.formats import readers
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Source

FIXTURES = Path(__file__).parents[3] / "fixtures" / "formats"
FOLDERS = {"ribbon_act": "ribbon", "asterisk_cel": "asterisk", "broadworks_csv": "broadworks"} | {
    "broadworks_xml": "broadworks",
    "freeswitch_json": "freeswitch",
    "acc_flatstore": "acc",
    "acc_json": "acc",
    "acc_table_json": "acc",
    "acc_syslog": "acc",
    "acc_sqlite": "acc",
    "acc_dump": "acc",
    "acme_measured": "acme",
    "3cx_v20": "3cx",
}
"""Where the golden files of a reader lie, if not under its name."""

GOLDEN = [
    path for path in sorted(FIXTURES.rglob("*")) if path.is_file() and path.suffix not in {".toml", ".sql", ".md"}
]
WORDS = {
    "acc_json": None,
    "acc_table_json": "no row of a table",
    "acc_syslog": None,
    "acc_flatstore": "profile",
    "acc_sqlite": "SQLite",
    "acc_dump": "no row of a table",
    "acme": "no row looks like a local CDR",
    "asterisk": "column",
    "asterisk_cel": "CEL",
    "audiocodes": "call report",
    "broadworks_csv": "BroadWorks",
    "broadworks_xml": "BroadWorks",
    "canonical": "start_time",
    "canonical_json": "start_time",
    "cgrates_json": "CGRateS",
    "cisco_cube": "gw-accounting",
    "3gpp": r"32\.298",
    "3cx_v20": "cdroutput",
    "telnyx_json": "Telnyx",
    "twilio_json": "Twilio",
    "radius": "Acct-Status-Type",
    "ribbon_act": "START, STOP or ATTEMPT",
    "yate": "cdrfile",
}
"""What a reader says of a file that is none of its own; None where it passes over what it does not know."""


def source(path: Path) -> Source:
    return Source(0, path, path.name, "d")


def test_a_golden_file_is_found_out_or_has_to_be_named(sample: Any, profile_at: Any) -> None:
    profile = profile_at(FIXTURES / sample.profile) if sample.profile else None
    if sample.named:
        with pytest.raises(FormatUnknown, match=f"--format {sample.reader}|hoptrace profile show"):
            find_format(source(sample.path), readers())
    else:
        assert find_format(source(sample.path), readers(), profile).name == sample.reader


@cache
def claims(path: Path) -> dict[str, float]:
    head = path.read_bytes()[:65_536]
    told = {reader.name: reader.detect(source(path), head) for reader in readers()}
    return {name: claim.sure for name, claim in told.items() if claim is not None}


@pytest.mark.parametrize("name", sorted(reader.name for reader in readers()))
def test_no_reader_is_the_surest_of_the_files_of_another(name: str) -> None:
    own = FOLDERS.get(name, name)
    others = [path for path in GOLDEN if path.relative_to(FIXTURES).parts[0] != own]
    assert [path for path in others if claims(path).get(name, 0.0) >= max([0.01, *claims(path).values()])] == []


@pytest.mark.parametrize("name", sorted(WORDS))
def test_something_else_is_refused_or_passed_over(name: str, tmp_path: Path, take_in: Any) -> None:
    if name == "3gpp":
        pytest.importorskip("pycrate_asn1dir")
    reader = next(each for each in readers() if each.name == name)
    path = tmp_path / ("x.json" if name.endswith("_json") else "x.csv")
    path.write_bytes(b'{"a": 1}' if name in {"cgrates_json", "telnyx_json", "twilio_json"} else b"a,b,c\n1,2,3\n")

    if WORDS[name] is None:
        assert take_in(reader, [path], Profile()).receipt.skipped == 2
        return
    with pytest.raises(HoptraceError, match=WORDS[name]):
        take_in(reader, [path], Profile())
