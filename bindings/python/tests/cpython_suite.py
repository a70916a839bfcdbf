# SPDX-License-Identifier: MIT
"""Runs CPython's own test_concurrent_futures thread-pool cases with rota.Executor in the place of ThreadPoolExecutor.

Exits with 77 where this Python comes without its tests. Usage: cpython_suite.py [PATTERN...]: only cases whose name holds one.
"""

import os
import shutil
import site
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
VARIABLE = "ROTA_SUBSTITUTE"
PTH = f"import os; os.environ.get('{VARIABLE}') and __import__('rota_substitute')\n"


def install_substitute():
    """The tests start interpreters in isolated mode, which read nothing but site-packages."""
    packages = site.getsitepackages()[0]
    shutil.copy(os.path.join(HERE, "rota_substitute.py"), packages)
    with open(os.path.join(packages, "rota_substitute.pth"), "w", encoding="utf-8") as file:
        file.write(PTH)
    os.environ[VARIABLE] = "1"
    sys.path.insert(0, packages)
    import rota_substitute  # noqa: F401  pylint: disable=import-outside-toplevel,unused-import


def thread_pool_cases(suite, patterns):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from thread_pool_cases(test, patterns)
        elif "ThreadPool" in type(test).__name__ and (not patterns or any(p in test.id() for p in patterns)):
            yield test


def main(patterns):
    if sys.prefix == sys.base_prefix:
        sys.exit("cpython_suite.py: run it in a virtual environment; it adds a file to site-packages")
    try:
        import test.support  # pylint: disable=import-outside-toplevel,unused-import
        import test.test_concurrent_futures  # pylint: disable=import-outside-toplevel
    except ImportError:
        print("this Python comes without its own tests")
        return 77
    # Its classes keep the executor they find when they are made.
    for name in [name for name in sys.modules if name.startswith("test.test_concurrent_futures")]:
        del sys.modules[name]
    install_substitute()
    import test.test_concurrent_futures as package  # pylint: disable=import-outside-toplevel,reimported
    loader = unittest.TestLoader()
    if hasattr(package, "__path__"):
        found = loader.discover(os.path.dirname(package.__file__), top_level_dir=os.path.dirname(
            os.path.dirname(os.path.dirname(package.__file__))))
    else:
        found = loader.loadTestsFromModule(package)
    if loader.errors:
        print("\n".join(loader.errors))
        return 1
    cases = unittest.TestSuite(thread_pool_cases(found, patterns))
    result = unittest.TextTestRunner(verbosity=2 if os.environ.get("VERBOSE") else 1).run(cases)
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad - len(result.skipped)} passed, {bad} failed, {len(result.skipped)} skipped")
    return 0 if result.wasSuccessful() and result.testsRun >= 40 or patterns and not bad else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
