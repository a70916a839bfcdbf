# SPDX-License-Identifier: MIT
"""The operations of the current runtime, as functions."""

import collections
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from ._rota import Listener, Stream
from ._runtime import Runtime, current_runtime
from ._task import Task

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike

_T = TypeVar("_T")
_A = TypeVar("_A")
_P = ParamSpec("_P")


def spawn(fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Task[_T]:
    """Runs fn(*args, **kwargs) on a thread of the current runtime's pool and returns its Task. See Runtime.spawn."""
    return current_runtime().spawn(fn, *args, **kwargs)


def sleep(seconds: float) -> Task[None]:
    """A Task that is done after so many seconds. See Runtime.sleep."""
    return current_runtime().sleep(seconds)


def connect(host: str, port: int) -> Task[Stream]:
    """A Task that gives a Stream connected to host and port. See Runtime.connect."""
    return current_runtime().connect(host, port)


def listen(host: str = "127.0.0.1", port: int = 0, *, backlog: int = 0, reuse_port: bool = False) -> Listener:
    """A Listener at a numeric address. See Runtime.listen."""
    return current_runtime().listen(host, port, backlog=backlog, reuse_port=reuse_port)


def wait_readable(file: "FileDescriptorLike") -> Task[int]:
    """A Task that is done when reading from `file` would not block. See Runtime.wait_readable."""
    return current_runtime().wait_readable(file)


def wait_writable(file: "FileDescriptorLike") -> Task[int]:
    """A Task that is done when writing to `file` would not block. See Runtime.wait_writable."""
    return current_runtime().wait_writable(file)


def map(
    fn: Callable[[_A], _T], items: Iterable[_A], limit: int | None = None, *, runtime: Runtime | None = None
) -> Iterator[_T]:
    """Calls fn(item) for each of `items` on the runtime's pool, and yields the results in the order of the items.

    Items are taken only as results are asked for: at most `limit` calls (None: 64) are in line or running at a
    time, so `items` may be endless. The first exception of fn is raised where its result would have come; then, and when
    the iterator is closed, calls that have not begun are cancelled.

    Args:
        fn: a function of one argument. It may block.
        items: any iterable; it is read on the caller's thread.
        limit: the most calls at a time, 1 or more.
        runtime: where to run them; None: the current one.
    """
    if not callable(fn):
        raise TypeError(f"map() takes a function, not {fn!r}")
    if limit is None:
        limit = 64
    elif limit < 1:
        raise ValueError(f"limit must be 1 or more, not {limit!r}")
    return _mapped(runtime or current_runtime(), fn, iter(items), limit)


def _mapped(runtime: Runtime, fn: Callable[[_A], _T], items: Iterator[_A], limit: int) -> Iterator[_T]:
    tasks: collections.deque[Task[_T]] = collections.deque()
    try:
        for item in items:
            tasks.append(runtime.spawn(fn, item))
            if len(tasks) >= limit:
                yield tasks.popleft().result()
        while tasks:
            yield tasks.popleft().result()
    finally:
        for task in tasks:
            task.cancel()
