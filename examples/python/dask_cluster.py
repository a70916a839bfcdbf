#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The same function on this machine's pool, and on a Dask cluster of processes whose workers run it on rota's.

pip install rota dask distributed
"""

import distributed

import rota


def square(x):
    """Knows nothing of where it runs."""
    return x * x


if __name__ == "__main__":
    print("here:      ", sum(rota.map(square, range(100))))
    # Pickled, an Executor is its arguments: each worker process makes its own.
    with distributed.LocalCluster(n_workers=2, processes=True, dashboard_address=":0",
                                  executor=rota.Executor(4)) as cluster, distributed.Client(cluster) as client:
        print("on Dask:   ", sum(client.gather(client.map(square, range(100)))))
