// SPDX-License-Identifier: MIT
//
// ForeignTask: a task whose poll function came through the C interface. One block holds it all:
//
//   [ ForeignTask | state bytes, when they are copied | name ]
//
// Thread safety and lifetime: as task::Task.
#pragma once

#include <cstdint>

#include "capi/handle.h"
#include "core/base/result.h"
#include "core/task/context.h"

namespace rota::capi {

// The alignment is that of the state behind it, which may be of any type.
class alignas(platform::kDefaultAlign) ForeignTask final : public task::Task {
 public:
  static constexpr size_t kMostState = size_t{1} << 20;
  static constexpr size_t kMostName = 255;

  // A task that is to be submitted, with two references: the queue entry's and the caller's (`handle`), or one. The
  // state is the task's from here on; on an error it is still the caller's to drop.
  static Result<ForeignTask*> make(const rota_spawn_desc& desc, task::Home& home, bool handle);

  // Whether a header is one of these.
  static ForeignTask* from(task::Header& header);

  const char* name() const { return bytes() + state_bytes(); }
  size_t name_len() const { return name_len_; }

 private:
  ForeignTask(const rota_spawn_desc& desc, task::Home& home, bool handle);

  static Status poll(task::Task& task, task::Context& context);
  static void drop_state(task::Task& task);
  static void destroy(task::Header& header);

  static constexpr task::VTable kVTable{.poll = poll, .drop_state = drop_state, .cancel = nullptr, .destroy = destroy};

  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
  size_t state_bytes() const { return state_size_; }
  static size_t block_size(size_t state_size, size_t name_len) { return sizeof(ForeignTask) + state_size + name_len; }

  const rota_poll_fn poll_;
  const rota_drop_fn drop_;
  void* const state_;
  const uint32_t state_size_;
  const uint32_t name_len_;
};

// drop(state), whatever it throws.
void drop_state(rota_drop_fn drop, void* state) noexcept;

}  // namespace rota::capi
