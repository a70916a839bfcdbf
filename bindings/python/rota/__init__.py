# SPDX-License-Identifier: MIT
"""rota: workers, timers and sockets that are not under the GIL, and a pool that asyncio and concurrent.futures code can
use unchanged.

    import rota

    with rota.Runtime(workers=2) as rt:
        task = rt.spawn(sum, [1, 2, 3])     # on a thread of the pool
        print(task.result(timeout=1))

In a coroutine, tasks are awaited:

    async def main():
        await rota.sleep(0.1)
        stream = await rota.connect("127.0.0.1", 8000)
        await stream.write(b"hello")
        print(await stream.read())
"""

from ._rota import CLOSED, ERROR, READABLE, WRITABLE, Listener, Readiness, Stream, engine_version
from ._task import Task
from ._runtime import Runtime, current_runtime
from ._executor import Executor
from ._functions import connect, listen, map, sleep, spawn, wait_readable, wait_writable

__version__ = "0.1.0"

__all__ = [
    "CLOSED",
    "ERROR",
    "READABLE",
    "WRITABLE",
    "Executor",
    "Listener",
    "Readiness",
    "Runtime",
    "Stream",
    "Task",
    "connect",
    "current_runtime",
    "engine_version",
    "listen",
    "map",
    "sleep",
    "spawn",
    "wait_readable",
    "wait_writable",
]
