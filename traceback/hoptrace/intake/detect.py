"""Which format a file has, for `--format auto`: every reader is asked, and only a clear answer counts."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Sequence

import zstandard

from hoptrace.errors import FormatUnknown, InputRefused
from hoptrace.intake.calls_mapping import import_instead
from hoptrace.intake.formats.acme.reader import AcmeSbc
from hoptrace.intake.formats.profiled.reader import Profiled
from hoptrace.intake.formats.stored import Stored
from hoptrace.intake.limits import is_packed
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Detection, FormatReader, Source, check_regular

LEAST_SURE = 0.5
"""A format is taken only if its claim is surer than this (0..1)."""

_SHOWN_CHARACTERS = 80
_UNPACK, _REPACK = "Unpack it and submit the files inside.", "Unpack it, or pack it by gzip (.gz) or zstandard (.zst)."
_PACKED = (
    (rb"PK\x03\x04", "a ZIP archive or a spreadsheet (.xlsx)", f"{_UNPACK} A spreadsheet has to be saved as CSV."),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a spreadsheet (.xls)", "Save it as CSV and submit that."),
    (rb"(?s).{257}ustar", "a tar archive", _UNPACK),
    (rb"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (rb"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (rb"BZh[1-9]1AY&SY", "packed by bzip2", _REPACK),
    (rb"\xfd7zXZ\x00", "packed by xz", _REPACK),
    (rb"\x1f\x8b\x08", "packed by gzip", "Give it a name that ends in .gz, or unpack it."),
    (rb"\x28\xb5\x2f\xfd", "packed by zstandard", "Give it a name that ends in .zst, or unpack it."),
    (rb"%PDF-\d", "a PDF", "Submit the records themselves."),
)
"""How files begin whose content is not opened, what they are, and what to do."""

_STRUCTURED = {
    b"<?xml": frozenset({"freeswitch_xml", "broadworks_xml", "cgrates_json"}),
    b"{": frozenset(
        {
            *("canonical", "acc_json", "acc_table_json", "freeswitch_json", "radius", "cgrates_json", "telnyx_json"),
            *("twilio_json", "canonical_json"),
        }
    ),
}
"""Who reads files that begin so; nobody else is asked about them, of which switches write one a call."""

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LOOKED_AT = 256
_LEAST_UTF16 = 16
_PARQUET = b"PAR1"
_LEAST_PARQUET = 12


def find_format(source: Source, readers: Sequence[FormatReader], profile: Profile | None = None) -> FormatReader:
    """The one reader that fits the file best; `profile` is what `--format profile.toml` gave, if anything.

    A profile that names its format decides. Otherwise the surest claim above one half wins. Raises FormatUnknown, with
    what was seen, where there is none, where two are equally sure, or where the winner cannot read without a profile.
    """
    if profile is not None and profile.format is not None:
        return named_format(profile.format, readers)
    head = readable_head(source)
    claims = claims_on(source, head, readers)
    best = [pair for pair in claims if _rank(*pair) == _rank(*claims[0])]
    if not best or best[0][1].sure <= LEAST_SURE:
        raise FormatUnknown(_nothing_fits(source, head, [claim for _, claim in claims], readers))
    if len(best) > 1:
        raise FormatUnknown(_several_fit(source, best))
    reader, claim = best[0]
    if isinstance(reader, Profiled | Stored | AcmeSbc) and reader.customisable:
        asked = format_name(reader)
        whose = f" --carrier {reader.carrier}" if isinstance(reader, Stored) else ""
        raise FormatUnknown(
            f"{source.name} looks like {reader.title} ({claim.why}), but each operator chooses its columns, so it is "
            f"not read as that unless you say so. See what it would become with: hoptrace profile show {source.name} "
            f"--profile {asked}{whose}. If that is right, submit with --format {asked}, else draft a profile."
        )
    if reader.needs_profile and profile is None:
        raise FormatUnknown(
            f"{source.name} looks like {reader.title} ({claim.why}), whose columns each operator chooses. "
            f'Name them in a profile with format = "{reader.name}" and submit with --format profile.toml. '
            f"To propose one for a delimited file: hoptrace profile draft {source.name}"
        )
    return reader


_Claim = tuple[FormatReader, Detection]


def claims_on(source: Source, head: bytes, readers: Sequence[FormatReader]) -> list[_Claim]:
    """All claims on a file, the surest first.

    A stored profile that fits stands for what it is based on, and comes before what is as sure.
    """
    asked = [(reader, reader.detect(source, head)) for reader in _asked(head, readers)]
    claims = [(reader, claim) for reader, claim in asked if claim is not None]
    replaced = {reader.base for reader, _ in claims if isinstance(reader, Stored)}
    if AcmeSbc.name_of() in replaced:
        replaced.add(AcmeSbc.name_of(measures=True))
    return sorted((pair for pair in claims if pair[0].name not in replaced), key=lambda pair: _rank(*pair))


def _asked(head: bytes, readers: Sequence[FormatReader]) -> Sequence[FormatReader]:
    """The readers that a file can be for, by how it begins; a carrier's own profiles are always asked."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for begin, names in _STRUCTURED.items():
        if start.startswith(begin):
            return [reader for reader in readers if reader.name in names or isinstance(reader, Stored)]
    return readers


def _rank(reader: FormatReader, claim: Detection) -> tuple[float, bool]:
    return -claim.sure, not isinstance(reader, Stored)


def format_name(reader: FormatReader) -> str:
    """What `--format` takes for a reader."""
    return reader.asked if isinstance(reader, Stored) else reader.name


def named_format(name: str, readers: Sequence[FormatReader]) -> FormatReader:
    """The reader of that name; raises FormatUnknown with the names that exist."""
    for reader in readers:
        if reader.name == name:
            return reader
    raise FormatUnknown(f"There is no format «{name}». Formats are: {_names(readers)}.")


def readable_head(source: Source) -> bytes:
    """The first bytes of a source; raises InputRefused where it is damaged, packed in another way, or not UTF-8."""
    head = _head(source)
    if head.startswith(_UTF16_MARKS) or _is_utf16(head[:_LOOKED_AT]):
        raise InputRefused(
            f"{source.name} is written in UTF-16. Save it as UTF-8 (in a spreadsheet: «CSV UTF-8») and submit it again."
        )
    for begin, what, way_out in _PACKED:
        if re.match(begin, head):
            raise InputRefused(f"{source.name} is {what}. {way_out}")
    if head.startswith(_PARQUET) and not _is_parquet(source):
        raise InputRefused(f"{source.name} is a Parquet file that is cut or damaged. Copy it again and submit it.")
    return head


def _is_utf16(head: bytes) -> bool:
    """Every second byte is zero, as in UTF-16 without a byte order mark; no other format begins so."""
    halves = head[: len(head) // 2 * 2]
    return len(halves) >= _LEAST_UTF16 and any(
        not any(halves[zeros::2]) and 0 not in halves[1 - zeros :: 2] for zeros in (0, 1)
    )


def _is_parquet(source: Source) -> bool:
    if is_packed(source.path):
        return True
    with source.path.open("rb") as stream:
        stream.seek(-min(4, source.path.stat().st_size), 2)
        return stream.read() == _PARQUET and source.path.stat().st_size >= _LEAST_PARQUET


def _head(source: Source) -> bytes:
    check_regular(source.path)
    try:
        head = source.head()
    except IsADirectoryError:
        raise InputRefused(f"{source.name} is a directory. Name the files in it that are to be submitted.") from None
    except (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
        raise InputRefused(
            f"{source.name} cannot be unpacked ({error}): it is cut or damaged. Copy it again and submit it."
        ) from error
    except OSError as error:
        raise InputRefused(f"{source.name} cannot be read: {error.strerror or error}.") from error
    return head


def _nothing_fits(source: Source, head: bytes, claims: list[Detection], readers: Sequence[FormatReader]) -> str:
    if not head.strip():
        return f"{source.name} is empty: there is no format to find. Export it again and submit it."
    if (instead := import_instead(head, source.name)) is not None:
        return instead
    weak = "; ".join(f"{claim.format}: {claim.why}" for claim in claims)
    seen = f" Nearest, but not sure enough: {weak}." if weak else " No format claims it."
    own = [reader for reader in readers if isinstance(reader, Stored)]
    if own:
        ways = " or ".join(f"--format {reader.asked}" for reader in own)
        seen += f" No stored profile of {own[0].carrier} claims it either; to read it by one all the same: {ways}."
    return (
        f"{source.name}: not a known format. It begins with {_shown(head)}.{seen} "
        f"Say what it is with --format NAME ({_names(readers)}) or --format profile.toml; to propose a profile: "
        f"hoptrace profile draft {source.name}"
    )


def _several_fit(source: Source, claims: list[_Claim]) -> str:
    said = "; ".join(f"{claim.format}: {claim.why}" for _, claim in claims)
    choice = " or ".join(f"--format {format_name(reader)}" for reader, _ in claims)
    return f"{source.name}: several formats fit equally well ({said}). Say which with {choice}."


def _shown(head: bytes) -> str:
    """The first line that is not blank, cut and made printable."""
    text = head[:4096].decode("utf-8", "backslashreplace").lstrip("\ufeff")
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    plain = "".join(character if character.isprintable() else "·" for character in line)
    return f"«{plain[:_SHOWN_CHARACTERS]}{'…' if len(plain) > _SHOWN_CHARACTERS else ''}»"


def _names(readers: Sequence[FormatReader]) -> str:
    return ", ".join(reader.name for reader in readers if not isinstance(reader, Stored))
