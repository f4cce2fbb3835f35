"""Lines of which all fields are in quotes are divided at once, as Python's csv divides them."""

from __future__ import annotations

import csv

from hypothesis import example, given
from hypothesis import strategies as st

from hoptrace.intake.formats.text.splitting import split

PIECES = st.sampled_from(['"', '""', ",", ";", '","', "a", " ", "é", "'"])


@given(st.lists(PIECES, max_size=12).map("".join), st.sampled_from([",", ";"]))
@example('"', ",")
@example('""', ",")
@example('"a","b"', ",")
@example('"a";"b"', ",")
@example('"a" "b","c"', ",")
def test_a_quoted_line_is_divided_as_csv_does_it(text: str, delimiter: str) -> None:
    line = f'"{text}"'
    assert split(line, delimiter) == next(csv.reader((line,), delimiter=delimiter))
