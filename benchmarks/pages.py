"""Tables put between the marks of a page."""

from __future__ import annotations

import re
from collections.abc import Mapping

BEGIN, END = "<!-- table: {} -->", "<!-- end of table -->"


def filled(page: str, tables: Mapping[str, str]) -> str:
    """The page with each table between its marks; raises KeyError where marks are lacking."""
    for name, text in tables.items():
        begin = BEGIN.format(name)
        found = re.compile(f"{re.escape(begin)}.*?{re.escape(END)}", re.DOTALL)
        if not found.search(page):
            raise KeyError(begin)
        block = f"{begin}\n{text}\n{END}"
        page = found.sub(lambda _, block=block: block, page)
    return page


def blank(tables: Mapping[str, str]) -> str:
    """A page with nothing but the marks."""
    return "# How right the answers are\n\n" + "\n\n".join(f"{BEGIN.format(name)}\n{END}" for name in tables) + "\n"
