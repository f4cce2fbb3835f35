"""Oracle / Acme Packet SBC local CDRs: layouts, joining of rows, odd rows."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from hoptrace.errors import FormatUnknown, InputRefused, ProfileInvalid, TimezoneMissing
from hoptrace.intake.detect import find_format
from hoptrace.intake.formats import readers
from hoptrace.intake.formats.acme.layout import Kind, Layouts, named_layout
from hoptrace.intake.formats.acme.reader import AcmeSbc
from hoptrace.intake.formats.acme.rows import split_unescaped
from hoptrace.intake.formats.stored import Stored
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Source
from hoptrace.model.carriers import Carrier
from hoptrace.model.statements import RAW_CALLS, ROWS

DAY = "acme/cdr20231218.csv"


def at(chunk: Chunk, row: int) -> dict[str, object]:
    return chunk.calls.row(by_predicate=pl.col("row") == row, named=True)


def fates(chunk: Chunk) -> list[str]:
    return chunk.rows.sort("row")["fate"].to_list()


def reasons(chunk: Chunk) -> dict[int, list[str]]:
    return dict(chunk.rows.filter(pl.col("fate") == "rejected").select("row", "reasons").iter_rows())


def put(line: str, **columns: str) -> str:
    """The line with other values in columns (c10 is column 10), for lines without commas inside quotes."""
    cells = line.split(",")
    for name, value in columns.items():
        cells[int(name[1:]) - 1] = value
    return ",".join(cells)


def test_start_and_stop_are_one_call_and_the_stop_row_stands_for_it(golden: Path, read) -> None:
    chunk = read("acme", golden / DAY)
    assert (chunk.calls.schema, chunk.rows.schema) == (RAW_CALLS, ROWS)
    assert fates(chunk) == ["skipped", *["accepted"] * 8, "skipped"]
    call = at(chunk, 3)
    assert chunk.rows.filter(pl.col("call") == call["call"])["row"].to_list() == [2, 3]
    assert call["start_time"] == datetime(2023, 12, 18, 20, 54, 56, 868_000, tzinfo=UTC)
    assert call["answer_time"] == datetime(2023, 12, 18, 20, 55, 1, 120_000, tzinfo=UTC)
    assert (call["duration"], call["precision"], call["release_code"]) == (61.5, 1000, "200")
    assert (call["upstream"], call["downstream"]) == ("TG-ALDER", "TG-BIRCH")
    assert (call["call_id"], call["egress_call_id"]) == ("b3f1a0c4@198.51.100.40", "SDa1k5201-9f2e@203.0.113.2")
    assert call["called_number"] == "<sip:+13125550187@203.0.113.2;user=phone>"
    assert call["egress_called_number"] == "sip:3125550187@192.0.2.20"
    assert call["record_id"] == "SDa1k5201-0001/7002"


def test_stop_rows_over_two_routes_are_two_attempts(golden: Path, read) -> None:
    chunk = read("acme", golden / DAY)
    failed, answered = at(chunk, 5), at(chunk, 6)
    assert failed["call_id"] == answered["call_id"]
    assert failed["start_time"] == answered["start_time"]
    assert (failed["downstream"], failed["release_code"], failed["duration"]) == ("192.0.2.30", "503", 0.0)
    assert (answered["downstream"], answered["release_code"], answered["duration"]) == ("192.0.2.31", "200", 30.5)


def test_session_time_in_milliseconds_is_told(golden: Path, read) -> None:
    assert (0, "session times in milliseconds: 1") in read("acme", golden / DAY).flags


def test_a_start_without_stop_is_half_a_call_with_its_interim_row(golden: Path, read) -> None:
    chunk = read("acme", golden / DAY)
    call = at(chunk, 7)
    assert (call["answer_time"], call["end_time"]) == (datetime(2023, 12, 18, 21, 5, 3, 250_000, tzinfo=UTC), None)
    assert (call["duration"], call["release_code"]) == (None, None)
    assert chunk.rows.filter(pl.col("call") == call["call"])["row"].to_list() == [7, 8]


def test_a_stop_without_start_is_whole(lines, write, read) -> None:
    chunk = read("acme", write([lines(DAY)[2]]))
    assert (at(chunk, 1)["duration"], fates(chunk)) == (61.5, ["accepted"])


def test_start_and_stop_are_joined_over_two_files_in_any_order(lines, write, read) -> None:
    start, stop = write([lines(DAY)[1]], "a.csv"), write([lines(DAY)[2]], "b.csv")
    for files in ((start, stop), (stop, start)):
        chunk = read("acme", *files)
        assert chunk.calls["record_id"].to_list() == ["SDa1k5201-0001/7002"]
        assert chunk.rows["fate"].to_list() == ["accepted", "accepted"]


def test_the_same_call_id_with_another_setup_time_is_another_call(lines, write, read) -> None:
    first = lines(DAY)[2]
    again = put(first, c14="15:54:58.000 EST DEC 18 2023")
    chunk = read("acme", write([lines(DAY)[1], first, again]))
    assert chunk.calls.height == 2
    assert chunk.rows["call"].n_unique() == 2


def test_rows_of_269_columns_have_94_more_before_the_charging_vector(golden: Path, read) -> None:
    call = at(read("acme", golden / DAY), 9)
    assert (call["upstream"], call["downstream"], call["release_code"]) == ("198.51.100.40", "192.0.2.20", "200")
    assert call["record_id"] == "SDe5k5205-0005/7008"


def test_columns_of_s_c610_are_one_further_left(golden: Path, read) -> None:
    chunk = read("acme", golden / "acme/cdr-sc610.csv")
    call = at(chunk, 2)
    assert (call["called_number"], call["release_code"]) == ("<sip:3125550192@203.0.113.2>", "200")
    assert (call["upstream"], call["duration"]) == ("198.51.100.50", 8.0)
    assert fates(chunk) == ["accepted", "accepted"]


def test_rows_of_an_unknown_length_are_rejected_and_their_length_told(lines, write, read) -> None:
    path = write([lines(DAY)[2], *lines("acme/cdr-scz-306.csv")])
    chunk = read("acme", path)
    assert fates(chunk) == ["accepted", *["rejected"] * 3]
    assert set(map(tuple, reasons(chunk).values())) == {("no documented release writes rows of so many columns",)}
    assert chunk.flags[0][1].startswith("rows of 306 columns, rejected as no documented release writes")
    assert "--format acme_measured" in chunk.flags[0][1]


def test_a_file_of_nothing_but_unknown_lengths_is_refused_with_the_ways_out(golden: Path, read) -> None:
    for file, width in (("acme/cdr-scz.csv", 312), ("acme/cdr-scz-306.csv", 306)):
        with pytest.raises(InputRefused, match=rf"{width} columns.*profile.*--format acme_measured"):
            read("acme", golden / file, zone="UTC")


def test_measuring_has_to_be_asked_for(golden: Path) -> None:
    path = golden / "acme/cdr-scz-306.csv"
    with pytest.raises(FormatUnknown, match="--format acme_measured"):
        find_format(Source(0, path, path.name, ""), readers())
    known = golden / DAY
    assert find_format(Source(0, known, known.name, ""), readers()).name == "acme"
    # A profile that the carrier has stored is what it wants its files read by.
    stored = Stored.of(
        AcmeSbc(), Profile(name="own@1", format="acme", layouts={"stop_306": ("Acct-Status-Type",)}), "oak"
    )
    assert find_format(Source(0, path, path.name, ""), [stored, *readers()]).name == stored.name


def test_of_an_unknown_length_the_first_columns_are_read_where_that_is_asked_for(golden: Path, read) -> None:
    chunk = read("acme_measured", golden / "acme/cdr-scz.csv", zone="America/Chicago")
    call = at(chunk, 1)
    assert (call["upstream"], call["downstream"]) == ("peer-elm", "core")
    assert call["release_code"] == "16"
    assert "312 columns, of which the first 23 are known: 1" in chunk.flags[0][1]


def test_the_columns_of_an_unknown_length_are_found_by_the_four_addresses(golden: Path, read) -> None:
    chunk = read("acme_measured", golden / "acme/cdr-scz-306.csv")
    answered, busy, refused = (at(chunk, row) for row in (1, 2, 3))
    assert {call["upstream"] for call in (answered, busy, refused)} == {"TG-ELM"}
    assert [call["release_code"] for call in (answered, busy, refused)] == ["200", "486", "404"]
    assert [call["attestation"] for call in (answered, busy, refused)] == ["A", "A", None]
    assert answered["egress_called_number"] == "sip:13125550194@192.0.2.20"
    flag = "rows of 306 columns, those behind the media flows found by the four addresses in 232 to 235: 3"
    assert chunk.flags == ((0, flag),)


@pytest.mark.parametrize(
    "changes",
    [
        {"c232": ""},  # three addresses are not enough
        {"c224": "1800"},  # no time zone where it should be
        {"c240": "PCMU"},  # no SIP status where it should be
        {"c250": "192.0.2.1", "c251": "192.0.2.2", "c252": "192.0.2.3", "c253": "192.0.2.4"},  # which four?
    ],
)
def test_what_is_not_clear_is_not_measured(lines, write, read, changes: dict[str, str]) -> None:
    rows = [put(line, **changes) for line in lines("acme/cdr-scz-306.csv")]
    chunk = read("acme_measured", write(rows))
    assert chunk.calls["upstream"].to_list() == ["peer-elm"] * 3
    assert "306 columns, of which the first 23 are known: 3" in chunk.flags[0][1]


def test_rows_that_waited_to_be_measured_are_taken_like_the_later_ones(lines, write, read) -> None:
    failed = lines("acme/cdr-scz-306.csv")[2]  # it has no egress address of its own
    rows = [failed.replace("h3", f"x{n}") for n in range(250)]
    chunk = read("acme_measured", write([*rows[:150], lines("acme/cdr-scz-306.csv")[0], *rows[150:]]))
    assert chunk.calls["upstream"].to_list() == ["TG-ELM"] * 251
    assert chunk.rows["fate"].to_list() == ["accepted"] * 251


def test_a_cut_last_row_of_an_unknown_length_is_not_measured(lines, write, read) -> None:
    whole, other, _ = lines("acme/cdr-scz-306.csv")
    path = write(f"{whole}\n{','.join(other.split(',')[:260])}".encode())
    assert reasons(read("acme_measured", path)) == {2: ["last line is cut: file still being written?"]}


def test_a_verdict_that_names_the_level_gives_the_attestation(golden: Path, read) -> None:
    assert at(read("acme_measured", golden / "acme/cdr-scz.csv", zone="UTC"), 1)["attestation"] == "B"


@pytest.mark.parametrize(("verdict", "level"), [("TN-Validation-Passed", None), ("No-TN-Validation", None), ("", None)])
def test_a_verdict_without_a_level_gives_none(lines, write, read, verdict: str, level: str | None) -> None:
    line = lines("acme/cdr-scz.csv")[0].replace("TN-Validation-Passed-B", verdict)
    assert at(read("acme_measured", write([line]), zone="UTC"), 1)["attestation"] == level


def test_a_profile_names_the_columns_of_a_release(lines, write, read) -> None:
    line = put(lines("acme/cdr-scz.csv")[0], c300="198.51.100.77:5060", c301="487", c302='"C"', c303="peer-zone")
    names = [f"x{place}" for place in range(1, 313)]
    known = {5: "Acme-Session-Ingress-CallId", 10: "Calling-Station-Id", 11: "Called-Station-Id", 14: "h323-setup-time"}
    known |= {300: "Acme-Ingress-Remote-Addr", 301: "Acme-SIP-Status", 302: "Stir-VS-Attest", 23: "Ingress Realm"}
    for place, name in known.items():
        names[place - 1] = name
    profile = Profile(name="p", layouts={"stop": tuple(names)})
    chunk = read("acme", write([line]), zone="UTC", profile=profile)
    call = at(chunk, 1)
    assert (call["upstream"], call["release_code"], call["attestation"]) == ("198.51.100.77", "487", "C")
    assert chunk.flags == ()
    by_realm = Profile(name="p", layouts={"stop": tuple(names)}, fields={"upstream": "Acme-Session-Ingress-Realm"})
    assert at(read("acme", write([line]), zone="UTC", profile=by_realm), 1)["upstream"] == "peer-elm"


def test_a_profile_that_cannot_be_meant_is_refused(golden: Path, read) -> None:
    with pytest.raises(ProfileInvalid, match="begin with start, stop or interim"):
        read("acme", golden / DAY, profile=Profile(name="p", layouts={"cdr": ("a",)}))
    with pytest.raises(ProfileInvalid, match="Acme-Realm is no known attribute"):
        read("acme", golden / DAY, profile=Profile(name="p", fields={"upstream": "Acme-Realm"}))


def test_named_and_built_in_layouts_agree() -> None:
    names = ["Acct-Status-Type", "NAS-IP-Address", "NAS-Port", "Acct-Session-Id", "Acme-Session-Ingress-CallId"]
    layout = named_layout(Kind.STOP, names, "names")
    assert layout.columns == {"session": 3, "call_id": 4}
    assert Layouts(Profile()).of(Kind.STOP, ["2"] * 175) is None


def test_rows_of_another_kind_and_the_same_length_have_layouts_of_their_own() -> None:
    layouts = Layouts(Profile())
    row = ["x"] * 140
    row[11] = "15:54:56.868 EST DEC 18 2023"
    found = [layouts.of(kind, row) for kind in (Kind.INTERIM, Kind.START)]
    assert [layout.kind for layout in found if layout is not None] == [Kind.INTERIM, Kind.START]


def test_a_zone_column_that_says_nothing_known_leaves_it_to_the_carrier(lines, write, read) -> None:
    line = put(lines(DAY)[2].replace(" EST DEC", " DEC"), c119="Eastern")
    chunk = read("acme", write([line]), zone="America/New_York")
    assert at(chunk, 1)["start_time"] == datetime(2023, 12, 18, 20, 54, 56, 868_000, tzinfo=UTC)


def test_zone_less_times_need_a_zone(golden: Path, read) -> None:
    with pytest.raises(TimezoneMissing, match="--timezone"):
        read("acme_measured", golden / "acme/cdr-scz.csv")
    chunk = read("acme_measured", golden / "acme/cdr-scz.csv", carrier=Carrier("oak", timezone="America/Chicago"))
    assert at(chunk, 1)["start_time"] == datetime(2026, 6, 11, 14, 0, 0, 250_000, tzinfo=UTC)
    assert str(chunk.zone) == "America/Chicago (from the carrier directory)"


def test_a_zone_less_row_has_the_zone_of_its_own_column(lines, write, read) -> None:
    line = lines(DAY)[2].replace(" EST DEC", " DEC")
    assert at(read("acme", write([line])), 1)["start_time"] == datetime(2023, 12, 18, 20, 54, 56, 868_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "country", "hour"),
    [
        ("PST", "US", 23),
        ("CST", "US", 21),
        ("CST", "CN", 7),
        ("MSK", "RU", 12),
        ("GMT-05:00", "US", 20),
        ("IST", "IN", 10),
    ],
)
def test_zone_words(lines, write, read, word: str, country: str, hour: int) -> None:
    line = lines(DAY)[2].replace(" EST ", f" {word} ")
    start = at(read("acme", write([line]), carrier=Carrier("oak", country=country)), 1)["start_time"]
    assert isinstance(start, datetime)
    assert start.hour == hour


def test_an_ambiguous_zone_word_is_settled_by_the_zone_given_else_rejected(lines, write, read) -> None:
    line = lines(DAY)[2].replace(" EST ", " CST ")
    mixed = write([line, lines(DAY)[8]])
    chunk = read("acme", mixed, carrier=Carrier("oak"))
    assert reasons(chunk) == {1: ["setup time not understood"]}
    assert "CST" in chunk.flags[0][1]
    settled = read("acme", mixed, carrier=Carrier("oak", timezone="Asia/Shanghai"))
    assert settled.calls.height == 2


def test_rows_that_cannot_be_used_say_why(lines, write, read) -> None:
    good = lines(DAY)[2]
    bad = [
        put(good, c14="yesterday"),
        put(good, c11="", c136=""),
        "4" + good[1:],
        "2,203.0.113.2,5060",
        put(good, c14="15:54:56.868 EST FEB 30 2023"),
    ]
    chunk = read("acme", write([good, *bad]))
    assert reasons(chunk) == {
        2: ["columns are not where any known release has them"],
        3: ["no called number"],
        4: ["no known Acct-Status-Type in the first column"],
        5: ["columns are not where any known release has them"],
        6: ["setup time not understood"],
    }


def test_accounting_on_rows_alone_are_no_reason_to_refuse(lines, write, read) -> None:
    assert fates(read("acme", write([lines(DAY)[0], ""]))) == ["skipped", "skipped"]


def test_quotes_inside_quotes_are_taken_in_pairs() -> None:
    assert split_unescaped('1,""Smith, J" <sip:1@h>;tag=2",3') == ["1", '"Smith, J" <sip:1@h>;tag=2', "3"]
    assert split_unescaped('"","a""b",') == ["", 'a"b', ""]
    assert split_unescaped('"open, to the end') == ["open, to the end"]


def test_packed_files_are_read(golden: Path, tmp_path: Path, read) -> None:
    path = tmp_path / "cdr.csv.gz"
    path.write_bytes(gzip.compress((golden / DAY).read_bytes()))
    assert read("acme", path).calls.height == read("acme", golden / DAY).calls.height
