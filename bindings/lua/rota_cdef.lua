-- SPDX-License-Identifier: MIT
--
-- Written by tools/api from rota.h: do not edit.
--
-- Declares the interface to the ffi library, once, and returns its constants: require("rota_cdef").ROTA_OK is 0. What has
-- 64 bits is a uint64_t cdata.
local ffi = require("ffi")

ffi.cdef([[
typedef int32_t rota_status;
typedef struct rota_runtime rota_runtime;
typedef struct rota_task rota_task;
typedef struct rota_context rota_context;
typedef struct rota_waker rota_waker;
typedef struct rota_queue rota_queue;
typedef struct rota_timer rota_timer;
typedef struct rota_interval rota_interval;
typedef struct rota_socket rota_socket;
typedef struct rota_fd rota_fd;
typedef struct rota_handle rota_handle;
typedef struct rota_oneshot rota_oneshot;
typedef struct rota_notify rota_notify;
typedef struct rota_mutex rota_mutex;
typedef struct rota_semaphore rota_semaphore;
typedef struct rota_channel rota_channel;
typedef struct rota_group rota_group;
typedef struct rota_thread rota_thread;
typedef rota_status (*rota_poll_fn)(void* state, rota_context* cx);
typedef void (*rota_drop_fn)(void* state);
typedef void (*rota_done_fn)(rota_task* task, rota_status status, void* user1, void* user2);
typedef rota_status (*rota_blocking_fn)(void* arg);
typedef struct rota_allocator {
  uint32_t size;
  uint32_t zero;
  void* (*alloc)(void* user, size_t size, size_t align);
  void (*free)(void* user, void* memory, size_t size, size_t align);
  void* user;
} rota_allocator;
typedef struct rota_thread_hooks {
  uint32_t size;
  uint32_t zero;
  void (*start)(void* user, uint32_t room, uint32_t index);
  void (*stop)(void* user, uint32_t room, uint32_t index);
  void* user;
  size_t (*name)(void* user, uint32_t room, uint32_t index, char* buffer, size_t capacity);
  size_t (*affinity)(void* user, uint32_t room, uint32_t index, uint32_t* cores, size_t capacity);
} rota_thread_hooks;
typedef struct rota_poll_info {
  uint32_t size;
  uint32_t room;
  uint64_t id;
  const char* name;
  size_t name_len;
  rota_task* task;
} rota_poll_info;
typedef struct rota_profiler {
  uint32_t size;
  uint32_t zero;
  void (*begin)(void* user, const rota_poll_info* poll);
  void (*end)(void* user, const rota_poll_info* poll, rota_status status);
  void* user;
} rota_profiler;
typedef struct rota_runtime_options {
  uint32_t size;
  uint32_t workers;
  uint32_t blocking_max;
  uint32_t flags;
  uint64_t blocking_keep_alive_ns;
  uint64_t stack_size;
  const char* name;
  size_t name_len;
  const rota_allocator* allocator;
  const rota_thread_hooks* hooks;
  const rota_profiler* profiler;
  uint32_t threads_max;
  uint32_t guests_max;
} rota_runtime_options;
typedef struct rota_metrics {
  uint32_t size;
  uint32_t workers;
  uint32_t workers_parked;
  uint32_t blocking_threads;
  uint32_t blocking_idle;
  uint32_t blocking_running;
  uint64_t blocking_queued;
  uint64_t blocking_wait_ns;
  uint64_t blocking_jobs;
  uint64_t tasks_live;
  uint64_t tasks_spawned;
  uint64_t polls;
  uint64_t steals;
  uint64_t overflows;
  uint64_t parks;
  uint64_t unparks;
  uint64_t injector_depth;
  uint64_t timers;
  uint64_t io_registrations;
  uint64_t io_events;
} rota_metrics;
typedef struct rota_spawn_desc {
  uint32_t size;
  uint32_t room;
  rota_poll_fn poll;
  rota_drop_fn drop;
  void* state;
  size_t state_size;
  rota_queue* on;
  const char* name;
  size_t name_len;
  rota_group* group;
  rota_task* const* after;
  uint32_t after_count;
  uint32_t after_room;
  uint32_t priority;
  uint32_t flags;
} rota_spawn_desc;
typedef struct rota_completion {
  rota_task* task;
  void* user1;
  void* user2;
  rota_status status;
  uint32_t zero;
} rota_completion;
typedef struct rota_tcp_options {
  uint32_t size;
  uint32_t flags;
  uint32_t backlog;
  uint32_t recv_buffer;
  uint32_t send_buffer;
  uint32_t zero;
} rota_tcp_options;
typedef struct rota_buffer {
  const void* data;
  size_t len;
} rota_buffer;
typedef struct rota_help {
  uint32_t size;
  uint32_t what;
  uint32_t floor;
  uint32_t zero;
  rota_group* group;
} rota_help;
typedef rota_status (*rota_range_fn)(void* user, size_t begin, size_t end);
typedef struct rota_parallel {
  uint32_t size;
  uint32_t priority;
  rota_range_fn body;
  void* user;
  rota_drop_fn drop;
  size_t count;
  size_t grain;
  uint32_t threads_max;
  uint32_t flags;
  rota_group* group;
  const char* name;
  size_t name_len;
} rota_parallel;
uint32_t rota_version(void);
const char* rota_status_name(rota_status status);
const char* rota_status_message(rota_status status);
rota_status rota_runtime_options_init(rota_runtime_options* options, size_t size);
rota_status rota_runtime_create(const rota_runtime_options* options, rota_runtime** out);
rota_runtime* rota_runtime_clone(rota_runtime* runtime);
rota_status rota_runtime_shutdown(rota_runtime* runtime, uint64_t timeout_ns);
void rota_runtime_release(rota_runtime* runtime);
uint32_t rota_runtime_workers(const rota_runtime* runtime);
uint64_t rota_now(const rota_runtime* runtime);
rota_runtime* rota_current_runtime(void);
rota_status rota_metrics_read(rota_runtime* runtime, rota_metrics* out, size_t size);
rota_status rota_spawn(rota_runtime* runtime, const rota_spawn_desc* desc, rota_task** out);
rota_status rota_block_on(rota_runtime* runtime, const rota_spawn_desc* desc);
rota_status rota_spawn_blocking(rota_runtime* runtime, rota_blocking_fn fn, void* arg, rota_drop_fn drop, rota_task** out);
rota_status rota_task_poll(rota_task* task, rota_context* cx);
rota_status rota_task_status(const rota_task* task);
rota_status rota_task_wait(rota_task* task, uint64_t timeout_ns);
rota_status rota_task_on_done(rota_task* task, rota_queue* queue, rota_done_fn done, void* user1, void* user2);
rota_status rota_task_cancel(rota_task* task);
rota_task* rota_task_clone(rota_task* task);
void rota_task_release(rota_task* task);
size_t rota_task_name(const rota_task* task, const char** out);
rota_waker* rota_waker_clone(rota_context* cx);
rota_waker* rota_waker_share(rota_waker* waker);
rota_status rota_waker_wake(rota_waker* waker);
void rota_waker_release(rota_waker* waker);
int32_t rota_waker_is_current(const rota_waker* waker, const rota_context* cx);
rota_status rota_yield(rota_context* cx);
rota_status rota_budget(rota_context* cx);
rota_runtime* rota_context_runtime(rota_context* cx);
rota_task* rota_context_task(rota_context* cx);
rota_status rota_sleep(rota_runtime* runtime, uint64_t delay_ns, rota_task** out);
rota_status rota_sleep_until(rota_runtime* runtime, uint64_t deadline_ns, rota_task** out);
rota_status rota_timeout(rota_task* task, uint64_t delay_ns, rota_task** out);
rota_status rota_timer_create(rota_runtime* runtime, rota_timer** out);
rota_status rota_timer_start(rota_timer* timer, uint64_t delay_ns);
rota_status rota_timer_start_at(rota_timer* timer, uint64_t deadline_ns);
rota_status rota_timer_stop(rota_timer* timer);
rota_status rota_timer_poll(rota_timer* timer, rota_context* cx);
rota_timer* rota_timer_clone(rota_timer* timer);
void rota_timer_release(rota_timer* timer);
rota_status rota_interval_create(rota_runtime* runtime, uint64_t period_ns, uint32_t missed, rota_interval** out);
rota_status rota_interval_poll(rota_interval* interval, rota_context* cx, uint64_t* out_deadline_ns);
rota_status rota_interval_tick(rota_interval* interval, rota_task** out);
rota_interval* rota_interval_clone(rota_interval* interval);
void rota_interval_release(rota_interval* interval);
rota_status rota_queue_create(rota_runtime* runtime, rota_queue** out);
rota_queue* rota_queue_clone(rota_queue* queue);
void rota_queue_release(rota_queue* queue);
rota_status rota_queue_handle(rota_queue* queue, intptr_t* out);
rota_status rota_queue_run(rota_queue* queue, uint32_t max_items, uint64_t budget_ns, uint32_t* out_ran);
rota_status rota_queue_run_until(rota_queue* queue, uint32_t floor, uint32_t max_items, uint64_t deadline_ns, uint32_t* out_ran);
rota_status rota_queue_pop(rota_queue* queue, rota_completion* out, uint32_t capacity, uint32_t* out_count);
rota_status rota_tcp_options_init(rota_tcp_options* options, size_t size);
rota_status rota_tcp_connect(rota_runtime* runtime, const char* host, size_t host_len, uint16_t port, const rota_tcp_options* options, rota_socket** out_socket, rota_task** out);
rota_status rota_tcp_listen(rota_runtime* runtime, const char* host, size_t host_len, uint16_t port, const rota_tcp_options* options, rota_socket** out_socket);
rota_status rota_tcp_accept(rota_socket* listener, rota_socket** out_socket, rota_task** out);
rota_status rota_tcp_accept_poll(rota_socket* listener, rota_context* cx, rota_socket** out_socket);
rota_status rota_unix_connect(rota_runtime* runtime, const char* path, size_t path_len, rota_socket** out_socket, rota_task** out);
rota_status rota_unix_listen(rota_runtime* runtime, const char* path, size_t path_len, uint32_t backlog, rota_socket** out_socket);
rota_status rota_socket_read(rota_socket* socket, void* buffer, size_t len, size_t* out_count, rota_task** out);
rota_status rota_socket_read_poll(rota_socket* socket, rota_context* cx, void* buffer, size_t len, size_t* out_count);
rota_status rota_socket_write(rota_socket* socket, const void* buffer, size_t len, size_t* out_count, rota_task** out);
rota_status rota_socket_write_poll(rota_socket* socket, rota_context* cx, const void* buffer, size_t len, size_t* out_count);
rota_status rota_socket_write_all(rota_socket* socket, const void* buffer, size_t len, size_t* out_count, rota_task** out);
rota_status rota_socket_writev(rota_socket* socket, const rota_buffer* buffers, size_t buffer_count, size_t* out_count, rota_task** out);
rota_status rota_socket_writev_poll(rota_socket* socket, rota_context* cx, const rota_buffer* buffers, size_t buffer_count, size_t* out_count);
rota_status rota_socket_shutdown(rota_socket* socket, uint32_t how);
rota_status rota_socket_close(rota_socket* socket);
rota_status rota_socket_set_option(rota_socket* socket, uint32_t option, int64_t value);
rota_status rota_socket_get_option(rota_socket* socket, uint32_t option, int64_t* out_value);
rota_status rota_socket_local_address(rota_socket* socket, char* buffer, size_t capacity, size_t* out_len, uint16_t* out_port);
rota_status rota_socket_peer_address(rota_socket* socket, char* buffer, size_t capacity, size_t* out_len, uint16_t* out_port);
rota_status rota_socket_native(rota_socket* socket, intptr_t* out);
rota_socket* rota_socket_clone(rota_socket* socket);
void rota_socket_release(rota_socket* socket);
rota_status rota_fd_register(rota_runtime* runtime, intptr_t fd, rota_fd** out);
rota_status rota_fd_poll(rota_fd* fd, rota_context* cx, uint32_t interest, uint32_t* out_ready);
rota_status rota_fd_wait(rota_fd* fd, uint32_t interest, uint32_t* out_ready, rota_task** out);
rota_status rota_fd_deregister(rota_fd* fd);
rota_fd* rota_fd_clone(rota_fd* fd);
void rota_fd_release(rota_fd* fd);
rota_status rota_handle_register(rota_runtime* runtime, intptr_t native, rota_handle** out);
rota_status rota_handle_read(rota_handle* handle, uint64_t offset, void* buffer, size_t len, size_t* out_count, rota_task** out);
rota_status rota_handle_write(rota_handle* handle, uint64_t offset, const void* buffer, size_t len, size_t* out_count, rota_task** out);
rota_status rota_handle_accept(rota_handle* handle, rota_task** out);
rota_handle* rota_handle_clone(rota_handle* handle);
void rota_handle_release(rota_handle* handle);
rota_status rota_oneshot_create(rota_runtime* runtime, rota_drop_fn drop, rota_oneshot** out);
rota_status rota_oneshot_send(rota_oneshot* oneshot, void* value);
rota_status rota_oneshot_try_recv(rota_oneshot* oneshot, void** out_value);
rota_status rota_oneshot_recv_poll(rota_oneshot* oneshot, rota_context* cx, void** out_value);
rota_status rota_oneshot_recv(rota_oneshot* oneshot, void** out_value, rota_task** out);
rota_status rota_oneshot_close(rota_oneshot* oneshot);
rota_oneshot* rota_oneshot_clone(rota_oneshot* oneshot);
void rota_oneshot_release(rota_oneshot* oneshot);
rota_status rota_notify_create(rota_runtime* runtime, rota_notify** out);
rota_status rota_notify_one(rota_notify* notify);
rota_status rota_notify_all(rota_notify* notify);
rota_status rota_notify_wait(rota_notify* notify, rota_task** out);
rota_notify* rota_notify_clone(rota_notify* notify);
void rota_notify_release(rota_notify* notify);
rota_status rota_mutex_create(rota_runtime* runtime, rota_mutex** out);
rota_status rota_mutex_try_lock(rota_mutex* mutex);
rota_status rota_mutex_lock(rota_mutex* mutex, rota_task** out);
rota_status rota_mutex_unlock(rota_mutex* mutex);
rota_mutex* rota_mutex_clone(rota_mutex* mutex);
void rota_mutex_release(rota_mutex* mutex);
rota_status rota_semaphore_create(rota_runtime* runtime, uint32_t permits, rota_semaphore** out);
rota_status rota_semaphore_try_acquire(rota_semaphore* semaphore, uint32_t permits);
rota_status rota_semaphore_acquire(rota_semaphore* semaphore, uint32_t permits, rota_task** out);
rota_status rota_semaphore_add(rota_semaphore* semaphore, uint32_t permits);
uint32_t rota_semaphore_available(const rota_semaphore* semaphore);
rota_status rota_semaphore_close(rota_semaphore* semaphore);
rota_semaphore* rota_semaphore_clone(rota_semaphore* semaphore);
void rota_semaphore_release(rota_semaphore* semaphore);
rota_status rota_channel_create(rota_runtime* runtime, size_t capacity, rota_drop_fn drop, rota_channel** out);
rota_status rota_channel_try_send(rota_channel* channel, void* value);
rota_status rota_channel_send(rota_channel* channel, void* value, rota_task** out);
rota_status rota_channel_try_recv(rota_channel* channel, void** out_value);
rota_status rota_channel_recv_poll(rota_channel* channel, rota_context* cx, void** out_value);
rota_status rota_channel_recv(rota_channel* channel, void** out_value, rota_task** out);
rota_status rota_channel_close(rota_channel* channel);
size_t rota_channel_len(const rota_channel* channel);
rota_channel* rota_channel_clone(rota_channel* channel);
void rota_channel_release(rota_channel* channel);
rota_status rota_task_after(rota_task* task, rota_task* other);
rota_status rota_task_start(rota_task* task);
rota_status rota_group_create(rota_runtime* runtime, rota_group* parent, rota_group** out);
rota_status rota_group_close(rota_group* group);
rota_status rota_group_cancel(rota_group* group);
rota_status rota_group_task(rota_group* group, rota_task** out);
rota_status rota_group_drain(rota_group* group, uint64_t timeout_ns);
uint32_t rota_group_size(rota_group* group);
rota_group* rota_group_clone(rota_group* group);
void rota_group_release(rota_group* group);
rota_status rota_task_help(rota_task* task, const rota_help* how, uint64_t timeout_ns);
rota_status rota_parallel_for(rota_runtime* runtime, const rota_parallel* loop);
rota_status rota_parallel_start(rota_runtime* runtime, const rota_parallel* loop, rota_task** out);
rota_status rota_thread_enter(rota_runtime* runtime, rota_thread** out);
rota_status rota_thread_run(rota_thread* thread, uint32_t max_items, uint64_t budget_ns, uint32_t* out_ran);
rota_status rota_thread_serve(rota_thread* thread, uint64_t timeout_ns, uint32_t* out_ran);
rota_status rota_thread_interrupt(rota_thread* thread);
rota_status rota_thread_leave(rota_thread* thread);
]])

return {
  ROTA_ABI_VERSION = 0,
  ROTA_VERSION_MAJOR = 0,
  ROTA_VERSION_MINOR = 1,
  ROTA_VERSION_PATCH = 0,
  ROTA_FOREVER = 18446744073709551615ULL,
  ROTA_OK = 0,
  ROTA_PENDING = 1,
  ROTA_EINVAL = -1,
  ROTA_ENOMEM = -2,
  ROTA_ECANCELED = -3,
  ROTA_ETIMEDOUT = -4,
  ROTA_ESHUTDOWN = -5,
  ROTA_EDEADLK = -6,
  ROTA_EALREADY = -7,
  ROTA_EBUSY = -8,
  ROTA_EAGAIN = -9,
  ROTA_ECLOSED = -10,
  ROTA_ENOTSUP = -11,
  ROTA_EOVERFLOW = -12,
  ROTA_EEXCEPTION = -13,
  ROTA_EMISSED = -14,
  ROTA_EPERM = -15,
  ROTA_EACCES = -16,
  ROTA_EADDRINUSE = -17,
  ROTA_EADDRNOTAVAIL = -18,
  ROTA_EAFNOSUPPORT = -19,
  ROTA_EBADF = -20,
  ROTA_ECONNABORTED = -21,
  ROTA_ECONNREFUSED = -22,
  ROTA_ECONNRESET = -23,
  ROTA_EHOSTUNREACH = -24,
  ROTA_EIO = -25,
  ROTA_EISCONN = -26,
  ROTA_EMFILE = -27,
  ROTA_EMSGSIZE = -28,
  ROTA_ENAMETOOLONG = -29,
  ROTA_ENETUNREACH = -30,
  ROTA_ENFILE = -31,
  ROTA_ENOBUFS = -32,
  ROTA_ENOENT = -33,
  ROTA_ENOTCONN = -34,
  ROTA_ENOTSOCK = -35,
  ROTA_EPIPE = -36,
  ROTA_EPROTO = -37,
  ROTA_EEXIST = -38,
  ROTA_EINTR = -39,
  ROTA_ENOSYS = -40,
  ROTA_EUNKNOWN = -41,
  ROTA_WORKERS_AUTO = 4294967295,
  ROTA_WORKERS_MAX = 1024,
  ROTA_BLOCKING_AUTO = 4294967295,
  ROTA_BLOCKING_MAX = 16384,
  ROTA_ROOM_WORKERS = 0,
  ROTA_ROOM_BLOCKING = 1,
  ROTA_ROOM_HOST = 2,
  ROTA_PRIORITY_NORMAL = 0,
  ROTA_PRIORITY_HIGH = 1,
  ROTA_PRIORITY_LOW = 2,
  ROTA_THREADS_MAX = 17408,
  ROTA_GUESTS_NONE = 4294967295,
  ROTA_GUESTS_MAX = 1024,
  ROTA_SPAWN_HELD = 1,
  ROTA_SPAWN_AFTER_ANY = 2,
  ROTA_AFTER_MAX = 65536,
  ROTA_MISSED_BURST = 0,
  ROTA_MISSED_SKIP = 1,
  ROTA_MISSED_DELAY = 2,
  ROTA_TCP_REUSE_PORT = 1,
  ROTA_TCP_V6_ONLY = 2,
  ROTA_SHUTDOWN_READ = 0,
  ROTA_SHUTDOWN_WRITE = 1,
  ROTA_SHUTDOWN_BOTH = 2,
  ROTA_SOCKET_NODELAY = 1,
  ROTA_SOCKET_KEEPALIVE = 2,
  ROTA_SOCKET_RECV_BUFFER = 3,
  ROTA_SOCKET_SEND_BUFFER = 4,
  ROTA_SOCKET_LINGER = 5,
  ROTA_READABLE = 1,
  ROTA_WRITABLE = 2,
  ROTA_CLOSED_READ = 4,
  ROTA_ERROR = 8,
  ROTA_PERMITS_MAX = 4294967295,
  ROTA_HELP_DESCENDANTS = 0,
  ROTA_HELP_PRIORITY = 1,
  ROTA_HELP_NONE = 2,
}
