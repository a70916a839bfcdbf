# SPDX-License-Identifier: MIT
"""The engine's threads and the GIL have nothing to do with each other."""

import itertools
import sys
import time

import pytest

gil = pytest.mark.skipif(not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="there is no GIL")


def hold_the_gil(seconds):
    """One call that never lets go of it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        any(itertools.repeat(False, 1_000_000))


@pytest.fixture
def greedy():
    """Nobody takes the GIL from a thread that runs."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    yield
    sys.setswitchinterval(before)


@gil
def test_timers_fire_while_python_holds_the_gil(rt, greedy):
    naps = [rt.sleep(0.05) for _ in range(100)]
    hold_the_gil(0.3)
    assert rt.metrics()["timers"] == 0 and all(nap.done() for nap in naps)


@gil
def test_sockets_go_on_while_python_holds_the_gil(rt, greedy):
    size = 30_000_000
    with rt.listen() as listener:
        accepting = listener.accept()
        with rt.connect(*listener.address).result(5) as a, accepting.result(5) as b:
            reading, writing = b.read_exactly(size), a.write(bytes(size))
            events = rt.metrics()["io_events"]
            assert not writing.done()
            hold_the_gil(0.5)
            assert writing.done() and reading.done() and rt.metrics()["io_events"] > events
            assert len(reading.result(0)) == size


@gil
def test_functions_wait_for_the_gil_and_nobody_for_them(rt, greedy):
    tasks = [rt.spawn(abs, -1) for _ in range(10)]
    hold_the_gil(0.1)
    nap = rt.sleep(0.01)
    hold_the_gil(0.1)
    assert nap.done()
    assert [task.result(5) for task in tasks] == [1] * 10
