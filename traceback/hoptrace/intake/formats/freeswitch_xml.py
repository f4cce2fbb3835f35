"""FreeSWITCH mod_xml_cdr and mod_format_cdr: one XML document a leg, in files of one or of many, well-formed or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from hoptrace.intake.formats.asterisk_lines import content_of
from hoptrace.intake.formats.freeswitch_documents import Json
from hoptrace.intake.formats.freeswitch_entering import Entering
from hoptrace.intake.formats.freeswitch_times import Odd
from hoptrace.intake.formats.freeswitch_variables import READ
from hoptrace.intake.formats.xml_records import Element, RecordParser, encoding_of, records_of
from hoptrace.intake.reading import Chunk, Context, Detection, Source

_SIGNS = (b"<channel_data>", b"<variables>", b"<callflow", b"core-uuid=", b"switchname=", b"<start_uepoch>")
_ROOTS = frozenset({"cdrs", "records"})
_PARTS = frozenset({"caller_profile", "times"})
_DEEPEST = 16


class FreeswitchXml:
    """Reads mod_xml_cdr documents; the legs of a call may lie in different files of a group."""

    name = "freeswitch_xml"
    title = "FreeSWITCH mod_xml_cdr / mod_format_cdr"
    grouped = True
    needs_profile = False

    def detect(self, source: Source, head: bytes) -> Detection | None:
        """Claims XML of `cdr` elements with FreeSWITCH's variables and call flows."""
        del source
        signs = [sign.decode().strip("<>=") for sign in _SIGNS if sign in head]
        if b"<cdr" not in head or "variables" not in signs or len(signs) < 2:
            return None
        return Detection(self.name, min(0.97, 0.75 + 0.07 * len(signs)), f"XML with {', '.join(signs)}")

    def read(self, sources: Sequence[Source], context: Context) -> Iterator[Chunk]:
        """One chunk for the group; a document that cannot be used is a rejected row, it refuses no file."""
        del context
        group = Entering()
        for source in sources:
            _enter(source, group)
        yield group.chunk()


def _enter(source: Source, group: Entering) -> None:
    content, odd = content_of(source), Odd()
    parser = RecordParser(encoding_of(content))
    for record in records_of(content, "cdr", _ROOTS):
        element = parser.parse(record.raw) if record.problem is None else None
        told = record.problem or "not an XML document" if element is None else _document(element)
        group.enter((source.index, record.number), record.raw, told, odd)
    if parser.mended:
        group.flag(source.index, f"documents that are not well-formed, read all the same: {parser.mended}")
    group.flag(source.index, *odd.flags())


def _document(root: Element) -> Json:
    """The parts of an XML document that matter, as mod_json_cdr would have written them."""
    variables: dict[str, str] = {}
    flows: list[Json] = []
    for part in root.iter("variables", "callflow"):
        if part.tag == "callflow":
            flows.append(_flow(part))
            continue
        for leaf in part.iterchildren(*READ):
            text = leaf.text
            if text and not text.isspace():
                variables.setdefault(leaf.tag, text)
    return {"variables": variables, "callflow": flows}


def _flow(flow: Element) -> Json:
    found: Json = {"profile_index": flow.get("profile_index", "")}
    for part in flow:
        if part.tag in _PARTS and part.tag not in found:
            found[part.tag] = _object(part, _DEEPEST) if len(part) else part.text or ""
    return found


def _object(element: Element, depth: int) -> Json:
    """The elements in an element, as text or as objects; one that repeats is a list."""
    found: Json = {}
    for child in element:
        tag = child.tag
        if type(tag) is not str:  # a comment
            continue
        value: Any = _object(child, depth - 1) if depth > 1 and len(child) else child.text or ""
        if tag.endswith("_caller_profiles") and isinstance(value, dict):
            # JSON has a list here, XML an element around it.
            value = next(iter(cast(Json, value).values()), "")
        if tag in found:
            before = found[tag]
            value = [*cast(list[Any], before), value] if isinstance(before, list) else [before, value]
        found[tag] = value
    return found
