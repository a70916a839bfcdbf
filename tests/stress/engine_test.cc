// SPDX-License-Identifier: MIT
//
// What engines use, all at once and at random: graphs of tasks with late edges, groups that are cancelled and drained,
// waits that help inside waits, parallel loops inside tasks, priorities, guests that come and go; and the end in the
// middle of it. What must hold: every state is dropped once, no task runs before those it waits for or after its
// group's drain, every loop does each item once.
//
// Each round has a seed, which a failure prints. ROTA_STRESS_ROUNDS and ROTA_STRESS_SEED choose how many rounds, and
// where they begin (tools/soak).
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/integration/support.h"

namespace {

uint64_t from_environment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

struct World {
  rota_runtime* runtime = nullptr;
  std::atomic<bool> stop{false};
  std::atomic<long> made{0}, dropped{0}, early{0}, items{0}, items_wanted{0};
};

void check_accepted(World& world, rota_status status) {
  // Refusals at the end, and by groups that have closed.
  if (status == ROTA_OK || status == ROTA_ESHUTDOWN || status == ROTA_ECLOSED) return;
  std::fprintf(stderr, "refused: %s\n", rota_status_name(status));
  ++world.early;
}

// A task of a graph, or one that waits, or one that loops.
struct Node {
  World* world;
  uint64_t random;
  int depth;
  std::atomic<bool>* drained = nullptr;                    // its group's
  std::vector<std::shared_ptr<std::atomic<bool>>> before;  // those that must have ended well
  std::shared_ptr<std::atomic<bool>> done;
  rota_task* sleep = nullptr;

  Node(World& w, uint64_t seed, int d) : world(&w), random(seed), depth(d) { ++world->made; }
  ~Node() {
    if (drained != nullptr && drained->load()) ++world->early;
    rota_task_release(sleep);
    ++world->dropped;
  }
  uint64_t next() { return random = random * 6364136223846793005u + 1442695040888963407u, random >> 33; }

  static rota_spawn_desc describe(Node* node) {
    rota_spawn_desc desc{};
    desc.size = sizeof desc;
    desc.state = node;
    desc.poll = [](void* self, rota_context* cx) { return static_cast<Node*>(self)->poll(cx); };
    desc.drop = [](void* self) { delete static_cast<Node*>(self); };
    desc.priority = static_cast<uint32_t>(node->next() % 3);
    return desc;
  }

  rota_status poll(rota_context* cx) {
    if (drained != nullptr && drained->load()) ++world->early;
    for (const auto& each : before) {
      if (!each->load()) ++world->early;
    }
    if (sleep != nullptr) {
      const rota_status status = rota_task_poll(sleep, cx);
      if (status == ROTA_PENDING) return status;
      rota_task_release(std::exchange(sleep, nullptr));
      return finished();
    }
    switch (depth == 0 ? next() % 3 : next() % 6) {
      case 0:
        return finished();
      case 1:
        if (rota_sleep(world->runtime, next() % 300'000, &sleep) != ROTA_OK) return ROTA_ECANCELED;
        return rota_task_poll(sleep, cx) == ROTA_PENDING ? ROTA_PENDING : ROTA_OK;
      case 2:
        if (next() % 4 == 0) return ROTA_EIO;
        return next() % 2 == 0 ? rota_yield(cx) : finished();
      case 3:
        graph();
        return finished();
      case 4:
        wait_for_children();
        return finished();
      default:
        loop();
        return finished();
    }
  }

  rota_status finished() {
    if (done != nullptr) done->store(true);
    return ROTA_OK;
  }

  Node* child() {
    auto* node = new Node(*world, next(), depth - 1);
    node->drained = drained;  // it is a member too
    return node;
  }

  // A few tasks, each after some of those before it; some are cancelled, some get their edges late.
  void graph() {
    std::vector<rota_task*> tasks;
    std::vector<std::shared_ptr<std::atomic<bool>>> ends;
    const size_t count = 2 + next() % 8;
    for (size_t i = 0; i < count; ++i) {
      auto* node = child();
      node->done = std::make_shared<std::atomic<bool>>(false);
      std::vector<rota_task*> after;
      const bool late = next() % 2 == 0, any = next() % 4 == 0;
      for (size_t k = 0; k < tasks.size(); ++k) {
        if (next() % 3 != 0) continue;
        after.push_back(tasks[k]);
        if (!any) node->before.push_back(ends[k]);
      }
      ends.push_back(node->done);
      rota_spawn_desc desc = describe(node);
      if (late) {
        desc.after_room = static_cast<uint32_t>(after.size());
        desc.flags = ROTA_SPAWN_HELD;
      } else {
        desc.after = after.data();
        desc.after_count = static_cast<uint32_t>(after.size());
      }
      if (any) desc.flags |= ROTA_SPAWN_AFTER_ANY;
      rota_task* task = nullptr;
      check_accepted(*world, rota_spawn(world->runtime, &desc, &task));
      if (task == nullptr) break;
      if (late) {
        for (rota_task* other : after) (void)rota_task_after(task, other);
        (void)rota_task_start(task);
      }
      if (next() % 8 == 0) (void)rota_task_cancel(task);
      tasks.push_back(task);
    }
    for (rota_task* task : tasks) rota_task_release(task);
  }

  void wait_for_children() {
    rota_task* tasks[3] = {};
    for (rota_task*& task : tasks) {
      const rota_spawn_desc desc = describe(child());
      check_accepted(*world, rota_spawn(world->runtime, &desc, &task));
    }
    for (rota_task* task : tasks) {
      if (task == nullptr) continue;
      rota_help how{};
      how.size = sizeof how;
      how.what = next() % 2 == 0 ? ROTA_HELP_DESCENDANTS : ROTA_HELP_PRIORITY;
      how.floor = static_cast<uint32_t>(next() % 3);
      // A child may need what this wait does not run, and no other thread can: so a limit, and then it is given up.
      if (rota_task_help(task, &how, 2'000'000) == ROTA_ETIMEDOUT) (void)rota_task_cancel(task);
      rota_task_release(task);
    }
  }

  void loop() {
    rota_parallel loop{};
    loop.size = sizeof loop;
    loop.body = [](void* user, size_t begin, size_t end) {
      static_cast<World*>(user)->items += static_cast<long>(end - begin);
      return ROTA_OK;
    };
    loop.user = world;
    loop.count = next() % 200;
    loop.grain = next() % 7;
    loop.priority = static_cast<uint32_t>(next() % 3);
    const rota_status status = rota_parallel_for(world->runtime, &loop);
    if (status == ROTA_OK) world->items_wanted += static_cast<long>(loop.count);
  }
};

// A plain thread: spawns trees into groups, drains them, helps, works as a guest.
void outside(World& world, uint64_t seed) {
  std::mt19937_64 random(seed);
  rota_thread* guest = nullptr;
  while (!world.stop.load()) {
    rota_group* group = nullptr;
    if (rota_group_create(world.runtime, nullptr, &group) != ROTA_OK) break;
    std::atomic<bool> drained{false};
    std::vector<rota_task*> tasks;
    for (int i = 0; i < 4; ++i) {
      auto* node = new Node(world, random(), 3);
      node->drained = &drained;
      rota_spawn_desc desc = Node::describe(node);
      desc.group = group;
      rota_task* task = nullptr;
      check_accepted(world, rota_spawn(world.runtime, &desc, &task));
      if (task != nullptr) tasks.push_back(task);
    }
    switch (random() % 4) {
      case 0:
        if (!tasks.empty()) (void)rota_task_help(tasks[0], nullptr, 3'000'000);
        break;
      case 1:
        if (guest == nullptr) (void)rota_thread_enter(world.runtime, &guest);
        if (guest != nullptr) (void)rota_thread_run(guest, 100, 1'000'000, nullptr);
        break;
      case 2:
        if (guest != nullptr) (void)rota_thread_serve(guest, 500'000, nullptr);
        if (guest != nullptr) CHECK(rota_thread_leave(std::exchange(guest, nullptr)) == ROTA_OK);
        break;
      default:
        break;
    }
    for (rota_task* task : tasks) rota_task_release(task);
    CHECK(rota_group_drain(group, ROTA_FOREVER) == ROTA_OK);
    drained.store(true);
    rota_group_release(group);
  }
  (void)rota_thread_leave(guest);
}

void round(uint64_t seed, uint32_t workers) {
  INFO("seed " << seed << ", " << workers << " workers");
  World world;
  rota_runtime_options options;
  REQUIRE(rota_runtime_options_init(&options, sizeof options) == ROTA_OK);
  options.workers = workers;
  options.guests_max = 2;
  REQUIRE(rota_runtime_create(&options, &world.runtime) == ROTA_OK);
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < 3; ++i) threads.emplace_back([&world, seed, i] { outside(world, seed * 31 + i); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20 + seed % 20));  // how long it goes on, not what it waits for
  world.stop = seed % 2 == 0;
  if (world.stop.load()) {
    for (std::thread& thread : threads) thread.join();
    threads.clear();
  }
  CHECK(rota_runtime_shutdown(world.runtime, ROTA_FOREVER) == ROTA_OK);
  world.stop = true;
  for (std::thread& thread : threads) thread.join();
  rota_runtime_release(world.runtime);
  CHECK(world.made.load() == world.dropped.load());
  CHECK(world.early.load() == 0);
  CHECK(world.items.load() == world.items_wanted.load());
}

}  // namespace

TEST_CASE("graphs, groups, waits, loops and guests at random, and the end in the middle") {
  const uint64_t rounds = from_environment("ROTA_STRESS_ROUNDS", 12), first = from_environment("ROTA_STRESS_SEED", 1);
  for (uint64_t seed = first; seed < first + rounds; ++seed) {
    for (const uint32_t workers : {1u, 2u, 3u}) round(seed, workers);
  }
}
