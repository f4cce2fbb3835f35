"""Rows of an Oracle / Acme Packet SBC whose columns have quotes and commas of their own, divided many at once."""

from __future__ import annotations

import numpy as np

from hoptrace.intake.formats.acme.lines import COMMA, QUOTE, Division
from hoptrace.intake.formats.text.slices import line_bounds, slices
from hoptrace.model.arrays import Bytes, Int64s, Truths

_LONGEST = 100_000
"""A column of CSV has 131,072 characters at most."""


def in_pairs(whole: Division, lines: Int64s) -> tuple[Division, Truths]:
    """Some lines, divided outside of pairs of quotes only; and which of them are plain enough to be read so.

    Their quotes stand around whole columns, and are not escaped inside: `""Smith, J" <sip:...>;tag=1"`. Where a line
    has such columns it has no other with a comma: then CSV's rules, by which a column ends at a quote that is followed
    by something else, divide at every comma. A line that has none CSV's rules divide just so.
    """
    data = b"\n".join(slices(whole.data, whole.starts[lines], whole.ends[lines]).to_list())
    starts, ends = line_bounds(data)
    letters = np.frombuffer(data, np.uint8)
    quotes, commas = np.flatnonzero(letters == QUOTE), np.flatnonzero(letters == COMMA)
    of_comma = np.searchsorted(starts, commas, "right") - 1
    odd = (np.searchsorted(quotes, commas) - np.searchsorted(quotes, starts)[of_comma]) % 2 == 1
    inside = odd.copy()
    inside[~odd] = _unclosed(letters, starts, ends, commas[~odd])
    division = Division.of(data, starts, ends, commas[~inside])
    begin, end = np.sort(np.append(starts, division.commas + 1)), np.sort(np.append(ends, division.commas))
    count = np.searchsorted(quotes, end) - np.searchsorted(quotes, begin)
    ahead = np.append(letters, np.zeros(3, np.uint8))
    quoted = (ahead[begin] == QUOTE) & (letters[end - 1] == QUOTE) & (end - begin > 1)
    named = quoted & (count % 2 == 0) & (end - begin > 3) & (ahead[begin + 1] == QUOTE)
    named &= (ahead[begin + 2] != QUOTE) & (ahead[begin + 2] != COMMA)
    clean = (count == 0) | (quoted & (count == 2))
    parted = np.zeros(len(begin), bool)
    parted[np.searchsorted(begin, commas[inside], "right") - 1] = True
    line = np.searchsorted(starts, begin, "right") - 1
    sound = (ends - starts < _LONGEST) & (division.counts < np.bincount(of_comma, minlength=len(starts)))
    sound[line[~clean & ~named]] = False
    sound[np.intersect1d(line[clean & parted], line[named])] = False
    sound[of_comma[inside & (ahead[commas + 1] == QUOTE)]] = False
    return division, sound


def _unclosed(letters: Bytes, starts: Int64s, ends: Int64s, commas: Int64s) -> Truths:
    """Which commas, each behind whole pairs of quotes, stand in a column that a quote opened and none closed yet."""
    begin, end = np.sort(np.append(starts, commas + 1)), np.sort(np.append(ends, commas))
    filled = end > begin
    opened = filled & (letters[np.minimum(begin, len(letters) - 1)] == QUOTE)
    closed = filled & (letters[end - 1] == QUOTE)
    step = (opened & ~closed).astype(np.int64) - (closed & ~opened)
    line = np.searchsorted(starts, begin, "right") - 1
    first = np.searchsorted(line, np.arange(len(starts)))
    depth = np.cumsum(step)
    depth -= (depth - step)[first][line]
    return depth[np.append(line[1:] == line[:-1], False)] > 0
