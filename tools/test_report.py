#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts test cases over several test runs and prints `N passed, N failed` as the last line.

Usage: test_report.py [--skipped] CONFIG=EVENTS NAME@LOG ...

EVENTS is the --build_event_json_file of a `bazel test`, or of a `bazel build`, which counts as one; LOG what another test command printed, with `N passed, N failed`
as its last line; exit status 77 says that it was skipped, and the last line why. EVENTS.status and LOG.status hold the
exit statuses. The events name exactly the results of that run, so results left by deleted tests are not counted. A test
that reports its cases (doctest ones do) counts as that many, any other one as one. A test that could not be built
counts as one failure, and so does each target whose own build went wrong; what merely depends on it does not. With
--skipped, targets that Bazel passed over because they are not for that system are named.
"""

import json
import re
import sys
import urllib.parse
import xml.etree.ElementTree

LOG_TAIL = 60
PASSED = ("PASSED", "FLAKY")
SKIPPED_STATUS = "77"
CLOSING_LINE = re.compile(r"(\d+) passed, (\d+) failed\b")


class Tally:
    """What one configuration came to."""

    def __init__(self, config):
        self.config = config
        self.passed = 0
        self.failed = 0
        self.skipped = ""  # why, when it was
        self.passed_over = []  # labels

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
    built = 0
    command = "test"
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
            if event.get("aborted", {}).get("reason") == "SKIPPED":
                tally.passed_over.append(label)
            elif event.get("completed", {}).get("success"):
                built += 1
            elif label in tests:
                unbuilt_tests.add(label)
        elif "started" in ident:
            command = event.get("started", {}).get("command", command)
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
    if command == "build" and built and not tally.failed:
        tally.passed = 1
    return tally


def count_command(name, log_path):
    """A test command that counts for itself."""
    tally = Tally(name)
    log = read(log_path)
    status = read(log_path + ".status").strip()
    last = log.rstrip().rpartition("\n")[2]
    if status == SKIPPED_STATUS:
        tally.skipped = last or "no reason given"
        return tally
    closing = CLOSING_LINE.match(last)
    if closing:
        tally.passed, tally.failed = int(closing.group(1)), int(closing.group(2))
    # Its exit status and its own count must agree, and it must have tested something.
    if status != "0" or not closing or not tally.passed:
        tally.failed = max(tally.failed, 1)
    if tally.failed:
        tally.complain(name, "exit status %s" % status, log)
    return tally


def count(argument):
    name, sign, path = re.match(r"([^=@]+)([=@])(.*)", argument).groups()
    return count_run(name, path) if sign == "=" else count_command(name, path)


def main(argv):
    arguments = argv[1:]
    show_skipped = "--skipped" in arguments
    tallies = [count(argument) for argument in arguments if argument != "--skipped"]
    print()
    for tally in tallies:
        if tally.skipped:
            print("%s: skipped: %s" % (tally.config, tally.skipped))
        else:
            print("%s: %d passed, %d failed" % (tally.config, tally.passed, tally.failed))
        if show_skipped and tally.passed_over:
            print("%s: not for this system: %s" % (tally.config, " ".join(sorted(tally.passed_over))))
    passed = sum(t.passed for t in tallies)
    failed = sum(t.failed for t in tallies)
    print("%d passed, %d failed" % (passed, failed))
    # A run without a single test proves nothing.
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
