#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Runs a Python test: the first argument is the program. See rota_python_test.
set -euo pipefail
exec python3 "$@"
