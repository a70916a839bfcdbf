// SPDX-License-Identifier: MIT
#include "core/sync/channel.h"

namespace rota::sync {

struct Channel::Over {
  // Lasts longer than the channel, which who is woken may release.
  platform::Arena& arena;
  Line<Channel> ended;
  task::WakerSet pollers;

  void tell() {
    tell_all(ended);
    pollers.wake_all(arena);
  }
};

Channel::Channel(task::Home& home, size_t capacity, Drop drop)
    : Object(home), capacity_(capacity == 0 ? UINT64_MAX : capacity), drop_(drop) {}

Channel::~Channel() { values_.free(home->arena()); }

// --- the fast paths

Status Channel::put(uint64_t tail, void* value) {
  if ((tail & kClosed) != 0) return Status::kClosed;
  if ((tail & kSendersWait) != 0) return Status::kAgain;
  const uint64_t sent = tail / kSent;
  if (sent - received_seen_ >= capacity_) {
    received_seen_ = head_.read() / kReceived;
    if (sent - received_seen_ >= capacity_) return Status::kAgain;
  }
  return values_.put(value, home->arena()) ? Status::kOk : Status::kNoMemory;
}

Status Channel::try_send(void* value) {
  const uint64_t tail = tail_.lock();
  const Status status = put(tail, value);
  tail_.unlock(ok(status) ? tail + kSent : tail);
  if (ok(status) && (tail & kReceiverWaits) != 0) settle();
  return status;
}

Status Channel::try_recv(void*& value) {
  const uint64_t head = head_.lock();
  const uint64_t received = head / kReceived;
  if (received == sent_seen_) {
    // One look: that it is empty and that it is closed must be true at the same time.
    const uint64_t tail = tail_.read();
    sent_seen_ = tail / kSent;
    if (received == sent_seen_) {
      head_.unlock(head);
      return (tail & kClosed) != 0 ? Status::kClosed : Status::kAgain;
    }
  }
  value = values_.take(home->arena());
  const bool senders_wait = !senders_.empty();
  head_.unlock(head + kReceived);
  if (senders_wait) settle();
  return Status::kOk;
}

size_t Channel::size() const {
  const uint64_t received = head_.read() / kReceived;  // first: it only grows towards what was sent
  return static_cast<size_t>(tail_.read() / kSent - received);
}

// --- waiting

Status Channel::poll_recv(task::Context& context, void*& value) {
  if (!context.spend()) return Status::kPending;
  for (;;) {
    Status status = try_recv(value);
    if (status != Status::kAgain) return status;
    const uint64_t head = head_.lock();
    const uint64_t tail = tail_.lock();
    const bool wait = tail / kSent == head / kReceived && (tail & kClosed) == 0;
    if (wait) status = pollers_.add(context.task(), home->arena());
    tail_.unlock(flagged(tail));
    head_.unlock(head);
    if (wait) return context.spent(ok(status) ? Status::kPending : status);
  }
}

Result<task::Header*> Channel::recv(void** out) {
  if (ok(try_recv(*out))) return granted();
  auto* waiter = Waiter<Channel>::make(*this, {.value = nullptr, .out = out});
  if (waiter == nullptr) return Status::kNoMemory;
  const uint64_t head = head_.lock();
  const uint64_t tail = tail_.lock();
  const bool empty = tail / kSent == head / kReceived;
  const bool over = empty && (tail & kClosed) != 0;
  if (!over) receivers_.push_back(*waiter);
  tail_.unlock(flagged(tail));
  head_.unlock(head);
  if (over) return waiter->ended(Status::kClosed);
  if (!empty) settle();
  return waiter->waits();
}

Result<task::Header*> Channel::send(void* value) {
  const Status status = try_send(value);
  if (ok(status)) return granted();
  if (status == Status::kNoMemory) return status;
  auto* waiter = Waiter<Channel>::make(*this, {.value = value, .out = nullptr});
  if (waiter == nullptr) return Status::kNoMemory;
  const uint64_t head = head_.lock();
  const uint64_t tail = tail_.lock();
  const bool closed = (tail & kClosed) != 0;
  const bool full = tail / kSent - head / kReceived >= capacity_;
  if (!closed) senders_.push_back(*waiter);
  tail_.unlock(flagged(tail));
  head_.unlock(head);
  if (closed) return waiter->ended(Status::kClosed);
  if (!full) settle();
  return waiter->waits();
}

// --- both ends at once

void Channel::flow(uint64_t& head, uint64_t& tail, Over& over) {
  platform::Arena& arena = home->arena();
  uint64_t sent = tail / kSent;
  uint64_t received = head / kReceived;
  for (;;) {
    const bool give = sent != received && !receivers_.empty();
    const bool admit = sent - received < capacity_ && !senders_.empty();
    if (give) {
      if (Waiter<Channel>* receiver = claim_first(receivers_)) {
        *receiver->wish.out = values_.take(arena);
        ++received;
        receiver->publish(Status::kOk);
        over.ended.push_back(*receiver);
      }
    } else if (admit) {
      if (Waiter<Channel>* sender = claim_first(senders_)) {
        const bool put = values_.put(sender->wish.value, arena);
        if (put) ++sent;
        sender->publish(put ? Status::kOk : Status::kNoMemory);
        over.ended.push_back(*sender);
      }
    } else {
      break;
    }
  }
  if (sent != received) pollers_.take(over.pollers);
  sent_seen_ = sent;
  received_seen_ = received;
  tail = sent * kSent | (tail & kClosed);
  head = received * kReceived;
}

uint64_t Channel::flagged(uint64_t tail) const {
  const bool receiver_waits = !receivers_.empty() || !pollers_.empty();
  return (tail & ~(kReceiverWaits | kSendersWait)) | (receiver_waits ? kReceiverWaits : 0) |
         (senders_.empty() ? 0 : kSendersWait);
}

void Channel::settle() {
  Over over{.arena = home->arena(), .ended = {}, .pollers = {}};
  uint64_t head = head_.lock();
  uint64_t tail = tail_.lock();
  flow(head, tail, over);
  tail_.unlock(flagged(tail));
  head_.unlock(head);
  over.tell();
}

Status Channel::close() {
  Over over{.arena = home->arena(), .ended = {}, .pollers = {}};
  uint64_t head = head_.lock();
  uint64_t tail = tail_.lock();
  const bool already = (tail & kClosed) != 0;
  flow(head, tail, over);
  end_all(senders_, Status::kClosed, over.ended);
  end_all(receivers_, Status::kClosed, over.ended);
  if (over.pollers.empty()) pollers_.take(over.pollers);
  tail_.unlock(flagged(tail | kClosed));
  head_.unlock(head);
  over.tell();
  return already ? Status::kAlready : Status::kOk;
}

void Channel::leave(Waiter<Channel>& waiter) {
  const uint64_t head = head_.lock();
  const uint64_t tail = tail_.lock();
  if (waiter.in_line()) (waiter.wish.out != nullptr ? receivers_ : senders_).remove(waiter);
  tail_.unlock(flagged(tail));
  head_.unlock(head);
}

void Channel::abandon() {
  (void)close();
  void* value;
  while (ok(try_recv(value))) drop_(value);
}

}  // namespace rota::sync
