"""XSLT 1.0 stylesheets that pick what is wanted out of many XML documents at once, and write it as one text.

lxml makes a Python object of each element that is touched, which takes longer than all the parsing. The text is divided
by marks that no text of a document has.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

MARK = "\x7f"
"""The control character DEL, which XML allows, is ASCII, and no text means; a letter behind it says what it marks."""

VALUE = f"{MARK}v"
"""Before each name and each value."""


def compiled(stylesheet: str) -> Any:
    """What transforms an element by a stylesheet; it may read and write no file and ask no network."""
    etree: Any = import_module("lxml.etree")
    return etree.XSLT(etree.XML(stylesheet), access_control=etree.XSLTAccessControl.DENY_ALL)


def can_have_marks(content: bytes) -> bool:
    """Whether a text may hold a mark of its own: as it stands, or as a character by number."""
    if b"&" in content and b"&#" in content:  # one character is found in a twentieth of the time that two take
        return True
    return MARK.encode() in content
