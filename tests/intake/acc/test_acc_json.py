from __future__ import annotations

import pytest

from hoptrace.intake.formats.acc.json import AccJson
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Source

READER = AccJson()


def test_log_with_identity_duplicates_and_a_cut_object(run, golden):
    outcome = run(READER, [golden / "kamailio-acc-json.log"])
    assert outcome.fates() == {"accepted": 3, "duplicate": 1, "skipped": 1, "rejected": 1}
    assert outcome.reasons() == {"the JSON object cannot be read": 1}
    call = outcome.call("one@example.net")
    assert call["identity"].endswith("ppt=shaken")
    assert (call["calling_number"], call["duration"]) == ("2125550111", 8.0)
    forwarded = outcome.call("two@example.net")
    assert (forwarded["called_number"], forwarded["egress_called_number"]) == ("12125550114", "+12125550199")


def test_last_object_that_is_still_being_written(run, golden, tmp_path):
    path = tmp_path / "acc.json"
    path.write_bytes((golden / "kamailio-acc-json.log").read_bytes().rstrip(b"\n"))
    assert run(READER, [path]).reasons() == {"last line is cut: file still being written?": 1}


def test_bare_objects_whole_without_line_end_and_named_by_a_profile(run, tmp_path):
    path = tmp_path / "acc.json"
    path.write_text(
        '{"method":"INVITE","callid":"one@example.net","from_tag":"f","sip_code":404,"time":1700000000.125,"who":"anonymous",'
        '"to":"sip:+12125550112@example.net","dst_domain":null}'
    )
    profile = Profile(fields={"calling_number": ("nobody", "who"), "called_number": "to"})
    call = run(READER, [path], profile).call("one@example.net")
    assert (call["calling_number"], call["called_number"]) == ("anonymous", "sip:+12125550112@example.net")
    assert (call["release_code"], call["start_time"], call["precision"]) == ("404", 1700000000.125, 1_000)


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ('{"method":"INVITE","from_tag":"a","callid":"b"}\n', True),
        ('{"variables":{"sip_call_id":"b"}}\n', False),
        ('{"start_time":"2024-01-01T00:00:00Z","called_number":"x","call_id":"b"}\n', False),
        ("[1]\n", False),
    ],
)
def test_detects_its_files_only(tmp_path, text, claimed):
    path = tmp_path / "x.log"
    path.write_text(text)
    source = Source(0, path, path.name, "")
    assert (READER.detect(source, source.head()) is not None) is claimed
