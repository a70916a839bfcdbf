# SPDX-License-Identifier: MIT
"""Awaiting tasks under asyncio, asyncio in debug mode, and uvloop."""

import asyncio
import gc
import threading
import time
import weakref

import pytest

import rota


def test_awaiting(rt, run):
    async def main():
        assert await rt.spawn(abs, -2) == 2
        assert await rota.sleep(0.01) is None
        done = rt.spawn(abs, -3)
        done.result(5)
        assert await done == 3 and await done == 3
        with pytest.raises(ValueError):
            await rt.spawn(int, "x")
        assert await rt.spawn(lambda: (1, 2)) == (1, 2)
        assert await rt.spawn(lambda: None) is None
        error = KeyError("a value, not raised")
        assert await rt.spawn(lambda: error) is error

    run(main())


def test_thousands_at_a_time(rt, run):
    async def main():
        begin = time.monotonic()
        await asyncio.gather(*(rota.sleep(0.1) for _ in range(5000)))
        assert time.monotonic() - begin < 5
        assert await asyncio.gather(*(rt.spawn(abs, -i) for i in range(1000))) == list(range(1000))

    run(main())


def test_many_coroutines_await_one_task(rt, run, gate):
    async def main():
        task = rt.spawn(gate, "x")
        waiting = [asyncio.ensure_future(task) for _ in range(10)]
        await asyncio.sleep(0)
        gate.opened.set()
        assert await asyncio.gather(*waiting) == ["x"] * 10

    run(main())


def test_cancelling_the_coroutine_cancels_the_operation(rt, run):
    async def main():
        nap = rt.sleep(1000)
        waiting = asyncio.ensure_future(nap)
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert nap.cancelled() and rt.metrics()["timers"] == 0

    run(main())


def test_cancelling_the_task_cancels_the_coroutine(rt, run, gate):
    async def main():
        running = rt.spawn(gate)
        nap = rt.sleep(1000)
        waiting = asyncio.ensure_future(nap)
        await asyncio.sleep(0)
        assert nap.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        gate.opened.set()
        await running

    run(main())


def test_time_limits(rt, run, gate):
    async def main():
        nap = rt.sleep(1000)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await nap
        assert nap.cancelled()
        running = rt.spawn(gate, 1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(running, 0.02)
        gate.opened.set()
        assert await running == 1  # it ran on: a function cannot be stopped
        assert await asyncio.shield(rt.sleep(0.01)) is None

    run(main())


def test_task_groups(rt, run):
    async def main():
        naps = [rt.sleep(1000) for _ in range(3)]

        async def await_one(nap):
            await nap

        with pytest.raises(ExceptionGroup):
            async with asyncio.TaskGroup() as group:
                for nap in naps:
                    group.create_task(await_one(nap))
                group.create_task(await_one(rt.spawn(int, "x")))
        assert all(nap.cancelled() for nap in naps)

    run(main())


def test_races_between_cancelling_and_completing(rt, run):
    async def main():
        outcomes = set()
        for i in range(1000):
            waiting = asyncio.ensure_future(rt.sleep(0.0001 * (i % 7)))
            for _ in range(i % 11):
                await asyncio.sleep(0)
            waiting.cancel()
            try:
                outcomes.add(await waiting)
            except asyncio.CancelledError:
                outcomes.add("cancelled")
        assert outcomes == {None, "cancelled"}

    run(main())


def test_a_coroutine_that_is_closed_gives_up_its_task(rt):
    nap = rt.sleep(1000)
    iterator = nap.__await__()

    async def main():
        next(iterator)
        iterator.close()

    asyncio.run(main())
    assert nap.cancelled()


def test_several_loops_in_threads_share_a_runtime(rt):
    async def main():
        return sum(await asyncio.gather(*(rt.spawn(abs, -i) for i in range(100)))) + (await rt.sleep(0.01) or 0)

    got = []
    threads = [threading.Thread(target=lambda: got.append(asyncio.run(main()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [4950] * 8


def test_one_task_awaited_in_two_loops(rt, gate):
    task = rt.spawn(gate, 7)

    async def main():
        return await task

    got = []
    threads = [threading.Thread(target=lambda: got.append(asyncio.run(main()))) for _ in range(2)]
    for thread in threads:
        thread.start()
    gate.opened.set()
    for thread in threads:
        thread.join()
    assert got == [7, 7]


def test_a_loop_that_ends_with_work_pending_goes_when_the_next_one_begins(rt):
    class Loop(asyncio.SelectorEventLoop):
        pass

    loop = Loop()
    gone = weakref.ref(loop)
    naps = [rt.sleep(0.05) for _ in range(10)]

    async def wait(nap):
        await nap

    async def main():
        for nap in naps:
            loop.create_task(wait(nap))
        await asyncio.sleep(0.01)

    loop.run_until_complete(main())
    loop.set_exception_handler(lambda *args: None)  # tasks destroyed while pending: on purpose
    loop.close()
    del loop
    for nap in naps:
        nap.result(5) if not nap.cancelled() else None

    async def next_loop():
        await rt.spawn(int)

    asyncio.run(next_loop())
    for _ in range(50):
        gc.collect()
        if gone() is None:
            break
        rt.sleep(0.01).result()
    assert gone() is None


def test_outside_a_loop_await_says_so(rt):
    iterator = rt.sleep(1000).__await__()
    with pytest.raises(RuntimeError, match="event loop"):
        next(iterator)


def test_driven_by_hand_it_says_so(rt):
    async def main():
        iterator = rt.sleep(1000).__await__()
        next(iterator)
        with pytest.raises(RuntimeError, match="event loop"):
            next(iterator)
        iterator.close()

    asyncio.run(main())


def test_the_default_executor(rt, run):
    async def main():
        executor = rota.Executor(4, runtime=rt)
        asyncio.get_running_loop().set_default_executor(executor)
        assert await asyncio.to_thread(abs, -3) == 3
        loop = asyncio.get_running_loop()
        assert await asyncio.gather(*(loop.run_in_executor(None, abs, -i) for i in range(100))) == list(range(100))
        assert await loop.run_in_executor(executor, threading.get_ident) != threading.get_ident()
        with pytest.raises(ValueError):
            await asyncio.to_thread(int, "x")

    run(main())


def test_the_loop_wakes_once_for_many(rt):
    async def main():
        await rt.spawn(int)
        loop = asyncio.get_running_loop()
        reads = []
        queue = next(key for key in loop._selector.get_map().values() if "drain" in repr(key.data[0]))
        drain = queue.data[0]._callback
        loop.add_reader(queue.fd, lambda: reads.append(drain()))
        naps = [asyncio.ensure_future(rt.sleep(0.02)) for _ in range(200)]
        await asyncio.sleep(0)
        time.sleep(0.1)  # meanwhile all of them complete
        await asyncio.gather(*naps)
        assert len(reads) == 1

    asyncio.run(main())


def test_shutdown_wakes_who_awaits(run):
    async def main():
        rt = rota.Runtime(workers=1)
        waiting = asyncio.ensure_future(rt.sleep(1000))
        await asyncio.sleep(0)
        await asyncio.to_thread(rt.shutdown)
        with pytest.raises(asyncio.CancelledError):
            await waiting

    run(main())
