"""Complaint files of the FTC and the FCC: who called is kept as seeds of a campaign.

They do not say who was called, so that nothing can be traced by them alone.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from pathlib import Path

from hoptrace.catalog.row_files import read_rows
from hoptrace.intake.calls_imported import Imported, write_csv
from hoptrace.intake.calls_mapping import Complaints, plain
from hoptrace.intake.calls_rows import written
from hoptrace.model.dialplan import DialPlan
from hoptrace.model.numbers import NumberKind, normalise


@dataclass(frozen=True, slots=True)
class Seed:
    """Who is said to have called for a campaign; `time` and places as written, numbers as +E.164."""

    calling_number: str
    time: str = ""
    campaign: str = ""
    callback_number: str = ""
    area_code: str = ""
    state: str = ""


def import_seeds(path: Path, out: Path, complaints: Complaints, plan: DialPlan) -> Imported:
    """Write the seeds of a complaint file to `out`; raises StorageFailed."""
    told = Imported(str(path), complaints.kind, seeds_out=str(out))
    seeds: dict[Seed, None] = {}
    for row in read_rows(path, (), lenient=True):
        told.rows += 1
        if row.problem:
            told.reject(row, [row.problem])
            continue
        seed = _seed({plain(name): text for name, text in row.cells.items()}, complaints, plan)
        if seed is None:
            told.reject(row, ["it names no caller"])
        elif seed in seeds:
            told.duplicates += 1
        else:
            seeds[seed] = None
    told.seeds = len(seeds)
    kept = "1 seed of a campaign" if told.seeds == 1 else f"{told.seeds:,} seeds of campaigns"
    told.notes.append(
        f"{complaints.title} do not say who was called: none of these calls can be traced by itself. Who called is "
        f"kept as {kept}; look for calls from these numbers in carriers' records."
    )
    columns = [each.name for each in fields(Seed)]
    write_csv(out, columns, [astuple(seed) for seed in seeds], ("time", "campaign", "area_code", "state"))
    return told


def _seed(cells: dict[str, str], complaints: Complaints, plan: DialPlan) -> Seed | None:
    def text(name: str, together: bool = False) -> str:
        """What the columns of a field say: the first that says anything, or all together."""
        found = [cells[column] for column in complaints.columns.get(name, ()) if column in cells]
        return " ".join(found) if together else found[0] if found else ""

    numbers = {name: _caller(text(name), plan) for name in ("calling_number", "callback_number")}
    if not any(numbers.values()):
        return None
    time = text("time", together=complaints.kind == "fcc")
    return Seed(
        calling_number=numbers["calling_number"],
        time=time,
        campaign=text("campaign"),
        callback_number=numbers["callback_number"],
        area_code=text("area_code"),
        state=text("state"),
    )


def _caller(text: str, plan: DialPlan) -> str:
    """A number that somebody called from, empty where it is none (`None`, `anonymous`)."""
    return written(text, plan) if normalise(text, plan).kind is NumberKind.E164 else ""
