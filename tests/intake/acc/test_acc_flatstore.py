from __future__ import annotations

import gzip
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoptrace.errors import InputRefused, ProfileInvalid, TimezoneMissing
from hoptrace.intake.formats.acc.flatstore import AccFlatstore
from hoptrace.intake.profile import Profile, load_profile
from hoptrace.intake.reading import Source

READER = AccFlatstore()
WORKERS = ("acc_1.log", "acc_2.log", "missed_calls_1.log", "acc_cdrs_2.log")


@pytest.fixture
def outcome(run, golden):
    return run(READER, [golden / name for name in WORKERS], load_profile(golden / "flatstore.toml"))


def test_rows_and_calls_of_a_worker_group(outcome):
    assert outcome.fates() == {"accepted": 10, "duplicate": 1, "skipped": 1, "rejected": 1}
    assert len(outcome.calls) == 5
    assert outcome.reasons() == {"its call's INVITE is in none of the files submitted together": 1}


def test_dialog_start_that_precedes_the_answer_is_the_arrival_of_the_invite(outcome):
    call = outcome.call("one@example.net")
    assert (call["start_time"], call["start_basis"]) == (1700000000, "received")
    assert (call["answer_time"], call["end_time"]) == (1700000003, 1700000013)
    assert call["duration"] == pytest.approx(10.25)  # the written 13.25 s hold 3 s of ringing


def test_bye_of_the_called_side_gives_no_numbers(outcome):
    call = outcome.call("one@example.net")
    assert call["calling_number"] == "00442079460011"
    assert call["called_number"] == "0012125550101"
    assert call["egress_called_number"] == "+12125550101"
    assert (call["upstream"], call["downstream"]) == ("203.0.113.10", "203.0.113.20")


def test_two_routes_of_one_call_id_are_two_calls_with_one_arrival(outcome):
    failed = outcome.call("two@example.net", release_code="503")
    answered = outcome.call("two@example.net", release_code="200")
    assert (failed["downstream"], failed["duration"], failed["answer_time"]) == ("203.0.113.20", 0.0, None)
    assert (answered["downstream"], answered["duration"]) == ("203.0.113.21", 28.0)
    assert failed["start_time"] == answered["start_time"] == 1700000009


def test_failed_call_takes_its_arrival_from_the_dialog_and_its_end_from_the_reply(outcome):
    call = outcome.call("three@example.net")
    assert (call["start_time"], call["end_time"], call["start_basis"]) == (1700000015, 1700000020, "received")


def test_dialog_alone_is_a_call_and_its_absurd_duration_is_recomputed(outcome):
    call = outcome.call("four@example.net")
    assert (call["start_time"], call["duration"], call["answer_time"]) == (1700000060, 8.0, None)
    assert outcome.chunks[0].flags == (
        (3, "durations of 1 rows were impossible and were computed from end minus start"),
    )


def test_quoted_comma_variant_with_dates(run, golden):
    outcome = run(READER, [golden / "quoted.acc"], load_profile(golden / "quoted.toml"), timezone="America/Chicago")
    call = outcome.call("one@example.net")
    assert call["start_time"] == 1717218009  # 2024-06-01 00:00:09 at UTC-5
    assert (call["duration"], call["downstream"]) == (28.0, "203.0.113.30")
    assert str(outcome.chunks[0].zone) == "America/Chicago (given with --timezone)"
    assert outcome.fates() == {"accepted": 3, "rejected": 1}


def test_zone_of_the_carrier_counts_last_and_without_any_the_file_is_refused(run, golden):
    profile = load_profile(golden / "quoted.toml")
    outcome = run(READER, [golden / "quoted.acc"], profile, carrier_zone="+02:00")
    assert outcome.call("one@example.net")["start_time"] == 1717192809
    with pytest.raises(TimezoneMissing, match=r"quoted\.acc.*--timezone.*\[time\].*carriers\.csv"):
        run(READER, [golden / "quoted.acc"], profile)


def test_without_a_profile_it_says_what_it_saw_and_what_to_write(run, golden):
    with pytest.raises(InputRefused, match="has 12 columns: INVITE") as refused:
        run(READER, [golden / "acc_1.log"])
    assert '"callid", "sip_code", "sip_reason", "time", "column8"' in str(refused.value)


@pytest.mark.parametrize("name", [*WORKERS, "quoted.acc"])
def test_detects_its_files(golden, name):
    source = Source(0, golden / name, name, "")
    claim = READER.detect(source, source.head())
    assert claim is not None
    assert claim.sure >= 0.6


@pytest.mark.parametrize("name", ["kamailio-acc.log", "kamailio-acc-json.log", "flatstore.toml", "kamailio.sql"])
def test_claims_no_other_files(golden, name):
    source = Source(0, golden / name, name, "")
    assert READER.detect(source, source.head()) is None


def test_columns_that_do_not_fit_are_rejected_with_both_counts(run, golden, tmp_path):
    path = tmp_path / "acc_1.log"
    path.write_text("INVITE|f|t|one@example.net|200|OK|1700000003|x\n\n")
    outcome = run(READER, [path], load_profile(golden / "flatstore.toml"))
    assert outcome.reasons() == {"8 columns where 12 were expected": 1}
    assert outcome.fates() == {"rejected": 1, "skipped": 1}


def test_a_last_line_that_is_still_being_written_is_rejected(run, golden, tmp_path):
    path = tmp_path / "acc_1.log"
    path.write_bytes((golden / "acc_1.log").read_bytes()[:-40])
    outcome = run(READER, [path], load_profile(golden / "flatstore.toml"))
    assert outcome.reasons() == {"last line is cut: file still being written?": 1}


def test_a_last_line_without_its_end_waits_though_it_has_all_its_columns(run, golden, tmp_path):
    path = tmp_path / "acc_1.log"
    path.write_bytes((golden / "acc_1.log").read_bytes().splitlines()[0][:-1])
    outcome = run(READER, [path], load_profile(golden / "flatstore.toml"))
    assert outcome.fates() == {"rejected": 1}


def test_empty_time_of_the_invite_is_taken_from_its_ack(run, golden, tmp_path):
    path = tmp_path / "acc_1.log"
    path.write_text(
        "INVITE|f|t|one@example.net|200|OK||2125550111|203.0.113.1|2125550112||203.0.113.2\n"
        "ACK|f|t|one@example.net|200|OK|1700000003|2125550111|203.0.113.1|2125550112||203.0.113.2\n"
        "BYE|f|t|one@example.net|200|OK|1700000005|||||\n"
    )
    call = run(READER, [path], load_profile(golden / "flatstore.toml")).call("one@example.net")
    assert (call["answer_time"], call["duration"]) == (1700000003, 2.0)


def test_bytes_that_are_no_utf8_lose_no_row(run, golden, tmp_path):
    path = tmp_path / "acc_1.log.gz"
    raw = b"INVITE|f|t|one@example.net|404|Nicht gef\xfcnden|1700000003|21\xff|203.0.113.1|2125550112||203.0.113.2\n"
    path.write_bytes(gzip.compress(raw))
    outcome = run(READER, [path], load_profile(golden / "flatstore.toml"))
    assert outcome.call("one@example.net")["calling_number"] == "21\ufffd"
    assert outcome.rows["raw"].to_list() == [raw[:-1]]


def test_damaged_gzip_is_refused(run, golden, tmp_path):
    path = tmp_path / "acc_1.log.gz"
    path.write_bytes(gzip.compress((golden / "acc_1.log").read_bytes())[:-20])
    with pytest.raises(InputRefused, match=r"acc_1\.log\.gz"):
        run(READER, [path], load_profile(golden / "flatstore.toml"))


def test_layouts_that_cannot_be_told_apart_are_refused(run, golden):
    with pytest.raises(ProfileInvalid, match="several layouts of 2 columns"):
        run(READER, [golden / "acc_1.log"], Profile(layouts={"a": ("x", "y"), "b": ("y", "x")}))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_calls_do_not_depend_on_which_worker_wrote_which_row(run, golden, tmp_path, seed):
    profile = load_profile(golden / "flatstore.toml")
    expected = run(READER, [golden / name for name in WORKERS], profile)
    rng = random.Random(seed)
    dealt: dict[str, list[str]] = {}
    for name in WORKERS:
        stem = name.rsplit("_", 1)[0]
        for line in (golden / name).read_text().splitlines(keepends=True):
            dealt.setdefault(f"{stem}_{rng.randrange(3)}.log", []).append(line)
    for old in tmp_path.iterdir():
        old.unlink()
    for name, lines in dealt.items():
        rng.shuffle(lines)
        (tmp_path / name).write_text("".join(lines))
    outcome = run(READER, rng.sample(sorted(tmp_path.iterdir()), k=len(dealt)), profile)
    assert outcome.content() == expected.content()
    assert outcome.fates() == expected.fates()


HEADED = """id,method,from_tag,to_tag,callid,sip_code,sip_reason,time,src_user,src_ip,dst_user
1,INVITE,fa,ta,one@h,200,OK,2026-01-01 00:01:00,+12025550101,203.0.113.10,12125550101
2,BYE,fa,ta,one@h,200,OK,2026-01-01 00:01:20,+12025550101,203.0.113.10,12125550101
3,INVITE,fb,,two@h,404,"Not Found, here",2026-01-01 00:02:00,+12025550102,203.0.113.10,12125550102
"""


def test_a_csv_of_the_table_has_a_header_that_is_passed_over(run, tmp_path):
    path = tmp_path / "acc.csv"
    path.write_text(HEADED)
    found = READER.detect(Source(0, path, path.name, "d"), HEADED.encode())
    assert found is not None
    assert found.sure >= 0.9
    with pytest.raises(InputRefused, match=r'acc = \["id", "method", "from_tag", .*"src_ip", "dst_user"\]'):
        run(READER, [path])
    outcome = run(
        READER, [path], Profile(name="p", layouts={"acc": tuple(HEADED.splitlines()[0].split(","))}), timezone="UTC"
    )
    assert outcome.fates() == {"accepted": 3, "skipped": 1}
    assert outcome.call("one@h")["duration"] == 20.0
    assert outcome.call("two@h")["release_code"] == "404"
