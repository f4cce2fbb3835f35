from __future__ import annotations

from pathlib import Path

import pytest

from hoptrace.errors import NotAWorkspace, WorkspaceError
from hoptrace.settings import FILE_NAME, Settings, TraceSettings, load_settings


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
