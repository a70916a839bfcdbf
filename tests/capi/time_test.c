/* SPDX-License-Identifier: MIT
 *
 * Sleeps, limits, timers and intervals as a C program uses them: never early, and cancelled cleanly.
 */
#include "tests/capi/support.h"

static void a_sleep_is_never_early(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  const uint64_t delays[] = {0, 1, 999, 50000, MILLISECOND, 3 * MILLISECOND + 1, 17 * MILLISECOND};
  for (size_t i = 0; i < sizeof delays / sizeof *delays; ++i) {
    rota_task* task = NULL;
    uint64_t before = rota_now(world.runtime);
    CHECK_OK(rota_sleep(world.runtime, delays[i], &task));
    CHECK_OK(finish(task));
    CHECK(rota_now(world.runtime) >= before + delays[i]);
    const uint64_t deadline = rota_now(world.runtime) + delays[i];
    CHECK_OK(rota_sleep_until(world.runtime, deadline, &task));
    CHECK_OK(finish(task));
    CHECK(rota_now(world.runtime) >= deadline);
  }
  world_end(&world);
}

static void a_point_in_the_past_is_due(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_task* task = NULL;
  CHECK_OK(rota_sleep_until(world.runtime, 0, &task));
  CHECK_OK(finish(task));
  CHECK_OK(rota_sleep_until(world.runtime, rota_now(world.runtime) - 1, &task));
  CHECK_OK(finish(task));
  world_end(&world);
}

static void sleeps_end_in_the_order_of_their_deadlines(uint32_t workers) {
  enum { kSleeps = 5 };
  struct world world;
  world_begin(&world, workers);
  rota_task* tasks[kSleeps];
  const uint64_t start = rota_now(world.runtime);
  for (int i = kSleeps - 1; i >= 0; --i) {
    CHECK_OK(rota_sleep_until(world.runtime, start + (uint64_t)(i + 1) * 4 * MILLISECOND, &tasks[i]));
  }
  for (int i = 0; i < kSleeps; ++i) {
    CHECK_OK(rota_task_wait(tasks[i], LONG_TIME));
    for (int k = 0; k <= i; ++k) CHECK_OK(rota_task_status(tasks[k]));
    /* A later one is complete only when its own time has come. */
    for (int k = i + 1; k < kSleeps; ++k) {
      const rota_status status = rota_task_status(tasks[k]);
      if (status != ROTA_PENDING) CHECK(rota_now(world.runtime) >= start + (uint64_t)(k + 1) * 4 * MILLISECOND);
    }
  }
  for (int i = 0; i < kSleeps; ++i) rota_task_release(tasks[i]);
  world_end(&world);
}

static void a_sleep_can_be_cancelled(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_task* task = NULL;
  CHECK_OK(rota_sleep(world.runtime, 3600 * SECOND, &task));
  CHECK_OK(rota_task_cancel(task));
  CHECK_STATUS(rota_task_cancel(task), ROTA_EALREADY);
  CHECK_STATUS(finish(task), ROTA_ECANCELED);
  world_end(&world);
}

/* ---------------------------------------------------------------------------------------------------- time limits */

static void a_slow_task_meets_its_limit(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted counted = COUNTED_INIT(ROTA_PENDING);
  rota_task *slow = spawn_counted(world.runtime, &counted), *limited = NULL;
  const uint64_t before = rota_now(world.runtime);
  CHECK_OK(rota_timeout(slow, 3 * MILLISECOND, &limited));
  CHECK_STATUS(rota_task_wait(limited, LONG_TIME), ROTA_ETIMEDOUT);
  CHECK_STATUS(rota_task_status(limited), ROTA_ETIMEDOUT);
  CHECK(rota_now(world.runtime) >= before + 3 * MILLISECOND);
  CHECK_STATUS(finish(slow), ROTA_ECANCELED); /* it was cancelled */
  rota_task_release(limited);
  world_end(&world);
  CHECK(event_count(&counted.dropped) == 1);
}

static void a_quick_task_keeps_its_status(uint32_t workers) {
  const rota_status answers[] = {ROTA_OK, ROTA_EPROTO};
  for (size_t i = 0; i < 2; ++i) {
    struct world world;
    world_begin(&world, workers);
    struct counted before = COUNTED_INIT(answers[i]);
    rota_task *quick = spawn_counted(world.runtime, &before), *limited = NULL;
    CHECK_OK(rota_timeout(quick, LONG_TIME, &limited));
    CHECK_STATUS(finish(limited), answers[i]);
    CHECK_STATUS(rota_task_status(quick), answers[i]);
    CHECK_OK(rota_timeout(quick, 0, &limited)); /* it is complete already */
    CHECK_STATUS(finish(limited), answers[i]);
    rota_task_release(quick);
    world_end(&world);
  }
}

static void cancelling_a_limit_cancels_its_task(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct counted counted = COUNTED_INIT(ROTA_PENDING);
  rota_task *task = spawn_counted(world.runtime, &counted), *limited = NULL;
  CHECK_OK(rota_timeout(task, 3600 * SECOND, &limited));
  CHECK_OK(rota_task_cancel(limited));
  CHECK_STATUS(finish(limited), ROTA_ECANCELED);
  CHECK_STATUS(finish(task), ROTA_ECANCELED);
  world_end(&world);
  CHECK(event_count(&counted.dropped) == 1);
}

/* --------------------------------------------------------------------------------------------------------- timers */

struct timer_state {
  rota_runtime* runtime;
  rota_timer* timer;
  struct event polled;
  int stage;
  uint64_t due;
};

/* Sets the timer three times, in place of what it was set to, and takes each time the last one. */
static rota_status use_timer(void* state, rota_context* cx) {
  struct timer_state* self = state;
  while (self->stage < 3) {
    if (self->due == 0) {
      CHECK_STATUS(rota_timer_stop(self->timer), ROTA_EALREADY); /* not set, or fired */
      CHECK_OK(rota_timer_start(self->timer, 3600 * SECOND));
      CHECK_STATUS(rota_timer_poll(self->timer, cx), ROTA_PENDING);
      self->due = rota_now(self->runtime) + 2 * MILLISECOND;
      if (self->stage == 1) {
        CHECK_OK(rota_timer_start(self->timer, 2 * MILLISECOND));
      } else {
        CHECK_OK(rota_timer_start_at(self->timer, self->due));
      }
    }
    const rota_status status = rota_timer_poll(self->timer, cx);
    if (status == ROTA_PENDING) return status;
    CHECK_OK(status);
    CHECK(rota_now(self->runtime) >= self->due);
    self->due = 0;
    self->stage++;
  }
  return ROTA_OK;
}

static void a_timer_can_be_set_again_and_again(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct timer_state state = {world.runtime, NULL, EVENT_INIT, 0, 0};
  CHECK_OK(rota_timer_create(world.runtime, &state.timer));
  const rota_spawn_desc desc = describe_poll(use_timer, &state);
  CHECK_OK(rota_block_on(world.runtime, &desc));
  state.stage = 0;
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  CHECK_OK(finish(task));
  rota_timer_release(state.timer);
  world_end(&world);
}

static rota_status poll_timer(void* state, rota_context* cx) {
  struct timer_state* self = state;
  const rota_status status = rota_timer_poll(self->timer, cx);
  event_signal(&self->polled);
  return status;
}

/* A task that waits for a timer which is set later, from outside: it is woken when the timer fires. */
static void a_timer_may_be_set_from_outside(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  struct timer_state state = {world.runtime, NULL, EVENT_INIT, 0, 0};
  CHECK_OK(rota_timer_create(world.runtime, &state.timer));
  const rota_spawn_desc desc = describe_poll(poll_timer, &state);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(world.runtime, &desc, &task));
  if (workers == 0) {
    CHECK_STATUS(rota_task_wait(task, MILLISECOND), ROTA_ETIMEDOUT);
  } else {
    event_wait(&state.polled, 1);
  }
  CHECK_OK(rota_timer_start(state.timer, 3600 * SECOND));
  CHECK_OK(rota_timer_stop(state.timer));
  CHECK_STATUS(rota_timer_stop(state.timer), ROTA_EALREADY);
  const uint64_t due = rota_now(world.runtime) + 2 * MILLISECOND;
  CHECK_OK(rota_timer_start_at(state.timer, due));
  CHECK_OK(finish(task));
  CHECK(rota_now(world.runtime) >= due);
  rota_timer_release(state.timer);
  world_end(&world);
}

/* ------------------------------------------------------------------------------------------------------ intervals */

struct ticks {
  rota_runtime* runtime;
  rota_interval* interval;
  uint64_t period;
  uint64_t late; /* no tick is taken before this point */
  rota_task* wait;
  int taken;
  uint64_t asked[6]; /* just before it was taken */
  uint64_t due[6];
};

/* Sleeps past several ticks, then takes six. */
static rota_status take_ticks(void* state, rota_context* cx) {
  struct ticks* ticks = state;
  const rota_status waited = rota_task_poll(ticks->wait, cx);
  if (waited == ROTA_PENDING) return waited;
  while (ticks->taken < 6) {
    ticks->asked[ticks->taken] = rota_now(ticks->runtime);
    const rota_status status = rota_interval_poll(ticks->interval, cx, &ticks->due[ticks->taken]);
    if (status != ROTA_OK) return status;
    CHECK(rota_now(ticks->runtime) >= ticks->due[ticks->taken]); /* never early */
    ticks->taken++;
  }
  return ROTA_OK;
}

static void missed_ticks_are_treated_as_asked(uint32_t workers) {
  const uint64_t period = 4 * MILLISECOND;
  for (uint32_t missed = ROTA_MISSED_BURST; missed <= ROTA_MISSED_DELAY; ++missed) {
    struct world world;
    world_begin(&world, workers);
    struct ticks ticks = {world.runtime, NULL, period, 0, NULL, 0, {0}, {0}};
    const uint64_t before = rota_now(world.runtime);
    CHECK_OK(rota_interval_create(world.runtime, period, missed, &ticks.interval));
    const uint64_t after = rota_now(world.runtime);
    /* After this, at least the first three ticks are late, the third by half a period. */
    CHECK_OK(rota_sleep_until(world.runtime, after + 3 * period + period / 2, &ticks.wait));
    const rota_spawn_desc desc = describe_poll(take_ticks, &ticks);
    CHECK_OK(rota_block_on(world.runtime, &desc));
    /* The first tick is due after one period, whenever it is taken. */
    CHECK(ticks.due[0] >= before + period && ticks.due[0] <= after + period);
    for (int i = 1; i < 6; ++i) {
      const uint64_t step = ticks.due[i] - ticks.due[i - 1];
      if (missed == ROTA_MISSED_BURST) {
        CHECK(step == period); /* none is left out */
      } else if (missed == ROTA_MISSED_SKIP) {
        CHECK(step % period == 0 && step >= period);       /* in step */
        CHECK(ticks.due[i] + period > ticks.asked[i - 1]); /* and none of those that were missed */
      } else {
        CHECK(ticks.due[i] >= ticks.due[i - 1] + period);
        /* A full period from the tick that was taken late. */
        if (i == 1) CHECK(ticks.due[1] >= after + 3 * period + period / 2 + period);
      }
    }
    if (missed == ROTA_MISSED_SKIP) CHECK(ticks.due[1] - ticks.due[0] >= 3 * period);
    rota_task_release(ticks.wait);
    rota_interval_release(ticks.interval);
    world_end(&world);
  }
}

static void a_tick_is_a_task(uint32_t workers) {
  struct world world;
  world_begin(&world, workers);
  rota_interval* interval = NULL;
  rota_task* task = NULL;
  const uint64_t before = rota_now(world.runtime);
  CHECK_OK(rota_interval_create(world.runtime, 2 * MILLISECOND, ROTA_MISSED_BURST, &interval));
  for (uint64_t i = 1; i <= 4; ++i) {
    CHECK_OK(rota_interval_tick(interval, &task));
    CHECK_OK(finish(task));
    CHECK(rota_now(world.runtime) >= before + i * 2 * MILLISECOND);
  }
  CHECK_OK(rota_interval_tick(interval, &task));
  rota_interval_release(interval); /* the tick that is under way keeps what it needs */
  CHECK_OK(finish(task));
  world_end(&world);
}

int main(void) {
  for (uint32_t workers = 0; workers <= 2; ++workers) {
    RUN_WITH(a_sleep_is_never_early, workers);
    RUN_WITH(a_point_in_the_past_is_due, workers);
    RUN_WITH(sleeps_end_in_the_order_of_their_deadlines, workers);
    RUN_WITH(a_sleep_can_be_cancelled, workers);
    RUN_WITH(a_slow_task_meets_its_limit, workers);
    RUN_WITH(a_quick_task_keeps_its_status, workers);
    RUN_WITH(cancelling_a_limit_cancels_its_task, workers);
    RUN_WITH(a_timer_can_be_set_again_and_again, workers);
    RUN_WITH(a_timer_may_be_set_from_outside, workers);
    RUN_WITH(missed_ticks_are_treated_as_asked, workers);
    RUN_WITH(a_tick_is_a_task, workers);
  }
  return 0;
}
