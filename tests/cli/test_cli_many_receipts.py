from __future__ import annotations

import pytest

from hoptrace.cli.shown_receipt import MOST_SHOWN, show_receipts
from hoptrace.model.receipts import Receipt


def receipt(n: int, **changes) -> Receipt:
    fields = {"rows": 10, "accepted": 9, "duplicates": 1, "skipped": 0, "rejected": {}, "statements": 5}
    times = {"first_time": f"2026-11-02T0{n % 10}:00:00Z", "last_time": f"2026-11-02T1{n % 10}:00:00Z"}
    names = {"file": f"f{n}.json", "digest": str(n), "batch": f"b{n}", "carrier": "alpha", "format": "x"}
    return Receipt(**names, timezone="UTC", **{**times, **fields, "unknown_trunks": {}, **changes})


def test_few_files_are_shown_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    show_receipts([receipt(n) for n in range(3)])
    assert [f"f{n}.json" in capsys.readouterr().out for n in range(1)] == [True]


def test_many_files_are_summed_and_the_odd_ones_shown(capsys: pytest.CaptureFixture[str]) -> None:
    odd = receipt(99, accepted=7, rejected={"no called number": 2})
    show_receipts([*(receipt(n) for n in range(MOST_SHOWN + 5)), odd])
    out = capsys.readouterr().out
    assert "f99.json" in out and "no called number" in out
    assert "f3.json" not in out
    assert "180" in out.split("in all")[-1]
    assert "2026-11-02T00:00:00Z" in out and "2026-11-02T19:00:00Z" in out
