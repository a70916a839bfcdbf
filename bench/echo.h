// SPDX-License-Identifier: MIT
//
// What the engine's echo and the bare epoll loop's have in common, so that they do the same work: 500 connections over
// the loopback, 64 bytes to and fro on each, one message in flight a connection.
#ifndef BENCH_ECHO_H
#define BENCH_ECHO_H

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bench {

inline constexpr size_t kConnections = 500;
inline constexpr size_t kMessage = 64;
// Larger than a message: a read that does not fill its buffer tells that nothing more is there.
inline constexpr size_t kReadBuffer = 1024;
inline constexpr uint32_t kTripsEach = 80;  // of a connection in one round
inline constexpr uint64_t kTrips = kConnections * kTripsEach;

/// A message carries its number, so that an echo of another message does not pass for the right one.
inline void stamp(unsigned char* message, uint32_t number) { memcpy(message, &number, sizeof number); }
inline bool is_stamped(const unsigned char* message, uint32_t number) {
  return memcmp(message, &number, sizeof number) == 0;
}

}  // namespace bench

#endif  // BENCH_ECHO_H
