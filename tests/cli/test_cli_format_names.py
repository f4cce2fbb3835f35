from __future__ import annotations

import re

from hoptrace.intake.formats import readers


def test_the_help_names_every_format(run) -> None:
    words = set(re.findall(r"\w+", run("submit", "--help").stdout))
    assert {reader.name for reader in readers()} <= words


def test_no_two_formats_have_one_name() -> None:
    names = [reader.name for reader in readers()]
    assert sorted(names) == sorted(set(names))
