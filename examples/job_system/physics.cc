// SPDX-License-Identifier: MIT
#include "examples/job_system/physics.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace physics {
namespace {

constexpr uint32_t kChunk = 128;  // balls a job
constexpr uint32_t kGrid = 24;    // cells of a side
constexpr float kCell = 1.0F, kRadius = 0.5F, kStep = 1.0F / 60, kGravity = -9.81F;
constexpr float kSide = kGrid * kCell;

}  // namespace

World::World(uint32_t balls) : balls_(balls), pushes_(balls), cell_start_(kGrid * kGrid + 1), cell_balls_(balls) {
  uint32_t seed = 1;
  const auto random = [&] {
    seed = seed * 1664525U + 1013904223U;
    return static_cast<float>(seed >> 8) / 16777216.0F;
  };
  for (Ball& ball : balls_)
    ball = {random() * kSide, 1 + random() * 6, random() * kSide, random() - 0.5F, 0, random() - 0.5F};
}

uint32_t World::chunks() const { return (static_cast<uint32_t>(balls_.size()) + kChunk - 1) / kChunk; }

uint32_t World::cell_of(float x, float z) const {
  const auto index = [](float at) { return static_cast<uint32_t>(std::clamp(at / kCell, 0.0F, kGrid - 1.0F)); };
  return index(z) * kGrid + index(x);
}

void World::integrate(uint32_t chunk) {
  const uint32_t end = std::min<uint32_t>((chunk + 1) * kChunk, static_cast<uint32_t>(balls_.size()));
  for (uint32_t i = chunk * kChunk; i < end; ++i) {
    Ball& ball = balls_[i];
    ball.vy += kGravity * kStep;
    ball.x += ball.vx * kStep;
    ball.y += ball.vy * kStep;
    ball.z += ball.vz * kStep;
  }
}

// Counts, sums up, places: each cell's balls stand together, in their order.
void World::sort() {
  std::fill(cell_start_.begin(), cell_start_.end(), 0);
  for (const Ball& ball : balls_) ++cell_start_[cell_of(ball.x, ball.z) + 1];
  for (uint32_t cell = 0; cell < kGrid * kGrid; ++cell) cell_start_[cell + 1] += cell_start_[cell];
  std::vector<uint32_t> next(cell_start_.begin(), cell_start_.end() - 1);
  for (uint32_t i = 0; i < balls_.size(); ++i) cell_balls_[next[cell_of(balls_[i].x, balls_[i].z)]++] = i;
}

void World::collide(uint32_t chunk) {
  const uint32_t end = std::min<uint32_t>((chunk + 1) * kChunk, static_cast<uint32_t>(balls_.size()));
  for (uint32_t i = chunk * kChunk; i < end; ++i) {
    const Ball& ball = balls_[i];
    Push push{0, 0, 0};
    const uint32_t cell = cell_of(ball.x, ball.z);
    const int column = static_cast<int>(cell % kGrid), row = static_cast<int>(cell / kGrid);
    for (int z = std::max(row - 1, 0); z <= std::min<int>(row + 1, kGrid - 1); ++z) {
      for (int x = std::max(column - 1, 0); x <= std::min<int>(column + 1, kGrid - 1); ++x) {
        const auto near = static_cast<uint32_t>(z) * kGrid + static_cast<uint32_t>(x);
        for (uint32_t at = cell_start_[near]; at < cell_start_[near + 1]; ++at) {
          const Ball& other = balls_[cell_balls_[at]];
          const float dx = ball.x - other.x, dy = ball.y - other.y, dz = ball.z - other.z;
          const float square = dx * dx + dy * dy + dz * dz;
          if (&other == &ball || square >= 4 * kRadius * kRadius || square == 0) continue;
          const float distance = std::sqrt(square), depth = (2 * kRadius - distance) * 0.5F / distance;
          push = {push.x + dx * depth, push.y + dy * depth, push.z + dz * depth};
        }
      }
    }
    pushes_[i] = push;
  }
}

void World::move(uint32_t chunk) {
  const uint32_t end = std::min<uint32_t>((chunk + 1) * kChunk, static_cast<uint32_t>(balls_.size()));
  for (uint32_t i = chunk * kChunk; i < end; ++i) {
    Ball& ball = balls_[i];
    const Push& push = pushes_[i];
    ball.x = std::clamp(ball.x + push.x * 0.5F, 0.0F, kSide);
    ball.z = std::clamp(ball.z + push.z * 0.5F, 0.0F, kSide);
    ball.y += push.y * 0.5F;
    ball.vx += push.x;
    ball.vy += push.y;
    ball.vz += push.z;
    if (ball.y < kRadius) {
      ball.y = kRadius;
      ball.vy = std::abs(ball.vy) * 0.3F;
    }
  }
}

void World::step_serially() {
  for (uint32_t chunk = 0; chunk < chunks(); ++chunk) integrate(chunk);
  sort();
  for (uint32_t chunk = 0; chunk < chunks(); ++chunk) collide(chunk);
  for (uint32_t chunk = 0; chunk < chunks(); ++chunk) move(chunk);
}

uint32_t World::step(JobSystem& system) {
  const uint32_t count = chunks();
  JobSystem::Barrier* barrier = system.create_barrier();
  if (barrier == nullptr) return 0;
  std::vector<JobSystem::JobHandle> all;
  const auto add = [&](const char* name, std::function<void()> work, uint32_t dependencies) {
    all.push_back(system.create_job(name, std::move(work), dependencies));
    return all.back();
  };

  // From the last to the first, so that each knows whom to count off.
  std::vector<JobSystem::JobHandle> moves, collisions;
  for (uint32_t chunk = 0; chunk < count; ++chunk) moves.push_back(add("move", [this, chunk] { move(chunk); }, count));
  for (uint32_t chunk = 0; chunk < count; ++chunk) {
    const auto work = [this, chunk, &moves] {
      collide(chunk);
      for (const JobSystem::JobHandle& job : moves) job.remove_dependency();
    };
    collisions.push_back(add("collide", work, 1));
  }
  const auto sorting = [this, &collisions] {
    sort();
    for (const JobSystem::JobHandle& job : collisions) job.remove_dependency();
  };
  const JobSystem::JobHandle sorted = add("sort", sorting, count);
  for (uint32_t chunk = 0; chunk < count; ++chunk) {
    const auto work = [this, chunk, sorted] {
      integrate(chunk);
      sorted.remove_dependency();
    };
    add("integrate", work, 0);
  }
  for (const JobSystem::JobHandle& job : all) barrier->add_job(job);
  // The jobs refer to this frame: there is no way out before they have ended.
  if (system.wait_for_jobs(barrier) != JobSystem::Wait::kDone) std::abort();
  system.destroy_barrier(barrier);
  return static_cast<uint32_t>(all.size());
}

}  // namespace physics
