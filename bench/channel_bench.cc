// SPDX-License-Identifier: MIT
//
// One consumer task and one or four producer tasks on a channel, of 1000 places or unbounded: the cost of a message.
// A producer sends until the channel is full, and into an unbounded one all it has, as the peers' do.
#include "bench/tasks.h"

namespace bench {
namespace {

constexpr uint64_t kMessages = 400'000;
constexpr size_t kCapacity = 1000;

struct Producer {
  rota_channel* channel;
  uint64_t left;
  rota_task* sending = nullptr;  // stands in line for a place in the channel

  rota_status poll(rota_context* cx) {
    for (;;) {
      if (sending != nullptr) {
        const rota_status status = rota_task_poll(sending, cx);
        if (status == ROTA_PENDING) return ROTA_PENDING;
        check(status, "rota_channel_send");
        rota_task_release(sending);
        sending = nullptr;
        --left;
      }
      if (left == 0) return ROTA_OK;
      const rota_status status = rota_channel_try_send(channel, channel);
      if (status == ROTA_EAGAIN) {
        check(rota_channel_send(channel, channel, &sending), "rota_channel_send");
      } else {
        check(status, "rota_channel_try_send");
        --left;
      }
    }
  }
};

struct Consumer {
  rota_channel* channel;
  uint64_t left;

  rota_status poll(rota_context* cx) {
    for (; left != 0; --left) {
      void* value = nullptr;
      const rota_status status = rota_channel_recv_poll(channel, cx, &value);
      if (status == ROTA_PENDING) return ROTA_PENDING;
      if (status != ROTA_OK || value != channel) fail("rota_channel_recv_poll", rota_status_name(status));
    }
    return ROTA_OK;
  }
};

template <size_t capacity, uint64_t producers>
Result mpsc(const Options& options) {
  const Runtime runtime(options);
  rota_channel* channel = nullptr;
  check(rota_channel_create(runtime, capacity, nullptr, &channel), "rota_channel_create");
  const Result result = measure(kMessages, [&] {
    Consumer consumer = {channel, kMessages};
    Producer producer = {channel, kMessages / producers};
    rota_task* tasks[producers];
    const uint64_t start = now_ns();
    for (rota_task*& task : tasks) task = spawn(runtime, copying(producer));
    run_on_worker(runtime, consumer);
    for (rota_task* task : tasks) wait(task);
    return now_ns() - start;
  });
  rota_channel_release(channel);
  return result;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::run(argc, argv,
                    {{"mpsc_bounded_1", bench::mpsc<bench::kCapacity, 1>},
                     {"mpsc_bounded_4", bench::mpsc<bench::kCapacity, 4>},
                     {"mpsc_unbounded_1", bench::mpsc<0, 1>},
                     {"mpsc_unbounded_4", bench::mpsc<0, 4>}});
}
