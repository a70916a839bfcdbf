// SPDX-License-Identifier: MIT
//
// What streams do beyond one operation of the engine: reading an exact number of bytes, and writes that keep their
// order. Both are tasks of the engine, polled on its workers without the GIL.
#pragma once

#include <atomic>
#include <mutex>

#include "rota/rota.h"

namespace rota_py {

// Reads until `len` bytes are there or the stream ends; *count and *short_by are borrowed until the task is complete.
rota_status read_exactly(rota_runtime* runtime, rota_socket* socket, char* buffer, size_t len, size_t* count,
                         size_t* short_by, rota_task** out);

// The writes of one stream, in order: each begins when the one before it has ended.
// Thread safety: all of it. Lifetime: counted; each write holds it.
class WriteLine {
 public:
  static WriteLine* make();  // nullptr: no memory
  WriteLine* ref();
  void unref();

  bool empty();
  rota_status write(rota_runtime* runtime, rota_socket* socket, const void* data, size_t len, rota_task** out);

 private:
  struct Write;
  static rota_status poll(void* write, rota_context* context);
  static void drop(void* write);

  std::mutex mutex_;
  Write* first_ = nullptr;
  Write** end_ = &first_;
  std::atomic<int> refs_{1};
};

}  // namespace rota_py
