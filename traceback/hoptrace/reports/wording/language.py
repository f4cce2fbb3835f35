"""The language of a report: messages by gettext from one .po file a language, counts and days by its rules.

Messages are English sentences with {names} in braces. `say` puts the values in after the sentence was translated, so
that they may stand in another order; what carriers wrote is never looked for in a catalog, nor read as a pattern.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from hoptrace.errors import UsageError

ENGLISH = "en"
ENDING = ".po"
_NAME = re.compile(r"\{(\w+)\}")

BUDDHIST_ERA = 543
"""Years by which the Buddhist era is ahead of the common one."""


def message(text: str) -> str:
    """Marks a sentence that stands in a table, so that it is found when messages are gathered for translation."""
    return text


@dataclass(frozen=True, slots=True)
class Saying:
    """Words before it is known in which language they are said: a message and its values."""

    text: str
    values: tuple[tuple[str, str], ...] = ()

    def told(self, voice: Language) -> str:
        """The words in a language."""
        return voice.say(self.text, **dict(self.values))

    def with_values(self, change: Callable[[str], str]) -> Saying:
        """The same with each value changed."""
        return Saying(self.text, tuple((name, change(value)) for name, value in self.values))


@dataclass(frozen=True, slots=True)
class Language:
    """One language, by its code (BCP 47)."""

    code: str
    catalog: gettext.NullTranslations

    def say(self, text: str, **values: object) -> str:
        """A message in this language, with its values."""
        return _filled(self.catalog.gettext(text) if text else "", values)

    def count(self, number: int, one: str, many: str, **values: object) -> str:
        """A message about a number of things, which it holds as {number}, in the plural that this language wants."""
        return _filled(self.catalog.ngettext(one, many, number), {"number": f"{number:,}", **values})

    def listed(self, parts: Sequence[str]) -> str:
        """Parts as a list in a sentence: "a, b and c"."""
        if len(parts) < 2:
            return "".join(parts)
        return self.say("{parts} and {last}", parts=", ".join(parts[:-1]), last=parts[-1])

    def has(self, text: str) -> bool:
        """Whether a message is translated; English needs no translation."""
        return self.code == ENGLISH or self.catalog.gettext(text) != text

    def era(self, year: int) -> str:
        """The year in the era that is usual where this language is spoken, to stand beside a date; mostly nothing."""
        return f"พ.ศ. {year + BUDDHIST_ERA}" if self.code == "th" else ""

    def with_era(self, text: str) -> str:
        """A date or time that begins with its year, with the year in the usual era behind it."""
        era = self.era(int(text[:4])) if text[:4].isdigit() else ""
        return f"{text} ({era})" if era else text

    def day(self, day: date) -> str:
        """A day for a person: 14 March 2026."""
        from babel.dates import format_date

        told = format_date(day, "d MMMM y", locale=self.code)
        era = self.era(day.year)
        return f"{told} ({era})" if era else told


@cache
def language(code: str = ENGLISH) -> Language:
    """The language with this code; raises UsageError where there is no .po file of it."""
    if code == ENGLISH:
        return Language(ENGLISH, gettext.NullTranslations())
    if code not in languages():
        raise UsageError(f"There is no language {code!r}; there are {', '.join(languages())}.")
    return Language(code, _catalog(code))


def languages() -> list[str]:
    """The languages that there are."""
    folder = files("hoptrace.reports").joinpath("locales")
    found = [entry.name.removesuffix(ENDING) for entry in folder.iterdir() if entry.name.endswith(ENDING)]
    return [ENGLISH, *sorted(found)]


def _catalog(code: str) -> gettext.GNUTranslations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    written = files("hoptrace.reports").joinpath("locales", code + ENDING).read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(written), locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _filled(text: str, values: Mapping[str, object]) -> str:
    return _NAME.sub(lambda found: str(values.get(found[1], found[0])), text)
