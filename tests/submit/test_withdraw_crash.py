"""Withdrawing is killed at each step: the batches are withdrawn then or not, and the next writer settles it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hoptrace.engines.withdrawing import withdraw
from hoptrace.errors import InputRefused
from hoptrace.intake.batches import stored_batches
from hoptrace.intake.submit import submit
from hoptrace.workspace import Workspace, open_workspace

WORK = """
from hoptrace.catalog.batches import Batches
from hoptrace.catalog.clocks import Clocks
from hoptrace.catalog.withdrawals import Withdrawals
from hoptrace.engines.withdrawing import withdraw

def child(job):
    owners = {"Batches": Batches, "Withdrawals": Withdrawals, "Lake": Lake, "Log": Log, "Clocks": Clocks}
    (before if job["before"] else after)(owners[job["owner"]], job["name"])
    with open_workspace(job["workspace"]) as workspace:
        withdraw(workspace, job["batches"], "taken back")
    return 0
"""

STEPS = [
    ("Withdrawals", "withdraw", True),
    ("Withdrawals", "withdraw", False),
    ("Log", "commit", True),
    ("Log", "commit", False),
    ("Batches", "finish", True),
    ("Batches", "finish", False),
    ("Clocks", "save_clocks", True),
]
DECIDED = STEPS.index(("Log", "commit", False))


def _seen(workspace: Workspace) -> tuple[set[str], set[str], set[str]]:
    """The batches that views show, that cover time, and that are not said to be withdrawn."""
    batches = workspace.catalog.batches
    return (
        set(workspace.lake.view().scan().collect()["batch"]),
        {span[1] for span in batches.spans_at(workspace.lake.version()).spans},
        {stored.receipt.batch for stored in batches.list() if stored.withdrawn is None},
    )


def test_withdrawing_killed_at_each_step_is_done_or_not(workspace, write, line, drive):
    files = [write(f"{n}.csv", *(line(100 * n + m) for m in range(20))) for n in range(3)]
    names = [submit(workspace, [file], "alpha")[0].batch for file in files]
    workspace.close()
    home = Path(workspace.path)
    paths = [Path(shutil.copytree(home, home.parent / f"killed-{n}")) for n in range(len(STEPS))]
    jobs = [
        {"workspace": str(path), "batches": names[:2], "owner": owner, "name": name, "before": before}
        for path, (owner, name, before) in zip(paths, STEPS, strict=True)
    ]
    assert [code for code, _ in drive(WORK, jobs)] == [-9] * len(STEPS)
    for number, path in enumerate(paths):
        is_done = number >= DECIDED
        left = set(names[2:] if is_done else names)
        with open_workspace(path) as found:
            version = found.lake.version()
            assert _seen(found) == (left, left, left)
            # Who writes next settles it: then the file is taken in again, or is known.
            (receipt,) = submit(found, files[:1], "alpha")
            assert receipt.already_submitted is not is_done
            assert found.catalog.batches.pending() == []
            again = {receipt.batch}
            assert _seen(found) == (left | again, left | again, left | again)
            assert set(found.lake.view(version, found.catalog.batches.after).scan().collect()["batch"]) == left
            if is_done:
                with pytest.raises(InputRefused, match="was withdrawn before"):
                    withdraw(found, names[:2], "taken back")
            else:
                assert withdraw(found, names[:2], "taken back").lake_version == version + 1
            assert len(stored_batches(found)) == len(names) + is_done
