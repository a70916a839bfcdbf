/* SPDX-License-Identifier: MIT
 *
 * A hosted runtime (workers = 0): everything is done inside the host's calls, on the host's thread.
 */
#include "tests/capi/tcp_support.h"
#include "tests/capi/threads.h"

struct hosted {
  struct world world;
  rota_queue* queue;
  int threads; /* of the process, before */
};

static void hosted_begin(struct hosted* hosted) {
  hosted->threads = count_threads();
  world_begin(&hosted->world, 0);
  CHECK(rota_runtime_workers(hosted->world.runtime) == 0);
  CHECK_OK(rota_queue_create(hosted->world.runtime, &hosted->queue));
}

static void hosted_end(struct hosted* hosted) {
  CHECK(count_threads() == hosted->threads);
  rota_queue_release(hosted->queue);
  world_end(&hosted->world);
  CHECK(count_threads() == hosted->threads);
}

/* A state that insists on the host's thread, and on running only inside a call of the host. */
struct here {
  uint64_t thread;
  int inside; /* 1: a call of the host is under way */
  int polls;
  int left; /* polls until it is ready */
};

static rota_status poll_here(void* state, rota_context* cx) {
  struct here* here = state;
  CHECK(here->thread == os_thread_self());
  CHECK(here->inside);
  here->polls++;
  return --here->left > 0 ? rota_yield(cx) : ROTA_OK;
}

static rota_status job_here(void* arg) {
  struct here* here = arg;
  CHECK(here->thread == os_thread_self());
  CHECK(here->inside);
  here->polls++;
  return ROTA_OK;
}

static rota_task* spawn_here(struct hosted* hosted, struct here* here) {
  const rota_spawn_desc desc = describe_poll(poll_here, here);
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(hosted->world.runtime, &desc, &task));
  return task;
}

static void queue_run_does_the_work(void) {
  struct hosted hosted;
  hosted_begin(&hosted);
  struct here here = {os_thread_self(), 0, 0, 5};
  rota_task* task = spawn_here(&hosted, &here);
  CHECK(queue_readable(hosted.queue, 0));
  CHECK(here.polls == 0);
  here.inside = 1;
  while (rota_queue_run(hosted.queue, 0, ROTA_FOREVER, NULL) == ROTA_PENDING) continue;
  here.inside = 0;
  CHECK_OK(rota_task_status(task));
  CHECK(here.polls == 5);
  rota_task_release(task);
  hosted_end(&hosted);
}

static void wait_does_the_work(void) {
  struct hosted hosted;
  hosted_begin(&hosted);
  struct here awaited = {os_thread_self(), 1, 0, 3}, beside = {os_thread_self(), 1, 0, 1};
  rota_task* other = spawn_here(&hosted, &beside);
  rota_task* task = spawn_here(&hosted, &awaited);
  CHECK_OK(rota_task_wait(task, LONG_TIME));
  CHECK(awaited.polls == 3);
  CHECK_OK(rota_task_status(other)); /* what else there was got its turn */
  rota_task_release(task);
  rota_task_release(other);
  hosted_end(&hosted);
}

struct join {
  rota_task* task;
  rota_task* sleep;
};

static rota_status join_both(void* state, rota_context* cx) {
  struct join* join = state;
  const rota_status task = rota_task_poll(join->task, cx), sleep = rota_task_poll(join->sleep, cx);
  return task == ROTA_PENDING || sleep == ROTA_PENDING ? ROTA_PENDING : ROTA_OK;
}

static void block_on_does_the_work(void) {
  struct hosted hosted;
  hosted_begin(&hosted);
  struct here here = {os_thread_self(), 1, 0, 3};
  struct join join = {spawn_here(&hosted, &here), NULL};
  CHECK_OK(rota_sleep(hosted.world.runtime, 2 * MILLISECOND, &join.sleep));
  const rota_spawn_desc desc = describe_poll(join_both, &join);
  CHECK_OK(rota_block_on(hosted.world.runtime, &desc));
  CHECK(here.polls == 3);
  rota_task_release(join.task);
  rota_task_release(join.sleep);
  hosted_end(&hosted);
}

static void jobs_run_in_the_host_s_calls(void) {
  struct hosted hosted;
  hosted_begin(&hosted);
  struct here by_run = {os_thread_self(), 0, 0, 0}, by_wait = {os_thread_self(), 0, 0, 0};
  rota_task* job = NULL;
  CHECK_OK(rota_spawn_blocking(hosted.world.runtime, job_here, &by_run, NULL, &job));
  CHECK(by_run.polls == 0); /* not inside the spawn */
  CHECK(queue_readable(hosted.queue, 0));
  by_run.inside = 1;
  CHECK_OK(rota_queue_run(hosted.queue, 0, ROTA_FOREVER, NULL));
  CHECK(by_run.polls == 1);
  CHECK_OK(finish(job));
  CHECK_OK(rota_spawn_blocking(hosted.world.runtime, job_here, &by_wait, NULL, &job));
  by_wait.inside = 1;
  CHECK_OK(finish(job));
  CHECK(by_wait.polls == 1);
  /* One that is still queued can be cancelled. */
  struct counted never = COUNTED_INIT(ROTA_OK);
  CHECK_OK(rota_spawn_blocking(hosted.world.runtime, counted_job, &never, counted_drop, &job));
  CHECK_OK(rota_task_cancel(job));
  CHECK_STATUS(finish(job), ROTA_ECANCELED);
  CHECK(event_count(&never.polled) == 0 && event_count(&never.dropped) == 1);
  hosted_end(&hosted);
}

/* With blocking_max there are threads for jobs, and still none for tasks. */
static void jobs_may_have_threads(void) {
  const int threads = count_threads();
  struct world world;
  world_begin_with(&world, 0, 1);
  struct counted counted = COUNTED_INIT(ROTA_OK);
  rota_task* job = NULL;
  CHECK_OK(rota_spawn_blocking(world.runtime, gated_job, &counted, counted_drop, &job));
  event_wait(&counted.polled, 1); /* it runs without the host */
  CHECK_STATUS(rota_task_wait(job, MILLISECOND), ROTA_ETIMEDOUT);
  event_signal(&counted.gate);
  CHECK_OK(finish(job));
  world_end(&world);
  wait_for_threads(threads);
  CHECK(event_count(&counted.dropped) == 1);
}

/* The handle is readable for timers and sockets alike: a host that sleeps on it misses nothing. */
static void a_host_sleeps_on_the_handle_and_is_woken_for_sockets(void) {
  struct hosted hosted;
  hosted_begin(&hosted);
  struct recorder accepted = RECORDER_INIT, connected = RECORDER_INIT, read = RECORDER_INIT, written = RECORDER_INIT;
  uint16_t port = 0;
  char buffer[16] = {0};
  size_t count = 0;
  rota_socket *listener = listen_here(hosted.world.runtime, &port), *server = NULL, *client = NULL;
  rota_task* task = NULL;
  CHECK_OK(rota_tcp_accept(listener, &server, &task));
  CHECK_OK(record_on_done(task, hosted.queue, &accepted));
  rota_task_release(task);
  CHECK_OK(rota_tcp_connect(hosted.world.runtime, "127.0.0.1", 9, port, NULL, &client, &task));
  CHECK_OK(record_on_done(task, hosted.queue, &connected));
  rota_task_release(task);
  queue_drive(hosted.queue, &connected.fired, 1);
  queue_drive(hosted.queue, &accepted.fired, 1);
  CHECK_OK(connected.status);
  CHECK_OK(accepted.status);
  CHECK_OK(rota_socket_read(server, buffer, sizeof buffer, &count, &task));
  CHECK_OK(record_on_done(task, hosted.queue, &read));
  rota_task_release(task);
  while (rota_queue_run(hosted.queue, 0, ROTA_FOREVER, NULL) == ROTA_PENDING) continue;
  CHECK(event_count(&read.fired) == 0);
  CHECK_OK(rota_socket_write_all(client, "ping", 4, NULL, &task));
  CHECK_OK(record_on_done(task, hosted.queue, &written));
  rota_task_release(task);
  queue_drive(hosted.queue, &written.fired, 1);
  queue_drive(hosted.queue, &read.fired, 1);
  CHECK_OK(read.status);
  CHECK(count == 4 && memcmp(buffer, "ping", 4) == 0);
  rota_socket_release(listener);
  rota_socket_release(server);
  rota_socket_release(client);
  hosted_end(&hosted);
}

/* Another thread may spawn, wake and complete; the work is done on the thread that drives. */
static void* spawn_from_thread(void* arg) {
  struct hosted* hosted = arg;
  static struct counted counted = COUNTED_INIT(ROTA_OK);
  const rota_spawn_desc desc = describe(&counted);
  CHECK_OK(rota_spawn(hosted->world.runtime, &desc, NULL));
  return &counted;
}

static void another_thread_wakes_the_host(void) {
  struct hosted hosted;
  hosted_begin(&hosted);
  while (rota_queue_run(hosted.queue, 0, ROTA_FOREVER, NULL) == ROTA_PENDING) continue;
  struct os_thread thread;
  os_thread_start(&thread, spawn_from_thread, &hosted);
  CHECK(queue_readable(hosted.queue, 20000));
  void* const result = os_thread_join(&thread);
  queue_drive(hosted.queue, &((struct counted*)result)->dropped, 1);
  wait_for_threads(hosted.threads);
  hosted_end(&hosted);
}

int main(void) {
  start_first_thread();
  RUN(queue_run_does_the_work);
  RUN(wait_does_the_work);
  RUN(block_on_does_the_work);
  RUN(jobs_run_in_the_host_s_calls);
  RUN(jobs_may_have_threads);
  RUN(a_host_sleeps_on_the_handle_and_is_woken_for_sockets);
  RUN(another_thread_wakes_the_host);
  return 0;
}
