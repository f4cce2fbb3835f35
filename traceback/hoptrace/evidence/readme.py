"""The text in a package for whoever opens it without hoptrace."""

from __future__ import annotations

README_FILE = "README.txt"

_TEXT = """\
Evidence package of hoptrace
============================

It holds the results of traced telephone calls and all that they rest on: what
carriers stated about these calls in their call-detail records. Open
calls/*/report.html in a browser to read what was found.

manifest.json     every other file with its size and SHA-256, in canonical JSON
                  (RFC 8785); manifest.json, manifest.sig and public-key.pem
                  are the only files that it does not list
manifest.sig      the Ed25519 signature of manifest.json (64 bytes)
public-key.pem    the key that made it. Compare its fingerprint with the one
                  that the maker of this package has told you by another way:
                  anybody can sign with a key of his own
results.jsonl     the results, one call a line, as hoptrace gave them
calls/            the report of each call, to read (HTML) and for programs (JSON)
originals.jsonl   the rows of carriers' files that the results cite, with the
originals/        file's SHA-256, and the rows' original bytes where they are at
                  hand, one file a row, without the line end
reporting.json    how the reports are told: language, deadlines
receipts.jsonl    what became of each submitted file, row for row
ground/           what the calls were traced on, by the versions that the results
                  name (lake-clock-certificates): all statements that were read
                  (those of other calls that were looked at and set aside too),
                  which time the records of which carrier cover, the clock table
                  with its weights, the carrier directory, the certificates and
                  the settings

With hoptrace:

    hoptrace verify case.zip

checks every byte, and traces the calls again from the files in ground/ alone.

Without it, in the folder where the package was unpacked:

    openssl pkeyutl -verify -rawin -pubin -inkey public-key.pem \\
        -in manifest.json -sigfile manifest.sig
    openssl pkey -pubin -in public-key.pem -outform DER | sha256sum
    sha256sum results.jsonl        (and so on; compare with manifest.json)
"""


def readme() -> bytes:
    """The text, in ASCII."""
    return _TEXT.encode("ascii")
