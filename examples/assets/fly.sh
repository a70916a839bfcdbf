# SPDX-License-Identifier: MIT
#
# For the tests of the streaming examples, which source it. $work is a folder of theirs.

# fly RUN OUT SECONDS ROUNDS BUDGET_MS: has the game's script RUN measure into OUT, and looks at what it measured: prints
# `ok ...` and `FAIL ...`. Flies again, three times at most, when all that went wrong is that the machine was too busy.
fly() {
  local run=$1 out=$2 seconds=$3 rounds=$4 budget_ms=$5 attempt status
  for attempt in 1 2 3; do
    echo "== budget $budget_ms ms, attempt $attempt"
    timeout 180 "$run" "$out" "$seconds" "$rounds" "$budget_ms" >"$work/game.log" 2>&1 || {
      cat "$work/game.log"
      echo "FAIL  the game ended with an error"
      return
    }
    status=0
    python3 examples/assets/frames_report.py check "$out/frames.json" "$((seconds * rounds))" >"$work/check.log" ||
      status=$?
    ((status == 3 && attempt < 3)) || break
    sed 's/^ok/so/' "$work/check.log"
  done
  sed 's/^slow/FAIL/' "$work/check.log"
  ((status == 0 || status == 3)) || echo "FAIL  the check of its frames: status $status"
}

# picture FILE: looks at a screenshot.
picture() {
  python3 examples/assets/frames_report.py picture "$1" 512 288 || echo "FAIL  its screenshot"
}

# Counts what the log says, and ends the test.
finish() {
  local passed failed
  passed=$(grep -c '^ok ' "$1" || true)
  failed=$(grep -c '^FAIL ' "$1" || true)
  echo "$passed passed, $failed failed"
  ((failed == 0 && passed > 0))
}
