from __future__ import annotations

from pathlib import Path

import pytest

from hoptrace.errors import NotAWorkspace, WorkspaceError
from hoptrace.settings import Settings, TraceSettings
from hoptrace.settings.environment import source_date_epoch
from hoptrace.settings.reading import FILE_NAME, load_settings


def _write(folder: Path, text: str) -> Path:
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    return folder


def test_the_file_is_read(tmp_path: Path) -> None:
    settings = load_settings(_write(tmp_path, 'home_country = "GB"\n[trace]\nwindow_seconds = 90\n'))
    assert settings.home_country == "GB"
    assert settings.trace.window_seconds == 90
    assert settings.catalog_url is None


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOPTRACE_HOME_COUNTRY", "FR")
    monkeypatch.setenv("HOPTRACE_TRACE__WINDOW_SECONDS", "30")
    settings = load_settings(_write(tmp_path, 'home_country = "GB"\n'))
    assert (settings.home_country, settings.trace.window_seconds) == ("FR", 30)


def test_limits_of_intake_are_a_table_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOPTRACE_INTAKE__MOST_EXPANSION", "500")
    settings = load_settings(_write(tmp_path, "[intake]\nlongest_row = 2048\nmost_expansion = 3\n"))
    assert (settings.intake.longest_row, settings.intake.most_expansion, settings.intake.most_members) == (
        2048,
        500,
        100_000,
    )
    with pytest.raises(WorkspaceError, match=r"intake\.longest_row: should be at least 1024"):
        load_settings(_write(tmp_path, "[intake]\nlongest_row = 10\n"))


def test_other_variables_of_the_program_are_no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOPTRACE_WORKSPACE", str(tmp_path))
    assert load_settings(_write(tmp_path, "")).home_country == "US"


@pytest.mark.parametrize("text", ['home_country = "usa"', "[trace]\nwindow_seconds = -1", "colour = 3"])
def test_a_wrong_value_names_file_and_key(tmp_path: Path, text: str) -> None:
    with pytest.raises(WorkspaceError, match=FILE_NAME) as caught:
        load_settings(_write(tmp_path, text))
    assert any(key in str(caught.value) for key in ("home_country", "trace.window_seconds", "colour"))


def test_broken_toml_is_told(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="cannot be read"):
        load_settings(_write(tmp_path, "home_country = "))


def test_no_file_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(NotAWorkspace, match="hoptrace init"):
        load_settings(tmp_path)


def test_the_digest_changes_with_what_changes_an_answer_only() -> None:
    plain = Settings()
    assert plain.digest() == Settings(catalog_url="sqlite:///elsewhere", lock_wait_seconds=1).digest()
    assert plain.digest() != Settings(home_country="GB").digest()
    assert plain.digest() != Settings(trace=TraceSettings(window_seconds=1)).digest()


def test_every_problem_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOPTRACE_LOCK_WAIT_SECONDS", "soon")
    text = 'home_country = "usa"\nformat = 1.5\nlake_uri = 3\n[trace]\nname_from = 2\nreport_seconds = true\nhue = 1'
    with pytest.raises(WorkspaceError) as caught:
        load_settings(_write(tmp_path, text))
    for problem in (
        "home_country: should be an ISO 3166-1 code of two capitals, such as US",
        "format: should be a whole number",
        "lake_uri: should be text",
        "lock_wait_seconds: should be a number",
        "trace.name_from: should be at least 0 and at most 1",
        "trace.report_seconds: should be a number",
        "trace.hue: no such setting",
    ):
        assert problem in str(caught.value)


def test_a_table_that_is_none_and_a_bound_that_is_out_are_told(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="trace: should be a table of settings"):
        load_settings(_write(tmp_path, "trace = 3"))
    for value in ("0", "nan"):
        with pytest.raises(WorkspaceError, match="window_seconds: should be greater than 0"):
            load_settings(_write(tmp_path, f"[trace]\nwindow_seconds = {value}"))


def test_the_environment_may_be_in_small_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("hoptrace_trace__report_seconds", "1")
    monkeypatch.setenv("HOPTRACE_FORMAT", "1")
    settings = load_settings(_write(tmp_path, "[trace]\nname_from = 1"))
    assert (settings.trace.report_seconds, settings.trace.name_from, settings.format) == (1.0, 1.0, 1)


@pytest.mark.parametrize(("written", "kept"), [("false", False), ("OFF", False), ("1", True), ("Yes", True)])
def test_a_switch_may_be_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, kept: bool) -> None:
    (tmp_path / FILE_NAME).write_text("keep_files = true\n")
    assert load_settings(tmp_path).keep_files
    monkeypatch.setenv("HOPTRACE_KEEP_FILES", written)
    assert load_settings(tmp_path).keep_files is kept
    monkeypatch.setenv("HOPTRACE_KEEP_FILES", "perhaps")
    with pytest.raises(WorkspaceError, match="keep_files: should be true or false"):
        load_settings(tmp_path)


def test_source_date_epoch_is_a_number_of_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert source_date_epoch() is None
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    moment = source_date_epoch()
    assert moment is not None
    assert moment.isoformat() == "2023-11-14T22:13:20+00:00"
    for text in ("soon", "1" * 30, "1.5"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", text)
        with pytest.raises(WorkspaceError, match="SOURCE_DATE_EPOCH"):
            source_date_epoch()
