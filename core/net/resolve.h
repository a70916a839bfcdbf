// SPDX-License-Identifier: MIT
//
// Resolution: the lookup of one name, on the blocking pool.
//
// Thread safety: find on one pool thread; the result once the job is complete.
// Lifetime: counted; the job holds a reference, so a lookup whose caller has gone runs to its end and is forgotten.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/counted.h"
#include "core/base/result.h"
#include "core/net/address.h"
#include "core/scheduler/services.h"
#include "core/task/header.h"

namespace rota::net {

class Resolution final : public base::Counted<Resolution> {
 public:
  static constexpr uint32_t kTag = 0x72736c76;
  static constexpr size_t kMostAddresses = 16;
  static constexpr size_t kMostName = 255;  // of a host name, RFC 1035

  // Starts the lookup: `job` completes with its status, and is the caller's to release. kNameTooLong; else as
  // blocking::Pool::submit.
  static Result<Resolution*> start(const scheduler::Services& services, const char* name, size_t length, uint16_t port,
                                   task::Header*& job);
  Resolution(platform::Arena& arena, const char* name, size_t length, uint16_t port);

  const Address* addresses() const { return addresses_; }
  size_t count() const { return count_; }

  void last_reference() { arena_.destroy(this); }

 private:
  platform::Arena& arena_;
  const uint16_t port_;
  char name_[kMostName + 1];
  Address addresses_[kMostAddresses];
  size_t count_ = 0;
};

}  // namespace rota::net
