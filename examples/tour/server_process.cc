// SPDX-License-Identifier: MIT
#include "examples/tour/server_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <string>
#include <system_error>

extern char** environ;

namespace tour {
namespace {

// Both ends close on exec; posix_spawn's dup2 makes the copies that the server gets.
std::array<int, 2> make_pipe() {
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "making a pipe");
  return ends;
}

// The first line, or what came of it before the other side closed.
std::string read_line(int fd) {
  std::string line;
  char c = 0;
  for (;;) {
    ssize_t count = read(fd, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count != 1 || c == '\n') return line;
    line += c;
  }
}

}  // namespace

ServerProcess::ServerProcess() {
  auto [input_read, input_write] = make_pipe();
  auto [output_read, output_write] = make_pipe();
  lifeline_ = input_write;

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input_read, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output_write, STDOUT_FILENO);
  char name[] = "tour";
  char mode[] = "--serve";
  char* argv[] = {name, mode, nullptr};
  int error = posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(input_read);
  close(output_write);
  if (error != 0) pid_ = -1;

  std::string line = error == 0 ? read_line(output_read) : std::string();
  close(output_read);
  auto [end, parsed] = std::from_chars(line.data(), line.data() + line.size(), port_);
  if (parsed != std::errc() || end != line.data() + line.size()) {
    stop();
    if (error != 0) throw std::system_error(error, std::generic_category(), "starting the server process");
    throw std::runtime_error("the server process ended before it listened");
  }
}

ServerProcess::~ServerProcess() { stop(); }

void ServerProcess::stop() {
  close(lifeline_);
  if (pid_ < 0) return;
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace tour
