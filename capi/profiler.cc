// SPDX-License-Identifier: MIT
#include "capi/profiler.h"

#include "core/scheduler/current.h"

namespace rota::capi {

uint32_t room_here() {
  const scheduler::Current* current = scheduler::Current::get();
  if (current == nullptr) return ROTA_ROOM_HOST;
  if (current->worker != nullptr) return ROTA_ROOM_WORKERS;
  return current->may_wait ? ROTA_ROOM_BLOCKING : ROTA_ROOM_HOST;
}

}  // namespace rota::capi
