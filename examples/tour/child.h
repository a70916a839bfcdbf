// SPDX-License-Identifier: MIT
//
// This same program, started again as a process of its own. The systems' sides: unix/child.cc, windows/child.cc.
#ifndef EXAMPLES_TOUR_CHILD_H_
#define EXAMPLES_TOUR_CHILD_H_

#include <cstdint>
#include <string>

namespace tour {

class Child {
 public:
  // Starts it with one argument. Throws std::system_error.
  explicit Child(const char* argument);
  // Ends its standard input, to which nothing is ever written, and waits until it has ended.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The next line of its standard output, or what came of it before the child closed that.
  std::string read_line();

 private:
  // Descriptors and a process number, or HANDLEs.
  intptr_t process_ = -1;
  intptr_t input_ = -1;   // our end of its standard input
  intptr_t output_ = -1;  // our end of its standard output
};

}  // namespace tour

#endif  // EXAMPLES_TOUR_CHILD_H_
