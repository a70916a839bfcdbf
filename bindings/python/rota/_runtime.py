# SPDX-License-Identifier: MIT
"""rota.Runtime, and which runtime is meant where none is named."""

import atexit
import contextvars
import os
import threading
from types import TracebackType
from typing import Self

from . import _rota

_current: contextvars.ContextVar["Runtime | None"] = contextvars.ContextVar("rota.current", default=None)
_default: "Runtime | None" = None
_default_lock = threading.Lock()


class Runtime(_rota.RuntimeBase):
    """The engine: worker threads for timers and sockets, and a pool of threads for Python functions.

    Args:
        workers: worker threads, 1 to 1024; None: one per core that the process may use. They never hold the GIL.
        blocking_max: the most threads that run Python functions; None: 512. They are started when functions would wait.
        keep_alive: seconds that an idle thread of the pool stays.
        name: begins the names of the threads; at most 8 bytes are used.
        exit_timeout: when the interpreter ends first, how many seconds functions that were spawned and still run are
            waited for. Those of an Executor are always waited for, as concurrent.futures does.

    As a context manager it is the current runtime inside the block, which `rota.sleep` and its siblings use. Leaving
    the block waits for every function that was spawned and cancels operations that are pending; when an exception
    leaves it, functions that have not begun are cancelled too.

    Raises ValueError for numbers out of range, and BlockingIOError when the system has no threads left. Thread safety: all
    methods may be called from any thread. A forked child must create its own: in it, its parent's raise RuntimeError.
    """

    def __enter__(self) -> Self:
        if self.closed:
            raise RuntimeError("the runtime is shut down: create a new rota.Runtime")
        self._outer = _current.get()
        _current.set(self)
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _current.set(self._outer)
        self.shutdown(cancel=exc_type is not None)

    def __repr__(self) -> str:
        return f"<rota.Runtime workers={self.workers}{' closed' if self.closed else ''}>"


def current_runtime() -> Runtime:
    """The runtime that `rota.sleep` and its siblings use: the innermost `with Runtime()` block's around this code (it is
    inherited by tasks and spawned functions), otherwise one for the process, which is made when first asked for.
    """
    runtime = _current.get()
    if runtime is not None and not runtime.closed:
        return runtime
    return _process_runtime()


def _process_runtime() -> Runtime:
    global _default
    if _default is None or _default.closed:
        with _default_lock:
            if _default is None or _default.closed:
                _default = Runtime()
    return _default


def _after_fork_in_child() -> None:
    global _default, _default_lock
    _default = None
    _default_lock = threading.Lock()


os.register_at_fork(after_in_child=_after_fork_in_child)
# Before other threads are waited for, as concurrent.futures does it: from here on Executors refuse new functions. (The
# hook is threading's own; without it they are refused a little later.)
getattr(threading, "_register_atexit", atexit.register)(_rota.set_ending)
# After they have ended: no thread of ours may be inside Python when it is taken apart.
atexit.register(_rota.close_all)
