// SPDX-License-Identifier: MIT
//
// Mailbox: where completed operations wait for the JavaScript thread of their environment. Workers post; the first that
// finds it empty rings the environment's one thread-safe function, so a batch costs one wake-up.
//
// Thread safety: post from any thread; everything else on the JavaScript thread.
//
// Invariant: an operation posted after close is deleted, not kept: nobody would take it.
#pragma once

#define NAPI_VERSION 8
#include <node_api.h>

#include <mutex>
#include <vector>

namespace rota_node {

class Operation;

class Mailbox {
 public:
  // `bell` stays the environment's; it is rung until close.
  explicit Mailbox(napi_threadsafe_function bell) : bell_(bell) {}

  void post(Operation* operation);
  std::vector<Operation*> take();
  // From here on the bell is not rung, nor may be.
  void close();

 private:
  std::mutex mutex_;
  napi_threadsafe_function bell_;  // nullptr: closed
  std::vector<Operation*> completed_;
};

}  // namespace rota_node
