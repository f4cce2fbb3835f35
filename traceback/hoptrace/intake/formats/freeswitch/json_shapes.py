"""The shapes of FreeSWITCH's JSON documents: all of them but for the texts that are values.

What is wanted of a shape is asked of what reads single documents, of one in which tokens stand for the texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from hoptrace.intake.formats.document_shapes import Marked, Spans, asked, number_of, together, token
from hoptrace.intake.formats.freeswitch.flows import CALLFLOW_TIMES, CallFlow, call_flow
from hoptrace.intake.formats.freeswitch.shaped import Plan, Wanted, plan_of
from hoptrace.intake.formats.freeswitch.table import ORIGIN, PROFILE
from hoptrace.intake.formats.freeswitch.variables import URL_UNSAFE, read_variables, unquoted
from hoptrace.intake.formats.json.documents import documents_of
from hoptrace.intake.formats.json.values import Json, as_object, as_objects
from hoptrace.model.arrays import Truths

_QUOTE, _COLON, _SPACE = ord('"'), ord(":"), ord(" ")
_NAMED = ""
_DISTANT_COLON = re.compile(rb'"\s+:')


class JsonForm:
    """Documents of mod_json_cdr without a backslash, so that each quote begins or ends a text."""

    def mark(self, raws: Sequence[bytes]) -> Marked:
        """The texts are those between quotes behind which no colon stands: values, not keys."""
        data, bounds, sound = together(raws)
        if b"\\" in data:
            sound &= [b"\\" not in raw for raw in raws]
        if not data.isascii():
            sound &= [_is_text(raw) for raw in raws]
        letters = np.frombuffer(data, np.uint8)
        quotes = np.flatnonzero(letters == _QUOTE)
        numbers = np.diff(np.searchsorted(quotes, bounds))
        sound &= numbers % 2 == 0
        opened, closed = quotes[np.repeat(sound, numbers)].reshape(-1, 2).T
        are_values = letters[np.minimum(closed + 1, len(data) - 1)] != _COLON
        texts = Spans(opened[are_values] + 1, closed[are_values])
        marked = Marked.of(data, bounds, sound, texts, Spans(texts.starts[:0], texts.ends[:0]))
        controls = np.flatnonzero((letters < _SPACE) & ~marked.left)
        sound[np.searchsorted(bounds, controls, side="right") - 1] = False
        return marked

    def learn(self, shape: bytes, pieces: Sequence[str], texts: Sequence[str]) -> Plan | None:
        """Asks with one token fewer each time, which shows what would count next."""
        if _DISTANT_COLON.search(shape):
            return None  # then a key was taken for a value
        tokens = list(map(token, range(len(texts))))
        document = _read(asked(pieces, tokens))
        if document is None or len(as_objects(document.get("callflow"))) > 1:
            return None  # several call flows go by numbers that are texts
        variables, flow = as_object(document.get("variables")), call_flow(document)
        said = [*read_variables(variables).items(), *((_NAMED, uuid) for uuid in sorted(flow.others))]
        region = _region([value for value in variables.values() if isinstance(value, str)], pieces)
        columns: list[tuple[str, int]] = []
        more = _said(flow)
        while said or more:
            found = [(name, number) for name, text in (*said, *more) if (number := number_of(text)) is not None]
            if len(found) < len(said) + len(more):
                return None  # what is no text is a part of the shape
            columns += found
            for _, number in found:
                tokens[number] = ""
            said, more = [], _said(call_flow(as_object(_read(asked(pieces, tokens)))))
        named = [number for name, number in columns if name == _NAMED]
        told = [each for each in columns if each[0] != _NAMED]
        return None if region is None else plan_of(told, named, flow.originator is not None, region)

    def plain(self, texts: pl.Series, marked: Marked) -> pl.Series:
        """Texts as they are, as none has a backslash."""
        del marked
        return texts

    def encoded(self, wanted: Wanted, percents: Truths) -> Truths:
        """By all variables, those that are not looked at too."""
        del percents
        marked = wanted.marked
        kinds: list[int] = wanted.kinds.tolist()
        first: list[int] = marked.first_texts()[wanted.documents].tolist()
        begins, ends = marked.texts
        found: list[bool] = []
        for region, at in zip((wanted.plans[kind].region for kind in kinds), first, strict=True):
            part = marked.data[begins[at + region[0]] : ends[at + region[1]]] if region else b""
            found.append(bool(region) and _is_encoded(part, region))
        return np.array(found)

    def decoded(self, texts: list[str]) -> list[str]:
        """Without what Python takes for white space."""
        return [text.strip() for text in unquoted(texts)]


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _once(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key that repeats")
    return found


def _read(text: str) -> Json | None:
    """A document in which no key repeats and behind which nothing stands."""
    found = list(documents_of(text.encode(), _once))
    return found[0].data if len(found) == 1 and len(found[0].raw) == len(text.encode()) else None


def _said(flow: CallFlow) -> list[tuple[str, str]]:
    names = [*PROFILE, *ORIGIN, *CALLFLOW_TIMES]
    texts = [*flow.profile, *(flow.originator or [None] * len(ORIGIN)), *flow.times]
    return [(name, text) for name, text in zip(names, texts, strict=True) if text is not None]


def _region(variables: Sequence[str], pieces: Sequence[str]) -> tuple[int, ...] | None:
    """The first and the last text of the variables, and how often what shows or forbids encoding is between them.

    None where something else stands between them too.
    """
    numbers = [number for text in variables if (number := number_of(text)) is not None]
    if not numbers:
        return ()
    first, last = numbers[0], numbers[-1]
    if numbers != list(range(first, last + 1)):
        return None
    return first, last, *_counted("".join(pieces[first + 1 : last + 1]).encode())


def _counted(part: bytes) -> tuple[int, int]:
    return part.count(b"%"), len(part) - len(part.translate(None, URL_UNSAFE))


def _is_encoded(part: bytes, region: tuple[int, ...]) -> bool:
    percents, unsafe = _counted(part)
    return percents > region[2] and unsafe == region[3]
