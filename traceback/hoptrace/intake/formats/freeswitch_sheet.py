"""What matters of FreeSWITCH's XML documents, picked out of many at once by one XSLT stylesheet.

lxml makes a Python object of each element that is touched, which takes longer than all the parsing. The stylesheet
(XSLT 1.0) writes what is wanted as one text, divided by three control characters (C1) that no text means.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from hoptrace.intake.formats.freeswitch_documents import Json
from hoptrace.intake.formats.freeswitch_flows import CallFlow, Profile, Told, index_of
from hoptrace.intake.formats.freeswitch_variables import READ, decoded_texts
from hoptrace.intake.formats.xml_records import Together

_VALUE, _PART, _DOCUMENT = "\x81", "\x8d", "\x8f"
_NO_MARKS = dict.fromkeys(map(ord, (_VALUE, _PART, _DOCUMENT)), "\ufffd")
_CAN_BE_MARKS = (b"\xc2\x81", b"\xc2\x8d", b"\xc2\x8f")

_PROFILE = ("uuid", "caller_id_number", "ani", "destination_number", "network_addr", "chan_name", "rdnis")
_TIMES = ("created_time", "answered_time", "hangup_time")


class _Flow(NamedTuple):
    """A call flow: its number, its caller profile and times as written, and the profiles of other legs in it."""

    number: int
    profile: list[str]
    times: list[str]
    originators: list[list[str]]
    others: list[list[str]]


class Sheet:
    """The stylesheet, and what it writes read again."""

    def __init__(self) -> None:
        etree: Any = import_module("lxml.etree")
        self._transform: Any = etree.XSLT(etree.XML(_stylesheet()), access_control=etree.XSLTAccessControl.DENY_ALL)

    def told(self, together: Together, encoding: str) -> list[Told]:
        """What each of several documents tells."""
        if encoding.lower() != "utf-8" or _can_have_marks(b"".join(together.raws)):
            _take_marks_out(together.root)
        return [_told(text) for text in str(self._transform(together.root)).split(_DOCUMENT)[1:]]


def _can_have_marks(content: bytes) -> bool:
    return b"&#" in content or (not content.isascii() and any(mark in content for mark in _CAN_BE_MARKS))


def _take_marks_out(root: Any) -> None:
    for element in root.iter("*"):
        if element.text:
            element.text = element.text.translate(_NO_MARKS)
        for name, value in element.attrib.items():
            element.attrib[name] = value.translate(_NO_MARKS)
    for node in root.iter():  # comments and unknown entities too, behind which text can stand
        if node.tail:
            node.tail = node.tail.translate(_NO_MARKS)


def _told(text: str) -> Told:
    """The parts of a document: its variables, then each call flow, followed by the profiles of other legs in it."""
    variables, *parts = text.split(_PART)
    flows: list[_Flow] = []
    for part in parts:
        kind, *said = part.split(_VALUE)
        if kind == "originator":
            flows[-1].originators.append(said)
        elif kind == "originatee":
            flows[-1].others.append(said)
        else:
            flows.append(_Flow(index_of(said[0]), said[1 : len(_PROFILE) + 1], said[len(_PROFILE) + 1 :], [], []))
    return Told(decoded_texts(_first(variables.split(_VALUE))), _call_flow(flows) if flows else CallFlow())


def _first(said: list[str]) -> dict[str, str]:
    """Names with their values, which begin after the first text; the first not blank where a name stands twice."""
    names, values = said[1::2], said[2::2]
    found = dict(zip(names, values, strict=True))
    if len(found) < len(names):
        found.update((name, text) for name, text in zip(names[::-1], values[::-1], strict=True) if text.strip())
    return found


def _call_flow(flows: list[_Flow]) -> CallFlow:
    """All call flows as one."""
    if len(flows) > 1:
        flows.sort(key=lambda flow: flow.number)
    first, originators = flows[0], [each for flow in flows for each in flow.originators]
    others = frozenset([uuid for flow in flows for said in flow.originators + flow.others if (uuid := said[0].strip())])
    times: list[Json] = [dict(zip(_TIMES, flow.times, strict=True)) for flow in flows]
    originator = _profile(originators[0]) if originators else None
    return CallFlow(_profile(first.profile), originator, others, first.times[0], tuple(times))


def _profile(said: list[str]) -> Profile:
    uuid, calling, ani, called, address, channel, rdnis = [text.strip() or None for text in said]
    return Profile(uuid, calling or ani, called, address, channel, rdnis)


def _stylesheet() -> str:
    flow = _value("@profile_index") + _leaves("caller_profile[1]/", _PROFILE) + _leaves("times[1]/", _TIMES)
    wanted = "".join(
        f'<xsl:template match="{name}">{_VALUE}{name}{_VALUE}<xsl:value-of select="text()"/></xsl:template>'
        for name in sorted(READ)
    )
    return f"""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="text"/>
<xsl:template match="/"><xsl:for-each select="*/*">
  <xsl:text>{_DOCUMENT}</xsl:text><xsl:apply-templates select="descendant-or-self::variables/*"/>
  <xsl:for-each select="descendant-or-self::callflow">{_PART}{flow}{_others("originator")}{_others("originatee")}
  </xsl:for-each>
</xsl:for-each></xsl:template>
<xsl:template match="*"/>{wanted}
</xsl:stylesheet>"""


def _others(side: str) -> str:
    """The profiles of the legs on one side of a caller profile."""
    place, name = f"caller_profile[1]/{side}", f"{side}_caller_profile"
    said = _leaves("", _PROFILE)
    return f'<xsl:for-each select="{place}/{name}s/*|{place}/{name}">{_PART}{side}{said}</xsl:for-each>'


def _leaves(place: str, names: tuple[str, ...]) -> str:
    """The texts of elements; one that holds others, as damage can make it do, has none."""
    return "".join(_value(f"{place}{name}[not(*)]") for name in names)


def _value(path: str) -> str:
    return f'{_VALUE}<xsl:value-of select="{path}"/>'
