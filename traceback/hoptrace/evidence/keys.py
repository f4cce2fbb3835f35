"""The workspace's key, an Ed25519 pair (RFC 8032) that signs evidence packages; the private half stays in it."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hoptrace.errors import KeyInvalid, NotFound, StorageFailed
from hoptrace.output import cannot_write

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_FILE = "signing-key.pem"
_PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half: `pem` as a file holds it (SubjectPublicKeyInfo), `fingerprint` SHA-256 of its DER form, hex."""

    pem: bytes
    fingerprint: str

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for `--json`."""
        return {"algorithm": "Ed25519", "fingerprint": self.fingerprint, "pem": self.pem.decode()}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The workspace's key, ready to sign."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        """The half that may be given to anybody."""
        return _public(self.private.public_key())

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes; the same message always gives the same one."""
        return self.private.sign(message)


def make_key(workspace: Path) -> SigningKey:
    """Make the key of a workspace's folder, for its owner alone to read; raises KeyInvalid where there is one."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    path = workspace / KEY_FILE
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        # Made with its mode, and never in the place of another: packages signed with that one would lose their key.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE)
    except FileExistsError:
        raise KeyInvalid(f"{path} is there already. Move it away first if a new key is really wanted.") from None
    except OSError as error:
        raise cannot_write(path, error) from error
    with os.fdopen(handle, "wb") as stream:
        stream.write(pem)
        stream.flush()
        os.fsync(stream.fileno())
    return SigningKey(private)


def load_key(workspace: Path) -> SigningKey:
    """The key of a workspace; raises NotFound where there is none, KeyInvalid where it cannot be used."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    path = workspace / KEY_FILE
    try:
        mode, pem = path.stat().st_mode, path.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"{workspace} has no key to sign with. Make one: hoptrace keys make") from None
    except OSError as error:
        raise StorageFailed(f"{path} cannot be read: {error.strerror}.") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyInvalid(f"{path} can be read by others than its owner. Give it the mode 600: chmod 600 {path}")
    try:
        private = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyInvalid(f"{path} is not a readable private key. Restore it from a backup.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyInvalid(f"{path} is not an Ed25519 key. Move it away and make one: hoptrace keys make")
    return SigningKey(private)


def the_key(workspace: Path) -> SigningKey:
    """The key of a workspace, made where there is none yet; raises as `load_key` and `make_key`."""
    try:
        return load_key(workspace)
    except NotFound:
        return make_key(workspace)


def read_public_key(pem: bytes) -> Ed25519PublicKey:
    """The key of a PEM file; raises ValueError where it is none, or is written otherwise than hoptrace writes it."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(pem)
    except UnsupportedAlgorithm as error:
        raise ValueError("it is not a key of a known kind") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("it is not an Ed25519 key")  # noqa: TRY004
    if _public(key).pem != pem:
        raise ValueError("it is not written as hoptrace writes it")
    return key


def fingerprint_of(pem: bytes) -> str:
    """The fingerprint of a public key's PEM file; raises ValueError."""
    return _public(read_public_key(pem)).fingerprint


def is_signed(pem: bytes, signature: bytes, message: bytes) -> bool:
    """Whether `signature` is that key's over the message; raises ValueError where the key cannot be read."""
    from cryptography.exceptions import InvalidSignature

    try:
        read_public_key(pem).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _public(key: Ed25519PublicKey) -> PublicKey:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    spki = PublicFormat.SubjectPublicKeyInfo
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, spki)).hexdigest()
    return PublicKey(key.public_bytes(Encoding.PEM, spki), digest)
