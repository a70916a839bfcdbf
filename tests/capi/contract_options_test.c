/* SPDX-License-Identifier: MIT
 *
 * Contracts 8 and 9: options structs say how long they are; a longer one is accepted when its unknown tail is zero. The
 * layout of every struct is part of the interface, and strings need no terminator.
 */
#include "tests/capi/support.h"
#include "tests/support/socket.h"

#if UINTPTR_MAX == UINT64_MAX
/* Where a foreign-function binding expects the members. */
_Static_assert(sizeof(rota_allocator) == 32 && offsetof(rota_allocator, user) == 24, "rota_allocator");
_Static_assert(sizeof(rota_thread_hooks) == 32 && offsetof(rota_thread_hooks, user) == 24, "rota_thread_hooks");
_Static_assert(sizeof(rota_runtime_options) == 64 && offsetof(rota_runtime_options, hooks) == 56, "runtime_options");
_Static_assert(sizeof(rota_metrics) == 136 && offsetof(rota_metrics, io_events) == 128, "rota_metrics");
_Static_assert(sizeof(rota_spawn_desc) == 64 && offsetof(rota_spawn_desc, name_len) == 56, "rota_spawn_desc");
_Static_assert(sizeof(rota_completion) == 32 && offsetof(rota_completion, status) == 24, "rota_completion");
_Static_assert(sizeof(rota_tcp_options) == 24 && offsetof(rota_tcp_options, zero) == 20, "rota_tcp_options");
_Static_assert(sizeof(rota_buffer) == 16, "rota_buffer");
#endif

enum { kTail = 64 };

/* An options struct with room behind it: for a caller that knows more than the library. */
union options {
  uint32_t size;
  rota_runtime_options runtime;
  rota_allocator allocator;
  rota_thread_hooks hooks;
  rota_spawn_desc spawn;
  rota_tcp_options tcp;
  unsigned char bytes[sizeof(rota_runtime_options) + kTail];
};

static struct world host; /* memory for the runtimes, and a runtime for what is spawned */

/* Each of these uses one kind of options once and says what came of it. */
typedef rota_status (*use_fn)(const union options* options);

static rota_status use_runtime(const union options* options) {
  rota_runtime* runtime = (rota_runtime*)&host;
  const rota_status status = rota_runtime_create(&options->runtime, &runtime);
  CHECK((status == ROTA_OK) == (runtime != NULL));
  rota_runtime_release(runtime);
  return status;
}

static rota_status use_nested(const rota_allocator* allocator, const rota_thread_hooks* hooks) {
  union options options = {0};
  CHECK_OK(rota_runtime_options_init(&options.runtime, sizeof options.runtime));
  options.runtime.workers = 0;
  options.runtime.allocator = allocator;
  options.runtime.hooks = hooks;
  return use_runtime(&options);
}

static rota_status use_allocator(const union options* options) { return use_nested(&options->allocator, NULL); }
static rota_status use_hooks(const union options* options) { return use_nested(NULL, &options->hooks); }

static rota_status use_spawn(const union options* options) {
  rota_task* task = (rota_task*)&host;
  const rota_status status = rota_spawn(host.runtime, &options->spawn, &task);
  CHECK((status == ROTA_OK) == (task != NULL));
  if (task != NULL) CHECK_OK(rota_task_wait(task, LONG_TIME));
  rota_task_release(task);
  return status;
}

static rota_status use_block_on(const union options* options) { return rota_block_on(host.runtime, &options->spawn); }

static rota_status use_listen(const union options* options) {
  rota_socket* socket = (rota_socket*)&host;
  const rota_status status = rota_tcp_listen(host.runtime, "127.0.0.1", 9, 0, &options->tcp, &socket);
  CHECK((status == ROTA_OK) == (socket != NULL));
  rota_socket_release(socket);
  return status;
}

static rota_status use_connect(const union options* options) {
  rota_socket* socket = NULL;
  rota_task* task = (rota_task*)&host;
  const rota_status status = rota_tcp_connect(host.runtime, "127.0.0.1", 9, 1, &options->tcp, &socket, &task);
  CHECK((status == ROTA_OK) == (task != NULL));
  if (task != NULL) CHECK(rota_task_wait(task, LONG_TIME) < ROTA_OK);
  rota_task_release(task);
  CHECK(socket == NULL);
  return status;
}

static rota_status be_ready(void* state, rota_context* cx) {
  (void)state;
  (void)cx;
  return ROTA_OK;
}

struct kind {
  const char* name;
  use_fn use;
  uint32_t known; /* sizeof the struct */
};

static const struct kind kKinds[] = {
    {"runtime_options", use_runtime, sizeof(rota_runtime_options)},
    {"allocator", use_allocator, sizeof(rota_allocator)},
    {"thread_hooks", use_hooks, sizeof(rota_thread_hooks)},
    {"spawn_desc, spawn", use_spawn, sizeof(rota_spawn_desc)},
    {"spawn_desc, block_on", use_block_on, sizeof(rota_spawn_desc)},
    {"tcp_options, listen", use_listen, sizeof(rota_tcp_options)},
    {"tcp_options, connect", use_connect, sizeof(rota_tcp_options)},
};

/* Zeroed, with what cannot be left out. */
static union options smallest(const struct kind* kind) {
  union options options = {0};
  options.size = kind->known;
  if (kind->use == use_allocator) options.allocator = world_allocator(&host);
  if (kind->use == use_spawn || kind->use == use_block_on) options.spawn.poll = be_ready;
  return options;
}

static void zeroed_structs_are_accepted(void) {
  for (size_t i = 0; i < sizeof kKinds / sizeof *kKinds; ++i) {
    const union options options = smallest(&kKinds[i]);
    CHECK_OK(kKinds[i].use(&options));
  }
}

static void a_zero_tail_is_accepted_and_another_is_not(void) {
  for (size_t i = 0; i < sizeof kKinds / sizeof *kKinds; ++i) {
    const uint32_t lengths[] = {1, 4, 8, kTail};
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; ++k) {
      union options options = smallest(&kKinds[i]);
      options.size = kKinds[i].known + lengths[k];
      CHECK_OK(kKinds[i].use(&options));
      options.bytes[options.size - 1] = 1;
      CHECK_STATUS(kKinds[i].use(&options), ROTA_ENOTSUP);
      /* What lies behind the size is nobody's business. */
      options.size -= 1;
      CHECK_OK(kKinds[i].use(&options));
    }
  }
}

static void absurd_sizes_are_refused(void) {
  const uint32_t sizes[] = {0, 1, 3, 4, 7, UINT32_MAX, INT32_MAX, 1u << 20};
  for (size_t i = 0; i < sizeof kKinds / sizeof *kKinds; ++i) {
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; ++k) {
      union options options = smallest(&kKinds[i]);
      options.size = sizes[k];
      /* A large size may also be refused for what stands behind the struct; it is refused. */
      const rota_status status = kKinds[i].use(&options);
      CHECK(status == ROTA_EINVAL || (sizes[k] > 4096 && status == ROTA_ENOTSUP));
    }
  }
}

/* A caller compiled against an older header: the rest has its default. */
static void a_shorter_struct_is_accepted(void) {
  union options options;
  memset(&options, 0xee, sizeof options);
  options.size = offsetof(rota_runtime_options, flags);
  options.runtime.workers = 1;
  options.runtime.blocking_max = 1;
  CHECK_OK(use_runtime(&options));
  memset(&options, 0xee, sizeof options);
  options.size = offsetof(rota_tcp_options, backlog);
  options.tcp.flags = 0;
  CHECK_OK(use_listen(&options));
}

/* ------------------------------------------------------------------------------------------------------- values */

static void init_fills_what_fits(void) {
  for (size_t size = 0; size < sizeof(union options); ++size) {
    union options options;
    memset(&options, 0xee, sizeof options);
    const rota_status status = rota_runtime_options_init(&options.runtime, size);
    CHECK_STATUS(status, size < 8 ? ROTA_EINVAL : ROTA_OK);
    if (status == ROTA_OK) {
      CHECK(options.size == size);
      CHECK(options.runtime.workers == ROTA_WORKERS_AUTO);
      if (size >= 12) CHECK(options.runtime.blocking_max == ROTA_BLOCKING_AUTO);
      for (size_t i = 12; i < size; ++i) CHECK(options.bytes[i] == 0);
    }
    for (size_t i = size < 8 ? 0 : size; i < sizeof options; ++i) CHECK(options.bytes[i] == 0xee);
    memset(&options, 0xee, sizeof options);
    CHECK_STATUS(rota_tcp_options_init(&options.tcp, size), size < 8 ? ROTA_EINVAL : ROTA_OK);
    if (size >= 8) CHECK(options.size == size);
    for (size_t i = size < 8 ? 0 : size; i < sizeof options; ++i) CHECK(options.bytes[i] == 0xee);
    if (size >= 8) {
      for (size_t i = 4; i < size; ++i) CHECK(options.bytes[i] == 0);
    }
  }
  CHECK_STATUS(rota_runtime_options_init(NULL, sizeof(rota_runtime_options)), ROTA_EINVAL);
  CHECK_STATUS(rota_tcp_options_init(NULL, sizeof(rota_tcp_options)), ROTA_EINVAL);
}

static void metrics_fill_what_fits(void) {
  union {
    rota_metrics metrics;
    unsigned char bytes[sizeof(rota_metrics) + kTail];
  } out;
  for (size_t size = 0; size <= sizeof out; ++size) {
    memset(&out, 0xee, sizeof out);
    CHECK_STATUS(rota_metrics_read(host.runtime, &out.metrics, size), size < 8 ? ROTA_EINVAL : ROTA_OK);
    if (size >= 8) {
      CHECK(out.metrics.size == size);
      CHECK(out.metrics.workers == rota_runtime_workers(host.runtime));
    }
    if (size >= offsetof(rota_metrics, polls)) CHECK(out.metrics.tasks_spawned != 0);
    /* A longer struct than the library knows ends in zeros. */
    for (size_t i = sizeof(rota_metrics); i < size; ++i) CHECK(out.bytes[i] == 0);
    for (size_t i = size; i < sizeof out; ++i) CHECK(out.bytes[i] == 0xee);
  }
}

static void wrong_values_are_refused(void) {
  const uint32_t workers[] = {ROTA_WORKERS_MAX + 1, UINT32_MAX - 1, 1u << 31};
  for (size_t i = 0; i < sizeof workers / sizeof *workers; ++i) {
    union options options = {0};
    options.size = sizeof(rota_runtime_options);
    options.runtime.workers = workers[i];
    CHECK_STATUS(use_runtime(&options), ROTA_EINVAL);
    options.runtime.workers = 0;
    options.runtime.blocking_max = workers[i] == ROTA_WORKERS_MAX + 1 ? ROTA_BLOCKING_MAX + 1 : workers[i];
    CHECK_STATUS(use_runtime(&options), ROTA_EINVAL);
  }
  for (uint32_t bit = 0; bit < 32; ++bit) {
    union options options = {0};
    options.size = sizeof(rota_runtime_options);
    options.runtime.flags = 1u << bit;
    const rota_status status = use_runtime(&options);
    CHECK(status == ROTA_EINVAL || status == ROTA_ENOTSUP);
    options = smallest(&kKinds[5]);
    options.tcp.flags = 1u << bit;
    const int known = (options.tcp.flags & (ROTA_TCP_REUSE_PORT | ROTA_TCP_V6_ONLY)) != 0;
    const rota_status listened = use_listen(&options);
    const int possible = options.tcp.flags != ROTA_TCP_REUSE_PORT || os_ports_can_be_shared();
    /* V6_ONLY means nothing for an IPv4 address; whether that is wrong is not said. */
    CHECK(known && possible ? listened == ROTA_OK || options.tcp.flags == ROTA_TCP_V6_ONLY
                            : listened == ROTA_EINVAL || listened == ROTA_ENOTSUP);
  }
  union options options = {0};
  options.size = sizeof(rota_runtime_options);
  options.runtime.stack_size = UINT64_MAX;
  CHECK(use_runtime(&options) < ROTA_OK);
  options.runtime.stack_size = 0;
  options.runtime.name_len = 4; /* of no name */
  CHECK_STATUS(use_runtime(&options), ROTA_EINVAL);
}

/* An allocator is both functions or none; fields that must be 0 are. */
static void wrong_callbacks_are_refused(void) {
  const rota_allocator good = world_allocator(&host);
  rota_allocator allocator = good;
  allocator.alloc = NULL;
  CHECK_STATUS(use_nested(&allocator, NULL), ROTA_EINVAL);
  allocator = good;
  allocator.free = NULL;
  CHECK_STATUS(use_nested(&allocator, NULL), ROTA_EINVAL);
  allocator = good;
  allocator.zero = 1;
  CHECK_STATUS(use_nested(&allocator, NULL), ROTA_EINVAL);
  rota_thread_hooks hooks = {sizeof hooks, 1, NULL, NULL, NULL};
  CHECK_STATUS(use_nested(NULL, &hooks), ROTA_EINVAL);
  union options options = {0};
  options.size = sizeof(rota_tcp_options);
  options.tcp.zero = 1;
  CHECK_STATUS(use_listen(&options), ROTA_EINVAL);
}

/* Strings are pointer and length: no byte beyond is read. */
static void strings_need_no_terminator(void) {
  char* name = malloc(5);
  CHECK(name != NULL);
  memcpy(name, "ab\0cd", 5);
  rota_spawn_desc desc = describe_poll(be_ready, NULL);
  desc.name = name;
  desc.name_len = 5;
  rota_task* task = NULL;
  CHECK_OK(rota_spawn(host.runtime, &desc, &task));
  free(name); /* it was copied */
  const char* read = NULL;
  CHECK(rota_task_name(task, &read) == 5);
  CHECK(memcmp(read, "ab\0cd", 5) == 0);
  CHECK_OK(rota_task_wait(task, LONG_TIME));
  rota_task_release(task);
}

int main(void) {
  world_begin(&host, 1);
  RUN(zeroed_structs_are_accepted);
  RUN(a_zero_tail_is_accepted_and_another_is_not);
  RUN(absurd_sizes_are_refused);
  RUN(a_shorter_struct_is_accepted);
  RUN(init_fills_what_fits);
  RUN(metrics_fill_what_fits);
  RUN(wrong_values_are_refused);
  RUN(wrong_callbacks_are_refused);
  RUN(strings_need_no_terminator);
  world_end(&host);
  return 0;
}
