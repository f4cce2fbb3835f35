"""Worker processes: each is told its share of the cores, and the environment stays as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hoptrace.cores import THREADS
from hoptrace.engines.pool import Pool
from hoptrace.errors import EngineFailed
from hoptrace.memory import ALLOCATOR, KEPT

OS = "__import__('os')"
TOLD = f"({OS}.getpid(), {OS}.environ.get({THREADS!r}), {OS}.environ.get({ALLOCATOR!r}))"


@pytest.fixture
def met(tmp_path: Path) -> tuple[str, str]:
    """Expressions, the two ends of a named pipe: each waits until another process is at the other."""
    pipe = str(tmp_path / "pipe")
    os.mkfifo(pipe)
    return f"open({pipe!r}, 'r').close()", f"open({pipe!r}, 'w').close()"


def told_in_each(met: tuple[str, str]) -> tuple[tuple[str | None, ...], tuple[str | None, ...]]:
    """The variables THREADS and ALLOCATOR in this process and in the other one."""
    with Pool(2) as pool:
        told = [done[1] for _, done in pool.each(eval, [f"({end}, {TOLD})" for end in met])]
    found = {process: words for process, *words in told}
    assert len(found) == 2
    return tuple(found.pop(os.getpid())), tuple(*found.values())


def test_a_process_that_is_ready_searches_for_cycles_in_what_is_new(met: tuple[str, str]) -> None:
    told = f"({OS}.getpid(), __import__('gc').isenabled(), __import__('gc').get_freeze_count() > 0)"
    with Pool(2) as pool:
        found = [done[1] for _, done in pool.each(eval, [f"({end}, {told})" for end in met])]
    assert sorted(words for process, *words in found if process != os.getpid()) == [[True, True]]


@pytest.mark.parametrize("told", [None, "3"])
def test_both_processes_work_and_share_the_cores_unless_told(monkeypatch, met, told):
    monkeypatch.delenv(THREADS, raising=False)
    if told is not None:
        monkeypatch.setenv(THREADS, told)
    own, other = told_in_each(met)
    assert (own[0], other[0]) == (told, told or str(max(1, (os.cpu_count() or 1) // 2)))
    assert os.environ.get(THREADS) == told


@pytest.mark.parametrize("told", [None, "dirty_decay_ms:7"])
def test_the_other_process_keeps_memory_unless_told(monkeypatch, met, told):
    loaded = ",".join(filter(None, ["dirty_decay_ms:500,muzzy_decay_ms:1000", told]))
    monkeypatch.setenv(ALLOCATOR, loaded)
    own, other = told_in_each(met)
    assert (own[1], other[1]) == (loaded, told or KEPT)


def test_a_process_that_dies_is_told(met):
    death = f"({met[1]}, {OS}.getpid() == {os.getpid()} or {OS}._exit(1))"
    with Pool(2) as pool, pytest.raises(EngineFailed, match="fewer --workers"):
        list(pool.each(eval, [met[0], death]))


def test_one_worker_needs_no_other_process():
    with Pool(1) as pool:
        assert {done for _, done in pool.each(eval, [f"{OS}.getpid()"] * 3)} == {os.getpid()}
