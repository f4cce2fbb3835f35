from __future__ import annotations

from hoptrace.intake.formats import readers


def test_the_help_names_every_format(run) -> None:
    words = run("submit", "--help").stdout.replace("\n", " ").replace(",", " ").split()
    assert {reader.name for reader in readers()} <= set(words)
