// SPDX-License-Identifier: MIT
//
// What every benchmark shares: cases and their options, repetition, and how a result is printed.
//
// A program offers cases; one process runs one case, so that none inherits another's heap, threads or warm caches:
//   x_bench --list                               names them
//   x_bench CASE [--json] [--workers N]          runs one
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <vector>

#include "bench/machine.h"

namespace bench {

struct Options {
  uint32_t workers = 2;
  bool json = false;
};

struct Result {
  uint64_t ops;      // of one round
  double ns_per_op;  // median
};

struct Case {
  const char* name;
  Result (*run)(const Options&);
};

/// Ends the program, saying which step went wrong: a benchmark that failed must not print a figure.
[[noreturn]] inline void fail(const char* what, const char* why = "failed") {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

inline constexpr size_t kSamples = 5;
inline constexpr uint64_t kSampleNs = 150'000'000;
inline constexpr uint64_t kPatienceNs = 3'000'000'000;

/// Runs `round`, which does `ops` operations and returns how many nanoseconds they took, until there are enough
/// samples. A sample is as many rounds as fill kSampleNs; those during which other processes were busy are dropped,
/// unless that leaves too few. The first round warms up and does not count.
template <typename Round>
Result measure(uint64_t ops, Round&& round) {
  round();
  std::vector<double> quiet;
  std::vector<double> all;
  const uint64_t start = now_ns();
  while (quiet.size() < kSamples && (all.size() < kSamples || now_ns() - start < kPatienceNs)) {
    const Neighbours neighbours;
    uint64_t spent = 0;
    uint64_t rounds = 0;
    do {
      spent += round();
      ++rounds;
    } while (spent < kSampleNs);
    all.push_back(static_cast<double>(spent) / static_cast<double>(rounds * ops));
    if (!neighbours.loud()) quiet.push_back(all.back());
  }
  if (quiet.size() < all.size()) {
    fprintf(stderr, "noisy machine: %zu of %zu samples were disturbed%s\n", all.size() - quiet.size(), all.size(),
            quiet.size() < kSamples ? "; all of them are counted" : "");
  }
  return {ops, median(quiet.size() < kSamples ? all : quiet)};
}

inline void print(const char* name, const Options& options, const Result& result) {
  const auto ops = static_cast<unsigned long long>(result.ops);
  const auto peak = static_cast<unsigned long long>(peak_kib());
  printf(options.json ? "{\"case\":\"%s\",\"ops\":%llu,\"ns_per_op\":%.2f,\"peak_kib\":%llu,\"workers\":%u}\n"
                      : "%-22s %9llu ops  %14.2f ns/op  %9llu KiB  %u workers\n",
         name, ops, result.ns_per_op, peak, options.workers);
}

[[noreturn]] inline void usage(const char* program) {
  fprintf(stderr, "usage: %s CASE [--json] [--workers N] | --list\n", program);
  exit(2);
}

/// The main function of a program that offers `cases`.
inline int run(int argc, char** argv, std::initializer_list<Case> cases) {
  Options options;
  const Case* chosen = nullptr;
  for (int i = 1; i < argc; ++i) {
    if (strcmp(argv[i], "--list") == 0) {
      for (const Case& each : cases) puts(each.name);
      return 0;
    }
    if (strcmp(argv[i], "--json") == 0) {
      options.json = true;
    } else if (strcmp(argv[i], "--workers") == 0 && i + 1 < argc) {
      char* end = nullptr;
      const long workers = strtol(argv[++i], &end, 10);
      if (*end != '\0' || workers < 1 || workers > 1024) usage(argv[0]);
      options.workers = static_cast<uint32_t>(workers);
    } else {
      const auto found =
          std::find_if(cases.begin(), cases.end(), [&](const Case& each) { return strcmp(each.name, argv[i]) == 0; });
      if (found == cases.end() || chosen != nullptr) usage(argv[0]);
      chosen = found;
    }
  }
  if (chosen == nullptr) usage(argv[0]);
  print(chosen->name, options, chosen->run(options));
  return 0;
}

}  // namespace bench

#endif  // BENCH_BENCH_H
