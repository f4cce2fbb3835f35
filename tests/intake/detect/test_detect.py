from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from hoptrace.errors import FormatUnknown, InputRefused
from hoptrace.intake.detect import find_format, named_format
from hoptrace.intake.drafting import draft_profile
from hoptrace.intake.formats import readers
from hoptrace.intake.formats.canonical.reader import Canonical
from hoptrace.intake.looking import detect_file, unclaimed
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Chunk, Context, Detection, Source


@dataclass(frozen=True)
class Fake:
    name: str
    mark: bytes = b""
    sure: float = 0.9
    needs_profile: bool = False
    title: str = "a switch's CDRs"
    grouped: bool = False
    rows_are_lines: bool = True

    def detect(self, source: Source, head: bytes) -> Detection | None:
        return Detection(self.name, self.sure, f"it shows {self.mark!r}") if self.mark in head else None

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        return iter(())


ALPHA, BETA = Fake("alpha", b"A"), Fake("beta", b"B", sure=0.8)


def source(tmp_path: Path, content: bytes, name: str = "cdr.csv") -> Source:
    path = tmp_path / name
    path.write_bytes(content)
    return Source(0, path, name, "")


def test_the_surest_claim_wins_in_any_order(tmp_path: Path) -> None:
    both = source(tmp_path, b"AB")
    assert find_format(both, [BETA, ALPHA]) is ALPHA
    assert find_format(both, [ALPHA, BETA]) is ALPHA
    assert find_format(source(tmp_path, b"xB"), [ALPHA, BETA]) is BETA


def test_equal_claims_are_refused_and_name_both(tmp_path: Path) -> None:
    with pytest.raises(FormatUnknown, match="--format alpha or --format gamma"):
        find_format(source(tmp_path, b"AB"), [ALPHA, BETA, Fake("gamma", b"B")])


def test_nothing_fits_says_what_was_seen(tmp_path: Path) -> None:
    with pytest.raises(FormatUnknown) as refused:
        find_format(source(tmp_path, b"\n\nid;when;\x07who" + b"x" * 200 + b"\nmore"), [ALPHA, BETA])
    message = str(refused.value)
    assert message.startswith("cdr.csv: not a known format. It begins with «id;when;·who")
    assert "…»" in message
    assert "more" not in message
    assert "--format NAME (alpha, beta) or --format profile.toml" in message


def test_a_weak_claim_is_told_but_not_taken(tmp_path: Path) -> None:
    with pytest.raises(FormatUnknown, match=r"Nearest, but not sure enough: weak: it shows"):
        find_format(source(tmp_path, b"A"), [Fake("weak", b"A", sure=0.5)])


def test_a_format_of_chosen_columns_needs_a_profile(tmp_path: Path) -> None:
    reader = Fake("extras", b"A", needs_profile=True)
    file = source(tmp_path, b"A")
    with pytest.raises(FormatUnknown, match=r'profile with format = "extras".*--format profile.toml'):
        find_format(file, [reader])
    assert find_format(file, [reader], Profile()) is reader


def test_a_profile_that_names_its_format_decides(tmp_path: Path) -> None:
    assert find_format(source(tmp_path, b"A"), [ALPHA, BETA], Profile(format="beta")) is BETA
    with pytest.raises(FormatUnknown, match=r"no format «nix». Formats are: alpha, beta\."):
        find_format(source(tmp_path, b"A"), [ALPHA, BETA], Profile(format="nix"))


def test_a_format_by_its_name() -> None:
    assert named_format("beta", [ALPHA, BETA]) is BETA


@pytest.mark.parametrize("content", [b"", b" \r\n\n"])
def test_an_empty_file_is_called_empty(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FormatUnknown, match="is empty"):
        find_format(source(tmp_path, content), [ALPHA])


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="is a directory"):
        find_format(Source(0, tmp_path, "cdrs", ""), [ALPHA])
    with pytest.raises(InputRefused, match="cannot be read"):
        find_format(Source(0, tmp_path / "none.csv", "none.csv", ""), [ALPHA])
    cut = source(tmp_path, gzip.compress(b"A" * 1000)[:-9], "cut.csv.gz")
    with pytest.raises(InputRefused, match="cut or damaged"):
        find_format(cut, [ALPHA])


@pytest.mark.parametrize(
    ("content", "sure"),
    [
        (b"start_time,called_number\n", 0.98),
        (b"\xef\xbb\xbfStart_Time;called_number\r\n", 0.98),
        (b'{"start_time": 1, "called_number": 2}\n', 0.98),
        (b"start,duration,upstream,downstream,called_number\n", 0.7),
        (b"time,caller,callee,duration\n", None),
        (b"call_ref,start_time,calling_number,called_number\n", None),
        (b"", None),
        (b"PAR1 but not really", None),
        (b"{not json", None),
    ],
)
def test_canonical_claims_its_own(tmp_path: Path, content: bytes, sure: float | None) -> None:
    file = source(tmp_path, content)
    claim = Canonical().detect(file, content)
    assert (claim.sure if claim else None) == sure


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04\x14\x00", "ZIP archive or a spreadsheet .* saved as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "spreadsheet"),
        (b"7z\xbc\xaf\x27\x1c\x00", "7z archive"),
        (b"BZh91AY&SY\x00", r"bzip2.*\.gz"),
        (b"\xfd7zXZ\x00\x00", r"xz.*\.zst"),
        (b"%PDF-1.7\n", "PDF"),
        (gzip.compress(b"A,B\n", mtime=0), r"packed by gzip\. Give it a name that ends in \.gz"),
        (b"\x28\xb5\x2f\xfd\x24\x00", r"packed by zstandard\. Give it a name that ends in \.zst"),
        (b"Master.csv".ljust(257, b"\0") + b"ustar\x0000", "tar archive. Unpack it"),
    ],
)
def test_what_is_packed_otherwise_is_named_with_the_way_out(tmp_path: Path, content: bytes, what: str) -> None:
    with pytest.raises(InputRefused, match=what):
        find_format(source(tmp_path, content), [ALPHA, BETA])


def test_a_text_that_begins_like_a_packed_file_is_a_text(tmp_path: Path) -> None:
    assert find_format(source(tmp_path, b"BZh,A\nPK,A\n"), [ALPHA, BETA]).name == "alpha"


COMPLAINTS = (
    b"Company_Phone_Number,Created_Date,Violation_Date,Subject\n2025550143,2026-11-02,2026-11-01 10:00:00,Debt\n"
)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_complaints_are_to_be_imported_and_not_to_be_submitted(tmp_path: Path, end: bytes) -> None:
    file = source(tmp_path, COMPLAINTS.replace(b"\n", end))
    words = "looks like FTC Do Not Call complaints.* hoptrace calls import"
    with pytest.raises(FormatUnknown, match=words):
        find_format(file, readers())
    with pytest.raises(FormatUnknown, match=words):
        draft_profile(file.path)
    assert detect_file(file.path) == []
    assert "hoptrace calls import" in unclaimed(file.path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"call_ref,start_time,called_number,campaign\nc1,2026-11-02T14:30:00Z,+12025550143,x\n", "trace --calls"),
        (b"Carrier_ID,Name,Country,LEI\nalpha,Alpha Voice,US,X1\n", "carriers load cdr"),
        (b"carrier_id,trunk,peer\nalpha,t1,beta\n", "carriers load carriers.csv --trunks cdr"),
    ],
)
def test_lists_of_our_own_are_no_records_and_it_is_said_where_they_go(tmp_path: Path, content, words: str) -> None:
    with pytest.raises(FormatUnknown, match=words):
        find_format(source(tmp_path, content), readers())


@pytest.mark.parametrize("content", [b'a\rb,"c\r', b'"' + b"x" * 70_000, b"\0,\0\r\0"])
def test_what_is_no_table_has_no_header_of_complaints(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FormatUnknown, match="not a known format"):
        find_format(source(tmp_path, content), [BETA])


def test_looking_at_an_empty_file_says_that_it_is_empty(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="is empty"):
        detect_file(source(tmp_path, b" \n").path)


def test_looking_at_rows_of_undocumented_lengths_proposes_to_look_first() -> None:
    path = Path(__file__).parents[3] / "fixtures" / "formats" / "acme" / "cdr-scz-306.csv"
    best, *_ = detect_file(path)
    assert (best.format, best.guessed) == ("acme_measured", False)
    assert "profile show" in best.take
