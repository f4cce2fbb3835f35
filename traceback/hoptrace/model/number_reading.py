"""Reading one number: every spelling of an E.164 number gives the same key, and what is none is called what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from hoptrace.model.dialplan import DialPlan
from hoptrace.model.number_masks import CUT, masked_key
from hoptrace.model.number_spellings import SHORT, read_digits, read_strictly
from hoptrace.model.number_text import Written, undress

WITHHELD_KEY = -1

_SPREADSHEET = re.compile(r"^\+?\d+[Ee]\+?\d{1,2}$")
_MASKED = re.compile(r"^(?P<known>\+?\d{3,})(?:[Xx]{2,}|[*?]{2,})\d{0,2}$")
_INTERNAL_BITS = 2**62


class NumberKind(StrEnum):
    """What a number field holds."""

    E164 = "e164"
    WITHHELD = "withheld"
    MISSING = "missing"
    INTERNAL = "internal"
    MASKED = "masked"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Number:
    """A number field as read: `key` is null for missing and invalid ones; `why` is set for masked and invalid ones."""

    kind: NumberKind
    key: int | None = None
    why: str = ""


def normalise(text: str | None, plan: DialPlan) -> Number:
    """The number that a carrier with this dial plan wrote; never raises.

    Used for single numbers and for those spellings that `normalise_column` cannot settle at once.
    """
    written = undress(text or "")
    if written.missing:
        return Number(NumberKind.MISSING)
    if written.withheld:
        return Number(NumberKind.WITHHELD, WITHHELD_KEY)
    masked = _masked(written, plan)
    if masked is not None:
        return Number(NumberKind.MASKED, masked, "only its beginning is known")
    damage = _damage(written.text, text or "")
    if damage:
        return Number(NumberKind.INVALID, why=damage)
    reading = read_digits(written.text, plan, written.context)
    if reading is not None:
        return Number(NumberKind.E164, int(reading))
    return _no_number(written, plan)


def internal_key(text: str, plan: DialPlan) -> int:
    """A negative key of an extension, feature code or name, which only matches inside the same carrier; never -1."""
    digest = blake2b(f"{plan.carrier_id}\0{text.lower()}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return -2 - int.from_bytes(digest, "big") % _INTERNAL_BITS


def _masked(written: Written, plan: DialPlan) -> int | None:
    """The key of a number whose last digits are hidden, or that was cut; None of others, and where none is meant."""
    if written.cut and written.text.lstrip("+").isdigit() and len(written.text) > SHORT:
        whole = read_strictly(written.text, plan)
        return masked_key(written.text.lstrip("+"), CUT) if whole is None and written.text.startswith("+") else None
    mask = _MASKED.match(written.text)
    if mask is None:
        return None
    known = mask["known"]
    least, most = (read_digits(known + digit * (len(written.text) - len(known)), plan) for digit in "09")
    if least is None or most is None or len(least) != len(most):
        return None
    begins = least[: next(at for at, (one, other) in enumerate(zip(least, most, strict=True)) if one != other)]
    return masked_key(begins, len(least) - len(begins))


def _damage(text: str, as_written: str) -> str:
    if _SPREADSHEET.match(text):
        return f"a spreadsheet cut the number to {as_written.strip()}: send the file as the switch wrote it"
    if _MASKED.match(text):
        return "masked: the last digits are hidden"
    return ""


def _no_number(written: Written, plan: DialPlan) -> Number:
    text = written.text
    digits = text.lstrip("+")
    if digits.isdigit() and len(digits) > SHORT:
        where = f" from {plan.country}" if plan.country else ", and the carrier's country is not known"
        return Number(NumberKind.INVALID, why=f"{len(digits)} digits that no dial plan explains{where}")
    if not digits.isdigit() and text[0] not in "*#" and re.search(r"\d{8}", text):
        return Number(NumberKind.INVALID, why="characters among the digits that no number has")
    return Number(NumberKind.INTERNAL, internal_key(digits or text, plan))
