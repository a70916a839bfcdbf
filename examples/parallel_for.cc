// SPDX-License-Identifier: MIT
//
// A loop on all cores, the calling thread included; and the same awaited by a task. In C: parallel_for.c.
#include <rota/rota.hpp>

#include <cstdio>
#include <numeric>
#include <vector>

namespace {

rota::task<> move_again(std::vector<float>& position, const std::vector<float>& velocity, float dt) {
  auto body = [&](size_t i) { position[i] += velocity[i] * dt; };
  co_await rota::parallel(position.size(), body);
}

}  // namespace

int main() {
  constexpr size_t kParticles = 1'000'000;
  rota::runtime rt;
  std::vector<float> position(kParticles), velocity(kParticles);
  for (size_t i = 0; i < kParticles; ++i) velocity[i] = static_cast<float>(i % 100);

  rota::parallel_for(rt, kParticles, [&](size_t i) { position[i] += velocity[i] * 0.25f; }, {.name = "move"});
  rt.block_on(move_again(position, velocity, 0.25f));

  const double mean = std::accumulate(position.begin(), position.end(), 0.0) / kParticles;
  std::printf("%zu particles, mean %.3f\n", kParticles, mean);
  return mean == 24.75 ? 0 : 1;
}
