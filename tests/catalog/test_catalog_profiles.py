"""Profiles in the catalog: versions count up under carrier and name, and nothing that was added changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoptrace.errors import ProfileInvalid, UnknownCarrier
from hoptrace.intake.drafting import draft_profile
from hoptrace.intake.profile_store import OwnProfiles, add_profile, free_name
from hoptrace.workspace import Workspace, init_workspace

TEXT = 'format = "delimited"\n[fields]\nstart_time = 1\ncalled_number = 2\n'


@pytest.fixture
def workspace(tmp_path: Path):
    (tmp_path / "carriers.csv").write_text("carrier_id,country\nalpha,US\nbeta,US\n")
    with init_workspace(tmp_path / "workspace") as made:
        made.catalog.directory.load_directory(tmp_path / "carriers.csv", None)
        yield made


def write(tmp_path: Path, text: str = TEXT, name: str = "switch.toml") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def test_versions_count_up_and_the_same_text_is_one(workspace: Workspace, tmp_path: Path) -> None:
    first = add_profile(workspace, write(tmp_path), "alpha")
    again = add_profile(workspace, write(tmp_path), "alpha")
    second = add_profile(workspace, write(tmp_path, TEXT + "\n[file]\nheader = false\n"), "alpha")
    assert (first.label, first.new) == ("switch@1", True)
    assert (again.label, again.new) == ("switch@1", False)
    assert (second.label, second.new) == ("switch@2", True)
    assert [each.label for each in workspace.catalog.profiles.list("alpha")] == ["switch@1", "switch@2"]
    assert workspace.catalog.profiles.list("beta") == []


def test_the_newest_is_found_by_name_and_others_by_their_version(workspace: Workspace, tmp_path: Path) -> None:
    add_profile(workspace, write(tmp_path), "alpha")
    add_profile(workspace, write(tmp_path, TEXT + "\n[file]\nheader = false\n"), "alpha")
    profiles = workspace.catalog.profiles
    newest, first = OwnProfiles(profiles, "alpha").named("switch"), OwnProfiles(profiles, "alpha").named("switch@1")
    assert newest is not None
    assert first is not None
    assert (newest.name, newest.file.header) == ("switch@2", False)
    assert (first.name, first.file.header) == ("switch@1", True)
    assert OwnProfiles(profiles, "beta").named("switch") is None
    assert OwnProfiles(profiles, "alpha").named("switch@9") is None


def test_an_unknown_carrier_an_unsound_profile_and_a_format_s_name_are_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    with pytest.raises(UnknownCarrier):
        add_profile(workspace, write(tmp_path), "nobody")
    with pytest.raises(ProfileInvalid, match=r"line 3: fields\.start_time"):
        add_profile(workspace, write(tmp_path, TEXT.replace("start_time = 1", "start_time = 0")), "alpha")
    with pytest.raises(ProfileInvalid, match="there is a format called 'sansay' already"):
        add_profile(workspace, write(tmp_path, name="sansay.toml"), "alpha")
    with pytest.raises(ProfileInvalid, match="is not a valid name"):
        add_profile(workspace, write(tmp_path, 'name = "a b"\n' + TEXT), "alpha")
    assert workspace.catalog.profiles.list() == []


@pytest.mark.parametrize(
    ("wanted", "free"),
    [
        ("delimited", "delimited-own"),
        ("auto", "auto-own"),
        ("cdr export (1)", "cdr-export-1"),
        ("", "draft"),
        ("通话", "draft"),
        ("a" * 80, "a" * 60),
    ],
)
def test_a_name_that_can_be_used_is_found_for_any_file(
    workspace: Workspace, tmp_path: Path, wanted: str, free: str
) -> None:
    assert free_name(wanted) == free
    added = add_profile(workspace, write(tmp_path, f'name = "{free}"\n{TEXT}'), "alpha")
    assert added.label == f"{free}@1"


def test_the_draft_for_a_file_that_is_called_like_a_format_can_be_added(workspace: Workspace, tmp_path: Path) -> None:
    rows = "".join(f"2026-11-02 08:00:0{n},12025550143,1312555018{n}\n" for n in range(4))
    drafted = draft_profile(write(tmp_path, f"start,caller,callee\n{rows}", "delimited.csv"))
    assert add_profile(workspace, write(tmp_path, drafted.text), "alpha").label == "delimited-own@1"
