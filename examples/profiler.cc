// SPDX-License-Identifier: MIT
//
// A profiler in the shape of Tracy's: a zone for each poll, by the task's name, on the thread that runs it. profiler.c
// says which calls of Tracy stand for what.
#include <rota/rota.hpp>

#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace {

using clock = std::chrono::steady_clock;

struct zone {
  unsigned calls = 0;
  clock::duration time{};
};

struct profiler {
  std::mutex mutex;
  std::map<std::string, zone, std::less<>> zones;
  static thread_local std::vector<clock::time_point> begun;

  static void begin(void*, const rota_poll_info*) { begun.push_back(clock::now()); }
  static void end(void* self, const rota_poll_info* poll, rota_status) {
    auto* me = static_cast<profiler*>(self);
    const clock::duration time = clock::now() - begun.back();
    begun.pop_back();
    std::lock_guard lock(me->mutex);
    zone& of = me->zones[poll->name == nullptr ? std::string() : std::string(poll->name, poll->name_len)];
    ++of.calls;
    of.time += time;
  }
  [[nodiscard]] rota_profiler hooks() { return {sizeof(rota_profiler), 0, begin, end, this}; }
};
thread_local std::vector<clock::time_point> profiler::begun;

rota::task<> search_path(int steps) {
  while (steps-- > 0) co_await rota::yield();
}

}  // namespace

int main() {
  profiler zones;
  const rota_profiler hooks = zones.hooks();
  {
    rota::runtime rt(rota::runtime_options().profiler(&hooks));
    rt.spawn(search_path(9), {.name = "search path"}).wait();
    (void)rt.shutdown();
  }
  for (const auto& [name, zone] : zones.zones) {
    std::printf("%-12s %3u polls %6lld ns\n", name.c_str(), zone.calls,
                static_cast<long long>(std::chrono::nanoseconds(zone.time).count()));
  }
  return zones.zones["search path"].calls == 10 ? 0 : 1;
}
