# SPDX-License-Identifier: MIT
"""rota.Task as a concurrent.futures.Future."""

import asyncio
import concurrent.futures as cf
import gc
import logging
import threading
import time
import weakref

import pytest

import rota


def test_it_is_a_future(rt):
    task = rt.spawn(abs, -1)
    assert isinstance(task, cf.Future) and isinstance(rt.sleep(0), rota.Task)
    assert task.result() == 1 and task.done() and not task.running() and not task.cancelled()
    assert "finished" in repr(task).lower() and "int" in repr(task)


def test_time_limits(rt, gate):
    task, nap = rt.spawn(gate), rt.sleep(1000)
    for waiting in (task, nap):
        for limit in (0, 0.01, -5):
            with pytest.raises(TimeoutError):
                waiting.result(limit)
            with pytest.raises(TimeoutError):
                waiting.exception(timeout=limit)
        for bad, error in (("1", TypeError), (float("nan"), ValueError)):
            with pytest.raises(error):
                waiting.result(bad)
    assert task.running() and not nap.running()


def test_wait_and_as_completed(rt, gate):
    quick, slow, nap = rt.spawn(abs, -1), rt.spawn(gate), rt.sleep(0.02)
    done, pending = cf.wait([quick, slow, nap], timeout=0.2)
    assert done == {quick, nap} and pending == {slow}
    gate.opened.set()
    assert cf.wait([slow, nap], return_when=cf.ALL_COMPLETED)[1] == set()
    naps = [rt.sleep(0.04), rt.sleep(0.001), rt.sleep(0.02)]
    assert list(cf.as_completed(naps, timeout=5)) == [naps[1], naps[2], naps[0]]


def test_wait_sees_exceptions_and_cancellations(rt, gate):
    failing, nap = rt.spawn(int, "x"), rt.sleep(1000)
    done, _ = cf.wait([failing, nap], return_when=cf.FIRST_EXCEPTION, timeout=5)
    assert failing in done
    threading.Timer(0.02, nap.cancel).start()
    assert cf.wait([nap], timeout=5)[0] == {nap}


def test_many_threads_wait_for_one(rt, gate):
    task = rt.spawn(gate, "x")
    got = []
    threads = [threading.Thread(target=lambda: got.append(task.result(10))) for _ in range(20)]
    for thread in threads:
        thread.start()
    gate.opened.set()
    for thread in threads:
        thread.join()
    assert got == ["x"] * 20


def test_callbacks_are_called_once_in_order_and_late_ones_at_once(rt, gate):
    for task in (rt.spawn(gate), rt.sleep(0.05)):
        calls, last = [], threading.Event()
        for i in range(5):
            task.add_done_callback(lambda t, i=i: calls.append((t is task, i)))
        task.add_done_callback(lambda t: last.set())
        gate.opened.set()
        assert last.wait(5)
        assert calls == [(True, i) for i in range(5)]
        task.add_done_callback(lambda t: calls.append("late"))
        assert calls[-1] == "late"


def test_what_callbacks_raise_is_logged(rt, gate, caplog):
    last = threading.Event()
    task = rt.spawn(gate)
    task.add_done_callback(lambda t: 1 / 0)
    task.add_done_callback(lambda t: last.set())
    with caplog.at_level(logging.ERROR, "concurrent.futures"):
        gate.opened.set()
        assert last.wait(5)
        nap, last2 = rt.sleep(0.01), threading.Event()
        nap.add_done_callback(lambda t: {}["x"])
        nap.add_done_callback(lambda t: last2.set())
        assert last2.wait(5)
    assert [type(r.exc_info[1]) for r in caplog.records] == [ZeroDivisionError, KeyError]


def test_cancelling(rt, gate):
    running, nap = rt.spawn(gate), rt.sleep(1000)
    assert gate.entered.wait(5)
    assert not running.cancel()
    assert nap.cancel() and nap.cancel() and nap.cancelled()
    with pytest.raises(cf.CancelledError):
        nap.result()
    with pytest.raises(cf.CancelledError):
        nap.exception()
    called = threading.Event()
    nap.add_done_callback(lambda t: called.set())
    assert called.is_set()
    gate.opened.set()
    running.result(5)
    assert not running.cancel()


def test_a_function_in_line_can_be_cancelled_and_lets_go_of_its_arguments(gate):
    class Argument:
        pass

    with rota.Runtime(workers=1, blocking_max=1) as rt:
        rt.spawn(gate)
        argument = Argument()
        alive = weakref.ref(argument)
        waiting = rt.spawn(id, argument)
        del argument
        assert waiting.cancel() and waiting.cancelled()
        gc.collect()
        assert alive() is None
        gate.opened.set()


def test_cancelling_races_with_completion(rt):
    outcomes = {True: 0, False: 0}
    for i in range(2000):
        nap = rt.sleep(0.0001 * (i % 10))
        time.sleep(0.00005 * (i % 13))
        cancelled = nap.cancel()
        outcomes[cancelled] += 1
        assert nap.done() and nap.cancelled() == cancelled
        if not cancelled:
            assert nap.result(0) is None
    assert outcomes[True] and outcomes[False]


def test_cancelling_a_function_races_with_its_start(rt):
    ran = []
    cancelled = 0
    for i in range(2000):
        task = rt.spawn(ran.append, i)
        if task.cancel():
            cancelled += 1
        else:
            task.result(5)
    assert len(ran) + cancelled == 2000


def test_wrap_future(rt, run):
    async def main():
        assert await asyncio.wrap_future(rt.spawn(abs, -4)) == 4
        await asyncio.wrap_future(rt.sleep(0.01))
        with pytest.raises(ValueError):
            await asyncio.wrap_future(rt.spawn(int, "x"))

    run(main())


def test_it_is_completed_by_its_runtime_alone(rt):
    nap = rt.sleep(1000)
    for call in (lambda: nap.set_result(1), lambda: nap.set_exception(ValueError()), nap.set_running_or_notify_cancel):
        with pytest.raises(cf.InvalidStateError):
            call()
    with pytest.raises(TypeError):
        nap.set_exception("x")
    assert not nap.done() and nap.cancel()


def test_huge_results(rt, run):
    task = rt.spawn(bytes, 300_000_000)
    assert len(task.result(60)) == 300_000_000

    async def main():
        assert len(await rt.spawn(bytes, 200_000_000)) == 200_000_000

    run(main())


def test_generic(rt):
    assert rota.Task[int].__origin__ is rota.Task
