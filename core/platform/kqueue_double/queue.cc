// SPDX-License-Identifier: MIT
#include "core/platform/kqueue_double/queue.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>

#include <algorithm>

#include "core/base/check.h"
#include "core/platform/clock.h"

namespace rota::platform::fake {
namespace {

using K = KqueueBase;

// What tells one file from another that has its number later. 0: no file.
uint64_t file_of(uintptr_t ident) {
  struct stat status{};
  if (ident > INT32_MAX || ::fstat(static_cast<int>(ident), &status) != 0) return 0;
  return (static_cast<uint64_t>(status.st_dev) << 40 ^ static_cast<uint64_t>(status.st_ino)) | uint64_t{1} << 63;
}

bool is_descriptor_filter(int16_t filter) {
  return filter == K::kRead || filter == K::kWrite || filter == DarwinKqueue::kExcept;
}

void add_member(int set, int member, uint32_t events) {
  epoll_event event{.events = events, .data = {.u64 = static_cast<uint64_t>(member)}};
  ROTA_CHECK(::epoll_ctl(set, EPOLL_CTL_ADD, member, &event) == 0);
}

}  // namespace

Queue::Queue()
    : outer_(::epoll_create1(EPOLL_CLOEXEC)),
      read_(::epoll_create1(EPOLL_CLOEXEC)),
      write_(::epoll_create1(EPOLL_CLOEXEC)),
      except_(::epoll_create1(EPOLL_CLOEXEC)),
      bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
      owner_(::getpid()) {
  for (const int member : {read_, write_, except_, bell_, timer_}) add_member(outer_, member, EPOLLIN);
}

Queue::~Queue() {
  for (const int part : {outer_, read_, write_, except_, bell_, timer_}) ::close(part);
}

int Queue::set_of(int16_t filter) const {
  if (filter == K::kRead) return read_;
  return filter == K::kWrite ? write_ : except_;
}

// Events on descriptors that were closed are gone.
Queue::Notes::iterator Queue::find(uintptr_t ident, int16_t filter) {
  const auto note = notes_.find({ident, filter});
  if (note == notes_.end() || !is_descriptor_filter(filter) || note->second.file == file_of(ident)) return note;
  erase(note);
  return notes_.end();
}

void Queue::erase(Notes::iterator note) {
  list_.remove(note->first);
  if (is_descriptor_filter(note->first.second) && note->second.file == file_of(note->first.first)) {
    epoll_event unused{};
    (void)::epoll_ctl(set_of(note->first.second), EPOLL_CTL_DEL, static_cast<int>(note->first.first), &unused);
  }
  if (note->first.second == K::kTimer) --timers_;
  notes_.erase(note);
}

int Queue::attach_descriptor(Note& note) {
  const int fd = static_cast<int>(note.event.ident);
  note.file = file_of(note.event.ident);
  if (note.file == 0) return EBADF;
  uint32_t events = EPOLLIN | EPOLLRDHUP | EPOLLET;
  if (note.event.filter == K::kWrite) {
    events = EPOLLOUT | EPOLLET;
    struct stat status{};
    (void)::fstat(fd, &status);
    // The other end of a pipe is gone.
    if (S_ISFIFO(status.st_mode) && write_condition(fd).eof) return EPIPE;
    note.acknowledged = bytes_acknowledged(fd);
  } else if (note.event.filter == DarwinKqueue::kExcept) {
    struct stat status{};
    (void)::fstat(fd, &status);
    if (!S_ISSOCK(status.st_mode)) return EINVAL;
    events |= EPOLLPRI;
  }
  epoll_event event{.events = events, .data = {.u64 = note.event.ident}};
  return ::epoll_ctl(set_of(note.event.filter), EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : EINVAL;
}

void Queue::start_timer(Note& note) {
  // NOTE_SECONDS, the default of milliseconds, NOTE_USECONDS, NOTE_NSECONDS (FreeBSD's numbers).
  const uint64_t unit = (note.event.fflags & 0x1) != 0   ? 1'000'000'000
                        : (note.event.fflags & 0x4) != 0 ? 1'000
                        : (note.event.fflags & 0x8) != 0 ? 1
                                                         : 1'000'000;
  note.period_ns = static_cast<uint64_t>(note.event.data) * unit;
  note.deadline_ns = deadline_after(now_ns(), note.period_ns);
  note.expirations = 0;
  note.event.flags |= K::kClear;
}

int Queue::attach(const Event& change, bool has_except) {
  Note note{.event = change};
  if (is_descriptor_filter(change.filter)) {
    if (change.filter == DarwinKqueue::kExcept && !has_except) return EINVAL;
    if (const int error = attach_descriptor(note); error != 0) return error;
  } else if (change.filter == K::kTimer) {
    start_timer(note);
    ++timers_;
  } else if (change.filter == K::kUser) {
    note.triggered = (change.fflags & K::kTrigger) != 0;
  } else {
    return EINVAL;
  }
  notes_.emplace(Key{change.ident, change.filter}, note);
  return 0;
}

int Queue::apply(const Event& change, bool has_except) {
  std::lock_guard lock(mutex_);
  const Key key{change.ident, change.filter};
  auto found = find(change.ident, change.filter);
  const bool existed = found != notes_.end();
  if (!existed) {
    if ((change.flags & K::kAdd) == 0) {
      const bool no_file = is_descriptor_filter(change.filter) && file_of(change.ident) == 0;
      return no_file ? EBADF : ENOENT;
    }
    if (const int error = attach(change, has_except); error != 0) return error;
    found = notes_.find(key);
  } else if ((change.flags & K::kDelete) != 0) {
    erase(found);
    update_signals();
    return 0;
  }
  Note& note = found->second;
  if (existed) {
    // The parameters are replaced; what has been triggered stays so.
    if ((change.flags & K::kKeepUdata) == 0) note.event.udata = change.udata;
    if (change.filter == K::kUser) {
      if ((change.fflags & K::kTrigger) != 0) note.triggered = true;
    } else {
      note.event.fflags = change.fflags;
      note.event.data = change.data;
      if (change.filter == K::kTimer && (change.flags & K::kAdd) != 0) {
        start_timer(note);
        list_.remove(key);
        note.active = false;
      }
    }
  }
  if ((change.flags & (K::kEnable | K::kAdd)) != 0) note.enabled = true;
  if ((change.flags & K::kDisable) != 0) note.enabled = false;
  // The filter is run on each registration, also when it was registered before.
  if (evaluate(note).holds) activate(key, note);
  update_signals();
  return 0;
}

Condition Queue::evaluate(const Note& note) const {
  const int fd = static_cast<int>(note.event.ident);
  switch (note.event.filter) {
    case K::kRead:
      return read_condition(fd);
    case K::kWrite:
      return write_condition(fd);
    case DarwinKqueue::kExcept:
      return except_condition(fd);
    case K::kTimer:
      return {.holds = note.expirations > 0, .data = note.expirations};
    default:
      return {.holds = note.triggered};
  }
}

void Queue::activate(const Key& key, Note& note) {
  if (note.active || !note.enabled) return;
  note.active = true;
  list_.push_back(key);
}

void Queue::harvest() {
  for (const int16_t filter : {K::kRead, K::kWrite, DarwinKqueue::kExcept}) {
    epoll_event edges[64];
    for (int count; (count = ::epoll_wait(set_of(filter), edges, 64, 0)) > 0;) {
      for (int i = 0; i < count; ++i) {
        const auto note = find(edges[i].data.u64, filter);
        if (note != notes_.end() && evaluate(note->second).holds) activate(note->first, note->second);
      }
    }
  }
  const uint64_t now = now_ns();
  for (auto& [key, note] : notes_) {
    if (key.second == K::kTimer && now >= note.deadline_ns) {
      ++note.expirations;
      note.deadline_ns = (note.event.flags & K::kOneshot) != 0 ? kForever : deadline_after(now, note.period_ns);
      activate(key, note);
    }
    // Each acknowledgement wakes who writes, also when there was room before.
    if (key.second == K::kWrite && !note.active) {
      const int fd = static_cast<int>(key.first);
      const uint64_t acknowledged = bytes_acknowledged(fd);
      if (acknowledged == note.acknowledged || note.file != file_of(key.first)) continue;
      note.acknowledged = acknowledged;
      if (write_condition(fd).holds) activate(key, note);
    }
  }
}

int Queue::collect(Event* events, int most) {
  std::lock_guard lock(mutex_);
  harvest();
  int count = 0;
  // No event is taken twice by one call.
  for (size_t left = list_.size(); left != 0 && count < most; --left) {
    const Key key = list_.front();
    list_.pop_front();
    const auto found = find(key.first, key.second);
    if (found == notes_.end()) continue;
    Note& note = found->second;
    note.active = false;
    const Condition condition = evaluate(note);
    // Not any more.
    if (!condition.holds || !note.enabled) continue;
    const int eof = condition.eof ? K::kEof : 0;
    events[count++] = {.ident = key.first,
                       .filter = key.second,
                       .flags = static_cast<uint16_t>(note.event.flags | eof),
                       .fflags = condition.fflags,
                       .data = condition.data,
                       .udata = note.event.udata};
    if ((note.event.flags & K::kOneshot) != 0) {
      erase(found);
    } else if ((note.event.flags & K::kClear) != 0) {
      note.triggered = false;
      note.expirations = 0;
    } else {
      activate(key, note);  // a level stays, behind the others
    }
  }
  update_signals();
  return count;
}

void Queue::settle() {
  std::lock_guard lock(mutex_);
  harvest();
  update_signals();
}

void Queue::update_signals() {
  uint64_t count = 1;
  if (list_.empty()) {
    (void)!::read(bell_, &count, sizeof count);
  } else {
    (void)!::write(bell_, &count, sizeof count);
  }
  if (timers_ == 0 && !timer_set_) return;
  uint64_t next = kForever;
  for (const auto& [key, note] : notes_) {
    if (key.second == K::kTimer) next = std::min(next, note.deadline_ns);
  }
  itimerspec when{};
  if (next != kForever) {
    when.it_value.tv_sec = static_cast<time_t>(next / 1'000'000'000u);
    when.it_value.tv_nsec = static_cast<long>(next % 1'000'000'000u);
  }
  timer_set_ = next != kForever;
  (void)::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr);
}

int Queue::wait(const timespec* timeout) const {
  pollfd look{.fd = outer_, .events = POLLIN, .revents = 0};
  return ::ppoll(&look, 1, timeout, nullptr);
}

}  // namespace rota::platform::fake
