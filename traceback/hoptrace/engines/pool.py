"""The local engine for many calls: parts over the processor's cores, each in a process of its own."""

from __future__ import annotations

import multiprocessing.connection
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from hoptrace.engines.partition import Part, Pinned, Traced, trace_part
from hoptrace.errors import EngineFailed


def run(pinned: Pinned, parts: Sequence[Part], workers: int | None = None) -> Iterator[tuple[int, list[Traced]]]:
    """Trace parts, in `workers` processes (as many as there are cores), and give each as it is finished.

    One part, or one worker, needs no other process. No more parts are handed out than are worked at, so that no more
    results than those wait in memory. Raises EngineFailed where a process dies.
    """
    wanted = min(workers or os.cpu_count() or 1, len(parts))
    if wanted <= 1:
        yield from ((part.number, trace_part(pinned, part)) for part in parts)
        return
    # A forked child would inherit Polars' threads in whatever state they are in.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(wanted, mp_context=context, initializer=_end_with_parent) as pool:
        yield from _as_finished(pool, pinned, parts, wanted)


def _as_finished(
    pool: ProcessPoolExecutor, pinned: Pinned, parts: Sequence[Part], workers: int
) -> Iterator[tuple[int, list[Traced]]]:
    ahead = iter(parts)
    running: dict[Future[list[Traced]], int] = {}
    try:
        while True:
            while len(running) < workers + 1 and (part := next(ahead, None)) is not None:
                running[pool.submit(trace_part, pinned, part)] = part.number
            if not running:
                return
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(done), done.result()
    except BrokenProcessPool as error:
        raise EngineFailed(
            "A process that traced calls died, most likely because memory ran out. Finished parts are kept: give the "
            "same command again with fewer --workers."
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _end_with_parent() -> None:
    """Have this worker end when the process that made it is killed, and not wait for ever for its next part."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_for, args=(parent.sentinel,), daemon=True).start()


def _wait_for(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)
