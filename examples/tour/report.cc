// SPDX-License-Identifier: MIT
#include "examples/tour/report.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace tour {
namespace {

constexpr char kColumns[] = "%-19s %8s %7s %7s %8s %8s %9s %7s  %s\n";

[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, pattern);
  std::vsnprintf(text, sizeof text, pattern, arguments);
  va_end(arguments);
  return text;
}

// Finer than this means nothing; a whole number looks like one.
std::string ms(double value) {
  std::string text = value < 1 ? format("%.3f", value) : format("%.1f", value);
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

}  // namespace

std::string text_head(const Target& target, size_t experiments) {
  std::string text;
  if (target.ours()) {
    text = format("rota tour: %s experiments with a server that answers after %s ms (blocking_500: 20 ms).\n",
                  std::to_string(experiments).c_str(), ms(target.delay_ms()).c_str());
    text += "\"in flight\" is the most requests that the server saw at once.\n";
  } else {
    text = "rota tour: " + std::to_string(experiments) + " experiments with " + target.base() +
           format(", which answered after %s ms.\n", ms(target.delay_ms()).c_str());
    text += "\"in flight\" is the most requests that the clients had open at once; what the server saw is not known.\n";
    text += target.slow_enough_to_judge()
                ? "Times are judged by that; blocking_500 makes fewer requests, not to last for minutes.\n"
                : "That is too soon to tell what waited for what: only completion and errors are judged.\n";
  }
  return text + "\n" +
         format(kColumns, "experiment", "requests", "workers", "delay", "expected", "wall", "in flight", "threads",
                "errors");
}

std::string text_row(const Result& result) {
  const Experiment& experiment = result.experiment;
  bool judged = experiment.expected.judged;
  std::string expected = judged ? format("%gx", experiment.expected.multiple) : "-";
  std::string text = format(kColumns, experiment.id, std::to_string(experiment.requests).c_str(),
                            std::to_string(experiment.workers).c_str(), ms(experiment.delay_ms).c_str(),
                            expected.c_str(), format("%.2fx", result.multiple()).c_str(),
                            std::to_string(result.max_in_flight).c_str(), std::to_string(result.threads).c_str(),
                            format("%-7u %s", result.errors, result.ok() ? "ok" : "FAILED").c_str());
  // Where only errors are judged the numbers need not bear the lesson out.
  if (judged) text += format("    %s\n", experiment.lesson);
  text += "    expected: " + describe(experiment.expected) + "\n";
  for (const std::string& complaint : result.complaints) text += "    NOT AS EXPECTED: " + complaint + "\n";
  return text;
}

std::string text_foot(const std::vector<Result>& results) {
  auto failed = std::count_if(results.begin(), results.end(), [](const Result& result) { return !result.ok(); });
  const std::string all = std::to_string(results.size()) + " experiments ";
  if (failed != 0) return "\n" + std::to_string(failed) + " of " + all + "did not behave as expected.\n";
  if (results.front().experiment.expected.judged) return "\nAll " + all + "behaved as expected.\n";
  return "\nAll " + all + "were completed without errors; nothing more could be judged.\n";
}

// Ids and expectations are the tour's own words: nothing in them needs an escape.
std::string json(const std::vector<Result>& results) {
  std::string text = "{\"experiments\":[";
  for (const Result& result : results) {
    if (&result != &results.front()) text += ",";
    text += format("\n{\"id\":\"%s\",\"requests\":%s,\"workers\":%u,\"delay_ms\":%s,\"wall_ms\":%s,\"threads\":%u,",
                   result.experiment.id, std::to_string(result.requests.size()).c_str(), result.experiment.workers,
                   ms(result.experiment.delay_ms).c_str(), ms(result.wall_ms).c_str(), result.threads);
    text += format("\"max_in_flight\":%u,\"errors\":%u,\"expected\":\"%s\",\"ok\":%s}", result.max_in_flight,
                   result.errors, describe(result.experiment.expected).c_str(), result.ok() ? "true" : "false");
  }
  return text + "\n]}\n";
}

}  // namespace tour
