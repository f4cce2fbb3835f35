"""Upkeep: the lake's due merges, a little after each submit, or all of them at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from hoptrace.lake.lake import Lake
from hoptrace.lake.layout import Index
from hoptrace.lake.levels import Step, due

SHARE = 0.35
"""Upkeep's work as a share of that of the submits that it serves, at most, over many submits."""

SECONDS_A_SUBMIT, SECONDS_A_NEW_FILE, SECONDS_A_NEW_ROW = 0.008, 0.0035, 0.5e-6
"""What a submit takes that does nothing but append: by itself, for each file that it writes, and for each row.

A month of a small carrier is a few rows, and two files for each day: if these paid for nothing, a lake of such months
would never be merged.
"""

SECONDS_A_STEP, SECONDS_A_FILE = 0.01, 0.001
SECONDS_A_ROW = {Index.CALLED: 0.7e-6, Index.CALLING: 0.22e-6}
"""What a step takes: by itself, for each file that it opens, and for each row.

Like those above these were measured on one machine that did nothing else. How long it all takes elsewhere matters not,
for work is paid with work: a lake's files do not depend on how quick the machine is.
"""

Progress = Callable[[int, int], None]
"""Told how many steps are done, and of how many that are known so far."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """What upkeep did: steps, the files and rows that they rewrote, how many files the lake has less, seconds."""

    steps: int = 0
    files: int = 0
    rows: int = 0
    fewer: int = 0
    seconds: float = 0.0


def tidy(lake: Lake, progress: Progress | None = None) -> Tidied:
    """Do every step that is due, also those that steps make due; needs the writer's lock.

    Each step is one commit of the table: killed at any moment, the lake holds the same statements.
    """
    begun, before = time.perf_counter(), lake.view().files.height
    steps = files = rows = 0
    while todo := list(due(lake.view().files)):
        for step in todo:
            lake.merge(step)
            steps, files, rows = steps + 1, files + len(step.paths), rows + step.rows
            if progress is not None:
                progress(steps, steps + len(todo))
    return Tidied(steps, files, rows, before - lake.view().files.height, time.perf_counter() - begun)


def keep_up(lake: Lake, rows: int, new_files: int) -> Tidied:
    """Do due steps in proportion to submits of so many rows, written to so many files; needs the writer's lock.

    A step that would take longer than its share is done by chance after one of several such submits: small submits
    too serve their part of long steps, and nothing has to be remembered between processes. The chance is drawn from
    the lake's version alone, so that the same submits make the same files.
    """
    begun, before = time.perf_counter(), lake.view().files.height
    left = SHARE * (SECONDS_A_SUBMIT + new_files * SECONDS_A_NEW_FILE + rows * SECONDS_A_NEW_ROW)
    steps = files = merged = 0
    for step in due(lake.view().files):
        cost = _seconds(step)
        # Multiples of an irrational number would fall more evenly, but a step takes a version too: the one after a step
        # that was done would mostly be one that draws none, and upkeep would take up to half more than its share.
        if Random(lake.version()).random() >= left / cost:
            break
        lake.merge(step)
        left -= cost
        steps, files, merged = steps + 1, files + len(step.paths), merged + step.rows
    return Tidied(steps, files, merged, before - lake.view().files.height, time.perf_counter() - begun)


def _seconds(step: Step) -> float:
    return SECONDS_A_STEP + len(step.paths) * SECONDS_A_FILE + step.rows * SECONDS_A_ROW[step.index]
