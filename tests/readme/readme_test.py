# SPDX-License-Identifier: MIT
"""The programs in README.md compile against the shared library, as its reader would do it, and run.

Arguments: README.md, librota.so.0, a header of each include folder.
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

README, LIBRARY, *HEADERS = sys.argv[1:]
INCLUDES = ["-I" + os.path.dirname(os.path.dirname(os.path.realpath(header))) for header in HEADERS]
COMPILERS = {"c": ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror"], "cpp": ["c++", "-std=c++20", "-Wall", "-Wextra", "-Werror"]}
OUTPUT = {"c": "hello from a worker\n", "cpp": "42\n"}


class Readme(unittest.TestCase):
    def run_block(self, language):
        with open(README, encoding="utf-8") as readme:
            blocks = re.findall(r"^```%s\n(.*?)^```$" % language, readme.read(), re.MULTILINE | re.DOTALL)
        self.assertEqual(len(blocks), 1, "one program in " + language)
        with tempfile.TemporaryDirectory() as folder:
            source, program = os.path.join(folder, "program." + language), os.path.join(folder, "program")
            with open(source, "w", encoding="utf-8") as file:
                file.write(blocks[0])
            os.symlink(os.path.realpath(LIBRARY), os.path.join(folder, "librota.so.0"))
            subprocess.run(COMPILERS[language] + [source, "-o", program, "-pthread"] + INCLUDES +
                           [os.path.join(folder, "librota.so.0"), "-Wl,-rpath," + folder], check=True)
            done = subprocess.run([program], check=True, stdout=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.stdout, OUTPUT[language])

    def test_c(self):
        self.run_block("c")

    def test_cpp(self):
        self.run_block("cpp")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
