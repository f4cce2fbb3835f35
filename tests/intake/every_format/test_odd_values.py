"""Odd values in real files: words for nothing, moments that cannot be, seconds that are gone, clocks out of step."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from hoptrace.intake.formats import readers
from hoptrace.intake.profile import load_profile
from hoptrace.intake.reading import Context, Source
from hoptrace.model.carriers import Carrier

ANSWERS = {
    "3cx/cdr.log": rb"2026/11/02 08:00:08",
    "acme/cdr20231218.csv": rb"15:55:01\.120 EST DEC 18 2023",
    "asterisk/Master.csv": rb"2026-03-02 09:00:05",
    "audiocodes/syslog.log": rb"09:00:04\.\d+ UTC Thu Jun 11 2026",
    "broadworks/BW-CDR-20260302140000.csv": rb"20260302140006\.813",
    "cgrates/cdrs.csv": rb"2026-11-02T08:00:08Z",
    "cisco_cube/cdr.gw1.03_02_2026_21_00_00.000": rb"21:00:11\.829 TEST Mon Mar 2 2026",
    "cucm/cdr_StandAloneCluster_01_202611020800_1": rb"1793606408",
    "didww/inbound.csv": rb"2026-11-02 08:00:05",
    "netsapiens/cdrs.csv": rb"2026-11-02T08:00:08[^,]*",
    "sansay/cdr.txt": rb"Mon Nov 02 00:00:08 2026",
}
"""The answer time of a call, as each format writes it."""

NEVER = ["", "NULL", "null", "None", r"\N", "-", "0", "0000-00-00 00:00:00", "0001-01-01T00:00:00Z"]
NEVER += ["1970-01-01 00:00:00", "Thu Jan  1 00:00:00 1970"]


def sample_named(samples: Any, file: str) -> Any:
    return next(sample for sample in samples if sample.file == file)


@pytest.mark.parametrize("word", NEVER)
@pytest.mark.parametrize("file", sorted(ANSWERS))
def test_what_stands_for_never_costs_no_call(samples: Any, take_sample: Any, file: str, word: str) -> None:
    sample = sample_named(samples, file)
    content, replaced = re.subn(ANSWERS[file], word.replace("\\", r"\\").encode(), sample.content)
    assert replaced
    base, told = take_sample(sample), take_sample(sample, content)
    assert told.statements.height == base.statements.height
    assert told.receipt.rejected == base.receipt.rejected
    answers = told.statements["answer_time"].drop_nulls()
    assert answers.is_empty() or answers.min() > datetime(2023, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("word", ["NULL", "null", "None", r"\N", "-", "0.0.0.0", "::"])
@pytest.mark.parametrize("side", ["upstream", "downstream", "customer"])
def test_words_that_mean_nobody_name_nobody(take_sample: Any, samples: Any, side: str, word: str) -> None:
    content = f"start_time,called_number,{side}\n2026-11-02T15:00:00Z,+13125550187,{word}\n".encode()
    took = take_sample(sample_named(samples, "canonical/acme.csv"), content)
    assert (
        took.statements.select("upstream", "downstream", "customer", "upstream_trunk", "downstream_trunk").row(0)
        == (None,) * 5
    )
    assert took.receipt.unknown_trunks == {}


YEARS = {
    "acme/cdr20231218.csv": (b"DEC 18 2023", b"DEC 18 %s"),
    "asterisk/Master.csv": (b'"2026-', b'"%s-'),
    "audiocodes/syslog.log": (b"Jun 11 2026", b"Jun 11 %s"),
    "canonical/acme.csv": (b"2026-11", b"%s-11"),
    "cgrates/cdrs.csv": (b"2026-11", b"%s-11"),
    "cgrates_json/cdrs.json": (b"2026-03", b"%s-03"),
    "didww/inbound.csv": (b"2026-11", b"%s-11"),
    "twilio/calls.csv": (b"2026", b"%s"),
}


@pytest.mark.parametrize("year", [b"1985", b"2150"])
@pytest.mark.parametrize("file", sorted(YEARS))
def test_a_moment_outside_the_years_of_telephony_is_none(
    samples: Any, take_sample: Any, file: str, year: bytes
) -> None:
    sample, (written, form) = sample_named(samples, file), YEARS[file]
    assert written in sample.content
    took = take_sample(sample, sample.content.replace(written, form % year))
    assert took.statements.filter(~pl.col("start_time").dt.year().is_between(2000, 2100)).is_empty()
    assert sum(took.receipt.rejected.values()) > 0


def acme_rows(sample: Any, times: list[str]) -> bytes:
    """Stop rows at these times of day, each of another call."""
    row = sample.content.splitlines()[2]
    assert row.startswith(b"2,")
    rows = []
    for number, time in enumerate(times):
        made = re.sub(rb"15:54:56\.868", time.encode(), row)
        rows.append(re.sub(rb"b3f1a0c4|g-0001|SDa1k5201", f"id{number}".encode(), made))
    return b"\n".join(rows) + b"\n"


def test_seconds_that_are_gone_make_times_of_a_minute_and_flag_the_file(samples: Any, take_sample: Any) -> None:
    sample = sample_named(samples, "acme/cdr20231218.csv")
    cut = take_sample(sample, acme_rows(sample, [f"15:{minute:02d}:00.000" for minute in range(40, 52)]))
    assert cut.statements.height == 12
    assert set(cut.statements["precision"]) == {60_000_000}
    assert [flag for flag in cut.receipt.flags if "full minute" in flag]
    whole = take_sample(sample, acme_rows(sample, [f"15:{minute:02d}:07.000" for minute in range(40, 52)]))
    assert set(whole.statements["precision"]) == {1_000}
    assert not [flag for flag in whole.receipt.flags if "full minute" in flag]


def test_a_clock_out_of_step_counts_to_the_second(samples: Any, take_sample: Any) -> None:
    sample = sample_named(samples, "acme/cdr20231218.csv")
    took = take_sample(sample, acme_rows(sample, ["*15:54:56.868", "15:54:59.868"]))
    assert took.statements.sort("start_time")["precision"].to_list() == [1_000_000, 1_000]
    assert [flag for flag in took.receipt.flags if "not synchronised" in flag]


def test_rows_of_other_lengths_have_layouts_of_their_own(tmp_path: Any) -> None:
    """Failed and scripted calls lack the columns of the duration (OpenSIPS)."""
    profile, path = tmp_path / "p.toml", tmp_path / "acc.log"
    names = '"method", "from_tag", "to_tag", "callid", "sip_code", "sip_reason", "time", "src", "dst"'
    profile.write_text(
        f'format = "acc_flatstore"\n[layouts]\nanswered = [{names}, "duration"]\nfailed = [{names}]\n'
        '[fields]\ncalling_number = "src"\ncalled_number = "dst"\n'
    )
    begun = int((datetime(2026, 11, 2, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1))
    path.write_text(
        f"INVITE|f1|t1|a@203.0.113.1|200|OK|{begun}|+12025550143|+13125550187|30\n"
        f"INVITE|f2||b@203.0.113.1|404|Not found|{begun + 9}|+12025550144|+13125550188\n"
        f"INVITE|f3||c@203.0.113.1|404|Not found|{begun + 9}|+12025550144\n"
    )
    reader = next(each for each in readers() if each.name == "acc_flatstore")
    (chunk,) = reader.read([Source(0, path, path.name, "d")], Context(Carrier("oak"), load_profile(profile)))
    assert chunk.calls["called_number"].to_list() == ["+13125550187", "+13125550188"]
    rejected = chunk.rows.filter(pl.col("fate") == "rejected")
    assert rejected["reasons"].to_list() == [["8 columns where 9 or 10 were expected"]]
