"""Fonts for the PDF: those that packages bring, and whether there are letters for the report's language at all."""

from __future__ import annotations

import base64
import ctypes
import ctypes.util
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hoptrace.errors import MissingExtra

_EPOCH = "SOURCE_DATE_EPOCH"

PACKAGES = {"th": ("Thai", "fonts-noto-core")}
"""Languages whose letters many systems have no font for, and the Debian package of one that a PDF may embed."""

FAMILIES = {"th": "Noto Sans Thai"}
"""Of these languages the family that a Python package of the extra `pdf` brings, under the SIL Open Font License."""

WEIGHTS = (400, 600, 700)
"""The weights in which the style sheets set text."""


def check_font(code: str) -> None:
    """Raise MissingExtra where a PDF in this language would have no letters."""
    if code in PACKAGES and packaged(code) is None and not has_font(code):
        name, package = PACKAGES[code]
        raise MissingExtra(
            f"A PDF in {name} needs a font with {name} letters, and this system has none: run "
            f"pip install 'hoptrace[pdf]' or apt-get install {package}, or ask for html."
        )


def packaged(code: str) -> Path | None:
    """The font file for a language that a Python package brings; None where none is installed."""
    try:
        import fontpkg  # pyright: ignore[reportMissingTypeStubs]  # loaded late: of the extra pdf

        return Path(fontpkg.path(FAMILIES[code]))
    except (ImportError, LookupError):  # the package that finds fonts, or the one that brings this font
        return None


@contextmanager
def fonts_of_one_time() -> Generator[None]:
    """While a PDF is written: a font that is cut down to its letters tells no time, so that the PDF has the same bytes.

    fontTools writes the present time into such a font, or what SOURCE_DATE_EPOCH says.
    """
    before = os.environ.get(_EPOCH)
    os.environ[_EPOCH] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_EPOCH]
        else:
            os.environ[_EPOCH] = before


def font_faces() -> str:
    """CSS rules that bring the fonts of packages, one for each weight in WEIGHTS; "" where there are none."""
    found = {FAMILIES[code]: packaged(code) for code in FAMILIES}
    return "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("{_of_weight(path, weight)}") }}\n'
        for family, path in found.items()
        if path is not None
        for weight in WEIGHTS
    )


def _of_weight(path: Path, weight: int) -> str:
    """The address of a font in one weight: cut from a file that holds all weights, inside the address itself.

    A font of all weights is cut for each PDF anew otherwise, in Python: a tenth of a PDF's time.
    """
    try:
        import uharfbuzz  # pyright: ignore[reportMissingTypeStubs]  # loaded late: of the extra pdf
    except ImportError:
        return path.as_uri()
    harfbuzz: Any = uharfbuzz
    face = harfbuzz.Face(harfbuzz.Blob.from_file_path(str(path)))
    if "wght" not in {axis.tag for axis in face.axis_infos}:
        return path.as_uri()
    wanted = harfbuzz.SubsetInput()
    wanted.keep_everything()
    wanted.pin_all_axes_to_default(face)
    wanted.pin_axis_location(face, "wght", weight)
    return f"data:font/ttf;base64,{base64.b64encode(harfbuzz.subset(face, wanted).blob.data).decode('ascii')}"


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
