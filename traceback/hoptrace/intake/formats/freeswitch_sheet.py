"""What matters of FreeSWITCH's XML documents, picked out of many at once by one XSLT stylesheet.

lxml makes a Python object of each element that is touched, which takes longer than all the parsing. The stylesheet
(XSLT 1.0) writes what is wanted as one text, divided by three control characters (C1) that no text means.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any
from urllib.parse import unquote_to_bytes

from hoptrace.intake.formats.freeswitch_flows import IN_PROFILE, CallFlow, Profile, Told, index_of
from hoptrace.intake.formats.freeswitch_variables import READ, are_encoded, decoded_texts
from hoptrace.intake.formats.xml_records import Together

_VALUE, _PART, _DOCUMENT = "\x81", "\x8d", "\x8f"
_NO_MARKS = dict.fromkeys(map(ord, (_VALUE, _PART, _DOCUMENT)), "\ufffd")
_CAN_BE_MARKS = (b"\xc2\x81", b"\xc2\x8d", b"\xc2\x8f")
_ENCODED_MARKS = ("%C2%8", "%c2%8")
"""How the URL encoding of a mark begins; no letter that is not encoded ends in the byte C2 or begins with 8X."""

_TIMES = ("created_time", "answered_time", "hangup_time")
_BEFORE_TIMES = 2 + len(IN_PROFILE)
"""Of the parts of a call flow: a text that is empty, its number and the caller profile stand before the times."""


class Sheet:
    """The stylesheet, and what it writes read again."""

    def __init__(self) -> None:
        etree: Any = import_module("lxml.etree")
        self._transform: Any = etree.XSLT(etree.XML(_stylesheet()), access_control=etree.XSLTAccessControl.DENY_ALL)

    def told(self, together: Together, encoding: str) -> list[Told]:
        """What each of several documents tells."""
        if encoding.lower() != "utf-8" or _can_have_marks(b"".join(together.raws)):
            _take_marks_out(together.root)
        variables, flows = str(self._transform(together.root)).split(_PART, 1)
        return list(map(Told, _variables(variables), map(_call_flow, flows.split(_DOCUMENT)[1:])))


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


def _variables(together: str) -> list[dict[str, str]]:
    """The variables of each document, none empty."""
    plain = _decoded(together)
    if plain is None:
        return [decoded_texts(_first(text.split(_VALUE))) for text in together.split(_DOCUMENT)[1:]]
    found: list[dict[str, str]] = []
    for written, text in zip(together.split(_DOCUMENT)[1:], plain.split(_DOCUMENT)[1:], strict=True):
        said = text.split(_VALUE)
        variables = dict(zip(said[1::2], map(str.strip, said[2::2]), strict=True))
        if len(variables) != len(said) // 2:
            variables = decoded_texts(_first(written.split(_VALUE)))
        elif "" in variables.values():
            variables = {name: value for name, value in variables.items() if value}
        found.append(variables)
    return found


def _decoded(together: str) -> str | None:
    """The variables of all documents without URL encoding; None where they have to be looked at one by one.

    That is where a value shows that it is not encoded while another may be, or may become a mark.
    """
    if "%" not in together:
        return together
    if any(mark in together for mark in _ENCODED_MARKS) or not are_encoded([together]):
        return None
    return unquote_to_bytes(together).decode("utf-8", "replace")


def _first(said: list[str]) -> dict[str, str]:
    """Names with their values, which begin after the first text; the first not blank where a name stands twice."""
    names, values = said[1::2], said[2::2]
    found = dict(zip(names, values, strict=True))
    if len(found) < len(names):
        found.update((name, text) for name, text in zip(names[::-1], values[::-1], strict=True) if text.strip())
    return found


def _call_flow(text: str) -> CallFlow:
    """All call flows of a document as one; each begins with its own part, and those of other legs in it follow."""
    flows: list[list[list[str]]] = []
    for part in text.split(_PART)[1:]:
        said = part.split(_VALUE)
        if said[0]:
            flows[-1].append(said)
        else:
            flows.append([said])
    if not flows:
        return CallFlow()
    if len(flows) > 1:
        flows.sort(key=lambda flow: index_of(flow[0][1]))
    first, *others = flows[0]
    for flow in flows[1:]:
        others += flow[1:]
    originator = next((_profile(said[1:]) for said in others if said[0] == "originator"), None) if others else None
    return CallFlow(
        _profile(first[2:_BEFORE_TIMES]),
        originator,
        frozenset([uuid for said in others if (uuid := said[1].strip())]),
        first[_BEFORE_TIMES],
        tuple([dict(zip(_TIMES, flow[0][_BEFORE_TIMES:], strict=True)) for flow in flows]),
    )


def _profile(said: list[str]) -> Profile:
    uuid, calling, ani, called, address, channel, rdnis = [text.strip() or None for text in said]
    return Profile(uuid, calling or ani, called, address, channel, rdnis)


def _stylesheet() -> str:
    flow = _value("@profile_index") + _leaves("caller_profile[1]/", IN_PROFILE) + _leaves("times[1]/", _TIMES)
    wanted = "".join(
        f'<xsl:template match="{name}">{_VALUE}{name}{_VALUE}<xsl:value-of select="text()"/></xsl:template>'
        for name in sorted(READ)
    )
    return f"""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="text"/>
<xsl:template match="/"><xsl:for-each select="*/*">
  <xsl:text>{_DOCUMENT}</xsl:text><xsl:apply-templates select="descendant-or-self::variables/*"/>
</xsl:for-each>{_PART}<xsl:for-each select="*/*">{_DOCUMENT}<xsl:for-each select="descendant-or-self::callflow">
  <xsl:text>{_PART}</xsl:text>{flow}{_others("originator", IN_PROFILE)}{_others("originatee", IN_PROFILE[:1])}
</xsl:for-each></xsl:for-each></xsl:template>
<xsl:template match="*"/>{wanted}
</xsl:stylesheet>"""


def _others(side: str, names: tuple[str, ...]) -> str:
    """The profiles of the legs on one side of a caller profile."""
    place, name = f"caller_profile[1]/{side}", f"{side}_caller_profile"
    said = _leaves("", names)
    return f'<xsl:for-each select="{place}/{name}s/*|{place}/{name}">{_PART}{side}{said}</xsl:for-each>'


def _leaves(place: str, names: tuple[str, ...]) -> str:
    """The texts of elements; one that holds others, as damage can make it do, has none."""
    return "".join(_value(f"{place}{name}[not(*)]") for name in names)


def _value(path: str) -> str:
    return f'{_VALUE}<xsl:value-of select="{path}"/>'
