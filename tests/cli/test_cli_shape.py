"""What all commands have in common: help with an example, --json, --workspace on both sides, errors and exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import Result

from hoptrace.cli import show
from hoptrace.cli.app import hoptrace
from hoptrace.errors import HoptraceError, UnknownBatch

Run = Callable[..., Result]
ROOT = Path(__file__).parents[2]


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from leaves(child, (*path, name))
    else:
        yield path, command


ALL = list(leaves(hoptrace))


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_command_has_help_with_an_example_and_json(
    path: tuple[str, ...], command: click.Command, run: Run
) -> None:
    told = run(*path, "--help")
    assert told.exit_code == 0
    assert f"  hoptrace {' '.join(path)}" in told.output.split("Example:")[1]
    options = {option for parameter in command.params for option in parameter.opts}
    assert "--json" in options or path == ("demo",), "a demo is for people"
    assert "--workspace" in options or path in {("simulate",), ("demo",), ("verify",)}


@pytest.mark.parametrize("path", [path for path, _ in ALL], ids=" ".join)
def test_every_command_stands_in_the_documents(path: tuple[str, ...]) -> None:
    assert f"    hoptrace {' '.join(path)} " in (ROOT / "docs" / "commands.md").read_text().replace("\n", " \n")


def test_the_workspace_may_be_named_before_or_after_or_by_the_environment(run: Run) -> None:
    assert run("--workspace", "before", "init").exit_code == 0
    assert run("init", "--workspace", "after").exit_code == 0
    assert run("init", HOPTRACE_WORKSPACE="outside").exit_code == 0
    assert {path.name for path in Path().iterdir()} == {"before", "after", "outside"}
    assert run("carriers", "--workspace", "before", "list").exit_code == 0


def test_the_workspace_that_is_named_last_wins(run: Run) -> None:
    assert run("--workspace", "one", "init", "--workspace", "two", HOPTRACE_WORKSPACE="three").exit_code == 0
    assert [path.name for path in Path().iterdir()] == ["two"]


def test_no_workspace_is_exit_code_4(run: Run) -> None:
    told = run("carriers", "list")
    assert told.exit_code == 4
    assert told.stdout == ""
    assert "hoptrace init" in told.stderr


@pytest.mark.parametrize("arguments", [["nonsense"], ["submit"], ["batches", "show"], ["trace", "--called", "1"]])
def test_wrong_usage_is_exit_code_2(arguments: list[str], run: Run) -> None:
    told = run(*arguments)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert "Usage:" in told.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("batches", "show"),
        ("carriers", "show"),
        ("submit", "carriers.csv", "--carrier"),
        ("trace", "--called", "+12025550143", "--at", "2026-11-02T14:30:00Z", "--ref"),
        ("report", "trace", "--out", "out.html"),
    ],
    ids=" ".join,
)
def test_bytes_on_the_command_line_that_are_no_text_are_told(arguments: tuple[str, ...], loaded: Run) -> None:
    told = loaded(*arguments, "caf\udce9")
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.startswith(r"'caf\udce9' is not UTF-8 text. Write it in UTF-8")


def fail_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing() -> None:
        raise error

    monkeypatch.setattr("hoptrace.cli.lake.the_workspace", failing)


@pytest.mark.parametrize(
    ("error", "exit_code"), [(HoptraceError("It did not work."), 1), (UnknownBatch("There is no batch b1."), 4)]
)
def test_an_error_is_its_message_alone(
    error: HoptraceError, exit_code: int, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_with(error, monkeypatch)
    told = run("lake", "info")
    assert (told.exit_code, told.stdout, told.stderr) == (exit_code, "", f"{error}\n")


def test_an_unexpected_error_says_how_to_see_more(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(ZeroDivisionError("by zero"), monkeypatch)
    told = run("lake", "info")
    assert told.exit_code == 1
    assert told.stderr.count("\n") == 1
    assert "ZeroDivisionError: by zero" in told.stderr
    assert "HOPTRACE_DEBUG=1" in told.stderr


def test_debug_keeps_the_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(ZeroDivisionError("by zero"), monkeypatch)
    assert isinstance(run("lake", "info", HOPTRACE_DEBUG="1").exception, ZeroDivisionError)


def test_the_keyboard_stops_it_with_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(KeyboardInterrupt(), monkeypatch)
    told = run("lake", "info")
    assert (told.exit_code, told.stderr) == (130, "Stopped.\n")


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, 'traceback')\n"
        "from hoptrace.cli.app import hoptrace; from hoptrace.cli import show\n"
        "import click\n"
        "@hoptrace.command()\n"
        "def flood():\n"
        "    for line in range(100_000): click.echo('line after line ' + str(line))\n"
        "hoptrace(['flood'])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "line after line 0\n"
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() == 141


def test_what_a_carrier_wrote_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show.table(("Raw",), [("\x1b[31mred\x1b[0m [bold]text\n",)])
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert r"\x1b[31mred\x1b[0m [bold]text\n" in told


def test_json_times_are_rfc_3339(capsys: pytest.CaptureFixture[str]) -> None:
    from datetime import UTC, datetime

    show.as_json({"at": datetime(2026, 11, 2, 14, 30, tzinfo=UTC), "where": Path("x")})
    assert json.loads(capsys.readouterr().out) == {"at": "2026-11-02T14:30:00Z", "where": "x"}


def test_the_program_runs_as_a_process(tmp_path: Path) -> None:
    program = "from hoptrace.cli import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "traceback")}
    done = subprocess.run(
        [sys.executable, "-c", program, "--version"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("hoptrace, version ")


@pytest.mark.parametrize("loading", ["click", "hoptrace.cli.failure", "hoptrace.workspace"])
def test_who_stops_it_while_it_loads_is_told_in_a_word(loading: str, tmp_path: Path) -> None:
    program = f"""
import os, signal, sys
class Interrupted:
    def find_spec(self, name, path=None, target=None):
        if name == {loading!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupted())
from hoptrace.cli import main
main()
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "traceback")}
    done = subprocess.run(
        [sys.executable, "-c", program, "lake", "info"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Stopped.\n")
