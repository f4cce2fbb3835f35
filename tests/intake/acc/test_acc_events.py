"""Accounting rows are read many at a time, by columns: what each says does not depend on those beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptrace.errors import TimezoneMissing
from hoptrace.intake.formats.acc import gather as acc_gather
from hoptrace.intake.formats.acc.dump import AccDump
from hoptrace.intake.formats.acc.events import Event, EventReader, Origin
from hoptrace.intake.formats.acc.flatstore import AccFlatstore
from hoptrace.intake.formats.acc.syslog import AccSyslog
from hoptrace.intake.formats.acc.times import TimeReader
from hoptrace.intake.profile import Profile, load_profile
from hoptrace.intake.reading import Context
from hoptrace.model.carriers import Carrier

NAMES = (
    *("method", "callid", "from_tag", "to_tag", "sip_code", "time", "created", "call_start_time", "start_time"),
    *("end_time", "duration", "ms_duration", "setuptime", "record_id", "src_user", "caller", "dst_ouser", "dst_user"),
    *("egress_calling_number", "src_ip", "dst_domain", "src_ip"),
)
CELLS = st.sampled_from(
    [
        *("INVITE", "bye", "OPTIONS", "PING", "", " ", "<null>", None, True, b"\xff1", "200", "one ", "2125550112"),
        *("sip:gw@203.0.113.7:5060", "203.0.113.7:5060", "1772460003", "1772460009.25", 1_772_460_003, 2_461_102.25),
        *("2026-03-02 14:00:03", "7", "7000", 7.5, "nan"),
    ]
)
METHODS = st.sampled_from(["INVITE", "bye", "ACK", "OPTIONS", "PING", "", None])
ROWS = st.lists(st.tuples(METHODS, *[CELLS] * (len(NAMES) - 1)), min_size=1, max_size=6)


def events(names: tuple[str, ...], rows: list[tuple[object, ...]]) -> list[Event | str | None]:
    reader = EventReader(Profile(), TimeReader(Context(Carrier("golf"), timezone="UTC")))
    return reader.read(names, [(Origin(0, at, b""), cells) for at, cells in enumerate(rows)], "acc.log")


@given(rows=ROWS, wanted=st.sets(st.integers(0, len(NAMES) - 1)))
def test_rows_together_say_what_each_says_alone(rows: list[tuple[object, ...]], wanted: set[int]) -> None:
    places = sorted({0, 1, *wanted})
    names, cells = tuple(NAMES[at] for at in places), [tuple(row[at] for at in places) for row in rows]
    alone = [events(names, [row])[0] for row in cells]
    at_once = [each._replace(row=0) if isinstance(each, Event) else each for each in events(names, cells)]
    assert repr(at_once) == repr(alone)


@pytest.mark.parametrize("together", [1, 2, 3])
def test_it_does_not_matter_how_many_rows_are_read_together(run, golden, monkeypatch, together) -> None:
    flat = load_profile(golden / "flatstore.toml")
    files = [golden / name for name in ("acc_1.log", "missed_calls_1.log", "acc_2.log", "acc_cdrs_2.log")]
    at_once = run(AccFlatstore(), files, flat), run(AccSyslog(), [golden / "kamailio-acc.log"])
    monkeypatch.setattr(acc_gather, "_TOGETHER", together)
    again = run(AccFlatstore(), files, flat), run(AccSyslog(), [golden / "kamailio-acc.log"])
    for one, other in zip(again, at_once, strict=True):
        assert one.calls.equals(other.calls)
        assert one.rows.equals(other.rows)


def test_what_is_wrong_first_refuses_a_file(run, tmp_path: Path) -> None:
    """A time without a zone, though later in the file something else would refuse it too."""
    path = tmp_path / "acc.sql"
    path.write_text(
        "INSERT INTO acc (method, callid, time) VALUES ('INVITE', 'one@example.net', '2026-03-02 14:00:03');\n"
        "INSERT INTO missed_calls VALUES ('INVITE', 'two@example.net', '2026-03-02 14:00:09');\n"
    )
    with pytest.raises(TimezoneMissing):
        run(AccDump(), [path])


def test_a_column_that_is_not_read_is_not_asked_for(run, tmp_path: Path) -> None:
    """Not even by a profile whose field is named like the mark of such columns."""
    path, profile = tmp_path / "acc.log", tmp_path / "acc.toml"
    path.write_text("INVITE|one@example.net|200|1772460003|2125550112|203.0.113.7\n")
    profile.write_text(
        'format = "acc_flatstore"\n[layouts]\nacc = ["method", "callid", "sip_code", "time", "dst_ouser", "-"]\n'
        '[files]\n"*" = "acc"\n[fields]\nupstream = "-"\n'
    )
    outcome = run(AccFlatstore(), [path], load_profile(profile))
    assert outcome.call("one@example.net")["upstream"] is None
