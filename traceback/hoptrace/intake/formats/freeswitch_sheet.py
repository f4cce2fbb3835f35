"""What matters of FreeSWITCH's XML documents, picked out of many at once by one XSLT stylesheet.

lxml makes a Python object of each element that is touched, which takes longer than all the parsing. The stylesheet
(XSLT 1.0) writes what is wanted as one text, divided by three control characters (C1) that no text means.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any
from urllib.parse import unquote_to_bytes

from hoptrace.intake.formats.freeswitch_flows import IN_PROFILE
from hoptrace.intake.formats.freeswitch_sheet_read import DOCUMENT, PART, VALUE, table_of_texts
from hoptrace.intake.formats.freeswitch_table import CALLFLOW_TIMES, LegTable
from hoptrace.intake.formats.freeswitch_variables import READ, are_encoded, decoded_texts
from hoptrace.intake.formats.xml_records import Together

_NO_MARKS = dict.fromkeys(map(ord, (VALUE, PART, DOCUMENT)), "\ufffd")
_CAN_BE_MARKS = (b"\xc2\x81", b"\xc2\x8d", b"\xc2\x8f")
_ENCODED_MARKS = ("%C2%8", "%c2%8")
"""How the URL encoding of a mark begins; no letter that is not encoded ends in the byte C2 or begins with 8X."""

_ENCODED_BLANKS = tuple(f"{VALUE}%{digits}" for digits in ("20", "0", "1", "C2", "c2", "E", "e"))
"""How a value may begin that is blank without its encoding; it would count as none where its name stands twice."""


class Sheet:
    """The stylesheet, and what it wrote so far: texts of the variables and of the call flows of documents."""

    def __init__(self) -> None:
        etree: Any = import_module("lxml.etree")
        self._transform: Any = etree.XSLT(etree.XML(_stylesheet()), access_control=etree.XSLTAccessControl.DENY_ALL)
        self._variables: list[str] = []
        self._flows: list[str] = []
        self._alone: dict[int, dict[str, str]] = {}
        self._count = 0

    def add(self, together: Together, encoding: str) -> None:
        """Have several documents read, which are numbered on."""
        if encoding.lower() != "utf-8" or _can_have_marks(b"".join(together.raws)):
            _take_marks_out(together.root)
        variables, flows = str(self._transform(together.root)).split(PART, 1)
        plain = _decoded(variables)
        if plain is None:
            # Each document for itself; in the text they are empty.
            documents = variables.split(DOCUMENT)[1:]
            self._alone |= {self._count + at: alone(text) for at, text in enumerate(documents)}
            plain = DOCUMENT * len(documents)
        self._variables.append(plain)
        self._flows.append(flows)
        self._count += len(together.raws)

    def table(self) -> LegTable:
        """What all of them tell."""
        return table_of_texts("".join(self._variables), "".join(self._flows), self._alone)


def alone(text: str) -> dict[str, str]:
    """The variables of one document, as the stylesheet wrote them; the first not blank where a name stands twice."""
    said = text.split(VALUE)
    names, values = said[1::2], said[2::2]
    found = dict(zip(names, values, strict=True))
    if len(found) < len(names):
        found.update((name, text) for name, text in zip(names[::-1], values[::-1], strict=True) if text.strip())
    return decoded_texts(found)


def _can_have_marks(content: bytes) -> bool:
    if b"&" in content and b"&#" in content:  # one character is found in a twentieth of the time that two take
        return True
    return not content.isascii() and any(mark in content for mark in _CAN_BE_MARKS)


def _take_marks_out(root: Any) -> None:
    for element in root.iter("*"):
        if element.text:
            element.text = element.text.translate(_NO_MARKS)
        for name, value in element.attrib.items():
            element.attrib[name] = value.translate(_NO_MARKS)
    for node in root.iter():  # comments and unknown entities too, behind which text can stand
        if node.tail:
            node.tail = node.tail.translate(_NO_MARKS)


def _decoded(together: str) -> str | None:
    """The variables of some documents without URL encoding; None where they have to be looked at one by one.

    That is where a value shows that it is not encoded while another may be, or may become a mark or blank.
    """
    if "%" not in together:
        return together
    if any(mark in together for mark in (*_ENCODED_MARKS, *_ENCODED_BLANKS)) or not are_encoded([together]):
        return None
    return unquote_to_bytes(together).decode("utf-8", "replace")


def _stylesheet() -> str:
    flow = _value("@profile_index") + _leaves("caller_profile[1]/", IN_PROFILE) + _leaves("times[1]/", CALLFLOW_TIMES)
    wanted = "".join(
        f'<xsl:template match="{name}">{VALUE}{name}{VALUE}<xsl:value-of select="text()"/></xsl:template>'
        for name in sorted(READ)
    )
    others = _others("originator", IN_PROFILE) + _others("originatee", IN_PROFILE[:1])
    return f"""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="text"/>
<xsl:template match="/"><xsl:for-each select="*/*">
  <xsl:text>{DOCUMENT}</xsl:text><xsl:apply-templates select="descendant-or-self::variables/*"/>
</xsl:for-each>{PART}<xsl:for-each select="*/*">{DOCUMENT}<xsl:for-each select="descendant-or-self::callflow">
  <xsl:text>{PART}</xsl:text>{flow}{others}
</xsl:for-each></xsl:for-each></xsl:template>
<xsl:template match="*"/>{wanted}
</xsl:stylesheet>"""


def _others(side: str, names: tuple[str, ...]) -> str:
    """The profiles of the legs on one side of a caller profile."""
    place, name = f"caller_profile[1]/{side}", f"{side}_caller_profile"
    inside = f'<xsl:for-each select="{name}s/*|{name}">{PART}{side}{_leaves("", names)}</xsl:for-each>'
    return f'<xsl:for-each select="{place}">{inside}</xsl:for-each>'


def _leaves(place: str, names: tuple[str, ...]) -> str:
    """The texts of elements; one that holds others, as damage can make it do, has none."""
    return "".join(_value(f"{place}{name}[not(*)]") for name in names)


def _value(path: str) -> str:
    return f'{VALUE}<xsl:value-of select="{path}"/>'
