// SPDX-License-Identifier: MIT
//
// SocketTable: the sockets that the IOCP backend watches, by their number: the kernel tells nobody that one is added
// twice. It also holds those that are forgotten and wait for their requests. A hash table of chains that takes its
// memory from the runtime; when there is none to grow, the chains get longer.
//
// Thread safety: none; the poller's lock.
#pragma once

#include <cstdint>
#include <new>

#include "core/io/windows/watched_socket.h"
#include "core/platform/memory.h"

namespace rota::io {

class SocketTable {
 public:
  SocketTable() = default;
  ~SocketTable() { release_buckets(); }
  SocketTable(const SocketTable&) = delete;
  SocketTable& operator=(const SocketTable&) = delete;

  // False: no memory.
  bool open(const platform::Memory& memory) {
    memory_ = memory;
    return resize(kLeastBuckets);
  }

  // nullptr: it is not watched.
  WatchedSocket* find(intptr_t descriptor) const {
    if (buckets_ == nullptr) return nullptr;
    WatchedSocket* socket = buckets_[bucket_of(descriptor)];
    while (socket != nullptr && (socket->descriptor() != descriptor || socket->forgotten)) socket = socket->next;
    return socket;
  }

  void insert(WatchedSocket& socket) {
    if (size_ >= bucket_count_) (void)resize(bucket_count_ * 2);
    push(socket);
    ++size_;
  }

  void remove(WatchedSocket& socket) {
    WatchedSocket** link = &buckets_[bucket_of(socket.descriptor())];
    while (*link != &socket) link = &(*link)->next;
    *link = socket.next;
    --size_;
  }

  // Until f says true; whether it did. f must not change the table.
  template <class F>
  bool any(F f) const {
    for (uint32_t i = 0; i < bucket_count_; ++i) {
      for (WatchedSocket* socket = buckets_[i]; socket != nullptr; socket = socket->next) {
        if (f(*socket)) return true;
      }
    }
    return false;
  }

  // One of them, taken out; nullptr when there is none.
  WatchedSocket* take_any() {
    for (uint32_t i = 0; i < bucket_count_; ++i) {
      if (WatchedSocket* socket = buckets_[i]) {
        remove(*socket);
        return socket;
      }
    }
    return nullptr;
  }

 private:
  static constexpr uint32_t kLeastBuckets = 64;

  uint32_t bucket_of(intptr_t descriptor) const {
    // Handles are multiples of four.
    const uint64_t mixed = (static_cast<uint64_t>(descriptor) >> 2) * 0x9e3779b97f4a7c15u;
    return static_cast<uint32_t>(mixed >> 32) & (bucket_count_ - 1);
  }

  void push(WatchedSocket& socket) {
    WatchedSocket*& bucket = buckets_[bucket_of(socket.descriptor())];
    socket.next = bucket;
    bucket = &socket;
  }

  bool resize(uint32_t count) {
    void* block = memory_.allocate(count * sizeof(WatchedSocket*));
    if (block == nullptr) return false;
    WatchedSocket** const old = buckets_;
    const uint32_t old_count = bucket_count_;
    buckets_ = static_cast<WatchedSocket**>(block);
    bucket_count_ = count;
    for (uint32_t i = 0; i < count; ++i) buckets_[i] = nullptr;
    for (uint32_t i = 0; i < old_count; ++i) {
      while (WatchedSocket* socket = old[i]) {
        old[i] = socket->next;
        push(*socket);
      }
    }
    memory_.free(old, old_count * sizeof(WatchedSocket*));
    return true;
  }

  void release_buckets() {
    memory_.free(buckets_, bucket_count_ * sizeof(WatchedSocket*));
    buckets_ = nullptr;
    bucket_count_ = 0;
  }

  platform::Memory memory_;
  WatchedSocket** buckets_ = nullptr;
  uint32_t bucket_count_ = 0;
  uint32_t size_ = 0;
};

}  // namespace rota::io
