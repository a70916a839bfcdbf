# SPDX-License-Identifier: MIT
"""rota.Runtime: functions, their contexts and exceptions, the block, wrong use."""

import contextvars
import threading
import time
import traceback

import pytest

import rota


def test_a_function_gives_its_result(rt):
    assert rt.spawn(divmod, 7, 2).result(5) == (3, 1)
    assert rt.spawn(dict, a=1).result(5) == {"a": 1}


def test_a_function_runs_on_a_thread_of_the_pool_and_not_on_a_worker(rt):
    name = rt.spawn(lambda: open("/proc/thread-self/comm", encoding="ascii").read().strip()).result(5)
    assert name.startswith("rota-b")


def test_functions_that_block_overlap(rt):
    barrier = threading.Barrier(50)
    assert sorted(t.result(10) for t in [rt.spawn(barrier.wait, 10) for _ in range(50)]) == list(range(50))


def test_the_context_is_copied(rt):
    variable = contextvars.ContextVar("v")
    variable.set("outer")

    def inner():
        seen = variable.get()
        variable.set("inner")
        return seen

    assert rt.spawn(inner).result(5) == "outer"
    assert variable.get() == "outer"


def test_the_current_runtime_is_inherited(rt):
    assert rota.current_runtime() is rt
    assert rt.spawn(rota.current_runtime).result(5) is rt
    with rota.Runtime(workers=1) as inner:
        assert rota.current_runtime() is inner
    assert rota.current_runtime() is rt


def test_without_a_block_there_is_one_runtime_for_the_process():
    assert rota.current_runtime() is rota.current_runtime()
    assert rota.spawn(abs, -1).result(5) == 1


def failing():
    raise LookupError("on purpose")


def test_exceptions_keep_their_traceback_and_cause(rt):
    def outer():
        try:
            failing()
        except LookupError as error:
            raise ValueError("outer") from error

    task = rt.spawn(outer)
    with pytest.raises(ValueError, match="outer") as caught:
        task.result(5)
    assert isinstance(caught.value.__cause__, LookupError)
    names = [frame.name for frame in traceback.extract_tb(caught.value.__cause__.__traceback__)]
    assert names == ["outer", "failing"]
    assert isinstance(task.exception(0), ValueError)


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), StopIteration(1)])
def test_exceptions_that_are_no_errors_come_through_too(rt, error):
    def raises():
        raise error

    assert rt.spawn(raises).exception(5) is error


def test_leaving_the_block_waits_for_functions():
    done = []
    with rota.Runtime(workers=1, blocking_max=1) as rt:
        for i in range(10):
            rt.spawn(lambda i=i: (time.sleep(0.005), done.append(i)))
    assert done == list(range(10))


def test_leaving_the_block_with_an_exception_cancels_what_has_not_begun(gate):
    with pytest.raises(ZeroDivisionError):
        with rota.Runtime(workers=1, blocking_max=1) as rt:
            running = rt.spawn(gate, "ran")
            waiting = rt.spawn(abs, -1)
            nap = rt.sleep(1000)
            assert gate.entered.wait(5)
            threading.Timer(0.05, gate.opened.set).start()
            1 / 0
    assert running.result(0) == "ran"
    assert waiting.cancelled() and nap.cancelled()


def test_after_shutdown_everything_is_refused():
    rt = rota.Runtime(workers=1)
    task = rt.spawn(abs, -1)
    rt.shutdown()
    rt.shutdown()
    assert rt.closed and task.result(0) == 1
    for call in (lambda: rt.spawn(abs, 1), lambda: rt.sleep(1), lambda: rt.connect("127.0.0.1", 1), rt.listen,
                 lambda: rota.Executor(runtime=rt), rt.__enter__):
        with pytest.raises(RuntimeError, match="create a new rota.Runtime"):
            call()


def test_shutdown_has_a_time_limit_and_may_be_called_again(gate):
    rt = rota.Runtime(workers=1)
    task = rt.spawn(gate, 5)
    assert gate.entered.wait(5)
    with pytest.raises(TimeoutError, match="shutdown"):
        rt.shutdown(timeout=0.02)
    rt.shutdown(wait=False)
    gate.opened.set()
    rt.shutdown(timeout=10)
    assert task.result(0) == 5


def test_a_function_cannot_wait_for_its_own_runtime(rt):
    with pytest.raises(RuntimeError, match="wait=False"):
        rt.spawn(rt.shutdown).result(5)


@pytest.mark.parametrize("options, error", [
    ({"workers": 0}, ValueError), ({"workers": -1}, ValueError), ({"workers": 1025}, ValueError),
    ({"workers": 10**30}, ValueError), ({"workers": "2"}, TypeError), ({"workers": 1.5}, TypeError),
    ({"blocking_max": 0}, ValueError), ({"blocking_max": 20000}, ValueError), ({"keep_alive": -1}, ValueError),
    ({"keep_alive": float("nan")}, ValueError), ({"exit_timeout": -1}, ValueError), ({"name": 5}, TypeError),
    ({"threads": 2}, TypeError),
])
def test_bad_options(options, error):
    with pytest.raises(error):
        rota.Runtime(**options)


def test_bad_arguments(rt):
    for args in ((), (None,), (5, 6)):
        with pytest.raises(TypeError, match="function"):
            rt.spawn(*args)
    for delay, error in ((-1, ValueError), (float("nan"), ValueError), ("1", TypeError), (None, TypeError)):
        with pytest.raises(error):
            rt.sleep(delay)
    for host, port, error in (("", 1, ValueError), ("x", -1, ValueError), ("x", 65536, ValueError), (5, 1, TypeError),
                              ("a\0b", 1, ValueError), ("x" * 300, 1, OSError)):
        with pytest.raises(error):
            rt.connect(host, port)
    with pytest.raises(ValueError, match="numeric"):
        rt.listen("localhost")
    with pytest.raises(TypeError):
        rota.Task()


def test_very_long_delays_are_for_ever(rt):
    for delay in (1e8, 1e12, float("inf")):
        nap = rt.sleep(delay)
        assert not nap.done() and nap.cancel()


def test_never_early_and_in_time(rt):
    for delay in (0, 0.001, 0.02):
        begin = time.monotonic()
        rt.sleep(delay).result(5)
        assert time.monotonic() - begin >= delay


def test_metrics_count(rt):
    naps = [rt.sleep(100) for _ in range(10)]
    assert rt.metrics()["timers"] == 10 and rt.metrics()["workers"] == rt.workers == 2
    del naps
    assert rt.metrics()["timers"] == 0


def test_threads_are_named_listed_and_gone():
    with rota.Runtime(workers=1) as rt:
        thread = rt.spawn(threading.current_thread).result(5)
        assert thread in threading.enumerate()
    assert thread not in threading.enumerate()


def test_trace_functions_are_set_on_pool_threads():
    seen = []
    threading.settrace(lambda frame, event, arg: seen.append(frame.f_code.co_name))
    try:
        with rota.Runtime(workers=1) as rt:
            rt.spawn(time_to_trace := lambda: 1).result(5)
    finally:
        threading.settrace(None)
    assert time_to_trace.__name__ in seen


def test_many_runtimes_side_by_side():
    runtimes = [rota.Runtime(workers=1) for _ in range(8)]
    assert [rt.spawn(pow, 2, i).result(5) for i, rt in enumerate(runtimes)] == [2**i for i in range(8)]
    for rt in runtimes:
        rt.shutdown()


def test_a_runtime_that_is_dropped_lives_as_long_as_its_tasks(gate):
    rt = rota.Runtime(workers=1)
    task, nap = rt.spawn(gate, 1), rt.sleep(0.01)
    del rt
    gate.opened.set()
    assert task.result(5) == 1 and nap.result(5) is None


def test_map_keeps_order_and_limit(rt):
    running, most, lock = 0, 0, threading.Lock()

    def call(item):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.002)
        with lock:
            running -= 1
        return item * 2

    assert list(rota.map(call, range(40), limit=4)) == [2 * i for i in range(40)]
    assert 1 < most <= 4


def test_map_takes_items_as_they_are_needed(rt):
    taken = []

    def endless():
        i = 0
        while True:
            taken.append(i)
            yield i
            i += 1

    results = rota.map(abs, endless(), limit=3, runtime=rt)
    assert [next(results) for _ in range(5)] == [0, 1, 2, 3, 4]
    results.close()
    assert len(taken) <= 8


def test_map_raises_where_the_result_would_have_come(rt):
    results = rota.map(lambda x: 1 // x, [1, 1, 0, 1], limit=2)
    assert [next(results), next(results)] == [1, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)
    for bad, error in ((lambda: rota.map(5, []), TypeError), (lambda: rota.map(abs, [], limit=0), ValueError),
                       (lambda: rota.map(abs, 5), TypeError)):
        with pytest.raises(error):
            bad()
