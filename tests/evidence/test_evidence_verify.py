"""Whatever is changed in a package is found and named, and no file makes the check fail or fill the memory."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptrace.errors import InputRefused
from hoptrace.evidence.archive import Member, archive, unpack
from hoptrace.evidence.keys import SigningKey, the_key
from hoptrace.evidence.manifest import HEAD, file_lines, read_manifest, write_manifest
from hoptrace.evidence.verifying import Verified, verify

WHEN = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


@pytest.fixture(scope="session")
def check(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Verified]:
    place = tmp_path_factory.mktemp("check") / "case.zip"

    def verify_bytes(data: bytes) -> Verified:
        place.write_bytes(data)
        return verify(place)

    return verify_bytes


@pytest.fixture(scope="session")
def signed_again(case) -> Callable[..., bytes]:
    """A package with other members, signed as it should be: what a maker of packages could do."""

    def sign(data: bytes, change: Callable[[dict[str, bytes]], None], key: SigningKey | None = None) -> bytes:
        key = key or the_key(case.workspace.path)
        members = {member.name: member.content for member in unpack(data)}
        change(members)
        manifest = read_manifest(members["manifest.json"])
        rest = [Member(name, content) for name, content in sorted(members.items()) if name not in HEAD]
        manifest = manifest.model_copy(update={"files": file_lines(rest), "key": key.public.fingerprint})
        text = write_manifest(manifest)
        head = [Member(name, told) for name, told in zip(HEAD, (text, key.sign(text), key.public.pem), strict=True)]
        return archive([*head, *rest], WHEN)

    return sign


def names_at(data: bytes, place: int) -> set[str]:
    """What a problem at this byte may be called: the member that it lies in, or the ZIP file."""
    for member in unpack(data):
        start = (
            data.index(member.content, data.index(member.name.encode()) + len(member.name)) if member.content else -1
        )
        if start <= place < start + len(member.content):
            return {member.name}
    return {"the ZIP file", *(member.name for member in unpack(data))}


def test_a_head_whose_name_was_cut_is_missing(packed, check):
    changed = bytearray(packed)
    changed[26] ^= 1  # the length of the first member's name
    names = {problem.file for problem in check(bytes(changed)).problems}
    assert {"manifest.jso", "manifest.json"} <= names


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_one_flipped_bit_is_found_and_named(packed, check, data):
    # Headers and the small files at both ends are little of the whole: they are drawn as often as the rest.
    end = len(packed) - 1
    place = data.draw(st.one_of(st.integers(0, end), st.integers(0, 6000), st.integers(end - 6000, end)))
    changed = bytearray(packed)
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    found = check(bytes(changed))
    assert not found.sound
    assert {problem.file for problem in found.problems} & names_at(packed, place)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_package_cut_short_or_made_longer_is_not_sound(packed, check, data):
    if data.draw(st.booleans()):
        changed = packed[: data.draw(st.integers(0, len(packed) - 1))]
    else:
        changed = packed + data.draw(st.binary(min_size=1, max_size=50))
    found = check(changed)
    assert not found.sound
    assert found.problems[0].what


def test_missing_extra_and_renamed_members_are_named(packed, check):
    members = unpack(packed)
    without = [member for member in members if member.name != "results.jsonl"]
    assert ("results.jsonl", "it is missing") in told(check(archive(without, WHEN)))
    extra = [*members, Member("extra.txt", b"x")]
    assert "extra.txt" in {name for name, _ in told(check(archive(extra, WHEN)))}
    renamed = [Member("result.jsonl", m.content) if m.name == "results.jsonl" else m for m in members]
    assert {"results.jsonl", "result.jsonl"} <= {name for name, _ in told(check(archive(renamed, WHEN)))}
    assert not check(archive([*members[:3], *reversed(members[3:])], WHEN)).sound


def test_a_package_packed_anew_by_another_program_is_not_the_signed_file(packed, check):
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(stream, "w") as new:
        for info in old.infolist():
            new.writestr(info, old.read(info))
    repacked = stream.getvalue()
    assert check(repacked).sound == (repacked == packed)
    with zipfile.ZipFile(stream, "a") as new:
        new.comment = b"a note"
    assert not check(stream.getvalue()).sound


def test_another_key_is_told(packed, check, signed_again, tmp_path, case):
    from hoptrace.evidence.keys import make_key

    other = make_key(tmp_path)
    forged = signed_again(packed, lambda members: None, other)
    place = tmp_path / "forged.zip"
    place.write_bytes(forged)
    assert verify(place).sound  # it is whole; whose key that is the reader has to ask
    mine = the_key(case.workspace.path).public.fingerprint
    assert [problem.file for problem in verify(place, mine).problems] == ["public-key.pem"]
    place.write_bytes(packed)
    assert verify(place, mine.upper()).sound


def test_a_signed_lie_does_not_replay(packed, check, signed_again):
    def other_customer(members: dict[str, bytes]) -> None:
        members["results.jsonl"] = members["results.jsonl"].replace(b"cust-1", b"cust-2")

    found = check(signed_again(packed, other_customer))
    assert ("results.jsonl", "call c1: traced again, its verdict is the same, but not its result") in told(found)

    def other_report(members: dict[str, bytes]) -> None:
        name = next(name for name in members if name.endswith("c1/report.json"))
        members[name] = members[name].replace(b"cust-1", b"cust-2")

    assert "report of the result" in told(check(signed_again(packed, other_report)))[0][1]


def test_statements_left_out_change_the_verdict(packed, check, signed_again):
    def without_origin(members: dict[str, bytes]) -> None:
        name = next(name for name in members if name.endswith("statements.jsonl"))
        lines = members[name].splitlines(keepends=True)
        members[name] = b"".join(line for line in lines if json.loads(line)["carrier"] != "orig")

    found = check(signed_again(packed, without_origin))
    assert not found.sound
    assert found.problems[0].what.startswith("call c1: traced again, its verdict is")


@pytest.mark.parametrize("text", [b"", b"{", b"[]\n", b"{}\n", b'{"batch": 1}\n', b"[" * 5000, b"\xff\n", b"null\n"])
@pytest.mark.parametrize(
    "file", ["statements.jsonl", "clocks.json", "settings.json", "carriers.jsonl", "results.jsonl"]
)
def test_senseless_tables_are_told_and_do_not_break_the_check(packed, check, signed_again, file, text):
    def spoil(members: dict[str, bytes]) -> None:
        name = next(name for name in members if name.endswith(file))
        members[name] = text

    assert not check(signed_again(packed, spoil)).sound


@pytest.mark.parametrize("name", ["../out.txt", "/etc/passwd", "a//b", "a/../b", "C:\\x", "a/./b", "ä.txt", "x" * 300])
def test_a_name_that_leads_elsewhere_is_refused(packed, check, name):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as new:
        new.writestr(name, b"x")
    assert not check(stream.getvalue()).sound
    with pytest.raises(ValueError, match="no member may be called"):
        archive([Member(name, b"x")], WHEN)


def test_nothing_is_inflated(check):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("manifest.json", b"\0" * 100_000_000)
    found = check(stream.getvalue())
    assert "stored as it is" in found.problems[0].what


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04", b"PK\x03\x04" + b"\xff" * 100, b"no archive at all" * 9])
def test_what_is_no_package_is_told(check, data):
    assert [problem.file for problem in check(data).problems] == ["the ZIP file"]


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(InputRefused, match="cannot be read"):
        verify(tmp_path / "none.zip")
    for place in (tmp_path, Path("/dev/zero")):
        with pytest.raises(InputRefused, match="is not a file"):
            verify(place)


def told(found: Verified) -> list[tuple[str, str]]:
    return [(problem.file, problem.what) for problem in found.problems]
