# SPDX-License-Identifier: MIT
"""What stays for each task, of each kind: nothing. ROTA_LEAK_TASKS=N for longer campaigns."""

import asyncio
import concurrent.futures as cf
import ctypes
import gc
import mmap
import os
import statistics
import sys

import pytest

import rota

TASKS = int(os.environ.get("ROTA_LEAK_TASKS", "100000"))
WARM_UP = 3
WINDOWS = 5
# The smallest leak that must be seen: one of these for each task.
LEAK_BYTES = 64
_libc = ctypes.CDLL(None)
_libc.malloc.restype = ctypes.c_void_p


class _Mallinfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]


_libc.mallinfo2.restype = _Mallinfo


def in_use():
    """(blocks of Python's allocator, bytes of the C library's, resident bytes). The first two are exact; only the last
    sees the engine's own allocator, and it counts what allocators keep."""
    gc.collect()
    _libc.malloc_trim(0)
    info = _libc.mallinfo2()
    with open("/proc/self/statm", encoding="ascii") as file:
        resident = int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    return sys.getallocatedblocks(), info.uordblks + info.hblkhd, resident


def assert_no_growth(window):
    """window() carries TASKS tasks: what is in use must not grow with their number once it is warm."""
    for _ in range(WARM_UP):
        window()
    seen = [in_use()]
    for _ in range(WINDOWS):
        window()
        seen.append(in_use())
    # The median window's: one that takes a fresh arena is not a leak, one in every window is.
    blocks, malloced, resident = (
        statistics.median(after - before for before, after in zip(column, column[1:])) for column in zip(*seen))
    assert blocks < TASKS / 10, f"{blocks} blocks more in each window of {TASKS} tasks"
    assert malloced < LEAK_BYTES * TASKS / 10, f"{malloced} bytes more in each window of {TASKS} tasks"
    # Arenas come by the MiB.
    assert resident < max(LEAK_BYTES * TASKS, 2 << 20), f"{resident} resident bytes more in each window of {TASKS} tasks"


class Marked:
    """What functions are given and give back; counted."""

    alive = 0

    def __init__(self):
        Marked.alive += 1

    def __del__(self):
        Marked.alive -= 1


def raises(argument):
    raise ValueError(argument)


def functions(rt, count):
    for task in [rt.spawn(lambda x: x, Marked()) for _ in range(count)]:
        task.result()


def failures(rt, count):
    for task in [rt.spawn(raises, Marked()) for _ in range(count)]:
        assert task.exception() is not None


def cancelled(rt, count):
    for task in [rt.spawn(id, Marked()) for _ in range(count)]:
        task.cancel()


def naps(rt, count):
    for task in [rt.sleep(0) for _ in range(count)]:
        task.result()


def dropped_naps(rt, count):
    for _ in range(count):
        rt.sleep(1000)


def awaited(rt, count):
    async def main():
        await asyncio.gather(*(rt.sleep(0.0001) for _ in range(count)))
        for _ in range(count // 20):
            await rt.spawn(lambda x: x, Marked())

    asyncio.run(main())


def cancelled_awaits(rt, count):
    async def main():
        waiting = [asyncio.ensure_future(rt.sleep(1000)) for _ in range(count)]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(main())


def callbacks(rt, count):
    tasks = [rt.sleep(0.0001) for _ in range(count // 4)]
    for task in tasks:
        task.add_done_callback(lambda t, m=Marked(): m)
    cf.wait(tasks)


def time_limits(rt, count):
    nap = rt.sleep(1000)
    for _ in range(count // 20):
        with pytest.raises(TimeoutError):
            nap.result(0)


def streams(rt, count):
    with rt.listen() as listener:
        accepting = listener.accept()
        with rt.connect(*listener.address).result() as a, accepting.result() as b:
            for _ in range(count // 10):
                reading = b.read()
                a.write(b"x" * 100).result()
                reading.result()


def runtimes(rt, count):
    del rt
    for _ in range(count // 2000):
        with rota.Runtime(workers=1) as other:
            other.spawn(int).result()
            other.sleep(0).result()


def executors(rt, count):
    for _ in range(count // 1000):
        with rota.Executor(4, runtime=rt) as executor:
            list(executor.map(abs, range(20)))


async def next_loop(rt):
    await rt.sleep(0)
    await rt.spawn(int)


# How many of TASKS tasks a kind does is its own matter (streams: TASKS / 10 round trips of three).
@pytest.mark.parametrize("work", [functions, failures, cancelled, naps, dropped_naps, awaited, cancelled_awaits, callbacks,
                                  time_limits, streams, runtimes, executors], ids=lambda work: work.__name__)
def test_nothing_leaks(work):
    with rota.Runtime(workers=2, blocking_max=8) as rt:
        singletons = (None, True, int, ValueError, rota.Task)

        def window():
            work(rt, TASKS)
            rt.spawn(int).result()
            # What completed for a closed loop goes when the next loop begins to use rota (loop_queue.cc).
            asyncio.run(next_loop(rt))
            rt.spawn(int).result()

        window()
        references = [sys.getrefcount(one) for one in singletons]
        assert_no_growth(window)
        # Immortal from 3.12 on, or counted: a leak is one for each task.
        assert max(sys.getrefcount(one) - before for one, before in zip(singletons, references)) < TASKS // 100
    gc.collect()
    assert Marked.alive == 0


def _keeps_objects(kept):
    kept.extend(object() for _ in range(TASKS))


def _keeps_malloced(_):
    for _ in range(TASKS):
        _libc.malloc(LEAK_BYTES)


def _keeps_pages(kept):
    # As another allocator would: fresh pages, written to.
    kept.append(mmap.mmap(-1, LEAK_BYTES * TASKS + (1 << 20)))
    kept[-1].write(b"x" * len(kept[-1]))


@pytest.mark.parametrize("leak", [_keeps_objects, _keeps_malloced, _keeps_pages])
def test_a_leak_would_be_seen(leak):
    kept = []
    with pytest.raises(AssertionError, match="more in each window"):
        assert_no_growth(lambda: leak(kept))
