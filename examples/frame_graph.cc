// SPDX-License-Identifier: MIT
//
// A frame as a graph: input, then physics and animation beside each other, then culling. Loading goes on at low
// priority meanwhile. The main thread works while it waits. In C: frame_graph.c.
#include <rota/rota.hpp>

#include <array>
#include <cstdio>

namespace {

struct frame {
  int input = 0, physics = 0, animation = 0, visible = 0;
};

rota::task<> read_input(frame& f) {
  f.input = 1;
  co_return;
}
rota::task<> simulate(frame& f) {
  f.physics = f.input + 1;
  co_return;
}
rota::task<> animate(frame& f) {
  f.animation = f.input + 1;
  co_return;
}
rota::task<> cull(frame& f) {
  f.visible = f.physics + f.animation;
  co_return;
}
rota::task<> load_assets(int chunks) {
  while (chunks-- > 0) co_await rota::yield();
}

}  // namespace

int main() {
  constexpr int kFrames = 60;
  rota::runtime rt;
  rota::join_handle<void> loading = rt.spawn(load_assets(1000), {.priority = ROTA_PRIORITY_LOW});
  int drawn = 0;
  for (int i = 0; i < kFrames; ++i) {
    frame f;
    const auto step = [&rt](rota::task<> body, std::span<rota_task* const> after) {
      return rt.spawn(std::move(body), {.after = after, .priority = ROTA_PRIORITY_HIGH});
    };
    rota::join_handle<void> input = step(read_input(f), {});
    const std::array<rota_task*, 1> after_input{input.get()};
    rota::join_handle<void> physics = step(simulate(f), after_input), animation = step(animate(f), after_input);
    const std::array<rota_task*, 2> after_both{physics.get(), animation.get()};
    rota::join_handle<void> culling = step(cull(f), after_both);
    // This thread runs what is urgent, and nothing else, until culling is done.
    culling.help({.what = ROTA_HELP_PRIORITY, .floor = ROTA_PRIORITY_HIGH});
    drawn += f.visible == 4;
  }
  loading.help();
  std::printf("%d of %d frames drawn in order\n", drawn, kFrames);
  return drawn == kFrames ? 0 : 1;
}
