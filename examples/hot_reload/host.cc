// SPDX-License-Identifier: MIT
//
// Hot reload: a module's tasks are a group; it is drained before the module is unloaded. In C: host.c.
//
//   host MODULE
#include <dlfcn.h>
#include <rota/rota.hpp>

#include <cstdio>

#include "examples/hot_reload/module.h"

namespace {

using namespace std::chrono_literals;

// A loaded module and its tasks: the group goes first.
class module {
 public:
  module(const char* path, rota::runtime& rt, game& state) :handle_(dlopen(path, RTLD_NOW | RTLD_LOCAL)), tasks_(rt) {
    auto start = reinterpret_cast<module_start_fn>(handle_ == nullptr ? nullptr : dlsym(handle_, "module_start"));
    status_ = start == nullptr ? ROTA_ENOENT : start(rt.get(), tasks_.get(), &state);
  }
  module(const module&) = delete;
  module& operator=(const module&) = delete;
  ~module() {
    // No code of the module runs after this, on any thread.
    if (tasks_.drain() == ROTA_OK && handle_ != nullptr) dlclose(handle_);
  }
  [[nodiscard]] rota_status status() const { return status_; }

 private:
  void* handle_;
  rota::group tasks_;
  rota_status status_;
};

rota::task<> play() { co_await rota::sleep(5ms); }

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  rota::runtime rt;
  game state{};
  for (int reload = 0; reload < 10; ++reload) {
    {
      const module code(argv[1], rt, state);
      if (code.status() != ROTA_OK) return std::fprintf(stderr, "%s\n", dlerror()), 1;
      rt.block_on(play());
    }
    std::printf("reload %d: %llu thoughts so far\n", reload, static_cast<unsigned long long>(state.thoughts));
  }
  return state.thoughts != 0 ? 0 : 1;
}
