"""SIP Identity headers: the cell of a record that holds one or several of them (RFC 8224, section 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hoptrace.model.passport import Form, Kind, Passport, faults, kind_of, read_token

LONGEST_CELL = 65_536
"""Characters of a cell that are looked at."""

MOST_HEADERS = 8
"""Headers of one cell that are read: one SHAKEN PASSporT and a div for each forwarding are usual."""

_LONGEST_PARAMETER = 2_048
_NAME = re.compile(r"\s*identity\s*:", re.IGNORECASE)
_FREESWITCH_LIST = "ARRAY::"
# A comma or semicolon inside <...> or quotes belongs to the URL or text there.
_PIECE = re.compile(r'<[^<>]*>|"[^"]*"|\|:|[,\r\n]|[^<",\r\n|]+|[<"|]')
_SEVERAL = re.compile(r"[,\r\n]|\|:")
_PARAMETER = re.compile(r';\s*([A-Za-z]+)\s*=\s*(<[^<>]*>|"[^"]*"|[^;\s]*)')


@dataclass(frozen=True, slots=True)
class Identity:
    """One Identity header: its token and parameters as written, its PASSporT, and what is wrong with it.

    `passport` is None where the token cannot be read; `problems` then begins with the reason. A readable one may have
    problems too. `info` is the certificate's URL, which must equal the PASSporT's x5u.
    """

    token: str
    info: str | None
    alg: str | None
    ppt: str | None
    passport: Passport | None
    problems: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """What the header is for: the PASSporT's word, else the parameter's."""
        if self.passport is None or self.passport.form is Form.COMPACT:
            return kind_of(self.ppt)
        return self.passport.kind

    @property
    def certificate_url(self) -> str | None:
        """Where the signer's certificate is: the signed x5u, else the `info` parameter."""
        return (self.passport.x5u if self.passport is not None else None) or self.info


def read_identities(cell: str) -> tuple[Identity, ...]:
    """Every Identity header of a cell, in their order; use it for what a switch wrote down of a call's headers.

    Headers may stand side by side with a comma or line end between them, after `Identity:`, or in FreeSWITCH's
    `ARRAY::a|:b`. Never raises; a cell without any header gives none.
    """
    return tuple(_identity(text) for text in _headers(cell[:LONGEST_CELL]))


def shaken_of(cell: str) -> Identity | None:
    """The first SHAKEN header of a cell whose PASSporT can be read; None where there is none.

    A div PASSporT (RFC 8946) says who forwarded a call and vouches for nobody, so it is not taken for one.
    """
    for identity in read_identities(cell):
        if identity.kind is Kind.SHAKEN and identity.passport is not None and identity.passport.form is Form.FULL:
            return identity
    return None


def _headers(cell: str) -> Iterator[str]:
    text = cell.strip().removeprefix(_FREESWITCH_LIST)
    if _SEVERAL.search(text) is None:
        yield from filter(None, [_bare(text)])
        return
    found: list[str] = []
    current = ""
    for piece in [*_PIECE.findall(text), "\n"]:
        if piece not in {",", "\r", "\n", "|:"}:
            current += piece
            continue
        # A folded header goes on with a parameter on the next line.
        header = _bare(current)
        if header.startswith(";") and found:
            found[-1] += header
        elif header:
            found.append(header)
        current = ""
    yield from found[:MOST_HEADERS]


def _bare(text: str) -> str:
    name = _NAME.match(text)
    return text[name.end() if name else 0 :].strip()


def _identity(text: str) -> Identity:
    head, semicolon, rest = text.partition(";")
    token = head.strip().strip('"')
    told: dict[str, str] = {}
    for name, value in _PARAMETER.findall(semicolon + rest[: 4 * _LONGEST_PARAMETER]):
        if value.isprintable():
            told.setdefault(name.lower(), value.strip('<>"')[:_LONGEST_PARAMETER])
    info, alg, ppt = (told.get(name) or None for name in ("info", "alg", "ppt"))
    read = read_token(token)
    if isinstance(read, str):
        return Identity(token, info, alg, ppt, None, (read,))
    identity = Identity(token, info, alg, ppt, read)
    return Identity(token, info, alg, ppt, read, (*_own_faults(identity, read), *_clashes(identity, read)))


def _own_faults(identity: Identity, passport: Passport) -> tuple[str, ...]:
    return faults(passport) if identity.kind is Kind.SHAKEN else ()


def _clashes(identity: Identity, passport: Passport) -> Iterator[str]:
    """Parameters that differ from the signed header: somebody changed one of them (RFC 8224, section 4.1)."""
    if passport.form is Form.COMPACT:
        return
    for name, said, signed in (
        ("info", identity.info, passport.x5u),
        ("alg", identity.alg, passport.alg),
        ("ppt", identity.ppt, passport.ppt),
    ):
        if said is not None and signed is not None and said != signed:
            yield f"The parameter {name} says {said[:100]}, the signed header {signed[:100]}."
