"""What matters of FreeSWITCH's XML documents, picked out of many at once by one XSLT stylesheet.

lxml makes a Python object of each element that is touched, which takes longer than all the parsing. The stylesheet
(XSLT 1.0) writes what is wanted as one text, divided by marks that no text means.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any
from urllib.parse import unquote_to_bytes

from hoptrace.intake.formats.freeswitch_flows import IN_PROFILE
from hoptrace.intake.formats.freeswitch_sheet_read import DOCUMENT, MARK, PART, VALUE, Texts, read_alone, table_of_texts
from hoptrace.intake.formats.freeswitch_table import CALLFLOW_TIMES, LegTable
from hoptrace.intake.formats.freeswitch_variables import READ, are_encoded
from hoptrace.intake.formats.xml_records import Together

_ENCODED_MARK = "%7F"


class Sheet:
    """The stylesheet, and what it wrote so far: texts of the variables and of the call flows of documents."""

    def __init__(self) -> None:
        etree: Any = import_module("lxml.etree")
        self._transform: Any = etree.XSLT(etree.XML(_stylesheet()), access_control=etree.XSLTAccessControl.DENY_ALL)
        self._variables: list[str] = []
        self._written: list[str] = []
        self._flows: list[str] = []
        self._alone: dict[int, dict[str, str]] = {}
        self._count = 0

    def add(self, together: Together, encoding: str) -> None:
        """Have several documents read, which are numbered on."""
        if encoding.lower() != "utf-8" or _can_have_marks(b"".join(together.raws)):
            _take_marks_out(together.root)
        variables, flows = str(self._transform(together.root)).split(PART, 1)
        self._written.append(variables)
        plain = _decoded(variables)
        if plain is None:
            # Each document for itself; in the text they are empty.
            documents = variables.split(DOCUMENT)[1:]
            self._alone |= {self._count + at: read_alone(text) for at, text in enumerate(documents)}
            plain = DOCUMENT * len(documents)
        self._variables.append(plain)
        self._flows.append(flows)
        self._count += len(together.raws)

    def table(self) -> LegTable:
        """What all of them tell."""
        together, flows = "".join(self._variables), "".join(self._flows)
        return table_of_texts(Texts(together, flows, lambda: "".join(self._written), self._alone))


def _can_have_marks(content: bytes) -> bool:
    if b"&" in content and b"&#" in content:  # one character is found in a twentieth of the time that two take
        return True
    return MARK.encode() in content


def _take_marks_out(root: Any) -> None:
    for element in root.iter("*"):
        if element.text:
            element.text = element.text.replace(MARK, "\ufffd")
        for name, value in element.attrib.items():
            element.attrib[name] = value.replace(MARK, "\ufffd")
    for node in root.iter():  # comments and unknown entities too, behind which text can stand
        if node.tail:
            node.tail = node.tail.replace(MARK, "\ufffd")


def _decoded(together: str) -> str | None:
    """The variables of all documents without URL encoding; None where they have to be looked at one by one.

    That is where a value shows that it is not encoded while another may be, or may become a mark.
    """
    if "%" not in together:
        return together
    encoded_mark = _ENCODED_MARK in together or _ENCODED_MARK.lower() in together
    if encoded_mark or not are_encoded([together]):
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
