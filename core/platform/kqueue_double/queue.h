// SPDX-License-Identifier: MIT
//
// One kqueue of the double. Its descriptor is an epoll set of
//
//   one edge-triggered epoll set a filter   the kernel's "an event is passed to the filter": harvest() takes the edges,
//                                           and puts the notes whose condition holds on the list
//   an eventfd                              up as long as notes are on the list
//   a timerfd                               the earliest timer
//
// Linux keeps the edges of reading and of writing apart, and forgets a descriptor that is closed, as kqueue does. That
// the number then means another file is seen by its inode.
//
// Thread safety: any thread; nobody holds the lock while waiting.
#pragma once

#include <unistd.h>

#include <list>
#include <map>
#include <mutex>
#include <utility>

#include "core/platform/kqueue_double/condition.h"
#include "core/platform/kqueue_double/fake_kqueue.h"

namespace rota::platform::fake {

class Queue {
 public:
  Queue();
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  int handle() const { return outer_; }
  // A child that was forked does not have it.
  bool is_ours() const { return owner_ == ::getpid(); }

  // Applies one change: an error number, or 0.
  int apply(const Event& change, bool has_except);
  // Takes up to `most` events; how many.
  int collect(Event* events, int most);
  // Moves what has happened onto the list.
  void settle();
  // Waits until there may be something. -1 with errno.
  int wait(const timespec* timeout) const;

 private:
  using Key = std::pair<uintptr_t, int16_t>;
  struct Note {
    Event event;  // as registered
    uint64_t file = 0;
    bool enabled = true;
    bool active = false;  // on the list
    bool triggered = false;
    uint64_t deadline_ns = 0, period_ns = 0;
    int64_t expirations = 0;
    uint64_t acknowledged = 0;
  };
  using Notes = std::map<Key, Note>;

  Notes::iterator find(uintptr_t ident, int16_t filter);
  int attach(const Event& change, bool has_except);
  int attach_descriptor(Note& note);
  void start_timer(Note& note);
  void erase(Notes::iterator note);
  Condition evaluate(const Note& note) const;
  void activate(const Key& key, Note& note);
  void harvest();
  void update_signals();
  int set_of(int16_t filter) const;

  int outer_ = -1, read_ = -1, write_ = -1, except_ = -1, bell_ = -1, timer_ = -1;
  const int owner_;
  std::mutex mutex_;
  Notes notes_;
  std::list<Key> list_;  // active, oldest first
  size_t timers_ = 0;
  bool timer_set_ = false;
};

}  // namespace rota::platform::fake
