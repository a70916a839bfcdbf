// SPDX-License-Identifier: MIT
//
// The filters of the double: whether the condition of one holds for a descriptor now, and what is told of it.
#pragma once

#include <cstdint>

namespace rota::platform::fake {

struct Condition {
  bool holds = false;
  bool eof = false;
  uint32_t fflags = 0;  // the socket's error; NOTE_OOB
  int64_t data = 0;     // bytes or connections to read, room to write
};

Condition read_condition(int fd);
Condition write_condition(int fd);
// As xnu has it: urgent data, or else whatever makes it readable.
Condition except_condition(int fd);

// How many bytes of what was written to a TCP socket have been acknowledged; 0 for anything else.
uint64_t bytes_acknowledged(int fd);

}  // namespace rota::platform::fake
