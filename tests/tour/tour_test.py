# SPDX-License-Identifier: MIT
"""The tour as a whole: its results, its refusals, its picture. Usage: tour_test.py PATH_OF_THE_TOUR"""

import contextlib
import http.server
import json
import os
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import xml.etree.ElementTree

TOUR = None  # the command: set in main
REQUESTS = 50
DELAY_MS = 200
IDS = [
    "join_async", "join_blocking", "spawn_2_blocking", "main_makes_3", "fourth_waits", "async_4", "async_500",
    "blocking_500", "spawn_blocking_500",
]
FIELDS = {
    "id": str, "requests": int, "workers": int, "delay_ms": (int, float), "wall_ms": (int, float), "threads": int,
    "max_in_flight": int, "errors": int, "expected": str, "ok": bool,
}


def run(*args):
    return subprocess.run([*TOUR, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=50)


class Results(unittest.TestCase):
    """One run, looked at from several sides."""

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            picture = os.path.join(folder, "tour.svg")
            cls.result = run("--json", "--requests", str(REQUESTS), "--delay-ms", str(DELAY_MS), "--svg", picture)
            with open(picture, encoding="utf-8") as file:
                cls.svg = file.read()

    def experiments(self):
        return json.loads(self.result.stdout)["experiments"]

    def test_everything_is_as_expected(self):
        self.assertEqual([e for e in self.experiments() if not e["ok"]], [])
        self.assertEqual(self.result.returncode, 0, self.result.stderr)

    def test_standard_output_is_the_promised_json(self):
        document = json.loads(self.result.stdout)
        self.assertEqual(list(document), ["experiments"])
        self.assertEqual([e["id"] for e in document["experiments"]], IDS)
        for experiment in document["experiments"]:
            self.assertEqual(list(experiment), list(FIELDS))
            for field, kind in FIELDS.items():
                self.assertIsInstance(experiment[field], kind, f"{experiment['id']}: {field}")

    def test_nothing_is_said_on_standard_error_that_is_no_terminal(self):
        self.assertEqual(self.result.stderr, "")

    # What the tour calls ok is checked here once more, by the numbers alone.
    def test_the_numbers_tell_the_story(self):
        by_id = {e["id"]: e for e in self.experiments()}
        seen = {name: (e["max_in_flight"], e["threads"]) for name, e in by_id.items()}
        self.assertEqual(seen["join_async"], (2, 1))
        self.assertEqual(seen["join_blocking"], (1, 1))
        self.assertEqual(seen["spawn_2_blocking"], (2, 2))
        self.assertEqual(seen["main_makes_3"], (3, 3))
        self.assertEqual(seen["fourth_waits"], (3, 3))
        self.assertEqual(seen["async_4"][0], 4)
        self.assertEqual(seen["async_500"][0], REQUESTS)
        self.assertLessEqual(seen["async_500"][1], 2)
        self.assertLessEqual(seen["blocking_500"][0], 2)
        self.assertGreaterEqual(seen["spawn_blocking_500"][0], REQUESTS * 0.9)
        for name in ("join_blocking", "fourth_waits"):
            self.assertGreaterEqual(by_id[name]["wall_ms"], 2 * DELAY_MS)
        for experiment in by_id.values():
            self.assertGreaterEqual(experiment["wall_ms"], experiment["delay_ms"])
            self.assertEqual(experiment["errors"], 0)
        for name in ("async_500", "blocking_500", "spawn_blocking_500"):
            self.assertEqual(by_id[name]["requests"], REQUESTS)

    def test_the_picture_has_a_row_for_each_request(self):
        root = xml.etree.ElementTree.fromstring(self.svg)
        rows = [e for e in root.iter("{http://www.w3.org/2000/svg}rect") if e.get("class") == "r"]
        self.assertEqual(len(rows), sum(e["requests"] for e in self.experiments()))
        # Main thread, two workers and the pool at least.
        self.assertGreaterEqual(len({e.get("fill") for e in rows}), 4)


class SerialServer(socketserver.TCPServer):
    """Answers after 100 ms, and takes up the next request only then: with it, no experiment with 500 can go well."""

    request_queue_size = 128

    class RequestHandlerClass(socketserver.BaseRequestHandler):
        def handle(self):
            if not self.request.recv(4096):
                return
            # This delay is what is tested with: nothing is waited for.
            time.sleep(0.1)
            self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.RequestHandlerClass)


class PromptHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class PromptServer(http.server.ThreadingHTTPServer):
    request_queue_size = 128


class OtherServers(unittest.TestCase):
    def run_against(self, server, *args):
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            return run("--url", f"http://127.0.0.1:{server.server_address[1]}/", *args)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def test_what_is_not_as_expected_makes_the_exit_status_1(self):
        result = self.run_against(SerialServer(), "--json", "--requests", "25")
        self.assertEqual(result.returncode, 1, result.stderr)
        by_id = {e["id"]: e for e in json.loads(result.stdout)["experiments"]}
        # One after the other is what this server does anyway.
        self.assertTrue(by_id["join_blocking"]["ok"])
        self.assertFalse(by_id["async_500"]["ok"])
        self.assertFalse(by_id["spawn_blocking_500"]["ok"])
        self.assertEqual([e["errors"] for e in by_id.values()], [0] * len(IDS))

    def test_of_a_server_without_delay_only_errors_are_judged(self):
        result = self.run_against(PromptServer(("127.0.0.1", 0), PromptHandler), "--requests", "20")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("without errors", result.stdout)


class Refusals(unittest.TestCase):
    def test_arguments_that_make_no_sense_give_one_line_and_status_2(self):
        for args in (["--requests", "none"], ["--requests", "0"], ["--requests", "-5"], ["--requests", "5x"],
                     ["--requests"], ["--workers", "0"], ["--workers", "99999999999999999999"], ["--delay-ms", ""],
                     ["--delay-ms=-1"], ["--json=yes"], ["--svg", ""], ["--url", "nonsense"], ["--url", "ftp://host/"],
                     ["--url", "http://127.0.0.1/", "--delay-ms", "100"], ["--frobnicate"], ["a\nb"], [""]):
            with self.subTest(args=args):
                result = run(*args)
                self.assertEqual(result.returncode, 2)
                self.assertEqual(result.stdout, "")
                self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
                self.assertTrue(result.stderr.startswith("tour: "), result.stderr)

    def assert_reported(self, url, within_s):
        began = time.monotonic()
        result = run("--json", "--url", url)
        self.assertLess(time.monotonic() - began, within_s)
        self.assertEqual(result.returncode, 3)
        self.assertEqual(result.stdout, "")
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertIn(url, result.stderr)

    def test_a_server_that_is_not_there_is_reported(self):
        with socket.socket() as bound:  # bound and not listening: nobody else can be there either
            bound.bind(("127.0.0.1", 0))
            self.assert_reported(f"http://127.0.0.1:{bound.getsockname()[1]}/", within_s=5)

    def test_a_server_that_cannot_be_connected_to_is_not_hung_on(self):
        with contextlib.ExitStack() as stack:
            full = stack.enter_context(socket.socket())
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            # With the backlog full, connecting is neither accepted nor refused.
            for _ in range(4):
                filler = stack.enter_context(socket.socket())
                filler.setblocking(False)
                filler.connect_ex(full.getsockname())
            self.assert_reported(f"http://127.0.0.1:{full.getsockname()[1]}/", within_s=10)

    def test_a_server_that_never_answers_is_not_hung_on(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            self.assert_reported(f"http://127.0.0.1:{silent.getsockname()[1]}/", within_s=20)

    def test_a_picture_that_cannot_be_written_is_reported_before_the_work(self):
        result = run("--json", "--svg", "/nonexistent/folder/tour.svg")
        self.assertEqual((result.returncode, result.stdout), (3, ""))
        self.assertIn("/nonexistent/folder/tour.svg", result.stderr)


if __name__ == "__main__":
    # Where programs are of another system, ROTA_RUN_UNDER runs them.
    TOUR = [*os.environ.get("ROTA_RUN_UNDER", "").split(), os.path.realpath(sys.argv.pop(1))]
    unittest.main(verbosity=2)
