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
    for holder in root.iter("variables"):
        for leaf in holder.iterchildren(*READ):
            if leaf.text and leaf.text.strip():
                variables.setdefault(str(leaf.tag), leaf.text)
    return {"variables": variables, "callflow": [_flow(flow) for flow in root.iter("callflow")]}


def _flow(flow: Element) -> Json:
    found: Json = {"profile_index": flow.get("profile_index", "")}
    for name in ("caller_profile", "times"):
        part = flow.find(name)
        if part is not None:
            found[name] = _value(part, _DEEPEST)
    return found


def _value(element: Element, depth: int) -> Any:
    """An element as text, or as an object where it has elements; one that repeats is a list."""
    if not len(element) or depth == 0:
        return element.text or ""
    found: Json = {}
    for child in element.iterchildren("*"):
        value, tag = _value(child, depth - 1), str(child.tag)
        if tag.endswith("_caller_profiles") and isinstance(value, dict):
            # JSON has a list here, XML an element around it.
            value = next(iter(cast(Json, value).values()), "")
        before = found.get(tag)
        if before is None:
            found[tag] = value
        else:
            found[tag] = [*cast(list[Any], before), value] if isinstance(before, list) else [before, value]
    return found
