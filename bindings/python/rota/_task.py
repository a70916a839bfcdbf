# SPDX-License-Identifier: MIT
"""rota.Task, and what the extension calls back."""

import concurrent.futures
import logging
import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from . import _rota

_T = TypeVar("_T")

# Where Future logs what a callback raises, so that the same handlers see it.
_logger = logging.getLogger("concurrent.futures")


class Task(_rota.TaskBase[_T], concurrent.futures.Future[_T]):
    """A function that runs, or an operation of the engine: whatever will have a result.

    A Task is a concurrent.futures.Future: it has `result`, `exception`, `done`, `cancel` and `add_done_callback`, and
    passes through `concurrent.futures.wait`, `as_completed` and `asyncio.wrap_future`. In a coroutine, `await task` gives
    its result; cancelling the awaiting coroutine cancels the task.

    Thread safety: all methods may be called from any thread. Dropping a Task cancels the operation behind it, except a
    write, which goes on; a function always runs.
    """


def _run_callbacks(task: Task[Any], callbacks: list[Callable[[Task[Any]], object]]) -> None:
    for callback in callbacks:
        try:
            callback(task)
        except Exception:
            _logger.exception("exception calling callback for %r", task)


def _thread_starts() -> None:
    """On a new thread of the blocking pool: what threading does for a thread that it starts."""
    threading.current_thread()
    trace, profile = threading.gettrace(), threading.getprofile()
    if trace is not None:
        sys.settrace(trace)
    if profile is not None:
        sys.setprofile(profile)


def _thread_stops() -> None:
    """On that thread, as it ends: threading would otherwise list it until another thread has its number."""
    sys.settrace(None)
    sys.setprofile(None)
    getattr(threading, "_active", {}).pop(threading.get_ident(), None)


_rota.configure(Task, _run_callbacks, _thread_starts, _thread_stops)
