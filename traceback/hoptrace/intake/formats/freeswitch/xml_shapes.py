"""The shapes of FreeSWITCH's XML documents: their tags, with neither the texts between them nor attributes' values.

What is wanted of a shape is asked of the stylesheet (`sheet`), of a document in which tokens stand for the
texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from hoptrace.intake.formats.document_shapes import Marked, Spans, asked, number_of, together, token
from hoptrace.intake.formats.freeswitch.shaped import Plan, Wanted, plan_of
from hoptrace.intake.formats.freeswitch.sheet import Sheet
from hoptrace.intake.formats.freeswitch.sheet_read import INSIDE, NAMED_LEG, ORIGIN_TOLD
from hoptrace.intake.formats.freeswitch.table import ORIGIN
from hoptrace.intake.formats.freeswitch.variables import URL_UNSAFE, are_encoded, unquoted
from hoptrace.intake.formats.xml.parsing import RecordParser
from hoptrace.intake.formats.xml.sheets import MARK
from hoptrace.model.arrays import Bytes, Int64s, Truths

_OPEN, _CLOSE, _QUOTE, _SPACE, _DELETE = ord("<"), ord(">"), ord('"'), ord(" "), ord(MARK)
_BLANKS = (ord("\n"), ord("\t"))
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&apos;": "'"}
_WRITTEN = [entity.encode() for entity in _ENTITIES]
_NO_CHARACTERS = ("\ufffe", "\uffff")
_HARD = (b"'", b"<!", b"<?")
"""What no shape may have: other quotes, comments, sections and instructions, in which what marks texts marks none."""

_UNSAFE = "[" + "".join(f"\\x{letter:02x}" for letter in URL_UNSAFE) + "]"


class XmlForm:
    """Documents of mod_xml_cdr in UTF-8; `parser` and `sheet` read those by which a shape is learned."""

    def __init__(self, parser: RecordParser, sheet: Sheet) -> None:
        self._parser, self._sheet = parser, sheet

    def mark(self, raws: Sequence[bytes]) -> Marked:
        """The texts are what stands behind each tag; what might not be well-formed is not sound."""
        data, bounds, sound = together(raws)
        letters = np.frombuffer(data, np.uint8)
        _judge_characters(raws, data, letters, bounds, sound)
        opens, closes = _tags(letters, bounds, sound)
        texts = Spans(closes + 1, np.append(opens, len(data))[1:])
        # Behind a document's last tag stands no text.
        last = np.searchsorted(closes, bounds[1:])[sound] - 1
        texts.ends[last] = texts.starts[last]
        values = _attributes(letters, bounds, sound, Spans(opens, closes))
        return Marked.of(data, bounds, sound, texts, values)

    def learn(self, shape: bytes, pieces: Sequence[str], texts: Sequence[str]) -> Plan | None:
        """Each token has to come out alone, from within an element that holds nothing else."""
        if any(hard in shape for hard in _HARD) or shape.count(b"<callflow") > 1:
            return None  # several call flows go by numbers that stand in their attributes
        tokens = [*map(token, range(len(texts) - 1)), ""]
        parsed = self._parser.parse_together([asked(pieces, tokens).encode()])
        if parsed.mended or not parsed.places:
            return None
        pairs = self._sheet.pairs_of(parsed.root)
        said = [(name, number_of(text)) for name, text in _each(pairs)]
        columns = [(name, at) for name, at in said if at is not None and _is_alone(pieces[at : at + 2])]
        if len(columns) < len(said):
            return None
        named = [number for name, number in columns if name == NAMED_LEG]
        has_origin = any(name == ORIGIN_TOLD for name, _ in pairs)
        return plan_of([each for each in columns if each[0] != NAMED_LEG], named, has_origin)

    def plain(self, texts: pl.Series, marked: Marked) -> pl.Series:
        """Texts with characters in the place of XML's entities."""
        if b"&" not in marked.data:
            return texts
        return texts.str.replace_many(list(_ENTITIES), list(_ENTITIES.values()))

    def encoded(self, wanted: Wanted, percents: Truths) -> Truths:
        """By the variables that are wanted."""
        count = len(wanted.documents)
        some = np.bincount(wanted.owners[percents], minlength=count) > 0
        if are_encoded(wanted.texts.filter(pl.Series(wanted.variables)).str.join("\n")):
            return some
        unsafe = wanted.texts.str.contains(_UNSAFE).to_numpy() & wanted.variables
        return some & (np.bincount(wanted.owners[unsafe], minlength=count) == 0)

    def decoded(self, texts: list[str]) -> list[str]:
        """As the stylesheet's texts are, into which no mark comes this way."""
        return [text.replace(MARK, "\ufffd") for text in unquoted(texts)]


def _judge_characters(raws: Sequence[bytes], data: bytes, letters: Bytes, bounds: Int64s, sound: Truths) -> None:
    """Takes documents out with characters or entities that XML does not know, or that would not stay as they are."""
    if not data.isascii():
        sound &= [raw.isascii() or _is_text(raw) for raw in raws]
    if b"&" in data:
        sound &= [sum(map(raw.count, _WRITTEN)) == raw.count(b"&") for raw in raws]
    blanks = sum(np.count_nonzero(letters == blank) for blank in _BLANKS)
    if MARK.encode() in data or np.count_nonzero(letters < _SPACE) != blanks:
        controls = (letters < _SPACE) & ~np.isin(letters, _BLANKS)
        sound[_documents(bounds, np.flatnonzero(controls | (letters == _DELETE)))] = False


def _is_text(raw: bytes) -> bool:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return False
    return not any(each in text for each in _NO_CHARACTERS)


def _documents(bounds: Int64s, places: Int64s) -> Int64s:
    return np.searchsorted(bounds, places, side="right") - 1


def _tags(letters: Bytes, bounds: Int64s, sound: Truths) -> tuple[Int64s, Int64s]:
    """Where the tags of sound documents open and close; one in which that does not alternate is not sound."""
    found = [np.flatnonzero(letters == each) for each in (_OPEN, _CLOSE)]
    opened, closed = numbers = [np.diff(np.searchsorted(each, bounds)) for each in found]
    sound &= (opened == closed) & (opened > 0)
    opens, closes = (each[np.repeat(sound, number)] for each, number in zip(found, numbers, strict=True))
    broken = (closes < opens) | (closes > np.append(opens, len(letters))[1:])
    if broken.any():
        sound[_documents(bounds, opens[broken])] = False
        kept = sound[_documents(bounds, opens)]
        return opens[kept], closes[kept]
    return opens, closes


def _attributes(letters: Bytes, bounds: Int64s, sound: Truths, tags: Spans) -> Spans:
    """The values of attributes, each between two quotes of a tag; a document with an odd one is not sound."""
    quotes = np.flatnonzero(letters == _QUOTE)
    tag = np.searchsorted(tags.ends, quotes)
    within = np.append(tags.starts, len(letters))[tag] < quotes
    quotes, tag = quotes[within], tag[within]
    even = np.bincount(tag, minlength=len(tags.starts)) % 2 == 0
    sound[_documents(bounds, tags.starts[~even])] = False
    pairs = quotes[even[tag]]
    return Spans(pairs[0::2] + 1, pairs[1::2])


def _is_alone(tags: Sequence[str]) -> bool:
    before, behind = tags
    return not before.startswith("</") and not before.endswith("/>") and behind.startswith("</")


def _each(pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Pairs of which each is a column's name and a text, without empty ones; only the first origin is told."""
    origins = [value for name, value in pairs if name == ORIGIN_TOLD]
    if origins:
        columns = (*ORIGIN[:2], ORIGIN[1], *ORIGIN[2:])
        told = zip(columns, origins[0].split(INSIDE)[1:], strict=True)
        yield from ((name, text.strip()) for name, text in told if text.strip())
    yield from ((name, value.strip()) for name, value in pairs if name != ORIGIN_TOLD and value.strip())
