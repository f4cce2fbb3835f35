"""Fonts for the PDF: whether this system has letters for the report's language, before squares are printed."""

from __future__ import annotations

import ctypes
import ctypes.util

from hoptrace.errors import MissingExtra

PACKAGES = {"th": ("Thai", "fonts-noto-core")}
"""Languages whose letters many systems have no font for, and the Debian package of one that a PDF may embed."""


def check_font(code: str) -> None:
    """Raise MissingExtra where a PDF in this language would have no letters."""
    if code in PACKAGES and not has_font(code):
        name, package = PACKAGES[code]
        raise MissingExtra(
            f"A PDF in {name} needs a font with {name} letters, and this system has none: run "
            f"apt-get install {package}, or ask for html."
        )


class _FontSet(ctypes.Structure):
    """fontconfig's FcFontSet, as far as it is looked at."""

    _fields_ = (("nfont", ctypes.c_int), ("sfont", ctypes.c_int), ("fonts", ctypes.c_void_p))


def has_font(code: str) -> bool:
    """Whether fontconfig knows a font for this language; True where it cannot be asked, as WeasyPrint then tells."""
    name = ctypes.util.find_library("fontconfig")
    if name is None:
        return True
    fontconfig = ctypes.CDLL(name)
    for function in (fontconfig.FcNameParse, fontconfig.FcObjectSetCreate):
        function.restype = ctypes.c_void_p
    fontconfig.FcFontList.restype = ctypes.POINTER(_FontSet)
    pattern = ctypes.c_void_p(fontconfig.FcNameParse(f":lang={code}".encode()))
    wanted = ctypes.c_void_p(fontconfig.FcObjectSetCreate())
    fontconfig.FcObjectSetAdd(wanted, b"family")
    found = fontconfig.FcFontList(None, pattern, wanted)
    number = int(found.contents.nfont) if found else 0
    fontconfig.FcFontSetDestroy(found)
    fontconfig.FcObjectSetDestroy(wanted)
    fontconfig.FcPatternDestroy(pattern)
    return number > 0
