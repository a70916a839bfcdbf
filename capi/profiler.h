// SPDX-License-Identifier: MIT
//
// Telling the host's profiler of a poll (rota_profiler in rota.h).
//
// Thread safety: any thread.
#pragma once

#include <cstdint>

#include "core/runtime/runtime.h"
#include "rota/rota.h"

namespace rota::capi {

// Where this thread runs what it runs: ROTA_ROOM_*.
uint32_t room_here();

// The one poll that `info` describes; both outlive it. Begins it.
class ProfiledPoll {
 public:
  ProfiledPoll(const runtime::Profiler& profiler, const rota_poll_info& info) : profiler_(profiler), info_(info) {
    if (profiler_.begin == nullptr) return;
    reinterpret_cast<void (*)(void*, const rota_poll_info*)>(profiler_.begin)(profiler_.user, &info_);
  }

  // Ends it; gives its status back.
  Status ended(Status status) const {
    if (profiler_.end == nullptr) return status;
    reinterpret_cast<void (*)(void*, const rota_poll_info*, rota_status)>(profiler_.end)(
        profiler_.user, &info_, static_cast<rota_status>(status));
    return status;
  }

 private:
  const runtime::Profiler& profiler_;
  const rota_poll_info& info_;
};

}  // namespace rota::capi
