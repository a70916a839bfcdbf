/* SPDX-License-Identifier: MIT
 *
 * Channels from tasks and from plain threads: order, bounds, closing, cancelling, and the drop of what nobody received.
 */
#include "tests/capi/support.h"

static void values_come_in_order(uint32_t workers) {
  enum { kValues = 1000 };
  const size_t capacities[] = {0, kValues};
  for (size_t c = 0; c < 2; ++c) {
    struct world world;
    world_begin(&world, workers);
    rota_channel* channel = NULL;
    int values[kValues];
    CHECK_OK(rota_channel_create(world.runtime, capacities[c], NULL, &channel));
    for (int i = 0; i < kValues; ++i) CHECK_OK(rota_channel_try_send(channel, &values[i]));
    CHECK(rota_channel_len(channel) == kValues);
    for (int i = 0; i < kValues; ++i) {
      void* got = NULL;
      CHECK_OK(rota_channel_try_recv(channel, &got));
      CHECK(got == &values[i]);
    }
    void* got = values;
    CHECK_STATUS(rota_channel_try_recv(channel, &got), ROTA_EAGAIN);
    CHECK(got == NULL);
    CHECK(rota_channel_len(channel) == 0);
    rota_channel_release(channel);
    world_end(&world);
  }
}

static void null_is_a_value_too(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_channel* channel = NULL;
  void* got = &world;
  CHECK_OK(rota_channel_create(world.runtime, 1, counted_drop, &channel));
  CHECK_OK(rota_channel_try_send(channel, NULL));
  CHECK(rota_channel_len(channel) == 1);
  CHECK_OK(rota_channel_try_recv(channel, &got));
  CHECK(got == NULL);
  rota_channel_release(channel);
  world_end(&world);
}

static void a_full_channel_makes_senders_wait(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_channel* channel = NULL;
  int values[4];
  rota_task *first = NULL, *second = NULL;
  void* got = NULL;
  CHECK_OK(rota_channel_create(world.runtime, 1, NULL, &channel));
  CHECK_OK(rota_channel_try_send(channel, &values[0]));
  CHECK_STATUS(rota_channel_try_send(channel, &values[3]), ROTA_EAGAIN);
  CHECK_OK(rota_channel_send(channel, &values[1], &first));
  CHECK_OK(rota_channel_send(channel, &values[2], &second));
  CHECK_STATUS(rota_task_wait(first, MILLISECOND), ROTA_ETIMEDOUT);
  CHECK_OK(rota_channel_try_recv(channel, &got));
  CHECK(got == &values[0]);
  CHECK_OK(finish(first)); /* now its value is inside */
  CHECK_STATUS(rota_task_status(second), ROTA_PENDING);
  CHECK_OK(rota_channel_try_recv(channel, &got));
  CHECK(got == &values[1]);
  CHECK_OK(finish(second));
  CHECK_OK(rota_channel_try_recv(channel, &got));
  CHECK(got == &values[2]);
  rota_channel_release(channel);
  world_end(&world);
}

static void an_empty_channel_makes_the_receiver_wait(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_channel* channel = NULL;
  rota_task* task = NULL;
  void* got = NULL;
  CHECK_OK(rota_channel_create(world.runtime, 2, NULL, &channel));
  CHECK_OK(rota_channel_recv(channel, &got, &task));
  CHECK_STATUS(rota_task_wait(task, MILLISECOND), ROTA_ETIMEDOUT);
  CHECK_OK(rota_channel_try_send(channel, &world));
  CHECK_OK(finish(task));
  CHECK(got == &world);
  rota_channel_release(channel);
  world_end(&world);
}

static void a_closed_channel_can_be_emptied(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted inside = COUNTED_INIT(ROTA_OK), outside = COUNTED_INIT(ROTA_OK), kept = COUNTED_INIT(ROTA_OK);
  rota_channel* channel = NULL;
  rota_task *waiting = NULL, *late = NULL;
  void* got = NULL;
  CHECK_OK(rota_channel_create(world.runtime, 1, counted_drop, &channel));
  CHECK_OK(rota_channel_try_send(channel, &inside));
  CHECK_OK(rota_channel_send(channel, &outside, &waiting));
  CHECK_OK(rota_channel_close(channel));
  CHECK_STATUS(finish(waiting), ROTA_ECLOSED);
  CHECK_STATUS(rota_channel_try_send(channel, &kept), ROTA_ECLOSED);
  const rota_status status = rota_channel_send(channel, &kept, &late);
  CHECK(status == ROTA_OK || status == ROTA_ECLOSED);
  if (status == ROTA_OK) CHECK_STATUS(finish(late), ROTA_ECLOSED);
  CHECK_OK(rota_channel_try_recv(channel, &got));
  CHECK(got == &inside);
  CHECK_STATUS(rota_channel_try_recv(channel, &got), ROTA_ECLOSED);
  CHECK_OK(rota_channel_recv(channel, &got, &late));
  CHECK_STATUS(finish(late), ROTA_ECLOSED);
  rota_channel_release(channel);
  world_end(&world);
  CHECK(event_count(&inside.dropped) == 0);  /* received */
  CHECK(event_count(&outside.dropped) == 0); /* never given away */
  CHECK(event_count(&kept.dropped) == 0);
}

static void closing_wakes_the_receiver(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_channel* channel = NULL;
  rota_task* task = NULL;
  void* got = &world;
  CHECK_OK(rota_channel_create(world.runtime, 0, NULL, &channel));
  CHECK_OK(rota_channel_recv(channel, &got, &task));
  CHECK_STATUS(rota_task_wait(task, MILLISECOND), ROTA_ETIMEDOUT);
  CHECK_OK(rota_channel_close(channel));
  CHECK_STATUS(finish(task), ROTA_ECLOSED);
  rota_channel_release(channel);
  world_end(&world);
}

/* A cancelled send kept its value; a cancelled receive took none. */
static void cancelled_operations_have_no_effect(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted inside = COUNTED_INIT(ROTA_OK), outside = COUNTED_INIT(ROTA_OK);
  rota_channel* channel = NULL;
  rota_task* task = NULL;
  void* got = NULL;
  CHECK_OK(rota_channel_create(world.runtime, 1, counted_drop, &channel));
  CHECK_OK(rota_channel_recv(channel, &got, &task));
  CHECK_OK(rota_task_cancel(task));
  CHECK_STATUS(finish(task), ROTA_ECANCELED);
  CHECK_OK(rota_channel_try_send(channel, &inside));
  CHECK(rota_channel_len(channel) == 1);
  CHECK_OK(rota_channel_send(channel, &outside, &task));
  CHECK_OK(rota_task_cancel(task));
  CHECK_STATUS(finish(task), ROTA_ECANCELED);
  CHECK(rota_channel_len(channel) == 1);
  rota_channel_release(channel);
  world_end(&world);
  CHECK(event_count(&inside.dropped) == 1); /* nobody received it */
  CHECK(event_count(&outside.dropped) == 0);
}

static void undelivered_values_are_dropped(uint32_t workers) {
  enum { kValues = 70 };
  for (int close = 0; close < 2; ++close) {
    struct world world;
    world_begin(&world, workers);
    struct counted value = COUNTED_INIT(ROTA_OK);
    rota_channel* channel = NULL;
    CHECK_OK(rota_channel_create(world.runtime, 0, counted_drop, &channel));
    for (int i = 0; i < kValues; ++i) CHECK_OK(rota_channel_try_send(channel, &value));
    if (close) CHECK_OK(rota_channel_close(channel));
    rota_channel_release(channel);
    world_end(&world);
    CHECK(event_count(&value.dropped) == kValues);
  }
}

static void shutdown_ends_waiting_senders_and_receivers(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted inside = COUNTED_INIT(ROTA_OK), outside = COUNTED_INIT(ROTA_OK);
  rota_channel *full = NULL, *empty = NULL;
  rota_task *sender = NULL, *receiver = NULL;
  void* got = NULL;
  CHECK_OK(rota_channel_create(world.runtime, 1, counted_drop, &full));
  CHECK_OK(rota_channel_create(world.runtime, 1, counted_drop, &empty));
  CHECK_OK(rota_channel_try_send(full, &inside));
  CHECK_OK(rota_channel_send(full, &outside, &sender));
  CHECK_OK(rota_channel_recv(empty, &got, &receiver));
  CHECK_OK(rota_runtime_shutdown(world.runtime, LONG_TIME));
  CHECK_STATUS(rota_task_status(sender), ROTA_ECANCELED);
  CHECK_STATUS(rota_task_status(receiver), ROTA_ECANCELED);
  rota_task_release(sender);
  rota_task_release(receiver);
  rota_channel_release(full);
  rota_channel_release(empty);
  world_end(&world);
  CHECK(event_count(&inside.dropped) == 1);
  CHECK(event_count(&outside.dropped) == 0);
}

/* Two tasks and a channel of one place between them: each value makes both of them wait. */
struct relay {
  rota_channel* channel;
  rota_task* sending;
  int values[200];
  int count;
};

static rota_status send_in_poll(void* state, rota_context* cx) {
  struct relay* relay = state;
  while (relay->count < 200) {
    if (relay->sending == NULL) {
      CHECK_OK(rota_channel_send(relay->channel, &relay->values[relay->count], &relay->sending));
    }
    const rota_status status = rota_task_poll(relay->sending, cx);
    if (status != ROTA_OK) return status;
    rota_task_release(relay->sending);
    relay->sending = NULL;
    relay->count++;
  }
  return rota_channel_close(relay->channel);
}

struct sink {
  struct relay* relay;
  int count;
};

static rota_status receive_in_poll(void* state, rota_context* cx) {
  struct sink* sink = state;
  for (;;) {
    void* got = NULL;
    const rota_status status = rota_channel_recv_poll(sink->relay->channel, cx, &got);
    if (status == ROTA_ECLOSED) return ROTA_OK;
    if (status != ROTA_OK) return status;
    CHECK(got == &sink->relay->values[sink->count]);
    sink->count++;
  }
}

static void tasks_talk_through_a_channel(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct relay relay = {0};
  struct sink sink = {&relay, 0};
  rota_task* sender = NULL;
  CHECK_OK(rota_channel_create(world.runtime, 1, NULL, &relay.channel));
  rota_spawn_desc desc = describe_poll(send_in_poll, &relay);
  CHECK_OK(rota_spawn(world.runtime, &desc, &sender));
  desc = describe_poll(receive_in_poll, &sink);
  CHECK_OK(rota_block_on(world.runtime, &desc));
  CHECK_OK(finish(sender));
  CHECK(sink.count == 200);
  rota_channel_release(relay.channel);
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(values_come_in_order, workers);
    RUN_WITH(null_is_a_value_too, workers);
    RUN_WITH(a_full_channel_makes_senders_wait, workers);
    RUN_WITH(an_empty_channel_makes_the_receiver_wait, workers);
    RUN_WITH(a_closed_channel_can_be_emptied, workers);
    RUN_WITH(closing_wakes_the_receiver, workers);
    RUN_WITH(cancelled_operations_have_no_effect, workers);
    RUN_WITH(undelivered_values_are_dropped, workers);
    RUN_WITH(shutdown_ends_waiting_senders_and_receivers, workers);
    RUN_WITH(tasks_talk_through_a_channel, workers);
  }
  return 0;
}
