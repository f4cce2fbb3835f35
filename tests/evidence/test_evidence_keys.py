"""The workspace's key: made once, private, and told to others by its public half."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from hoptrace.errors import KeyInvalid, NotFound
from hoptrace.evidence.keys import KEY_FILE, fingerprint_of, is_signed, load_key, make_key, the_key


def test_only_its_owner_can_read_it(tmp_path):
    make_key(tmp_path)
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / KEY_FILE).chmod(0o640)
    with pytest.raises(KeyInvalid, match="chmod 600"):
        load_key(tmp_path)


def test_a_key_is_never_replaced(tmp_path):
    first = the_key(tmp_path).public
    with pytest.raises(KeyInvalid, match="is there already"):
        make_key(tmp_path)
    assert the_key(tmp_path).public == first


def test_without_a_key_it_says_how_to_make_one(tmp_path):
    with pytest.raises(NotFound, match="hoptrace keys make"):
        load_key(tmp_path)


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_broken_key_is_told(tmp_path, content):
    (tmp_path / KEY_FILE).write_bytes(content)
    (tmp_path / KEY_FILE).chmod(0o600)
    with pytest.raises(KeyInvalid, match="backup"):
        load_key(tmp_path)


def test_it_signs_what_others_can_check(tmp_path):
    key = make_key(tmp_path)
    signature = key.sign(b"text")
    assert key.sign(b"text") == signature
    assert is_signed(key.public.pem, signature, b"text")
    assert not is_signed(key.public.pem, signature, b"texT")
    assert fingerprint_of(key.public.pem) == key.public.fingerprint
    with pytest.raises(ValueError, match="written"):
        fingerprint_of(key.public.pem + b"\n")


def test_openssl_takes_the_exported_key(tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key = make_key(tmp_path)
    for name, content in (("key.pem", key.public.pem), ("text", b"text"), ("sig", key.sign(b"text"))):
        (tmp_path / name).write_bytes(content)
    command = "openssl pkeyutl -verify -rawin -pubin -inkey key.pem -in text -sigfile sig"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
