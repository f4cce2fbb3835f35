"""Plain BER values of TS 32.298 that hold no others: what reads them, made of pycrate's objects of their types.

Whole octets are read, and only where there can be no doubt; everything else raises ValueError or LookupError.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Read = Callable[[bytes, int, int], Any]
"""The value whose content begins and ends at two places, as pycrate gives it."""

_MOST_OCTETS = 256
"""What has a constraint of its size is shorter."""


def read_octets(kind: Any) -> Read:
    """Octets of one of the sizes that they may have."""
    sizes = kind._const_sz
    fitting = None if sizes is None else {size for size in range(_MOST_OCTETS) if size in sizes}

    def read(content: bytes, at: int, end: int) -> bytes:
        """The octets between two places."""
        if fitting is not None and end - at not in fitting:
            raise ValueError("not of the size that it must have")
        return content[at:end]

    return read


def read_text(kind: Any) -> Read:
    """Printable ASCII."""
    octets = read_octets(kind)

    def read(content: bytes, at: int, end: int) -> str:
        """The text between two places."""
        text: str = octets(content, at, end).decode("ascii")
        if not text.isprintable():
            raise ValueError("characters that have another meaning in some codecs")
        return text

    return read


def read_integer(kind: Any) -> Read:
    """A whole number of those that it may be."""
    allowed = kind._const_val

    def read(content: bytes, at: int, end: int) -> int:
        """The number between two places, its first bit the sign."""
        value = int.from_bytes(content[at:end], "big", signed=True)
        if at == end or (allowed is not None and value not in allowed):
            raise ValueError("not of the values that it may have")
        return value

    return read


def read_enumerated(kind: Any) -> Read:
    """The name of a number."""
    number, names = read_integer(kind), kind._cont_rev
    return lambda content, at, end: names[number(content, at, end)]


def read_boolean(kind: Any) -> Read:
    """True or false."""
    del kind

    def read(content: bytes, at: int, end: int) -> bool:
        """Whether the one octet is not 0."""
        (octet,) = content[at:end]
        return octet != 0

    return read
