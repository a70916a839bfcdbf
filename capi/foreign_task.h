// SPDX-License-Identifier: MIT
//
// ForeignTask: a task whose poll function came through the C interface. One block holds it all:
//
//   [ ForeignTask | state bytes, when they are copied | Extra, edges | name ]
//
// Extra is there only for a task that has a group, waits for others, or is told to a profiler. Such a task has a vtable
// of its own, so that the others pay nothing for it.
//
// Thread safety and lifetime: as task::Task.
#pragma once

#include <cstdint>

#include "capi/handle.h"
#include "core/base/result.h"
#include "core/task/context.h"
#include "core/task/dependency.h"
#include "core/task/group.h"

namespace rota::capi {

// The alignment is that of the state behind it, which may be of any type.
class alignas(platform::kDefaultAlign) ForeignTask final : public task::Task {
 public:
  static constexpr size_t kMostState = size_t{1} << 20;
  static constexpr size_t kMostName = 255;

  // A task that is to be submitted, with two references: the queue entry's and the caller's (`handle`), or one. The
  // state is the task's from here on; on an error it is still the caller's to drop.
  static Result<ForeignTask*> make(const rota_spawn_desc& desc, task::Home& home, bool handle);

  // The same for a task with an Extra. If it is to wait (waits()), it is idle; it is in the owned set, and the
  // reference that is not the handle's is the caller's, to be given up by begin(). `group` may be null. kClosed;
  // kShutdown.
  static Result<ForeignTask*> make_rich(const rota_spawn_desc& desc, task::Group* group, task::Home& home, bool handle);
  static bool waits(const rota_spawn_desc& desc) {
    return desc.after_count != 0 || desc.after_room != 0 || (desc.flags & ROTA_SPAWN_HELD) != 0;
  }

  // Whether a header is one of these.
  static ForeignTask* from(task::Header& header);

  // For a task that waits:
  // Makes it wait for another. kAlready: it has started; kOverflow: there is no room for it; kInvalid: it does not
  // wait.
  Status wait_for(task::Header& other);
  // Lets it start when nothing is left to wait for, unless it is held.
  void begin();
  // Ends the holding. kInvalid: it was not held; kAlready.
  Status release_hold();

  const char* name() const;
  size_t name_len() const { return name_len_; }
  uint64_t id() const { return rich() ? extra().id : 0; }

 private:
  struct Extra {
    explicit Extra(const rota_spawn_desc& desc)
        : countdown(1),
          room(desc.after_count + desc.after_room),
          holdable((desc.flags & ROTA_SPAWN_HELD) != 0),
          held(holdable),
          waits(ForeignTask::waits(desc)),
          after_any((desc.flags & ROTA_SPAWN_AFTER_ANY) != 0) {}

    task::Member member;  // group: nullptr when in none
    task::Countdown countdown;
    base::Atomic<uint32_t> used{0};  // edges made, and tried to be made
    const uint32_t room;             // edges behind this
    const bool holdable;
    base::Atomic<bool> held;  // who clears it gives up the hold
    const bool waits;
    const bool after_any;
    uint64_t id = 0;  // for a profiler
  };

  ForeignTask(const rota_spawn_desc& desc, const task::VTable& vtable, task::Home& home, uint64_t references,
              bool notified);

  static Status poll(task::Task& task, task::Context& context);
  static Status poll_rich(task::Task& task, task::Context& context);
  static void drop_state(task::Task& task);
  static void drop_state_rich(task::Task& task);
  static void destroy(task::Header& header);

  static constexpr task::VTable kVTable{.poll = poll, .drop_state = drop_state, .cancel = nullptr, .destroy = destroy};
  static constexpr task::VTable kRichVTable{
      .poll = poll_rich, .drop_state = drop_state_rich, .cancel = nullptr, .destroy = destroy};

  bool rich() const { return vtable == &kRichVTable; }

  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
  char* bytes() { return reinterpret_cast<char*>(this + 1); }
  static size_t extra_offset(size_t state_size) { return (state_size + alignof(Extra) - 1) & ~(alignof(Extra) - 1); }
  Extra& extra() { return *reinterpret_cast<Extra*>(bytes() + extra_offset(state_size_)); }
  const Extra& extra() const { return *reinterpret_cast<const Extra*>(bytes() + extra_offset(state_size_)); }
  task::Edge* edges() { return reinterpret_cast<task::Edge*>(&extra() + 1); }
  size_t name_offset() const;
  size_t block_size() const { return sizeof(ForeignTask) + name_offset() + name_len_; }

  const rota_poll_fn poll_;
  const rota_drop_fn drop_;
  void* const state_;
  const uint32_t state_size_;
  const uint32_t name_len_;
};

// drop(state), whatever it throws.
void drop_state(rota_drop_fn drop, void* state) noexcept;

}  // namespace rota::capi
