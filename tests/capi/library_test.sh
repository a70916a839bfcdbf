#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What an embedder relies on in librota.so.0 as a file: it needs nothing but the C and C++ run-time libraries, exports
# rota_* and nothing else, takes nobody's malloc, and carries the ABI's number in its name. (Built for musl it carries
# its C++ library along; on RISC-V g++ leaves atomics of one byte to a run-time library.)
set -euo pipefail

library=$1
failures=0
musl=no

fail() {
  echo "FAILED: $1"
  failures=$((failures + 1))
}

machine=$(readelf --file-header "$library" | grep Machine:)
dynamic=$(readelf --dynamic --wide "$library")
# Lower-case types are local: nobody outside can bind to them.
exports=$(nm --dynamic --defined-only "$library" | awk '$(NF - 1) ~ /^[A-Z]$/ { print $NF }' | sed 's/@.*//' | sort -u)
defined=$(nm --defined-only "$library" 2>/dev/null | awk '{ print $NF }' | sort -u)

while read -r needed; do
  case $needed in
    libc.so.* | libm.so.* | libstdc++.so.* | libgcc_s.so.* | ld-linux*.so.*) ;;
    libc.so) musl=yes ;;
    libatomic.so.*) [[ $machine == *RISC-V* ]] || fail "it needs $needed" ;;
    *) fail "it needs $needed" ;;
  esac
done < <(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' <<<"$dynamic")

grep -q '(SONAME).*\[librota\.so\.0\]' <<<"$dynamic" || fail "its soname is not librota.so.0"

grep -q '^rota_' <<<"$exports" || fail "it exports no rota_* function"
foreign=$(grep -v '^rota_' <<<"$exports" || true)
[[ -z $foreign ]] || fail "it exports more than rota_*: $(head -5 <<<"$foreign" | tr '\n' ' ')"

# _Zn and _Zd begin the mangled names of operator new and operator delete; the placement forms are nobody's allocator,
# and those of a C++ library inside are its own (they are not among the exports).
taken='malloc|calloc|realloc|free|posix_memalign|aligned_alloc|memalign'
[[ $musl == yes ]] || taken+='|_Zn[wa][jm].*|_Zd[la]P.*'
allocator=$(grep -xE "$taken" <<<"$defined" | grep -vxE '_Zn[wa][jm]Pv|_Zd[la]PvS_' || true)
[[ -z $allocator ]] || fail "it defines the host's allocator: $(tr '\n' ' ' <<<"$allocator")"

if ((failures)); then
  exit 1
fi
echo "ok: $(wc -l <<<"$exports") exports, $(stat -Lc %s "$library") bytes"
