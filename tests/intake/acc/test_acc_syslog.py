from __future__ import annotations

import pytest

from hoptrace.intake.formats.acc.syslog import AccSyslog
from hoptrace.intake.reading import Source

READER = AccSyslog()


def test_kamailio_log_with_other_lines_and_faults(run, golden):
    outcome = run(READER, [golden / "kamailio-acc.log"])
    assert outcome.fates() == {"accepted": 3, "duplicate": 1, "skipped": 2, "rejected": 2}
    assert outcome.reasons() == {"the line is cut": 1, "no Call-ID": 1}
    call = outcome.call("one@example.net")
    assert (call["start_time"], call["answer_time"], call["end_time"]) == (1700000001, 1700000001, 1700000010)
    assert (call["start_basis"], call["duration"], call["precision"]) == ("final", 9.0, 1_000_000)
    assert (call["upstream"], call["downstream"]) == ("203.0.113.10", "203.0.113.20")
    assert call["egress_called_number"] is None


def test_opensips_log_knows_when_the_call_came_in(run, golden):
    outcome = run(READER, [golden / "opensips-acc.log"])
    assert outcome.fates() == {"accepted": 3, "duplicate": 2}
    answered = outcome.call("one@example.net")
    assert (answered["start_time"], answered["start_basis"]) == (1700000000, "received")
    assert (answered["answer_time"], answered["end_time"]) == (1700000003, 1700000007.189)
    assert (answered["duration"], answered["egress_called_number"]) == (4.189, "770112125550112")
    failed = outcome.call("two@example.net")
    assert (failed["start_time"], failed["end_time"], failed["duration"]) == (1700000010, 1700000016, 0.0)
    refused = outcome.call("three@example.net")
    assert (refused["downstream"], refused["egress_called_number"], refused["release_code"]) == (None, None, "503")


def test_unended_last_line_that_stops_in_its_keys_is_rejected(run, golden, tmp_path):
    path = tmp_path / "acc.log"
    path.write_bytes((golden / "kamailio-acc.log").read_bytes().rsplit(b"dst_user", 1)[0])
    assert run(READER, [path]).reasons()["last line is cut: file still being written?"] == 1


@pytest.mark.parametrize(
    ("name", "claimed"), [("kamailio-acc.log", True), ("opensips-acc.log", True), ("acc_1.log", False)]
)
def test_detects_its_files(golden, name, claimed):
    source = Source(0, golden / name, name, "")
    assert (READER.detect(source, source.head()) is not None) is claimed


def test_a_value_may_hold_semicolons(run, golden, tmp_path):
    path = tmp_path / "acc.log"
    text = (golden / "kamailio-acc.log").read_text().splitlines()[1]
    path.write_text(text.replace("src_user=+12125550111", "src_user=<sip:+12125550111@example.net;2>") + "\n")
    assert run(READER, [path]).call("one@example.net")["calling_number"] == "<sip:+12125550111@example.net;2>"
