#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# export_list.sh HEADER: prints the module definition (.def) of a DLL that exports every function the header marks with
# ROTA_API, and nothing else.
set -euo pipefail

names=$(sed -n 's/^ROTA_API [^(]*\b\(rota_[a-z0-9_]*\)(.*/\1/p' "$1")
# Each declaration begins a line and has its name on it, or the list would be short without a word.
[[ $(grep -c '^ROTA_API' "$1") == $(wc -l <<<"$names") ]] || {
  echo "$1: a ROTA_API without a function's name on its line" >&2
  exit 1
}
echo 'EXPORTS'
sort <<<"$names" | sed 's/^/  /'
