// SPDX-License-Identifier: MIT
//
// Overlapped operations of named pipes and files through rota_handle.
#include <windows.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/integration/support.h"

namespace rota_test {
namespace {

std::string unique_name() {
  static int made = 0;
  return "rota-" + std::to_string(::GetCurrentProcessId()) + "-" + std::to_string(made++);
}

class Handle {
 public:
  explicit Handle(HANDLE handle) : handle_(handle) { REQUIRE(handle != INVALID_HANDLE_VALUE); }
  Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, INVALID_HANDLE_VALUE)) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() { close(); }
  void close() {
    if (handle_ != INVALID_HANDLE_VALUE) ::CloseHandle(std::exchange(handle_, INVALID_HANDLE_VALUE));
  }
  HANDLE get() const { return handle_; }
  intptr_t native() const { return reinterpret_cast<intptr_t>(handle_); }

 private:
  HANDLE handle_;
};

Handle pipe_server(const std::string& name, DWORD mode = PIPE_TYPE_BYTE) {
  const std::string path = "\\\\.\\pipe\\" + name;
  return Handle(
      ::CreateNamedPipeA(path.c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, mode, 1, 4096, 4096, 0, nullptr));
}
Handle pipe_client(const std::string& name) {
  const std::string path = "\\\\.\\pipe\\" + name;
  return Handle(::CreateFileA(path.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                              FILE_FLAG_OVERLAPPED, nullptr));
}

// A handle registered with a runtime; released before the handle is closed.
class Registered {
 public:
  Registered(rota_runtime* runtime, const Handle& handle) {
    REQUIRE(rota_handle_register(runtime, handle.native(), &handle_) == ROTA_OK);
  }
  Registered(const Registered&) = delete;
  Registered& operator=(const Registered&) = delete;
  ~Registered() { rota_handle_release(handle_); }
  operator rota_handle*() const { return handle_; }  // NOLINT(google-explicit-constructor)

 private:
  rota_handle* handle_ = nullptr;
};

rota_status finish(rota_task* task) {
  const rota_status status = rota_task_wait(task, ROTA_FOREVER);
  rota_task_release(task);
  return status;
}

rota_status read(rota_handle* handle, std::string& out, size_t most = 4096, uint64_t offset = 0) {
  out.resize(most);
  size_t count = 0;
  rota_task* task = nullptr;
  REQUIRE(rota_handle_read(handle, offset, out.data(), most, &count, &task) == ROTA_OK);
  const rota_status status = finish(task);
  out.resize(count);
  return status;
}

rota_status write(rota_handle* handle, const std::string& text, size_t& count, uint64_t offset = 0) {
  rota_task* task = nullptr;
  REQUIRE(rota_handle_write(handle, offset, text.data(), text.size(), &count, &task) == ROTA_OK);
  return finish(task);
}

// Two ends of a named pipe.
struct Pipe {
  explicit Pipe(rota_runtime* runtime)
      : name(unique_name()),
        near_end(pipe_server(name)),
        server(runtime, near_end),
        far_end(open(*this)),
        client(runtime, far_end) {}

  static Handle open(Pipe& self) {
    rota_task* accepted = nullptr;
    REQUIRE(rota_handle_accept(self.server, &accepted) == ROTA_OK);
    CHECK(rota_task_status(accepted) == ROTA_PENDING);
    Handle made = pipe_client(self.name);
    CHECK(finish(accepted) == ROTA_OK);
    return made;
  }

  std::string name;
  Handle near_end;
  Registered server;
  Handle far_end;
  Registered client;
};

}  // namespace

TEST_CASE("bytes go both ways through a named pipe, and its end is told") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Pipe pipe(runtime);
    size_t count = 0;
    CHECK(write(pipe.client, "over there", count) == ROTA_OK);
    CHECK(count == 10);
    std::string got;
    CHECK(read(pipe.server, got) == ROTA_OK);
    CHECK(got == "over there");
    CHECK(write(pipe.server, "and back", count) == ROTA_OK);
    CHECK(read(pipe.client, got) == ROTA_OK);
    CHECK(got == "and back");
    pipe.far_end.close();
    CHECK(read(pipe.server, got) == ROTA_OK);
    CHECK(got.empty());
    CHECK(write(pipe.server, "too late", count) == ROTA_EPIPE);
  });
}

TEST_CASE("who waits for a client of a pipe that is there already is told at once") {
  Runtime runtime(1);
  const std::string name = unique_name();
  const Handle server_end = pipe_server(name);
  const Handle client_end = pipe_client(name);
  const Registered server(runtime, server_end);
  rota_task* accepted = nullptr;
  REQUIRE(rota_handle_accept(server, &accepted) == ROTA_OK);
  CHECK(finish(accepted) == ROTA_OK);
}

TEST_CASE("a cancelled read gives its buffer back when it is complete, and takes no bytes from the next") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    Pipe pipe(runtime);
    char buffer[16] = {};
    size_t count = 1;
    rota_task* task = nullptr;
    REQUIRE(rota_handle_read(pipe.server, 0, buffer, sizeof buffer, &count, &task) == ROTA_OK);
    CHECK(rota_task_status(task) == ROTA_PENDING);
    CHECK(rota_task_cancel(task) == ROTA_OK);
    CHECK(rota_task_wait(task, ROTA_FOREVER) == ROTA_ECANCELED);
    CHECK(rota_task_cancel(task) == ROTA_EALREADY);
    CHECK(count == 0);
    rota_task_release(task);
    CHECK(write(pipe.client, "x", count) == ROTA_OK);
    std::string got;
    CHECK(read(pipe.server, got) == ROTA_OK);
    CHECK(got == "x");
  });
}

TEST_CASE("a file is read and written where one says, and ends") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    char folder[MAX_PATH];
    REQUIRE(::GetTempPathA(sizeof folder, folder) != 0);
    const std::string path = folder + unique_name();
    const Handle file(::CreateFileA(path.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS,
                                    FILE_FLAG_OVERLAPPED | FILE_FLAG_DELETE_ON_CLOSE, nullptr));
    const Registered handle(runtime, file);
    size_t count = 0;
    CHECK(write(handle, "0123456789", count) == ROTA_OK);
    CHECK(write(handle, "abc", count, 4) == ROTA_OK);
    CHECK(count == 3);
    std::string got;
    CHECK(read(handle, got, 6, 2) == ROTA_OK);
    CHECK(got == "23abc7");
    CHECK(read(handle, got, 6, 8) == ROTA_OK);
    CHECK(got == "89");
    CHECK(read(handle, got, 6, 10) == ROTA_OK);
    CHECK(got.empty());
  });
}

TEST_CASE("many operations are under way at once, and each is told of") {
  with_workers([](rota_runtime* runtime, uint32_t) {
    constexpr int kPipes = 40;
    std::vector<std::unique_ptr<Pipe>> pipes;
    for (int i = 0; i < kPipes; ++i) pipes.push_back(std::make_unique<Pipe>(runtime));
    std::vector<rota_task*> tasks(kPipes);
    std::vector<size_t> counts(kPipes);
    std::vector<char> bytes(kPipes);
    for (int i = 0; i < kPipes; ++i) {
      REQUIRE(rota_handle_read(pipes[i]->server, 0, &bytes[i], 1, &counts[i], &tasks[i]) == ROTA_OK);
    }
    for (int i = 0; i < kPipes; ++i) {
      size_t count = 0;
      CHECK(write(pipes[i]->client, std::string(1, static_cast<char>('A' + i)), count) == ROTA_OK);
    }
    for (int i = 0; i < kPipes; ++i) {
      CHECK(finish(tasks[i]) == ROTA_OK);
      CHECK(counts[i] == 1);
      CHECK(bytes[i] == static_cast<char>('A' + i));
    }
  });
}

TEST_CASE("shutdown ends what is under way") {
  for (const uint32_t workers : {0u, 2u}) {
    Runtime runtime(workers);
    char buffer[16];
    size_t count = 0;
    rota_task* task = nullptr;
    {
      Pipe pipe(runtime);
      REQUIRE(rota_handle_read(pipe.server, 0, buffer, sizeof buffer, &count, &task) == ROTA_OK);
      CHECK(rota_runtime_shutdown(runtime, ROTA_FOREVER) == ROTA_OK);
      CHECK(rota_task_status(task) == ROTA_ECANCELED);
      rota_task_release(task);
      REQUIRE(rota_handle_read(pipe.server, 0, buffer, sizeof buffer, &count, &task) == ROTA_OK);
      CHECK(rota_task_status(task) == ROTA_ESHUTDOWN);
      rota_task_release(task);
    }
  }
}

TEST_CASE("what cannot be registered is refused") {
  Runtime runtime(1);
  rota_handle* handle = nullptr;
  CHECK(rota_handle_register(runtime, 1'000'000, &handle) == ROTA_EBADF);
  CHECK(handle == nullptr);
}

}  // namespace rota_test
