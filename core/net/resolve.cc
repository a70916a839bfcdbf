// SPDX-License-Identifier: MIT
#include "core/net/resolve.h"

#include <cstring>

#include "core/blocking/job.h"
#include "core/blocking/pool.h"
#include "core/net/os_socket.h"

namespace rota::net {

Resolution::Resolution(platform::Arena& arena, const char* name, size_t length, uint16_t port)
    : arena_(arena), port_(port) {
  std::memcpy(name_, name, length);
  name_[length] = '\0';
}

Result<Resolution*> Resolution::start(const scheduler::Services& services, const char* name, size_t length,
                                      uint16_t port, task::Header*& job) {
  if (length > kMostName) return Status::kNameTooLong;
  // A name with a NUL inside would be looked up as its first part.
  if (std::memchr(name, '\0', length) != nullptr) return Status::kInvalid;
  auto* resolution = services.arena.make<Resolution>(services.arena, name, length, port);
  if (resolution == nullptr) return Status::kNoMemory;
  static constexpr blocking::Job::Calls kCalls{
      .run =
          [](blocking::Job::Function, void* arg) {
            auto& self = *static_cast<Resolution*>(arg);
            return os::resolve(self.name_, self.port_, self.addresses_, kMostAddresses, self.count_);
          },
      .drop = [](blocking::Job::Function, void* arg) { static_cast<Resolution*>(arg)->unref(); }};
  auto* made = blocking::Job::make(services.home, kCalls, nullptr, resolution, nullptr);
  if (made == nullptr) {
    resolution->unref();
    return Status::kNoMemory;
  }
  resolution->ref();  // the job's
  if (const Status status = services.blocking.submit(*made); !ok(status)) {
    task::unref(*made, 2);
    resolution->unref();
    resolution->unref();
    return status;
  }
  job = made;
  return resolution;
}

}  // namespace rota::net
