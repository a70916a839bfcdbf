# SPDX-License-Identifier: MIT
"""rota.Executor."""

import concurrent.futures.thread
import itertools
import threading
import weakref
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from . import _rota
from ._runtime import Runtime, current_runtime
from ._task import Task

_T = TypeVar("_T")
_P = ParamSpec("_P")


class Executor(concurrent.futures.ThreadPoolExecutor):
    """A ThreadPoolExecutor whose functions run on the blocking pool of a runtime.

    It passes wherever a ThreadPoolExecutor does: `loop.set_default_executor`, `asyncio.to_thread`, `run_in_executor`, Dask.
    `submit` returns a Task, which is a concurrent.futures.Future.

    Args:
        max_workers: the most functions that run at a time; None: as ThreadPoolExecutor, min(32, cores + 4).
        thread_name_prefix: begins the names of the threads while they run its functions.
        initializer, initargs: initializer(*initargs) is called on each thread before its first function. With an
            initializer the executor keeps its threads until it is shut down; otherwise idle ones go back to the pool.
        runtime: where to run; None: the current one (see current_runtime).

    Pickled, it is its arguments (but for the runtime): each process that gets it makes its own, as Dask's do.

    Functions that are in line when the interpreter ends are run to the end, as in concurrent.futures. Shutting the runtime
    down shuts the executor down. Thread safety: all methods may be called from any thread.
    """

    def __init__(
        self,
        max_workers: int | None = None,
        thread_name_prefix: str = "",
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
        *,
        runtime: Runtime | None = None,
    ) -> None:
        super().__init__(max_workers, thread_name_prefix, initializer, initargs)
        self._started_with = (initializer, initargs)
        self._slots: list[_Slot] = []
        on_start = _Start(self, initializer, initargs)
        self._group = _rota.Group(runtime or current_runtime(), self._max_workers, initializer is not None, on_start)

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Task[_T]:
        """Runs fn(*args, **kwargs) when a thread is free, and returns its Task.

        Raises RuntimeError when the executor, its runtime or the interpreter is shut down, and BrokenThreadPool when
        an initializer has failed.
        """
        if self._broken:
            raise concurrent.futures.thread.BrokenThreadPool(self._broken)
        return self._group.submit(fn, args, kwargs or None)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Takes nothing more, and waits for what was submitted; with cancel_futures, only for what runs,
        or has a thread free to run it."""
        with self._shutdown_lock:
            self._shutdown = True
            self._group.close()
        if cancel_futures:
            self._group.cancel_excess()
        if wait:
            self._group.wait(None)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._max_workers, self._thread_name_prefix, *self._started_with)

    @property  # type: ignore[override]
    def _threads(self) -> "set[_Slot]":
        """As many as a plain ThreadPoolExecutor would have started by now."""
        while len(self._slots) < self._group.threads:
            self._slots.append(_Slot(self._group, f"{self._thread_name_prefix}_{len(self._slots)}"))
        return set(self._slots)

    @_threads.setter
    def _threads(self, threads: object) -> None:
        """ThreadPoolExecutor's constructor sets an empty set."""

    def _initializer_failed(self) -> None:
        reason = "A thread initializer failed, the thread pool is not usable anymore"
        self._broken = reason  # type: ignore[assignment]
        self._group.fail_all(concurrent.futures.thread.BrokenThreadPool(reason))


class _Start:
    """What each thread of an executor does first. It must not keep the executor alive."""

    def __init__(self, executor: Executor, initializer: Callable[..., object] | None, initargs: tuple[Any, ...]) -> None:
        self._executor = weakref.ref(executor)
        self._prefix = executor._thread_name_prefix
        self._initializer = initializer
        self._initargs = initargs
        self._numbers = itertools.count()

    def __call__(self) -> bool:
        threading.current_thread().name = f"{self._prefix}_{next(self._numbers)}"
        if self._initializer is None:
            return True
        try:
            self._initializer(*self._initargs)
        except BaseException:
            concurrent.futures._base.LOGGER.critical("Exception in initializer:", exc_info=True)
            executor = self._executor()
            if executor is not None:
                executor._initializer_failed()
            return False
        return True


class _Slot:
    """Stands for a thread in ThreadPoolExecutor._threads, which some look at."""

    def __init__(self, group: _rota.Group, name: str) -> None:
        self._group = group
        self.name = name
        self.daemon = True

    def join(self, timeout: float | None = None) -> None:
        """Waits until the executor has nothing to do."""
        self._group.wait(timeout)

    def is_alive(self) -> bool:
        """Whether the executor has something to do."""
        return not self._group.wait(0)
