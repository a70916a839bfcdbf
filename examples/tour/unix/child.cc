// SPDX-License-Identifier: MIT
#include "examples/tour/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "examples/tour/unix/own_path.h"

extern char** environ;

namespace tour {
namespace {

// Both ends close on exec; posix_spawn's dup2 makes the copies that the child gets.
std::array<int, 2> make_pipe() {
  std::array<int, 2> ends;
  if (pipe(ends.data()) != 0) throw std::system_error(errno, std::generic_category(), "making a pipe");
  for (int end : ends) fcntl(end, F_SETFD, FD_CLOEXEC);
  return ends;
}

}  // namespace

Child::Child(const char* argument) {
  auto [input_read, input_write] = make_pipe();
  auto [output_read, output_write] = make_pipe();

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input_read, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output_write, STDOUT_FILENO);
  std::string name = "tour";
  std::string only = argument;
  char* argv[] = {name.data(), only.data(), nullptr};
  pid_t pid = -1;
  int error = posix_spawn(&pid, own_path().c_str(), &actions, nullptr, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(input_read);
  close(output_write);
  if (error != 0) {
    close(input_write);
    close(output_read);
    throw std::system_error(error, std::generic_category(), "starting a process");
  }
  process_ = pid;
  input_ = input_write;
  output_ = output_read;
}

Child::~Child() {
  close(static_cast<int>(input_));
  close(static_cast<int>(output_));
  while (waitpid(static_cast<pid_t>(process_), nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::string Child::read_line() {
  std::string line;
  char c = 0;
  for (;;) {
    ssize_t count = read(static_cast<int>(output_), &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count != 1 || c == '\n') return line;
    line += c;
  }
}

}  // namespace tour
