"""A text file as it is opened: its first line, its unpacked bytes in pieces, and why it is none."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator
from typing import IO

import zstandard

from hoptrace.errors import InputRefused
from hoptrace.intake.limits import is_packed
from hoptrace.intake.reading import Source

PIECE_BYTES = 28 * 1024 * 1024
_LOOKED_BACK = 65_536
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def first_line(source: Source, comments: tuple[str, ...] = (), *, zeros: bool = False) -> str:
    """The first line that is not blank, without line end and byte order mark; raises InputRefused where none is.

    Lines that begin with one of the `comments` are passed over; `zeros`: zero bytes are left out, not refused.
    """
    try:
        head = source.head()
    except IsADirectoryError:
        raise InputRefused(f"{source.name} is a directory. Name the files in it that are to be submitted.") from None
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise InputRefused(_unreadable(source, error)) from error
    _refuse_foreign(source, head, zeros=zeros)
    text = head.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace").replace("\r", "\n").replace("\0", "")
    for line in text.split("\n"):
        if line.strip() and not line.startswith(comments):
            return line
    for _ in _unpacked(source):  # a packed file that shows nothing may be cut, which only its end tells
        pass
    raise InputRefused(f"{source.name} is empty: there is not even a header. Export it again and submit it.")


def plain_pieces(source: Source, zeros: bool) -> Iterator[bytes]:
    """Unpacked bytes with every line end as one LF, the byte order mark at the very start taken off."""
    held, first = b"", True
    for raw in _unpacked(source):
        piece = held + raw
        if first:
            _refuse_foreign(source, piece, zeros=zeros)
            piece, first = piece.removeprefix(codecs.BOM_UTF8), False
        held = b"\r" if piece.endswith(b"\r") else b""
        if b"\r" in piece:
            piece = piece[: len(piece) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        yield piece
    if held:
        yield b"\n"


def _unpacked(source: Source) -> Iterator[bytes]:
    try:
        with source.open() as stream:
            while piece := _piece(stream):
                yield piece
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise InputRefused(_unreadable(source, error)) from error


def _piece(stream: IO[bytes]) -> bytes:
    """The next bytes, up to the end of a line where that is quick to find: then nothing has to be put together."""
    if not stream.seekable():
        return stream.read(PIECE_BYTES)
    begin, back = stream.tell(), min(_LOOKED_BACK, PIECE_BYTES // 2)
    stream.seek(begin + PIECE_BYTES - back)
    end = stream.read(back)
    stream.seek(begin)
    whole = end.rfind(b"\n") + 1 if len(end) == back else 0
    return stream.read(PIECE_BYTES - back + whole if whole else PIECE_BYTES)


def _refuse_foreign(source: Source, head: bytes, *, zeros: bool = False) -> None:
    if head.startswith(_UTF16_MARKS):
        raise InputRefused(f"{source.name} is written in UTF-16. Save it as UTF-8 (in a spreadsheet: «CSV UTF-8»).")
    if not zeros and b"\0" in head[:4096]:
        raise InputRefused(f"{source.name} holds zero bytes: it is no text file. Submit the CDRs as CSV or JSON lines.")


def _unreadable(source: Source, error: BaseException) -> str:
    if is_packed(source.path) and not isinstance(error, (FileNotFoundError, PermissionError)):
        return f"{source.name} cannot be unpacked ({error}): it is cut or damaged. Copy it again and submit it."
    return f"{source.name} cannot be read: {error}."
