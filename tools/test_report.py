#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts test cases over several `bazel test` runs and prints `N passed, N failed` as the last line.

Usage: test_report.py CONFIG=EVENTS ... where EVENTS is a run's --build_event_json_file and EVENTS.status holds Bazel's
exit status. The events name exactly the results of that run, so results left by deleted tests are not counted. A test
that reports its cases (doctest ones do) counts as that many, any other one as one. A test that could not be built
counts as one failure, and so does each target whose own build went wrong; what merely depends on it does not.
"""

import json
import sys
import urllib.parse
import xml.etree.ElementTree

LOG_TAIL = 60
PASSED = ("PASSED", "FLAKY")


class Tally:
    """What one configuration came to."""

    def __init__(self, config):
        self.config = config
        self.passed = 0
        self.failed = 0

    def complain(self, label, what, log=""):
        print("\n---- FAILED (%s) %s: %s" % (self.config, label, what))
        if log:
            # Bazel's logs begin with a line for people who run them.
            lines = [l for l in log.rstrip().splitlines() if not l.startswith("exec ${PAGER")]
            print("\n".join(lines[-LOG_TAIL:]))


def path_of(uri):
    return urllib.parse.unquote(urllib.parse.urlparse(uri).path)


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def case_results(path):
    """(passed, [(name, message) of failed cases]) of a JUnit file, or None if it has no cases worth counting."""
    try:
        root = xml.etree.ElementTree.parse(path).getroot()
    except (OSError, xml.etree.ElementTree.ParseError):
        return None
    passed, failed = 0, []
    for case in root.iter("testcase"):
        problem = next((e for e in case if e.tag in ("failure", "error")), None)
        if problem is not None:
            failed.append((case.get("name"), problem.get("message") or ""))
        elif not any(e.tag == "skipped" for e in case):
            passed += 1
    return passed, failed


def count_result(tally, label, result):
    """One testResult event: one run of one test (or shard)."""
    files = {o["name"]: path_of(o["uri"]) for o in result.get("testActionOutput", []) if "uri" in o}
    status = result.get("status", "NO_STATUS")
    cases = case_results(files["test.xml"]) if "test.xml" in files else None
    passed, failed = cases or (0, [])
    if status in PASSED:
        # Bazel's word is final: a test that passed as a whole has no failed case, and counts as one at least.
        tally.passed += max(passed, 1)
        return
    tally.passed += passed
    tally.failed += max(len(failed), 1)
    names = "; ".join(name for name, _ in failed if name) or status.lower()
    tally.complain(label, names, read(files.get("test.log", "")))


def count_run(config, events_path):
    tally = Tally(config)
    results = {}
    broken = set()  # a step of its own failed
    unbuilt_tests = set()
    tests = set()
    for line in read(events_path).splitlines():
        event = json.loads(line)
        ident = event.get("id", {})
        if "testResult" in ident and "testResult" in event:
            key = ident["testResult"]
            # The last attempt of a flaky test overwrites the earlier ones.
            results[(key["label"], key.get("run"), key.get("shard"))] = event["testResult"]
        elif "targetConfigured" in ident:
            if "testSize" in event.get("configured", {}):
                tests.add(ident["targetConfigured"]["label"])
        elif "targetCompleted" in ident:
            label = ident["targetCompleted"]["label"]
            if not event.get("completed", {}).get("success") and label in tests:
                unbuilt_tests.add(label)
        elif "actionCompleted" in ident:
            if not event.get("action", {}).get("success") and event.get("action", {}).get("type") != "TestRunner":
                broken.add(ident["actionCompleted"]["label"])
        elif "unconfiguredLabel" in ident and "aborted" in event:
            broken.add(ident["unconfiguredLabel"]["label"])
        elif "pattern" in ident and "aborted" in event:
            broken.add(" ".join(ident["pattern"]["pattern"]))
    for (label, _, _), result in sorted(results.items(), key=lambda item: str(item[0])):
        count_result(tally, label, result)
    tested = {label for label, _, _ in results}
    for label in sorted((broken | unbuilt_tests) - tested):
        tally.failed += 1
        why = "could not be built" if label in broken else "not run: what it depends on could not be built"
        tally.complain(label, why)
    status = read(events_path + ".status").strip()
    if status not in ("0", "4") and not tally.failed:
        tally.failed += 1
        tally.complain("bazel", "exit status %s" % status)
    return tally


def main(argv):
    tallies = [count_run(*argument.split("=", 1)) for argument in argv[1:]]
    print()
    for tally in tallies:
        print("%s: %d passed, %d failed" % (tally.config, tally.passed, tally.failed))
    passed = sum(t.passed for t in tallies)
    failed = sum(t.failed for t in tallies)
    print("%d passed, %d failed" % (passed, failed))
    # A run without a single test proves nothing.
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
