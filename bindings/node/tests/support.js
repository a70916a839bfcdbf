// SPDX-License-Identifier: MIT
'use strict';

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const LIBRARY = path.join(__dirname, '..');

/** What a rejection with this code looks like to assert.rejects. */
const code = (name) => ({ name: 'RotaError', code: name });
const aborted = (cause) => ({ name: 'AbortError', code: 'ROTA_ECANCELED', cause });

/** Threads of this process now, whose name begins so. */
function threads(name = '') {
  return fs.readdirSync('/proc/self/task').filter((thread) => {
    try {
      return fs.readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').startsWith(name);
    } catch {
      return false; // it ended just now
    }
  }).length;
}

/** Resolves when `condition()` holds; the test's own time limit ends it otherwise. */
async function until(condition) {
  while (!condition()) await new Promise(setImmediate);
}

/** Runs a program in a process of its own: resolves to { code, signal, stdout, stderr }. `rota` is required in it. */
function program(source, flags = []) {
  const text = `const rota = require(${JSON.stringify(LIBRARY)}); ${source}`;
  return new Promise((resolve) => {
    execFile(process.execPath, [...flags, '-e', text], { timeout: 30_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, signal: error?.signal ?? null, stdout, stderr }),
    );
  });
}

module.exports = { LIBRARY, code, aborted, threads, until, program };
