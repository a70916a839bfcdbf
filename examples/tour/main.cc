// SPDX-License-Identifier: MIT
//
// The tour: the same HTTP requests, made in nine ways, to see what tasks, workers and blocking calls have to do with
// one another. Start reading at experiments.cc; the clients it compares are client_async.cc and client_blocking.cc.
#include <curl/curl.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

#include "examples/tour/args.h"
#include "examples/tour/experiments.h"
#include "examples/tour/limits.h"
#include "examples/tour/progress.h"
#include "examples/tour/report.h"
#include "examples/tour/server.h"
#include "examples/tour/system.h"
#include "examples/tour/target.h"
#include "examples/tour/timeline_svg.h"

namespace tour {
namespace {

constexpr int kAsExpected = 0;
constexpr int kNotAsExpected = 1;
constexpr int kUsage = 2;
constexpr int kNoTour = 3;

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

void require_descriptors(const Args& args, uint64_t limit) {
  uint64_t needed = descriptors_needed(args.requests);
  if (needed <= limit) return;
  throw std::runtime_error(std::to_string(args.requests) + " requests need " + std::to_string(needed) +
                           " descriptors, and this process may open " + std::to_string(limit) +
                           " (raise it with ulimit -Hn, or use a smaller --requests)");
}

std::ofstream open_for_writing(const std::string& name) {
  std::ofstream file(name);
  if (!file) throw std::runtime_error("cannot write " + name);
  return file;
}

int make_tour(const Args& args) {
  // What cannot work should fail now and not when all is done.
  std::ofstream svg;
  if (!args.svg.empty()) svg = open_for_writing(args.svg);

  Target target(args.url, args.delay_ms);
  Progress progress;
  std::vector<Experiment> experiments = make_experiments(args, target);
  std::vector<Result> results;
  bool as_expected = true;
  if (!args.json) print(text_head(target, experiments.size()));
  for (const Experiment& experiment : experiments) {
    std::string label = "[" + std::to_string(results.size() + 1) + "/" + std::to_string(experiments.size()) + "] ";
    results.push_back(run(experiment, target, progress, label + experiment.id));
    as_expected = as_expected && results.back().ok();
    if (!args.json) print(text_row(results.back()));
  }
  print(args.json ? json(results) : text_foot(results));

  if (svg.is_open()) {
    write_timeline(svg, results);
    svg.close();
    if (!svg) throw std::runtime_error("cannot write " + args.svg);
  }
  return as_expected ? kAsExpected : kNotAsExpected;
}

int run_main(int argc, char** argv) {
  Args args = parse_args(argc, argv);
  if (args.help) {
    print(kHelp);
    return kAsExpected;
  }
  ignore_broken_pipes();
  uint64_t limit = raise_descriptor_limit();
  if (args.serve) return serve();
  require_descriptors(args, limit);
  // Once, before there are threads.
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::runtime_error("libcurl could not be started");
  int status = make_tour(args);
  curl_global_cleanup();
  return status;
}

}  // namespace
}  // namespace tour

int main(int argc, char** argv) {
  try {
    return tour::run_main(argc, argv);
  } catch (const tour::UsageError& error) {
    std::fprintf(stderr, "tour: %s\n", error.what());
    return tour::kUsage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tour: %s\n", error.what());
    return tour::kNoTour;
  }
}
