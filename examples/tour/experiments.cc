// SPDX-License-Identifier: MIT
#include "examples/tour/experiments.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <utility>

#include "examples/tour/client_async.h"
#include "examples/tour/client_blocking.h"

namespace tour {
namespace {

// The engine's default for rota_spawn_blocking.
constexpr uint32_t kBlockingMax = 512;
// blocking_500 goes two at a time: 250 x 20 ms are 5 s, where 250 x 1 s would be more than four minutes.
constexpr double kShortDelayMs = 20;
// Somebody else's server has one delay only: there, make fewer requests instead.
constexpr double kForeignBlockingMs = 5000;

enum class Client { kAsync, kBlocking };

Future get(Client client, const Stage& stage, Request& request) {
  return client == Client::kAsync ? async_requests(stage.runtime, stage.job, std::span(&request, 1))
                                  : blocking_request(stage.job, request);
}

// Ready when all of them are: polls those that are not, each time it is polled itself.
Future join(std::vector<Future> futures) {
  return [futures = std::move(futures)](rota_context* cx) mutable {
    std::erase_if(futures, [cx](Future& future) { return future(cx) != ROTA_PENDING; });
    return futures.empty() ? ROTA_OK : ROTA_PENDING;
  };
}

// All requests in one task, on this thread.
auto joined(Client client) {
  return [client](const Stage& stage) {
    std::vector<Future> futures;
    for (Request& request : stage.requests) {
      request.queued_ns = now_ns();
      futures.push_back(get(client, stage, request));
    }
    block_on(stage.runtime, join(std::move(futures)));
  };
}

enum class MainThread { kWaits, kCarriesTheLast };

// A task for each request: spawned, but for the last, which the main thread may carry itself.
auto a_task_each(Client client, MainThread main_thread) {
  return [client, main_thread](const Stage& stage) {
    std::vector<TaskPtr> tasks;
    for (Request& request : stage.requests) {
      request.queued_ns = now_ns();
      bool last = &request == &stage.requests.back();
      if (last && main_thread == MainThread::kCarriesTheLast) {
        block_on(stage.runtime, get(client, stage, request));
      } else {
        tasks.push_back(spawn(stage.runtime, get(client, stage, request)));
      }
    }
    for (const TaskPtr& task : tasks) wait(task);
  };
}

// A task for each group of asynchronous requests.
void a_task_for_many(const Stage& stage) {
  // At least one for each worker, also when there are few.
  size_t workers = rota_runtime_workers(stage.runtime);
  size_t size = std::clamp<size_t>((stage.requests.size() + workers - 1) / workers, 1, kAsyncGroup);
  std::vector<TaskPtr> tasks;
  for (std::span<Request> rest = stage.requests; !rest.empty();) {
    std::span<Request> group = rest.first(std::min(size, rest.size()));
    rest = rest.subspan(group.size());
    for (Request& request : group) request.queued_ns = now_ns();
    tasks.push_back(spawn(stage.runtime, async_requests(stage.runtime, stage.job, group)));
  }
  for (const TaskPtr& task : tasks) wait(task);
}

// Each request as a job of the blocking pool.
void on_the_blocking_pool(const Stage& stage) {
  struct Call {
    const Job& job;
    Request& request;
  };
  std::vector<TaskPtr> tasks;
  for (Request& request : stage.requests) {
    request.queued_ns = now_ns();
    auto run = [](void* arg) -> rota_status {
      auto* call = static_cast<Call*>(arg);
      get_blocking(call->job, call->request);
      return ROTA_OK;
    };
    auto drop = [](void* arg) { delete static_cast<Call*>(arg); };
    rota_task* task = nullptr;
    check(rota_spawn_blocking(stage.runtime, run, new Call{stage.job, request}, drop, &task), "spawning blocking work");
    tasks.emplace_back(task);
  }
  for (const TaskPtr& task : tasks) wait(task);
}

Expectation exactly(double multiple, uint32_t in_flight, Range threads) {
  return {.multiple = multiple, .slack = 0.5, .threads = threads, .in_flight = {in_flight, in_flight}};
}

Expectation exactly(double multiple, uint32_t in_flight, uint32_t threads) {
  return exactly(multiple, in_flight, Range{threads, threads});
}

void add_small(std::vector<Experiment>& list, double delay_ms) {
  auto add = [&](const char* id, size_t requests, Expectation expected, auto body, const char* lesson) {
    list.push_back({id, lesson, requests, 2, delay_ms, expected, body});
  };
  add("join_async", 2, exactly(1, 2, 1), joined(Client::kAsync),
      "Two asynchronous requests joined in one task overlap on a single thread: concurrency needs no parallelism.");
  add("join_blocking", 2, exactly(2, 1, 1), joined(Client::kBlocking),
      "The same join over blocking calls runs them one after the other: a blocking call cannot yield.");
  add("spawn_2_blocking", 2, exactly(1, 2, 2), a_task_each(Client::kBlocking, MainThread::kWaits),
      "Spawned as two tasks, the blocking calls overlap again: each has a worker to itself.");
  add("main_makes_3", 3, exactly(1, 3, 3), a_task_each(Client::kBlocking, MainThread::kCarriesTheLast),
      "block_on runs its task on the calling thread, so two workers and the main thread carry three at once.");
  add("fourth_waits", 4, exactly(2, 3, 3), a_task_each(Client::kBlocking, MainThread::kCarriesTheLast),
      "There is no fourth thread: one of four blocking calls waits until a worker is free.");
  add("async_4", 4, exactly(1, 4, Range{1, 3}), a_task_each(Client::kAsync, MainThread::kCarriesTheLast),
      "Of four asynchronous requests, spawned in the same way, none waits.");
}

uint32_t rounds(size_t requests, size_t at_once) { return static_cast<uint32_t>((requests + at_once - 1) / at_once); }

void add_large(std::vector<Experiment>& list, const Args& args, const Target& target) {
  double delay_ms = target.delay_ms();
  uint32_t n = args.requests;
  list.push_back({"async_500", "All are in flight at once, and the workers carry them without waiting for any.", n,
                  args.workers, delay_ms, exactly(1, n, Range{1, args.workers}), a_task_for_many});
  list.back().expected.slack = 0.75;

  double short_ms = target.ours() ? std::min(delay_ms, kShortDelayMs) : delay_ms;
  uint32_t blocking = n;
  if (!target.ours() && target.slow_enough_to_judge()) {
    uint32_t in_time = static_cast<uint32_t>(kForeignBlockingMs / short_ms) * args.workers;
    blocking = std::min(n, std::max(in_time, 2 * args.workers));
  }
  Range carried = {1, std::min(blocking, args.workers)};
  list.push_back({"blocking_500",
                  "As blocking calls on the same workers they go as many at a time as there are workers.", blocking,
                  args.workers, short_ms, Expectation{}, a_task_each(Client::kBlocking, MainThread::kWaits)});
  // Every round adds its own overhead, which is a larger part of a short delay.
  list.back().expected = {
      .multiple = double(rounds(blocking, args.workers)), .slack = 1, .threads = carried, .in_flight = carried};

  uint32_t pool = std::min(n, kBlockingMax);
  Range most = {static_cast<uint32_t>(std::ceil(pool * 0.9)), pool};
  list.push_back({"spawn_blocking_500", "spawn_blocking gives blocking calls threads of their own, 512 at most.", n,
                  args.workers, delay_ms, Expectation{}, on_the_blocking_pool});
  list.back().expected = {
      .multiple = double(rounds(n, kBlockingMax)), .slack = 0.75, .threads = most, .in_flight = most};
}

}  // namespace

std::vector<Experiment> make_experiments(const Args& args, const Target& target) {
  std::vector<Experiment> list;
  add_small(list, target.delay_ms());
  add_large(list, args, target);
  for (Experiment& experiment : list) experiment.expected.judged = target.slow_enough_to_judge();
  return list;
}

Result run(const Experiment& experiment, const Target& target, Progress& progress, const std::string& label) {
  Result result;
  result.experiment = experiment;
  result.requests.resize(experiment.requests);
  Job job = target.job(experiment.delay_ms);
  job.progress = &progress;
  RuntimePtr runtime = make_runtime(experiment.workers);
  if (target.ours()) target.take_max_in_flight();
  progress.begin(label, experiment.requests);

  result.began_ns = now_ns();
  experiment.body({runtime.get(), job, result.requests});
  result.wall_ms = static_cast<double>(now_ns() - result.began_ns) / 1e6;

  progress.clear();
  result.max_in_flight = target.ours() ? target.take_max_in_flight() : client_side_max_in_flight(result.requests);
  judge(result, target.ours());
  return result;
}

}  // namespace tour
