"""From what a switch wrote in a number field to the bare spelling: URIs, names, parameters, separators taken off."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from urllib.parse import unquote

_WITHHELD = (
    "anonymous anon restricted unavailable unknown private withheld asserted blocked notavailable nocallerid "
    "calleridblocked unknowncaller unknownnumber privatenumber privatecaller idwithheld numberwithheld outofarea "
    "hidden nonumber"
)
WITHHELD_WORDS = frozenset(_WITHHELD.split())
WITHHELD_NUMBERS = frozenset({"8656696", "266696687"})
MISSING_WORDS = frozenset({"", "-", "--", "null", "none", "nil", r"\n", "n/a", "na", "(null)", "undefined", '""', "''"})

_WITHHELD_HOSTS = frozenset({"anonymous.invalid", "unknown.invalid", "restricted.invalid"})
_NAME_ADDR = re.compile(r"^(?P<display>[^<]*)<(?P<uri>[^>]*)(?P<closed>>?)")
_SCHEME = re.compile(r"^(?:sips?|tel):(?://)?", re.IGNORECASE)
_ADDRESS = re.compile(r"^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]+\])(?::\d+)?$")
_EXTENSION = re.compile(r"(?i)(?<=\d{4})\s*(?:x|ext\.?|extension)\s*\d{1,6}$")
_FORMULA = re.compile(r'^="?(?P<text>[^"]*)"?$')
_FLOAT = re.compile(r"(?<=\d{6})\.0$")
_SEPARATORS = str.maketrans("", "", " -.()/~\u00ad\u2010\u2011\u2012\u2013\u2014\u2212_'\"`<>[]{},")
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")


@dataclass(frozen=True, slots=True)
class Written:
    """A number field without its clothes. `text` has no separators; `context` is a tel URI's global phone-context.

    `cut`: what stood in angle brackets was not closed. `named`: the digits are of the display name.
    """

    text: str
    host: str = ""
    context: str = ""
    cut: bool = False
    named: bool = False

    @property
    def withheld(self) -> bool:
        """The field says that the number is kept back (RFC 3323 anonymous.invalid, and the words switches use)."""
        bare = self.text.lstrip("+")
        zeros = bare.strip("0") == "" and bare != ""
        named = self.text.lower() in WITHHELD_WORDS or bare in WITHHELD_NUMBERS
        return named or zeros or self.host.lower() in _WITHHELD_HOSTS

    @property
    def missing(self) -> bool:
        """The field says nothing at all."""
        return self.text.lower() in MISSING_WORDS


def undress(text: str) -> Written:
    """The bare spelling of a number field: Unicode made plain, name-addr and URI opened, parameters and separators off.

    Sources: RFC 3261 (name-addr, sip URI), RFC 3966 (tel URI, phone-context), RFC 4694 (rn, npdi), which never are part
    of the dialled number.
    """
    plain = _plain(text)
    if plain.lower() in MISSING_WORDS:
        return Written("")
    formula = _FORMULA.match(plain)
    plain = formula["text"].strip() if formula else plain
    boxed = _NAME_ADDR.match(plain)
    if boxed is None:
        return _from_uri(plain)
    inside = _from_uri(boxed["uri"])
    display = _bare(boxed["display"])
    if not inside.text or (not re.search(r"\d", inside.text) and re.search(r"\d{7}", display)):
        return Written(display, inside.host, named=True)
    return inside if boxed["closed"] or inside.host else replace(inside, cut=True)


def _plain(text: str) -> str:
    """NFKC, every script's digits as 0-9, control and direction marks gone."""
    if text.isascii() and text.isprintable():
        return text.strip()
    folded = unicodedata.normalize("NFKC", text)
    return "".join(_plain_character(character) for character in folded).strip()


def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category.startswith("Z"):
        return " "
    return "" if category.startswith("C") else character


def _from_uri(text: str) -> Written:
    scheme = _SCHEME.match(text)
    rest = text[scheme.end() :] if scheme else text
    user, at, host = rest.rpartition("@")
    host = re.split(r"[:;>?]", host, maxsplit=1)[0] if at else ""
    if not at:
        user = rest
        if _ADDRESS.match(re.split(r"[;?]", rest, maxsplit=1)[0]):
            return Written("" if scheme else rest)
    if _ESCAPED.search(user):
        user = unquote(user)
    user, *parameters = user.split(";")
    user = user.partition(":")[0] if at else user
    return Written(_bare(user), host, _context(parameters))


def _context(parameters: list[str]) -> str:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "phone-context" and value.startswith("+"):
            return value.translate(_SEPARATORS)
    return ""


def _bare(text: str) -> str:
    """Without separators, the `.0` of a float, an extension behind the number, and a closing `#`."""
    bare = _EXTENSION.sub("", _FLOAT.sub("", text.strip())) if len(text) > 7 else text
    bare = bare.translate(_SEPARATORS) or text.strip()
    return bare[:-1] if bare.endswith("#") and bare[:-1].lstrip("+").isdigit() else bare
