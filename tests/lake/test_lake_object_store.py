"""The lake on an object store: a real server that speaks the S3 protocol, on loopback."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from deltalake import DeltaTable
from polars.testing import assert_frame_equal

from hoptrace.errors import StorageFailed
from hoptrace.lake import levels
from hoptrace.lake.expiring import HELD, Expiring, vacuum
from hoptrace.lake.lake import Lake
from hoptrace.lake.object_store import Access
from hoptrace.lake.trimming import trim
from hoptrace.lake.upkeep import tidy
from hoptrace.settings.object_store import ObjectStoreSettings
from hoptrace.workspace import init_workspace, open_workspace

A = 12025550100
DAY = 86_400
LOCAL = {"no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """URL of an empty store with the bucket `cdrs`."""
    if importlib.util.find_spec("moto") is None or importlib.util.find_spec("flask") is None:
        pytest.skip("moto[server] is not installed: there is no object store to test against")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ})
    try:
        _make_bucket(f"{url}/cdrs")
        yield url
    finally:
        server.terminate()
        server.wait(10)


def _make_bucket(url: str) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    # The server looks up in the signature which of its services is meant, and does not check it.
    signed = "AWS4-HMAC-SHA256 Credential=key/20260501/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    request = urllib.request.Request(url, method="PUT", headers={"Authorization": signed})
    for _ in range(300):
        try:
            direct.open(request, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the object store did not start")


@pytest.fixture
def environment(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", **LOCAL}
    for name, value in told.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def remote(environment: None, request: pytest.FixtureRequest) -> Lake:
    lake = Lake(f"s3://cdrs/{request.node.name}/lake", Access.of(ObjectStoreSettings.of_environment()))
    lake.create()
    return lake


def test_a_lake_in_an_object_store_is_like_one_on_a_disk(
    remote: Lake, lake: Lake, make, spans, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(levels, "FAN", 2)
    for each in (remote, lake):
        for n in range(4):
            rows = ({"at": n + 10 * m, "called": A + m, "calling": A + 50} for m in range(4))
            each.append([make(*rows, batch=f"b{n}")], f"c{n}")
        each.append([make({"at": DAY}, batch="other day")], "c9")
        each.append([make({"at": DAY}, batch="other day")], "c9")
        tidy(each)
    wanted = spans((A + 1, 0, 99), (A + 3, 0, 99), (A, DAY, DAY))
    assert_frame_equal(remote.view().statements(wanted), lake.view().statements(wanted))
    assert_frame_equal(remote.view().placed_by(spans((A + 50, 0, 99))), lake.view().placed_by(spans((A + 50, 0, 99))))
    assert remote.view().info() | {"bytes": 0} == lake.view().info() | {"bytes": 0}
    assert remote.view(1).info()["statements"] == 4
    assert remote.has_commit("c9")


def test_another_process_s_commits_are_seen(remote: Lake, make) -> None:
    other = Lake(remote.uri, Access.of(ObjectStoreSettings.of_environment()))
    assert other.view().rows() == 0
    remote.append([make({})], "c1")
    assert other.view().rows() == 1


def test_what_a_killed_append_left_is_deleted(remote: Lake, make) -> None:
    staged = remote.stage([make({})], "c1")
    assert remote.store.named("c1") == sorted(add.path for add in staged.adds)
    remote.forget("c1")
    assert remote.store.named("c1") == []


def test_the_log_is_trimmed(remote: Lake, make) -> None:
    for day in range(3):
        remote.append([make({"at": day * 86_400, "called": A})], f"c{day}")
    expiring = Expiring(remote, date(2026, 5, 2), HELD.to_frame())
    expiring.plan()
    expiring.commit()
    vacuum(remote, 0)
    access = Access.of(ObjectStoreSettings.of_environment())
    DeltaTable(remote.uri, storage_options=access.options(remote.uri)).create_checkpoint()
    assert trim(remote, 0) >= 4
    fresh = Lake(remote.uri, access)
    assert fresh.view().info()["statements"] == 2
    assert fresh.view(1, lambda _version: []).expired_before is None
    assert fresh.has_commit("c0")


def test_a_workspace_with_its_lake_in_an_object_store(environment: None, tmp_path: Path, make) -> None:
    uri = "s3://cdrs/workspace"
    with init_workspace(tmp_path / "w", lake_uri=uri) as workspace:
        workspace.lake.append([make({})], "c1")
    with open_workspace(tmp_path / "w") as workspace:
        assert workspace.lake.uri == uri
        assert workspace.lake.view().info()["statements"] == 1
    assert not (tmp_path / "w" / "lake").exists()


def test_a_bucket_that_is_not_there_is_told(environment: None) -> None:
    with pytest.raises(StorageFailed, match="The lake could not"):
        Lake("s3://nothing-here/lake", Access.of(ObjectStoreSettings.of_environment())).create()


def test_secrets_are_not_shown() -> None:
    settings = ObjectStoreSettings(access_key_id="k", secret_access_key="hush", session_token="hush")  # type: ignore[arg-type]
    assert "hush" not in repr(settings)
    assert "hush" not in repr(Access.of(settings))
