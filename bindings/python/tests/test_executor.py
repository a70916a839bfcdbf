# SPDX-License-Identifier: MIT
"""rota.Executor beyond what CPython's own cases ask (cpython_suite.py)."""

import concurrent.futures as cf
import gc
import pickle
import threading
import time
import weakref
from concurrent.futures.thread import BrokenThreadPool

import pytest

import rota


def test_it_is_a_thread_pool_executor(rt):
    with rota.Executor(4, runtime=rt) as executor:
        assert isinstance(executor, cf.ThreadPoolExecutor)
        task = executor.submit(pow, 2, 3)
        assert isinstance(task, rota.Task) and task.result(5) == 8
        assert list(executor.map(abs, [-1, -2])) == [1, 2]


def test_at_most_max_workers_run(rt):
    lock, running, most = threading.Lock(), 0, 0

    def call():
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.001)
        with lock:
            running -= 1

    with rota.Executor(3, runtime=rt) as executor:
        for _ in range(100):
            executor.submit(call)
    assert 1 < most <= 3


def test_executors_share_the_pool_and_not_their_limits(rt, gate):
    with rota.Executor(1, runtime=rt) as a, rota.Executor(1, runtime=rt) as b:
        blocked = a.submit(gate)
        assert b.submit(abs, -1).result(5) == 1
        gate.opened.set()
        blocked.result(5)


def test_the_initializer_runs_on_each_thread_once(rt):
    local = threading.local()
    inits = []

    def init(value):
        local.value = value
        inits.append(threading.get_ident())

    barrier = threading.Barrier(3)
    with rota.Executor(3, "named", init, (7,), runtime=rt) as executor:
        tasks = [executor.submit(lambda: (barrier.wait(5), local.value, threading.current_thread().name))
                 for _ in range(3)]
        got = [task.result(5) for task in tasks]
        assert {value for _, value, _ in got} == {7}
        assert all(name.startswith("named_") for _, _, name in got)
        for _ in range(20):
            assert executor.submit(lambda: local.value).result(5) == 7
        assert len(inits) == len(set(inits)) == 3


def test_a_failing_initializer_breaks_it(rt, caplog):
    executor = rota.Executor(2, initializer=lambda: 1 / 0, runtime=rt)
    task = executor.submit(abs, 1)
    with pytest.raises(BrokenThreadPool):
        task.result(5)
    with pytest.raises(BrokenThreadPool):
        executor.submit(abs, 1)
    executor.shutdown()
    assert "Exception in initializer" in caplog.text


def test_shutting_down_the_runtime_shuts_it_down():
    rt = rota.Runtime(workers=1)
    executor = rota.Executor(2, runtime=rt)
    tasks = [executor.submit(time.sleep, 0.01) for _ in range(10)]
    rt.shutdown()
    assert all(task.result(0) is None for task in tasks)
    with pytest.raises(RuntimeError, match="after shutdown"):
        executor.submit(abs, 1)


def test_dropped_it_runs_what_it_has(rt):
    done = []
    executor = rota.Executor(1, runtime=rt)
    tasks = [executor.submit(done.append, i) for i in range(50)]
    gone = weakref.ref(executor)
    del executor
    for task in tasks:
        task.result(5)
    gc.collect()
    assert done == list(range(50)) and gone() is None


def test_a_function_may_submit_and_may_not_wait_for_its_end(rt):
    with rota.Executor(2, runtime=rt) as executor:
        assert executor.submit(lambda: executor.submit(abs, -5).result(5)).result(5) == 5
        with pytest.raises(RuntimeError, match="join"):
            executor.submit(executor.shutdown).result(5)


def test_pickled_it_is_its_arguments():
    copy = pickle.loads(pickle.dumps(rota.Executor(3, "name")))
    assert copy._max_workers == 3 and copy.submit(abs, -1).result(5) == 1
    copy.shutdown()


def test_bad_arguments(rt):
    for args, error in (((0,), ValueError), ((-1,), ValueError), (("x",), TypeError)):
        with pytest.raises(error):
            rota.Executor(*args, runtime=rt)
    with pytest.raises(TypeError):
        rota.Executor(1, runtime="x")
    with pytest.raises(TypeError):
        rota.Executor(1, initializer=5, runtime=rt)
    with rota.Executor(1, runtime=rt) as executor:
        with pytest.raises(TypeError):
            executor.submit()
        assert isinstance(executor.submit(5).exception(5), TypeError)


def test_a_hundred_thousand_in_line(rt):
    with rota.Executor(4, runtime=rt) as executor:
        tasks = [executor.submit(abs, -i) for i in range(100_000)]
        assert sum(task.result(60) for task in tasks) == sum(range(100_000))
    assert rt.metrics()["blocking_threads"] <= 20
