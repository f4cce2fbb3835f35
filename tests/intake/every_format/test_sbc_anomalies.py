"""What is odd or broken in real files of session border controllers, one test for each kind.

Beside these, in the readers' own tests: unescaped and nested quotes, several types and lengths in one file, calls
spread over files, half calls, customised columns, ticks, milliseconds, GMT against local time, repeated hours, attempts
over several routes, verdicts without a token.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from hoptrace.intake.reading import Chunk
from hoptrace.model.dialplan import DialPlan
from hoptrace.model.numbers import NumberKind, normalise

GOLDEN = {"acme": "acme/cdr20231218.csv", "ribbon_act": "ribbon/1000A0B.ACT", "audiocodes": "audiocodes/syslog.log"}
PLAN = DialPlan(country="US")
each_reader = pytest.mark.parametrize("name", sorted(GOLDEN))


def at(chunk: Chunk, row: int) -> dict[str, object]:
    return chunk.calls.row(by_predicate=pl.col("row") == row, named=True)


def put(line: str, **columns: str) -> str:
    cells = line.split(",")
    for name, value in columns.items():
        cells[int(name[1:]) - 1] = value
    return ",".join(cells)


def calls(chunk: Chunk) -> list[tuple[object, ...]]:
    return chunk.calls.drop("call", "file", "row").rows()


@each_reader
@pytest.mark.parametrize("end", [b"\r", b"\r\n"])
def test_other_line_ends(name: str, end: bytes, golden: Path, write, read) -> None:
    content = (golden / GOLDEN[name]).read_bytes()
    assert calls(read(name, write(content.replace(b"\n", end)))) == calls(read(name, golden / GOLDEN[name]))


@each_reader
def test_a_byte_order_mark_at_the_start_and_in_the_middle(name: str, golden: Path, write, read) -> None:
    content = (golden / GOLDEN[name]).read_bytes()
    marked = b"\xef\xbb\xbf" + content
    chunk = read(
        name, write(marked + marked.replace(b"2023", b"2022").replace(b"2024", b"2022").replace(b"2026", b"2025"))
    )
    assert chunk.rows.filter(pl.col("fate") == "rejected").height == 0
    assert chunk.calls.height == 2 * read(name, golden / GOLDEN[name]).calls.height


@each_reader
def test_bytes_that_are_not_utf_8_keep_their_row(name: str, golden: Path, write, read) -> None:
    content = (golden / GOLDEN[name]).read_bytes().replace(b"0134", b"013\xa54")
    chunk = read(name, write(content))
    assert chunk.rows.sort("row")["raw"].to_list() == content.splitlines()
    assert chunk.calls.height == read(name, golden / GOLDEN[name]).calls.height


@each_reader
def test_repeated_rows_are_duplicates_in_one_file_and_over_two(name: str, golden: Path, write, read) -> None:
    content = (golden / GOLDEN[name]).read_bytes()
    once = read(name, golden / GOLDEN[name])
    calls_of_one = once.rows.filter(pl.col("fate") == "accepted").height
    for chunk in (read(name, write(content * 2)), read(name, golden / GOLDEN[name], write(content))):
        assert calls(chunk) == calls(once)
        assert chunk.rows.filter(pl.col("fate") == "duplicate").height == calls_of_one


@each_reader
def test_the_order_of_rows_does_not_matter(name: str, golden: Path, write, read) -> None:
    first, *rest = (golden / GOLDEN[name]).read_bytes().splitlines()
    turned = read(name, write(b"\n".join([first, *reversed(rest)]) + b"\n"))
    assert sorted(calls(turned), key=str) == sorted(calls(read(name, golden / GOLDEN[name])), key=str)


@each_reader
def test_nothing_is_made_of_an_empty_file(name: str, write, read) -> None:
    chunk = read(name, write(b""))
    assert (chunk.calls.height, chunk.rows.height) == (0, 0)


@pytest.mark.parametrize(
    ("header", "number"),
    [
        ("'ROWAN CALLER'<sip:12025550134@198.51.100.40:5060;user=phone>;tag=1", 12025550134),
        ("'12025550134'<sip:198.51.100.40:5060;user=phone>;tag=1", 12025550134),
        ("<sip:+12025550134;npdi;rn=+13125550100@198.51.100.40>;tag=1", 12025550134),
        ("sip:2025550134;cpc=ordinary@198.51.100.40", 12025550134),
        ("<tel:+1-202-555-0134;verstat=TN-Validation-Passed>", 12025550134),
    ],
)
def test_whole_headers_as_numbers(lines, write, read, header: str, number: int) -> None:
    line = put(lines(GOLDEN["acme"])[2], c10=f'"{header}"')
    written = at(read("acme", write([line])), 1)["calling_number"]
    assert isinstance(written, str)
    assert normalise(written, PLAN).key == number


@pytest.mark.parametrize(
    "caller", ["", "anonymous@anonymous.invalid", "<sip:Restricted@198.51.100.40>", "sip:0@198.51.100.1"]
)
def test_a_withheld_caller_is_the_asserted_one_or_stays_withheld(lines, write, read, caller: str) -> None:
    line = put(lines(GOLDEN["acme"])[2], c10=caller)
    asserted = put(line, c126="<sip:+12025550134@198.51.100.40>")
    with_both, alone = at(read("acme", write([asserted])), 1), at(read("acme", write([line])), 1)
    assert with_both["calling_number"] == "<sip:+12025550134@198.51.100.40>"
    written = alone["calling_number"]
    kind = normalise(written, PLAN).kind if isinstance(written, str) else NumberKind.MISSING
    assert kind in (NumberKind.WITHHELD, NumberKind.MISSING)


@pytest.mark.parametrize("nothing", ["NULL", "0.0.0.0", "0.0.0.0:5060", "127.0.0.1:5060", "-", ""])
def test_words_and_addresses_that_name_nobody(lines, write, read, nothing: str) -> None:
    line = put(lines(GOLDEN["acme"])[2], c123="", c130=nothing)
    assert at(read("acme", write([line])), 1)["downstream"] == "core-west"
    cells = lines(GOLDEN["ribbon_act"])[3]
    assert "0.0.0.0" in lines(GOLDEN["ribbon_act"])[1]
    assert at(read("ribbon_act", write([cells])), 1)["downstream"] == "CEDAR_TG"


def test_clocks_that_are_not_synchronised_are_flagged(lines, write, read) -> None:
    line = put(lines(GOLDEN["acme"])[2], c14="*15:54:56.868 EST DEC 18 2023")
    chunk = read("acme", write([line]))
    assert at(chunk, 1)["start_time"] == datetime(2023, 12, 18, 20, 54, 56, 868_000, tzinfo=UTC)
    assert chunk.flags == ((0, "times marked as of a clock that was not synchronised: 1"),)


def test_a_time_of_1970_is_no_time(lines, write, read) -> None:
    line = put(lines(GOLDEN["acme"])[2], c15="00:00:00.000 UTC JAN 01 1970", c13="0", c135="486")
    call = at(read("acme", write([line])), 1)
    assert (call["answer_time"], call["duration"], call["release_code"]) == (None, 0.0, "486")


def test_an_answer_time_of_a_failed_call_is_none(lines, write, read) -> None:
    start = "15:54:56.868 EST DEC 18 2023"
    line = put(lines(GOLDEN["acme"])[2], c13="0", c14=start, c15=start, c16=start, c135="603")
    call = at(read("acme", write([line])), 1)
    assert (call["answer_time"], call["duration"]) == (None, 0.0)


@pytest.mark.parametrize("session", ["0", "", "17"])
def test_a_failed_call_was_not_answered_though_it_rang(lines, write, read, session: str) -> None:
    """Its answer time repeats the setup; one of its own, with seconds of conversation, stands."""
    setup, end = "15:54:56.868 EST DEC 18 2023", "15:55:16.868 EST DEC 18 2023"
    answer = "15:54:59.868 EST DEC 18 2023" if session == "17" else setup
    line = put(lines(GOLDEN["acme"])[2], c13=session, c14=setup, c15=answer, c16=end, c135="503")
    call = at(read("acme", write([line])), 1)
    assert (call["answer_time"] is None, call["duration"]) == ((session != "17"), 17.0 if session == "17" else 0.0)


@pytest.mark.parametrize(
    ("written", "seconds", "flag"),
    [
        ("61", 61.5, None),
        ("61500", 61.5, "session times in milliseconds: 1"),
        ("-5", 61.5, "session times that contradict answer and end, which count: 1"),
        ("99999999999", 61.5, "session times that contradict answer and end, which count: 1"),
        ("nan", 61.5, None),
        ("", 61.5, None),
    ],
)
def test_durations_are_worked_out_from_the_times(
    lines, write, read, written: str, seconds: float, flag: str | None
) -> None:
    chunk = read("acme", write([put(lines(GOLDEN["acme"])[2], c13=written)]))
    assert at(chunk, 1)["duration"] == seconds
    assert [text for _, text in chunk.flags] == ([flag] if flag else [])


@pytest.mark.parametrize("written", ["nan", "inf", "-1", "604801", "1e999"])
def test_a_duration_that_cannot_be_is_left_out_where_no_times_tell(lines, write, read, written: str) -> None:
    line = put(lines(GOLDEN["acme"])[2], c13=written, c16="")
    assert at(read("acme", write([line])), 1)["duration"] is None


def test_an_end_before_the_answer_is_not_believed(lines, write, read) -> None:
    call = at(read("acme", write([put(lines(GOLDEN["acme"])[2], c16="15:55:00.000 EST DEC 18 2023")])), 1)
    assert call["duration"] == 61.0


@pytest.mark.parametrize(
    ("status", "cause", "code"),
    [("503", "34", "503"), ("", "34", "34"), ("", "016", "16"), ("0", "0", None), ("", "200", None), ("", "x", None)],
)
def test_causes_are_a_sip_status_or_q_850(lines, write, read, status: str, cause: str, code: str | None) -> None:
    line = put(lines(GOLDEN["acme"])[2], c135=status, c17=cause)
    assert at(read("acme", write([line])), 1)["release_code"] == code


def test_a_title_row_in_the_middle_is_skipped(lines, write, read) -> None:
    log = lines(GOLDEN["audiocodes"])
    chunk = read("audiocodes", write([*log[:8], log[0], *log[8:]]))
    assert chunk.rows.filter(pl.col("fate") == "rejected").height == 0
    assert chunk.calls.height == 4


def test_session_ids_that_are_counted_anew_are_not_joined(lines, write, read) -> None:
    log = lines(GOLDEN["audiocodes"])
    later = [line.replace("Thu Jun 11 2026", "Tue Jun 30 2026") for line in (log[6], log[7])]
    chunk = read("audiocodes", write([*log[:8], *later]))
    assert chunk.calls.height == 2
    assert chunk.calls["downstream"].to_list() == ["Birch", "Birch"]
