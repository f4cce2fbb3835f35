"""Comparison levels: into which of a few classes the two statements of a pair fall, for each thing that is compared.

A level is what a weight stands for ("same", "differs", ...), and is told by its place in LEVELS. The weights of the
levels are in `hoptrace.linking.weights`, and `hoptrace.linking.estimate` learns them; the level UNKNOWN never tells
anything. A pair is (d, u) as in `hoptrace.linking.scoring`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hoptrace.model.arrays import Int64s, Truths
from hoptrace.model.columns import Columns
from hoptrace.model.number_masks import MASKED_BELOW

UNKNOWN = -1
"""The place of a level that cannot be told: the last one of a table with one entry more than there are levels."""

LEVELS: Mapping[str, tuple[str, ...]] = {
    "duration": ("close", "near", "off", "far"),
    "call_id": ("same", "differs", "sent_differs"),
    "calling": ("same", "changed", "withheld", "revealed", "both_withheld"),
    "outcome": ("answered", "same_code", "alike", "failed_otherwise", "differs"),
    "orig_id": ("same", "differs", "lost"),
    "signer": ("same", "differs", "lost"),
    "attestation": ("same", "lowered", "raised", "lost"),
}
"""The levels of each comparison, UNKNOWN not counted."""

CLOSE, NEAR, OFF = 0.6, 3.0, 10.0
"""Seconds by which two durations differ, the ticks they were cut to taken off."""

GIVEN_UP = ("no_answer", "cancelled")
"""Who hung up before anybody answered is told by the one side as a timeout, by the other as a cancellation."""

_RANKED = ("A", "B", "C")
"""Attestations, the highest first."""

Case = tuple[Truths, int]
"""A condition, and the level where it holds."""


def levels_of(columns: Columns) -> dict[str, Int64s]:
    """The level of each pair (columns `d_*`, `u_*`) for each comparison: its place in LEVELS, or UNKNOWN."""
    orig_id, signer, attestation = _carried(columns, "oid"), _carried(columns, "signed_by"), _attestation(columns)
    # One signature holds all three, and is lost or replaced as a whole: it counts once, by what tells most.
    nothing_lost = ((orig_id == UNKNOWN) & (signer == UNKNOWN)) | (attestation != _LOST)
    return {
        "duration": _duration(columns),
        "call_id": _call_id(columns),
        "calling": _calling(columns),
        "outcome": _outcome(columns),
        "orig_id": orig_id,
        "signer": np.where(orig_id == UNKNOWN, signer, UNKNOWN),
        "attestation": np.where(nothing_lost, attestation, UNKNOWN),
    }


def _first(*cases: Case, otherwise: int) -> Int64s:
    """The level of the first case that holds."""
    told = np.full(cases[0][0].size, otherwise, np.int64)
    for holds, level in reversed(cases):
        told[holds] = level
    return told


def _duration(columns: Columns) -> Int64s:
    """Conversation lengths, where both tell one; whole seconds may differ by the tick and mean the same."""
    down, up = columns.floats("d_duration"), columns.floats("u_duration")
    cut = np.minimum(columns.floats("d_tick") + columns.floats("u_tick"), 2.0) / 2
    apart = np.abs(down - up) - cut
    return np.where((down > 0) & (up > 0), np.searchsorted((CLOSE, NEAR, OFF), apart), UNKNOWN)


def _call_id(columns: Columns) -> Int64s:
    """An equal Call-ID, or another one; where the carrier told which one it sent on, another one says more."""
    same, differs, sent_differs = range(3)
    return _first(
        (columns.equal("u_sent_cid", "d_cid") | columns.equal("u_cid", "d_cid"), same),
        (~(columns.known("d_cid") & columns.known("u_sent_cid")), UNKNOWN),
        (columns.truths("u_has_sent_cid"), sent_differs),
        otherwise=differs,
    )


def _calling(columns: Columns) -> Int64s:
    """Callers: equal, changed, withheld on the way down, or shown only below (somebody put one in).

    What a masked one says is in `hoptrace.linking.beginnings`.
    """
    same, changed, withheld, revealed, both_withheld = range(5)
    below, above = "d_calling", "u_sent_calling"
    known = columns.known(below) & columns.known(above)
    masked = columns.below(below, MASKED_BELOW) | columns.below(above, MASKED_BELOW)
    hidden_below, hidden_above = columns.below(below, 0), columns.below(above, 0)
    return _first(
        (~known | masked, UNKNOWN),
        (hidden_below & hidden_above, both_withheld),
        (columns.equal(below, above) | columns.equal(below, "u_calling"), same),
        (hidden_below, withheld),
        (hidden_above, revealed),
        otherwise=changed,
    )


def _outcome(columns: Columns) -> Int64s:
    answered, same_code, alike, failed_otherwise, differs = range(5)
    sides = "d_outcome", "u_outcome"
    down, up = (columns.says(side, "answered") for side in sides)
    told = [columns.known(side) & ~columns.says(side, "unknown") for side in sides]
    given_up = [columns.says_any(side, GIVEN_UP) for side in sides]
    talked, silent = zip(*(_conversation(columns, side) for side in "du"), strict=True)
    return _first(
        ((talked[0] & silent[1]) | (talked[1] & silent[0]), differs),
        (~(told[0] & told[1]), UNKNOWN),
        (down != up, differs),
        (down, answered),
        (columns.equal("d_release_code", "u_release_code"), same_code),
        (columns.equal(*sides) | (given_up[0] & given_up[1]), alike),
        otherwise=failed_otherwise,
    )


def _conversation(columns: Columns, side: str) -> tuple[Truths, Truths]:
    """Whether a side tells a conversation of some length, and whether it tells that there was none: a duration of 0,
    no time of an answer, and no release code that says more."""
    none = columns.floats(f"{side}_duration") == 0.0
    none &= columns.says(f"{side}_outcome", "unknown") & ~columns.known(f"{side}_answer")
    return columns.floats(f"{side}_duration") > OFF, none


def _carried(columns: Columns, what: str) -> Int64s:
    """A thing that is passed on with the call: the same below, another one, or not there any more."""
    same, differs, lost = range(3)
    down, up = f"d_{what}", f"u_{what}"
    return _first(
        (~columns.known(up), UNKNOWN),
        (~columns.known(down), lost),
        (columns.equal(down, up), same),
        otherwise=differs,
    )


_LOST = LEVELS["attestation"].index("lost")


def _attestation(columns: Columns) -> Int64s:
    """Attestations (A over B over C): the same, lowered by who signed anew, raised (which nobody should), or lost."""
    same, lowered, raised = range(3)
    down, up = (_rank(columns, side) for side in ("d_attestation", "u_attestation"))
    return _first((up < 0, UNKNOWN), (down < 0, _LOST), (down == up, same), (down > up, lowered), otherwise=raised)


def _rank(columns: Columns, name: str) -> Int64s:
    """The place in _RANKED, -1 of what is none."""
    return _first(*((columns.says(name, each), rank) for rank, each in enumerate(_RANKED)), otherwise=-1)
