"""What matters of FreeSWITCH's XML documents, picked out of many at once by one XSLT stylesheet (`xml.sheets`)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_to_bytes

from hoptrace.intake.formats.freeswitch.flows import IN_PROFILE
from hoptrace.intake.formats.freeswitch.sheet_read import (
    DOCUMENT,
    INSIDE,
    NAMED_LEG,
    ORIGIN_TOLD,
    PART,
    table_of_text,
)
from hoptrace.intake.formats.freeswitch.table import CALLFLOW_TIMES, PROFILE, LegTable
from hoptrace.intake.formats.freeswitch.variables import READ, are_encoded
from hoptrace.intake.formats.xml.parsing import Together
from hoptrace.intake.formats.xml.sheets import MARK, VALUE, can_have_marks, compiled

_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ENCODED_MARK = "%7F"


class Sheet:
    """The stylesheet, and what it wrote so far: texts of the variables and of the call flows of documents."""

    def __init__(self) -> None:
        self._transform = compiled(_stylesheet())
        self._variables: list[str] = []
        self._flows: list[str] = []
        self._count = 0

    def add(self, together: Together, encoding: str) -> None:
        """Have several documents read, which are numbered on."""
        if encoding.lower() != "utf-8" or can_have_marks(b"".join(together.raws)):
            _take_marks_out(together.root)
        variables, flows = str(self._transform(together.root)).split(PART, 1)
        self._variables.append(_decoded(variables))
        self._flows.append(flows)
        self._count += len(together.raws)

    def pairs_of(self, root: Any) -> list[tuple[str, str]]:
        """The names and values of one document, which is the child of `root`, in the order in which they count."""
        said = str(self._transform(root)).replace(PART, "").split(VALUE)[1:]
        return [(name, value) for name, value in zip(said[::2], said[1::2], strict=True) if name != MARK]

    def table(self) -> LegTable:
        """What all of them tell."""
        return table_of_text("".join((*self._variables, *self._flows)), self._count)


def _take_marks_out(root: Any) -> None:
    for element in root.iter("*"):
        if element.text:
            element.text = _settable(element.text)
        for name, value in element.attrib.items():
            element.attrib[name] = _settable(value)
    for node in root.iter():  # comments and unknown entities too, behind which text can stand
        if node.tail:
            node.tail = _settable(node.tail)


def _settable(text: str) -> str:
    """A text without marks, nor with what lxml gives of damaged documents and does not take."""
    return _REFUSED.sub("\ufffd", _unmarked(text))


def _decoded(together: str) -> str:
    """The variables of all documents without URL encoding.

    Where a value shows that it is not encoded while another may be, or may become a mark, they are looked at one by
    one.
    """
    if "%" not in together:
        return together
    encoded_mark = _ENCODED_MARK in together or _ENCODED_MARK.lower() in together
    if encoded_mark or not are_encoded([together]):
        return "".join(map(_decoded_alone, together.split(DOCUMENT)[1:]))
    return _unquoted(together)


def _decoded_alone(document: str) -> str:
    said = [text.strip() for text in document.split(VALUE)]
    texts = map(_unquoted, said) if are_encoded(said) else said
    return DOCUMENT + VALUE.join(map(_unmarked, texts))


def _unquoted(text: str) -> str:
    return unquote_to_bytes(text).decode("utf-8", "replace")


def _unmarked(text: str) -> str:
    return text.replace(MARK, "\ufffd")


def _stylesheet() -> str:
    """Call flows go by their numbers: of the profiles the first counts, of the times of answer and end the latest."""
    created, *latest = CALLFLOW_TIMES
    own = dict(zip(IN_PROFILE, (*PROFILE[:2], *PROFILE[1:]), strict=True))
    own_ani, made = _pair(own.pop("ani"), "caller_profile[1]/ani[not(*)]"), "times[1]/created_time[not(*)]"
    templates = [_template(name, name, "text()") for name in sorted(READ)]
    templates += [_template(name, of, ".", mode="own") for name, of in (*own.items(), (created, created))]
    first = f'<xsl:apply-templates select="caller_profile[1]/*[not(*)]|{made}" mode="own"/>{own_ani}'
    origin = "".join(_value(f"{name}[not(*)]", INSIDE) for name in IN_PROFILE)
    others = _others("originator", f"{VALUE}{ORIGIN_TOLD}{VALUE}{origin}") + _others("originatee", "")
    flows = _flows("ascending", f'<xsl:if test="position()=1">{first}</xsl:if>{others}')
    flows += _flows("descending", "".join(_pair(name, f"times[1]/{name}[not(*)]") for name in latest))
    return f"""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="text"/>
<xsl:template match="/"><xsl:for-each select="*/*">
  <xsl:text>{DOCUMENT}</xsl:text><xsl:apply-templates select="descendant-or-self::variables/*"/>
</xsl:for-each>{PART}<xsl:for-each select="*/*">{DOCUMENT}{flows}</xsl:for-each></xsl:template>
<xsl:template match="*"/><xsl:template match="*" mode="own"/>{"".join(templates)}
</xsl:stylesheet>"""


def _flows(order: str, inside: str) -> str:
    """Something for each call flow, in the order of their numbers."""
    by_number = f"""<xsl:sort select="concat('0', @profile_index)" data-type="number" order="{order}"/>"""
    return f'<xsl:for-each select="descendant-or-self::callflow">{by_number}{inside}</xsl:for-each>'


def _others(side: str, inside: str) -> str:
    """Something, and the uuid, for each profile of the legs on one side of a caller profile."""
    name = f"{side}_caller_profile"
    profiles = f'<xsl:for-each select="{name}s/*|{name}">{inside}{_pair(NAMED_LEG, "uuid[not(*)]")}</xsl:for-each>'
    return f'<xsl:for-each select="caller_profile[1]/{side}">{profiles}</xsl:for-each>'


def _template(element: str, name: str, path: str, mode: str = "") -> str:
    attribute = f' mode="{mode}"' if mode else ""
    return f'<xsl:template match="{element}"{attribute}>{_pair(name, path)}</xsl:template>'


def _pair(name: str, path: str) -> str:
    return f"{VALUE}{name}{_value(path, VALUE)}"


def _value(path: str, mark: str) -> str:
    """A text behind a mark; an element that holds others, as damage can make it do, is asked for none."""
    return f'{mark}<xsl:value-of select="{path}"/>'
