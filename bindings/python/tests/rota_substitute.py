# SPDX-License-Identifier: MIT
"""Puts rota.Executor in the place of concurrent.futures.ThreadPoolExecutor, in this process and, through a .pth file of
the virtual environment, in those that a test starts (cpython_suite.py)."""

import concurrent.futures

import rota


class ThreadPoolExecutor(rota.Executor):
    """Under the name that CPython's tests put into the programs they start."""


concurrent.futures.ThreadPoolExecutor = ThreadPoolExecutor
