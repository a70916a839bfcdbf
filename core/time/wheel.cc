// SPDX-License-Identifier: MIT
#include "core/time/wheel.h"

#include <bit>

namespace rota::time {

Wheel::Wheel(uint64_t start_ns) : tick_(tick_of(start_ns)) {
  for (uint64_t& earliest : earliest_) earliest = platform::kForever;
}

bool Wheel::insert(Entry& entry, uint64_t deadline_ns, bool& earliest) {
  base::MutexLock lock(mutex_);
  if (closed_) return false;
  entry.deadline_ns_ = deadline_ns;
  entry.wheel_.store(this, base::memory_order_release);
  armed_.store(armed_.load(base::memory_order_relaxed) + 1, base::memory_order_relaxed);
  place(entry);
  earliest = deadline_ns < next_.load(base::memory_order_relaxed);
  if (earliest) next_.store(deadline_ns, base::memory_order_seq_cst);
  return true;
}

bool Wheel::remove(Entry& entry) {
  Wheel* wheel = entry.wheel_.load(base::memory_order_acquire);
  if (wheel == nullptr) return false;
  base::MutexLock lock(wheel->mutex_);
  // Fired, or moved to the list of those that are firing, while we waited for the lock.
  if (entry.wheel_.load(base::memory_order_relaxed) != wheel) return false;
  List::remove(entry);
  wheel->disarm(entry);
  if (wheel->armed() == 0) wheel->next_.store(platform::kForever, base::memory_order_release);
  return true;
}

void Wheel::disarm(Entry& entry) {
  entry.wheel_.store(nullptr, base::memory_order_release);
  armed_.store(armed_.load(base::memory_order_relaxed) - 1, base::memory_order_relaxed);
}

// The level of an entry is the highest group of six bits in which its tick differs from the tick in progress.
void Wheel::place(Entry& entry) {
  uint64_t tick = tick_of(entry.deadline_ns_);
  if (tick < tick_) tick = tick_;
  const uint64_t differs = tick ^ tick_;
  uint32_t level = differs == 0 ? 0 : static_cast<uint32_t>(63 - std::countl_zero(differs)) / kSlotBits;
  uint32_t slot;
  if (level < kLevels) {
    slot = slot_of(tick, level);
  } else {
    // Beyond this turn of the top level: as far ahead as the level reaches, to be placed again when the time comes.
    level = kLevels - 1;
    constexpr uint32_t kShift = (kLevels - 1) * kSlotBits;
    const uint64_t ahead = (tick >> kShift) - (tick_ >> kShift);
    slot = slot_of(tick_, level) + static_cast<uint32_t>(ahead < kSlots ? ahead : kSlots - 1);
    slot &= kSlots - 1;
  }
  slots_[level][slot].push_back(entry);
  occupied_[level] |= uint64_t{1} << slot;
  if (level == 0 && entry.deadline_ns_ < earliest_[slot]) earliest_[slot] = entry.deadline_ns_;
}

// The first occupied slot from the tick in progress on. Slots below are always before slots above: a level holds
// nothing but what lies within the slot in progress one level up.
bool Wheel::next_place(Place& next) {
  for (uint32_t level = 0; level < kLevels; ++level) {
    const uint32_t position = slot_of(tick_, level);
    while (occupied_[level] != 0) {
      const uint64_t rotated = std::rotr(occupied_[level], static_cast<int>(position));
      const uint32_t ahead = static_cast<uint32_t>(std::countr_zero(rotated));
      const uint32_t slot = (position + ahead) & (kSlots - 1);
      if (slots_[level][slot].empty()) {
        occupied_[level] &= ~(uint64_t{1} << slot);  // all of it was removed
        if (level == 0) earliest_[slot] = platform::kForever;
        continue;
      }
      const uint32_t shift = level * kSlotBits;
      next = {level, slot, ((tick_ >> shift) + ahead) << shift};
      return true;
    }
  }
  return false;
}

void Wheel::collect(uint64_t now_ns, List& due) {
  const uint64_t now_tick = tick_of(now_ns);
  Place next;
  while (next_place(next) && next.tick <= now_tick) {
    List& slot = slots_[next.level][next.slot];
    List entries;
    entries.splice_back(slot);
    occupied_[next.level] &= ~(uint64_t{1} << next.slot);
    if (next.tick > tick_) tick_ = next.tick;
    if (next.level == 0) earliest_[next.slot] = platform::kForever;
    while (Entry* entry = entries.pop_front()) {
      if (entry->deadline_ns_ <= now_ns) {
        disarm(*entry);
        due.push_back(*entry);
      } else {
        place(*entry);  // a level down, or, in the tick in progress, where it was
      }
    }
    if (next.level == 0 && next.tick == now_tick) break;
  }
  if (now_tick > tick_) tick_ = now_tick;
}

void Wheel::publish_next() {
  Place next;
  uint64_t deadline = platform::kForever;
  if (next_place(next)) deadline = next.level == 0 ? earliest_[next.slot] : next.tick << kTickBits;
  next_.store(deadline, base::memory_order_release);
}

size_t Wheel::advance(uint64_t now_ns) {
  if (now_ns < next_deadline()) return 0;
  List due;
  {
    base::MutexLock lock(mutex_);
    collect(now_ns, due);
    publish_next();
  }
  return fire_all(due, false);
}

size_t Wheel::fire_all(List& due, bool closed) {
  size_t fired = 0;
  while (Entry* entry = due.pop_front()) {
    entry->fire_(*entry, closed);
    ++fired;
  }
  return fired;
}

void Wheel::close() {
  List all;
  {
    base::MutexLock lock(mutex_);
    closed_ = true;
    for (auto& level : slots_) {
      for (List& slot : level) {
        while (Entry* entry = slot.pop_front()) {
          disarm(*entry);
          all.push_back(*entry);
        }
      }
    }
    for (uint64_t& bits : occupied_) bits = 0;
    next_.store(platform::kForever, base::memory_order_release);
  }
  fire_all(all, true);
}

}  // namespace rota::time
