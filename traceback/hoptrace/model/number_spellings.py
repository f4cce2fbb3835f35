"""The digits of one number in every spelling: with `+`, with prefixes, as dialled at home, as letters of a keypad."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import phonenumbers

from hoptrace.model.dialplan import NANP_CODE, NANP_SHAPE, Country, DialPlan, country_of

SHORT = 7
"""No more digits: an extension, or a number that is dialled without its area code."""

_VANITY = re.compile(r"^(?:\+?1)?(8(?:00|22|33|44|55|66|77|88)|900)(?=\w*[A-Za-z]{3})(\w{7,})$")
_HASH_PREFIX = re.compile(r"^[+*]?\d{1,8}[#*](?=\+?\d{7,}$)")
_STAR_CODE = re.compile(r"^\*\d{2}(?=\+?\d{7,}$)")
_FICTIONAL = re.compile(r"^441632960\d{3}$")  # Ofcom: numbers for TV and radio drama, which no plan calls valid
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read digits: `strong` where the country's plan knows the number, else its length alone fits."""

    digits: str
    strong: bool


def read_digits(text: str, plan: DialPlan, context: str = "") -> str | None:
    """The E.164 digits of an undressed spelling, or None; readings that the plan knows win over possible ones."""
    country = country_of(plan.country)
    candidates = list(_candidates(_unvanity(text), plan, country, context))
    for reading in candidates:
        if reading.strong:
            return reading.digits
    if candidates or plan.home in ("", plan.country) or plan.as_at_home:
        return candidates[0].digits if candidates else None
    return read_digits(text, replace(plan, as_at_home=True), context)


def read_strictly(text: str, plan: DialPlan) -> str | None:
    """The E.164 digits where the text is a domestic or explicit spelling that the numbering plan knows, else None."""
    country = country_of(plan.country)
    readings = (*_explicit_spelling(text, country), *_domestic(text, country))
    return next((reading.digits for reading in readings if reading.strong), None)


def is_known(text: str, plan: DialPlan) -> bool:
    """Whether a numbering plan knows the digits, so that more than their number speaks for a reading."""
    return any(reading.strong for reading in _candidates(text, plan, country_of(plan.country), ""))


def read_bare(text: str) -> str | None:
    """The digits where they are an E.164 number without its plus, whatever the country, else None."""
    reading = _international(text) if _is_digits(text) else None
    return reading.digits if reading is not None and reading.strong else None


def _unvanity(text: str) -> str:
    """1-800-FLOWERS as digits; only behind a toll-free or premium code, where letters are meant as keys."""
    vanity = _VANITY.match(text)
    if vanity is None or not text.isascii() or re.search("(?i)x{3}", text):
        return text
    return "1" + (vanity[1] + vanity[2].upper().translate(_KEYPAD))[:10]


def _candidates(text: str, plan: DialPlan, country: Country, context: str) -> Iterator[_Reading]:
    """All readings, best first: explicit, then behind a listed prefix, then what the country's plan gives."""
    if text.startswith("+"):
        yield from _explicit(text[1:], country)
        if "#" not in text and "*" not in text:
            return
    if context and text.isdigit():
        yield from (r for r in _explicit(context[1:] + text, country) if r.strong)
    if plan.as_at_home:
        yield from _at_home(text, plan)
    if plan.of_callers:
        yield from (r for r in _plain_readings(text, country) if r.strong)
    rests = [text[len(prefix) :].lstrip("#*") for prefix in plan.prefixes() if text.startswith(prefix)]
    rests += [text[match.end() :] for match in (_HASH_PREFIX.match(text), _STAR_CODE.match(text)) if match]
    for rest in rests:
        yield from (r for r in (*_explicit_spelling(rest, country), *_domestic(rest, country)) if r.strong)
    yield from _plain_readings(text, country)
    for rest in rests:
        yield from _plain_readings(rest, country)
    for rest in (text, *rests):
        yield from _at_home(rest, plan)


def _at_home(text: str, plan: DialPlan) -> Iterator[_Reading]:
    """What the home country's plan knows a text of a carrier abroad as: behind its prefix, and if learned, without."""
    if not plan.home or plan.home == plan.country:
        return
    home = country_of(plan.home)
    yield from (r for r in _explicit_spelling(text, home) if r.strong)
    if plan.as_at_home:
        yield from (r for r in _domestic(text, home) if r.strong)


def _plain_readings(text: str, country: Country) -> Iterator[_Reading]:
    explicit = list(_explicit_spelling(text, country))
    if explicit:
        yield from explicit
        return
    if not _is_digits(text):
        return
    yield from _domestic(text, country)
    if len(text) > SHORT and not text.startswith("0"):
        foreign = _international(text)
        if foreign is not None and (foreign.strong or country.code not in (0, NANP_CODE)):
            yield foreign
    if not country.national_prefix or country.is_nanp or text.startswith("0"):
        return
    if len(text) > SHORT:
        yield from _own(text, country)


def _explicit_spelling(text: str, country: Country) -> Iterator[_Reading]:
    """What `+` or an international prefix announces; nothing where neither stands there."""
    if text.startswith("+"):
        yield from _explicit(text[1:], country)
    elif _is_digits(text):
        prefix = country.international_prefix.match(text)
        if prefix is not None and len(text) - prefix.end() >= SHORT:
            yield from _explicit(text[prefix.end() :], country)


def _explicit(digits: str, country: Country) -> Iterator[_Reading]:
    """Digits after `+` or a prefix; some switches write the prefix twice (011011...), or + and 00 together."""
    if not _is_digits(digits):
        return
    doubled = country.international_prefix.match(digits)
    while doubled is not None and digits[0] == "0" and doubled.end() < len(digits):
        digits = digits[doubled.end() :]
        doubled = country.international_prefix.match(digits)
    reading = _international(digits.lstrip("0"))
    if reading is not None:
        yield reading


def _domestic(digits: str, country: Country) -> Iterator[_Reading]:
    """A number of the carrier's own country: with national prefix, with calling code, or where neither is used."""
    if not _is_digits(digits) or not country.code:
        return
    if country.is_nanp:
        national = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
        if NANP_SHAPE.fullmatch(national):
            yield _Reading("1" + national, strong=True)
        return
    own_code = str(country.code)
    if not country.national_prefix:
        yield from (reading for reading in _own(digits, country) if reading.strong)
    elif digits.startswith(country.national_prefix) and len(digits) > SHORT:
        yield from _with_national_prefix(digits, country)
    if digits.startswith(own_code) and len(digits) > SHORT:
        reading = _international(digits)
        if reading is not None:
            yield _Reading(reading.digits, strong=True)
    if not country.national_prefix and len(digits) > SHORT:
        yield from _own(digits, country)


def _with_national_prefix(digits: str, country: Country) -> Iterator[_Reading]:
    if country.rewrites:
        reading = _parsed(digits, country.region)
    else:
        reading = _international(f"{country.code}{digits[len(country.national_prefix) :]}")
    if reading is not None and reading.digits.startswith(str(country.code)):
        yield reading


def _own(digits: str, country: Country) -> Iterator[_Reading]:
    reading = _international(f"{country.code}{digits}")
    if reading is not None:
        yield reading


def _international(digits: str) -> _Reading | None:
    """Digits that should begin with a calling code, held against ITU-T E.164 and that country's plan."""
    if len(digits) < SHORT or digits[0] == "0":
        return None
    if digits[0] != str(NANP_CODE):
        return _parsed("+" + digits, None)
    national = digits[2:] if len(digits) == 12 and digits[1] == "1" else digits[1:]
    return _Reading("1" + national, strong=True) if NANP_SHAPE.fullmatch(national) else None


def _parsed(text: str, region: str | None) -> _Reading | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
    if len(digits) > 15:
        return None
    return _Reading(digits, phonenumbers.is_valid_number(number) or _FICTIONAL.match(digits) is not None)


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
