# SPDX-License-Identifier: MIT
"""What the tests share. They run against the installed package (bindings/python/test)."""

import asyncio
import subprocess
import sys
import threading

import pytest

import rota

try:
    import uvloop
except ImportError:
    uvloop = None


@pytest.fixture
def rt():
    """A runtime that is the current one, and must end well."""
    with rota.Runtime(workers=2) as runtime:
        yield runtime
    assert runtime.closed


def _asyncio(main, debug=False, factory=None):
    with asyncio.Runner(debug=debug, loop_factory=factory) as runner:
        return runner.run(main)


@pytest.fixture(params=["asyncio", "debug", "uvloop"])
def run(request):
    """Runs a coroutine in an event loop: asyncio's, the same in debug mode, uvloop."""
    if request.param == "uvloop":
        if uvloop is None:
            pytest.skip("uvloop is not installed for this Python")
        return lambda main: _asyncio(main, factory=uvloop.new_event_loop)
    return lambda main: _asyncio(main, debug=request.param == "debug")


class Gate:
    """A function that says when it runs, and runs until it is told to end."""

    def __init__(self):
        self.entered = threading.Event()
        self.opened = threading.Event()

    def __call__(self, result=None):
        self.entered.set()
        assert self.opened.wait(30)
        return result


@pytest.fixture
def gate():
    """A Gate, opened at the end at the latest."""
    made = Gate()
    yield made
    made.opened.set()


@pytest.fixture
def python():
    """Runs a program in a fresh interpreter: (exit code, output, errors). It must end within the time."""

    def start(code, *options, timeout=30):
        done = subprocess.run([sys.executable, "-X", "faulthandler", *options, "-c", code], capture_output=True,
                              text=True, timeout=timeout, check=False)
        return done.returncode, done.stdout, done.stderr

    return start
