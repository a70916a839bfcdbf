// SPDX-License-Identifier: MIT
#include "examples/tour/lane.h"

namespace tour {
namespace {

thread_local Lane lane;

void thread_starts(void*, uint32_t room, uint32_t index) {
  lane = {room == ROTA_ROOM_BLOCKING ? Lane::kBlocking : Lane::kWorker, index};
}

}  // namespace

Lane current_lane() { return lane; }

RuntimePtr make_runtime(uint32_t workers) {
  rota_thread_hooks hooks = {};
  hooks.size = sizeof hooks;
  hooks.start = thread_starts;

  rota_runtime_options options;
  check(rota_runtime_options_init(&options, sizeof options), "preparing a runtime");
  options.workers = workers;
  options.name = "tour";
  options.name_len = 4;
  options.hooks = &hooks;
  rota_runtime* runtime = nullptr;
  check(rota_runtime_create(&options, &runtime), "starting a runtime");
  return RuntimePtr(runtime);
}

}  // namespace tour
