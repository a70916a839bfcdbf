# SPDX-License-Identifier: MIT
"""The tour against a server that is not ours: nginx, which sends a page of 1000 bytes at 1000 bytes a second, so that
each answer takes a second. Argument: the tour's program.
"""

import grp
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

# Where programs are of another system, ROTA_RUN_UNDER runs them.
TOUR = [*os.environ.get("ROTA_RUN_UNDER", "").split(), os.path.realpath(sys.argv[1])]
REQUESTS = 20

CONFIG = """
daemon off;
user {user} {group};
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    root {folder};
    location /slow {{ limit_rate 1000; }}
  }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_it_answers(server, port):
    while True:
        if server.poll() is not None:
            raise RuntimeError("nginx ended with status %d" % server.returncode)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return


class Nginx(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="rota-nginx-")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o755)
        with open(os.path.join(self.folder, "slow"), "w", encoding="ascii") as page:
            page.write("x" * 1000)
        config = os.path.join(self.folder, "nginx.conf")
        self.port = free_port()
        with open(config, "w", encoding="ascii") as file:
            file.write(CONFIG.format(folder=self.folder, port=self.port, user=pwd.getpwuid(os.getuid()).pw_name,
                                     group=grp.getgrgid(os.getgid()).gr_name))
        nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        self.server = subprocess.Popen([nginx, "-c", config, "-p", self.folder, "-e", "stderr"])
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.terminate)
        wait_until_it_answers(self.server, self.port)

    def test_all_experiments_behave_as_expected(self):
        url = "http://127.0.0.1:%d/slow" % self.port
        done = subprocess.run([*TOUR, "--json", "--requests", str(REQUESTS), "--url", url], stdout=subprocess.PIPE,
                              text=True, timeout=120)
        experiments = {experiment["id"]: experiment for experiment in json.loads(done.stdout)["experiments"]}
        self.assertEqual(len(experiments), 9)
        for experiment in experiments.values():
            self.assertTrue(experiment["ok"], experiment)
            self.assertEqual(experiment["errors"], 0, experiment)
        self.assertEqual(done.returncode, 0)
        # Really slow, and really at once.
        self.assertEqual(experiments["async_500"]["max_in_flight"], REQUESTS)
        self.assertGreaterEqual(experiments["join_blocking"]["wall_ms"], 1.5 * experiments["join_async"]["wall_ms"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
