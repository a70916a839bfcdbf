// SPDX-License-Identifier: MIT
//
// A physics step of the usual shape, small: balls fall, are sorted into a grid, and push each other apart. It is
// written against JobSystem alone, as a library's step is, and gives the same bits whatever the number of threads: each
// job writes its own balls only, from what the jobs before it have written.
#pragma once

#include <cstdint>
#include <vector>

#include "examples/job_system/job_system.h"

namespace physics {

struct Ball {
  float x, y, z;
  float vx, vy, vz;
};

class World {
 public:
  explicit World(uint32_t balls);

  // One step on this thread.
  void step_serially();
  // One step as jobs: integrate in chunks, then sort, then collide in chunks, then move in chunks. Returns how many
  // jobs it created, 0 when it could not wait for them.
  uint32_t step(JobSystem& jobs);

  const std::vector<Ball>& balls() const { return balls_; }

 private:
  struct Push {
    float x, y, z;
  };

  uint32_t chunks() const;
  void integrate(uint32_t chunk);
  void sort();
  void collide(uint32_t chunk);
  void move(uint32_t chunk);
  uint32_t cell_of(float x, float z) const;

  std::vector<Ball> balls_;
  std::vector<Push> pushes_;          // of each ball, by collide
  std::vector<uint32_t> cell_start_;  // where a cell's balls begin in cell_balls_, by sort
  std::vector<uint32_t> cell_balls_;
};

}  // namespace physics
