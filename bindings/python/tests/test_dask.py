# SPDX-License-Identifier: MIT
"""The same functions, unchanged, on Dask: locally, and on a cluster of processes."""

import os
import threading

import pytest

import rota

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")


def square(x):
    return x * x


def where(_):
    with open("/proc/thread-self/comm", encoding="ascii") as file:
        return os.getpid(), file.read().strip()


def test_locally():
    with rota.Runtime(workers=1, name="local") as rt, rota.Executor(4, runtime=rt) as executor:
        with dask.config.set(pool=executor):
            total = dask.delayed(sum)([dask.delayed(square)(i) for i in range(100)])
            assert total.compute(scheduler="threads") == sum(i * i for i in range(100))
            names = dask.compute(*[dask.delayed(where)(i) for i in range(8)], scheduler="threads")
        assert all(pid == os.getpid() and name.startswith("local-b") for pid, name in names)


def test_a_worker_in_this_process():
    async def main():
        async with distributed.Scheduler(port=0, dashboard_address=":0") as scheduler:
            executor = rota.Executor(2, thread_name_prefix="mine")
            async with distributed.Worker(scheduler.address, executor=executor, nthreads=2) as worker:
                assert worker.executors["default"] is executor
                async with distributed.Client(scheduler.address, asynchronous=True) as client:
                    assert await client.submit(square, 7) == 49
                    assert (await client.submit(lambda: threading.current_thread().name)).startswith("mine")

    import asyncio

    asyncio.run(main())


def test_a_cluster_of_processes():
    with distributed.LocalCluster(n_workers=2, threads_per_worker=2, processes=True, dashboard_address=":0",
                                  executor=rota.Executor(2)) as cluster, distributed.Client(cluster) as client:
        assert client.gather(client.map(square, range(200))) == [i * i for i in range(200)]
        places = set(client.gather(client.map(where, range(50), pure=False)))
        assert len({pid for pid, _ in places}) == 2 and os.getpid() not in {pid for pid, _ in places}
        assert all(name.startswith("rota-b") for _, name in places)
        with pytest.raises(ZeroDivisionError):
            client.submit(lambda: 1 / 0).result()
