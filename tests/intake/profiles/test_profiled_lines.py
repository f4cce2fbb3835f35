"""How lines become rows: delimiters, quotes, headers, what carries no call, and damage."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hoptrace.errors import ColumnMissing, InputRefused

HEADER = "start,calling,called\n"
A = "2026-11-02T08:00:01Z,+12025550143,+13125550187\n"
B = "2026-11-02T08:00:02Z,+12025550144,+13125550187\n"
PLACES = "[fields]\nstart_time = 1\ncalling_number = 2\ncalled_number = 3\n"


def test_a_header_names_the_columns(taken) -> None:
    told = taken(HEADER + A + B)
    assert told.fates() == ["skipped", "accepted", "accepted"]
    assert told.said(2, "start_time", "calling_number", "called_number") == (
        datetime(2026, 11, 2, 8, 0, 1, tzinfo=UTC),
        "+12025550143",
        "+13125550187",
    )


@pytest.mark.parametrize(("mark", "word"), [(";", ";"), ("\t", r"'\t'"), ("|", "|")])
def test_any_delimiter(taken, mark: str, word: str) -> None:
    toml = f"[file]\ndelimiter = {word if word.startswith(chr(39)) else chr(34) + word + chr(34)}"
    assert taken((HEADER + A).replace(",", mark), toml).said(2, "called_number") == ("+13125550187",)


def test_places_where_there_is_no_header(taken) -> None:
    told = taken(A + B, "[file]\nheader = false\n" + PLACES)
    assert told.fates() == ["accepted", "accepted"]
    assert told.said(1, "calling_number") == ("+12025550143",)


def test_a_layout_names_the_columns_of_a_file_without_header(taken) -> None:
    toml = '[file]\nheader = false\n[layouts]\nall = ["start", "calling", "called"]\n'
    assert taken(A, toml).said(1, "called_number") == ("+13125550187",)


@pytest.mark.parametrize(("head", "fates"), [(HEADER, ["skipped", "accepted"]), ("", ["accepted"])])
def test_a_header_that_some_files_have(taken, head: str, fates: list[str]) -> None:
    toml = '[file]\nheader = "if_present"\n[layouts]\nall = ["start", "calling", "called"]\n'
    assert taken(head + A, toml).fates() == fates


def test_a_column_that_is_missing_is_named_with_one_that_is_near(taken) -> None:
    with pytest.raises(
        ColumnMissing, match=r"called_number from called, .* Did you mean «calleds»\? The file has start"
    ):
        taken("start,calling,calleds\n" + A)


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ('[time]\nzone = "tz"\n', "the profile takes time.zone from tz"),
        ('[records]\ntype = "kind"\ncall = ["x"]\n', "the profile takes records.type from kind"),
        ('dedupe = ["id"]\n', "the profile takes dedupe from id"),
        (
            '[fields]\nstart_time = "start"\n'
            'called_number = { column = "called", when = { column = "k", is = ["x"] } }\n',
            "the profile takes called_number.when from k",
        ),
    ],
)
def test_every_column_that_is_needed_must_be_there(taken, toml: str, told: str) -> None:
    with pytest.raises(ColumnMissing, match=told):
        taken(HEADER + A, toml)


def test_a_header_alone_is_no_error(taken) -> None:
    told = taken(HEADER)
    assert told.fates() == ["skipped"]
    assert told.calls.is_empty()


def test_comments_blanks_and_repeated_headers_carry_no_call(taken) -> None:
    told = taken("#begun 2026\n" + HEADER + A + "\n" + HEADER + B + "#end\n", '[file]\ncomments = ["#"]')
    assert told.fates() == ["skipped", "skipped", "accepted", "skipped", "skipped", "accepted", "skipped"]


def test_standard_quotes(taken) -> None:
    told = taken('start,name,called\n2026-11-02T08:00:01Z,"Smith, ""J""\nand son",+13125550187\n' + B)
    assert told.fates() == ["skipped", "accepted", "accepted"]
    assert told.said(2, "called_number") == ("+13125550187",)


def test_quotes_that_are_not_doubled(taken) -> None:
    content = 'start,calling,called\n"2026-11-02T08:00:01Z",""Smith, J" <+12025550143>","+13125550187"\n'
    told = taken(content, '[file]\nquoting = "unescaped"')
    assert told.said(2, "calling_number", "called_number") == ('"Smith, J" <+12025550143>', "+13125550187")
    assert taken(content).said(2, "called_number") == ("+13125550187",)


def test_quotes_that_mean_nothing(taken) -> None:
    told = taken('2026-11-02T08:00:01Z,"5" pipe,+13125550187\n', '[file]\nheader = false\nquoting = "none"\n' + PLACES)
    assert told.said(1, "calling_number") == ('"5" pipe',)


def test_backslashes(taken) -> None:
    told = taken(
        r"2026-11-02T08:00:01Z,Smith\, J \\ Co,+13125550187" + "\n" + A,
        '[file]\nheader = false\nquoting = "backslash"\n' + PLACES,
    )
    assert told.said(1, "calling_number") == ("Smith, J \\ Co",)
    assert told.said(2, "calling_number") == ("+12025550143",)


def test_rows_of_another_width_are_rejected_with_both_widths(taken) -> None:
    told = taken(HEADER + A + "2026-11-02T08:00:01Z,+12025550143\n" + A.replace("\n", ",x\n"))
    assert told.reasons() == {3: ["2 columns where the header has 3"], 4: ["4 columns where the header has 3"]}


def test_a_cut_last_line_is_told_so(taken) -> None:
    told = taken(HEADER + A + B[:30])
    assert told.reasons()[3][0] == "last line is cut: file still being written?"
    assert any("no line end" in flag for flag in told.flags)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_any_line_end_and_a_byte_order_mark(taken, end: str) -> None:
    content = ("\ufeff" + HEADER + A + "\ufeff" + HEADER + B).replace("\n", end)
    assert taken(content).fates() == ["skipped", "accepted", "skipped", "accepted"]


def test_zero_bytes_are_left_out_and_told(taken) -> None:
    told = taken(HEADER.encode() + b"\0\0" + A.encode() + B.encode())
    assert told.fates() == ["skipped", "accepted", "accepted"]
    assert told.flags == ["zero bytes in the lines, left out"]


def test_bytes_that_are_not_utf_8_cost_no_row(taken) -> None:
    content = HEADER.encode() + A.encode().replace(b"+12025550143", b"J\xf6rg <+12025550143>")
    assert taken(content).said(2, "calling_number") == ("J\ufffdrg <+12025550143>",)
    told = taken(content, '[file]\nencoding = "cp1252"')
    assert told.said(2, "calling_number") == ("Jörg <+12025550143>",)
    assert told.flags == ["lines that are not UTF-8, read as cp1252"]


def test_the_same_row_again_is_a_duplicate(taken) -> None:
    assert taken(HEADER + A + B + A).fates() == ["skipped", "accepted", "accepted", "duplicate"]


def test_a_key_by_which_rows_are_known(taken) -> None:
    told = taken(
        "start,id,called\n" + A.replace("+12025550143", "7") + B.replace("+12025550144", "7"), 'dedupe = ["id"]'
    )
    assert told.fates() == ["skipped", "accepted", "duplicate"]


def test_rows_without_a_key_are_not_taken_for_each_other(taken) -> None:
    told = taken("start,id,called\n2026-11-02T08:00:01Z,,1\n2026-11-02T08:00:02Z,,1\n", 'dedupe = ["id"]')
    assert told.fates() == ["skipped", "accepted", "accepted"]


def test_an_empty_file_is_refused(taken) -> None:
    with pytest.raises(InputRefused, match="is empty"):
        taken("")


def test_quick_and_slow_ways_read_the_same(taken) -> None:
    """A comment line takes a block off the quick way."""
    toml = '[file]\ncomments = ["#"]'
    quick, slow = taken(HEADER + A + B + A, toml), taken(HEADER + A + B + A + "#\n", toml)
    assert slow.calls.equals(quick.calls)
    assert slow.fates() == [*quick.fates(), "skipped"]


def test_fixed_width(taken) -> None:
    toml = """format = "fixed"
[file]
comments = ["HDR"]
[file.columns]
start = [1, 14]
calling = [15, 26]
called = [27, 38]
[time]
formats = ["%Y%m%d%H%M%S"]
timezone = "UTC"
"""
    told = taken("HDR0001\n20261102080001+12025550143+13125550187  x\n20261102080002            +13125550187\n", toml)
    assert told.fates() == ["skipped", "accepted", "accepted"]
    assert told.said(2, "calling_number", "called_number") == ("+12025550143", "+13125550187")
    assert told.said(3, "calling_number", "called_number") == (None, "+13125550187")


def test_key_value(taken) -> None:
    toml = 'format = "keyvalue"\n[file]\ndelimiter = ";"\n'
    told = taken('start=2026-11-02T08:00:01Z;CALLED="+13125550187";calling=a;x=1\nsomething else\n', toml)
    assert told.said(1, "calling_number", "called_number") == ("a", "+13125550187")
    assert told.reasons() == {2: ["start time is missing"]}
