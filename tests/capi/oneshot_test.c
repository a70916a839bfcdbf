/* SPDX-License-Identifier: MIT
 *
 * Oneshots from tasks and from plain threads: the value, closing, cancelling, and the drop of what nobody received.
 */
#include "tests/capi/support.h"

static void a_oneshot_carries_one_value(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted value = COUNTED_INIT(ROTA_OK);
  rota_oneshot* oneshot = NULL;
  rota_task* task = NULL;
  void* got = &world;
  CHECK_OK(rota_oneshot_create(world.runtime, counted_drop, &oneshot));
  CHECK_STATUS(rota_oneshot_try_recv(oneshot, &got), ROTA_EAGAIN);
  CHECK(got == NULL);
  CHECK_OK(rota_oneshot_recv(oneshot, &got, &task));
  CHECK_STATUS(rota_task_wait(task, MILLISECOND), ROTA_ETIMEDOUT);
  CHECK_OK(rota_oneshot_send(oneshot, &value));
  CHECK_STATUS(rota_oneshot_send(oneshot, &value), ROTA_EALREADY);
  CHECK_OK(finish(task));
  CHECK(got == &value);
  CHECK_STATUS(rota_oneshot_try_recv(oneshot, &got), ROTA_EALREADY);
  rota_oneshot_release(oneshot);
  world_end(&world);
  CHECK(event_count(&value.dropped) == 0); /* it was received: the receiver's */
}

static void a_oneshot_s_value_is_dropped_if_nobody_came(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted value = COUNTED_INIT(ROTA_OK);
  rota_oneshot* oneshot = NULL;
  CHECK_OK(rota_oneshot_create(world.runtime, counted_drop, &oneshot));
  CHECK_OK(rota_oneshot_send(oneshot, &value));
  CHECK(event_count(&value.dropped) == 0);
  rota_oneshot_release(oneshot);
  CHECK(event_count(&value.dropped) == 1);
  world_end(&world);
  CHECK(event_count(&value.dropped) == 1);
}

static void a_closed_oneshot_takes_nothing(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted value = COUNTED_INIT(ROTA_OK);
  rota_oneshot *empty = NULL, *full = NULL;
  rota_task* task = NULL;
  void* got = NULL;
  CHECK_OK(rota_oneshot_create(world.runtime, counted_drop, &empty));
  CHECK_OK(rota_oneshot_create(world.runtime, counted_drop, &full));
  CHECK_OK(rota_oneshot_recv(empty, &got, &task));
  CHECK_OK(rota_oneshot_close(empty));
  CHECK_STATUS(finish(task), ROTA_ECLOSED); /* whoever waits is told */
  CHECK_STATUS(rota_oneshot_send(empty, &value), ROTA_ECLOSED);
  CHECK_STATUS(rota_oneshot_try_recv(empty, &got), ROTA_ECLOSED);
  CHECK(event_count(&value.dropped) == 0); /* the value stayed ours */
  CHECK_OK(rota_oneshot_send(full, &value));
  CHECK_OK(rota_oneshot_close(full));
  CHECK_OK(rota_oneshot_try_recv(full, &got)); /* what was sent before is received */
  CHECK(got == &value);
  rota_oneshot_release(empty);
  rota_oneshot_release(full);
  world_end(&world);
  CHECK(event_count(&value.dropped) == 0);
}

static void a_cancelled_receive_takes_nothing(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted value = COUNTED_INIT(ROTA_OK);
  rota_oneshot* oneshot = NULL;
  rota_task* task = NULL;
  void* got = &world;
  CHECK_OK(rota_oneshot_create(world.runtime, counted_drop, &oneshot));
  CHECK_OK(rota_oneshot_recv(oneshot, &got, &task));
  CHECK_OK(rota_task_cancel(task));
  CHECK_STATUS(finish(task), ROTA_ECANCELED);
  CHECK_OK(rota_oneshot_send(oneshot, &value));
  got = NULL;
  CHECK_OK(rota_oneshot_try_recv(oneshot, &got));
  CHECK(got == &value);
  rota_oneshot_release(oneshot);
  world_end(&world);
}

struct receiver {
  rota_oneshot* oneshot;
  struct event polled;
  void* got;
};

static rota_status receive_in_poll(void* state, rota_context* cx) {
  struct receiver* receiver = state;
  const rota_status status = rota_oneshot_recv_poll(receiver->oneshot, cx, &receiver->got);
  event_signal(&receiver->polled);
  return status;
}

static void* send_from_thread(void* arg) {
  struct receiver* receiver = arg;
  CHECK_OK(rota_oneshot_send(receiver->oneshot, receiver));
  return NULL;
}

static void a_thread_sends_to_a_task(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct receiver receiver = {NULL, EVENT_INIT, NULL};
  rota_task* task = NULL;
  struct os_thread thread;
  CHECK_OK(rota_oneshot_create(world.runtime, NULL, &receiver.oneshot));
  const rota_spawn_desc desc = describe_poll(receive_in_poll, &receiver);
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  if (workers != 0) event_wait(&receiver.polled, 1);
  os_thread_start(&thread, send_from_thread, &receiver);
  CHECK_OK(finish(task));
  os_thread_join(&thread);
  CHECK(receiver.got == &receiver);
  rota_oneshot_release(receiver.oneshot);
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(a_oneshot_carries_one_value, workers);
    RUN_WITH(a_oneshot_s_value_is_dropped_if_nobody_came, workers);
    RUN_WITH(a_closed_oneshot_takes_nothing, workers);
    RUN_WITH(a_cancelled_receive_takes_nothing, workers);
    RUN_WITH(a_thread_sends_to_a_task, workers);
  }
  return 0;
}
