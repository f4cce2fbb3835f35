"""The one error tree of hoptrace.

Every error says what is wrong, where, and what to do; the command line prints the message alone and
leaves with the error's exit code.

    HoptraceError                 1
    ├── UsageError                2   the call itself makes no sense
    │   └── UnknownTimezone
    ├── NotFound                  4   no such carrier, batch, call or file
    │   ├── UnknownCarrier
    │   ├── UnknownBatch
    │   ├── UnknownTrace
    │   ├── UnknownCampaign
    │   └── NothingTraced             no traced call in a period of time
    ├── WorkspaceError            1
    │   ├── NotAWorkspace
    │   ├── WorkspaceExists
    │   ├── WorkspaceNewer            made by a newer hoptrace
    │   └── WorkspaceBusy             another process writes
    ├── InputRefused              1   a file that cannot be taken in; nothing was
    │   ├── FormatUnknown             --format auto saw nothing that it knows
    │   ├── ColumnMissing
    │   ├── TimezoneMissing
    │   ├── ProfileInvalid
    │   ├── DirectoryInvalid          carriers.csv or trunks.csv
    │   ├── CertificateInvalid        a file of certificates, or of their addresses
    │   ├── KeyInvalid                a key to sign with that cannot be used
    │   └── PackageRefused            calls that cannot be packaged as evidence
    ├── StorageFailed             1   disk full, no permission, database gone
    ├── EngineFailed              1   a process or a cluster that traces calls broke down
    └── MissingExtra              1   an optional part is not installed
"""

from __future__ import annotations


class HoptraceError(Exception):
    """Anything that hoptrace refuses or cannot do; `str(error)` is a full sentence for a person."""

    exit_code = 1


class UsageError(HoptraceError):
    """The request itself is wrong; nothing was tried."""

    exit_code = 2


class UnknownTimezone(UsageError):
    """A zone that the IANA database does not have."""


class NotFound(HoptraceError):
    """The thing asked for does not exist."""

    exit_code = 4


class UnknownCarrier(NotFound):
    """A carrier id that the directory does not have."""


class UnknownBatch(NotFound):
    """A batch id that the catalog does not have."""


class UnknownTrace(NotFound):
    """A call reference without a stored trace."""


class UnknownCampaign(NotFound):
    """A campaign that no trace names."""


class NothingTraced(NotFound):
    """A period of time in which no traced call lies."""


class WorkspaceError(HoptraceError):
    """The workspace cannot be opened or made."""


class NotAWorkspace(WorkspaceError):
    """The folder holds no hoptrace workspace."""

    exit_code = 4


class WorkspaceExists(WorkspaceError):
    """`init` on a folder that already is a workspace, or is not empty."""


class WorkspaceNewer(WorkspaceError):
    """The workspace was written by a newer version of hoptrace."""


class WorkspaceBusy(WorkspaceError):
    """Another process holds the writer's lock."""


class InputRefused(HoptraceError):
    """A submitted file was refused as a whole; nothing of it was taken in."""


class FormatUnknown(InputRefused):
    """No format fits the file, or several do."""


class ColumnMissing(InputRefused):
    """A required column is missing."""


class TimezoneMissing(InputRefused):
    """The file's times have no zone and none could be measured or was given."""


class ProfileInvalid(InputRefused):
    """A TOML profile that cannot be used; the message names file and key."""


class DirectoryInvalid(InputRefused):
    """carriers.csv or trunks.csv is wrong; the message names file and line."""


class CertificateInvalid(InputRefused):
    """A file that holds no readable certificate; the message names it."""


class KeyInvalid(InputRefused):
    """A key that cannot be used, or that would take the place of another; the message names the file."""


class PackageRefused(InputRefused):
    """Calls that cannot be packaged: the workspace does not give their stored answers again; the message says which."""


class StorageFailed(HoptraceError):
    """The disk or the database refused; what was being written is wholly out."""


class EngineFailed(HoptraceError):
    """What traces many calls, a process or a cluster, broke down; what was finished is kept."""


class MissingExtra(HoptraceError):
    """An optional part is not installed; the message says what to install."""
