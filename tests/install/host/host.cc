// SPDX-License-Identifier: MIT
//
// A host that brings its own mimalloc, as its malloc, its own Abseil and its own moodycamel queue, and links rota
// statically: each side keeps to its own.
#include <absl/base/log_severity.h>
#include <absl/strings/ascii.h>
#include <concurrentqueue/concurrentqueue.h>
#include <mimalloc.h>
#include <rota/rota.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace {

int dropped = 0;

rota_status poll_host(void* state, rota_context*) {
  auto* queue = static_cast<moodycamel::ConcurrentQueue<std::string>*>(state);
  for (int i = 0; i < 1000; ++i) queue->enqueue(absl::AsciiStrToUpper("item ") + std::to_string(i));
  return ROTA_OK;
}

// The tables that find a handler must have survived the prelinking.
rota_status poll_throwing(void*, rota_context*) { throw std::runtime_error("the host's own"); }

void drop(void*) { ++dropped; }

rota_status run(rota_runtime* runtime, rota_poll_fn poll, void* state) {
  rota_spawn_desc desc{};
  desc.size = sizeof desc;
  desc.poll = poll;
  desc.drop = drop;
  desc.state = state;
  rota_task* task = nullptr;
  if (const rota_status status = rota_spawn(runtime, &desc, &task); status != ROTA_OK) return status;
  const rota_status status = rota_task_wait(task, ROTA_FOREVER);
  rota_task_release(task);
  return status;
}

}  // namespace

int main() {
  void* block = std::malloc(100);
  if (!mi_is_in_heap_region(block)) return 1;
  std::free(block);
  if (absl::LogSeverityName(absl::LogSeverity::kError) != std::string("ERROR")) return 2;

  rota_runtime* runtime = nullptr;
  if (rota_runtime_create(nullptr, &runtime) != ROTA_OK) return 3;
  moodycamel::ConcurrentQueue<std::string> queue;
  if (run(runtime, poll_host, &queue) != ROTA_OK) return 4;
  std::string last, item;
  int count = 0;
  for (; queue.try_dequeue(item); ++count) last = item;
  if (count != 1000 || last != "ITEM 999") return 5;
  if (run(runtime, poll_throwing, nullptr) != ROTA_EEXCEPTION) return 6;
  rota_runtime_release(runtime);
  if (dropped != 2) return 7;
  std::puts("the host ran");
}
