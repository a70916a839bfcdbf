/* SPDX-License-Identifier: MIT
 *
 * rota.h: the C interface of rota, an embeddable task-scheduling engine.
 *
 * One file on purpose, although it is long: it is what foreign-function generators read and what embedders copy.
 *
 * The contracts. They hold for every function below and are not repeated there.
 *
 *  1. Handles are opaque and counted. `_create`, `_clone` and out-parameters give the caller a reference; `_release`
 *     drops one (NULL is fine); in-parameters only borrow. A child keeps the memory of its runtime alive, so
 *     releases may come in any order.
 *  2. Passing `state` (or `arg`) to a spawn gives it away: its `drop` runs exactly once, on every path, also when the
 *     spawn fails. Afterwards the engine never touches it again.
 *  3. `done` fires exactly once for each successful rota_task_on_done, with no engine lock held, and never inside
 *     the call that set it. A cancelled task fires it too. Buffers and out-parameters given to an operation stay
 *     borrowed until its task is complete. Completions are never coalesced; wake-ups of a host are.
 *  4. Completions are delivered where the queue says; without a queue, on a worker, where the callback must not block.
 *  5. Waiting on a worker thread returns ROTA_EDEADLK; waits that help (rota_task_help) may be made there. Nothing
 * aborts on a caller's error.
 *  6. A queue's handle is level-triggered, covers timers, and may only be polled; rota_queue_run clears it.
 *  7. Status codes are numbered once and for ever: 0 is ready, 1 is pending, errors are negative.
 *  8. Only fixed-width integers, size_t, pointers, and structs passed by pointer. Strings are pointer + length and need
 *     no terminator. Times are nanoseconds in uint64_t.
 *  9. Options structs begin with `size`. Call the `_init` function, or zero the struct and set `size`. A longer struct
 *     than the library knows is accepted when the unknown tail is zero, otherwise ROTA_ENOTSUP.
 * 10. Only `rota_*` symbols are exported; no exception leaves the library.
 * 11. No global state. Threads are counted (rota_metrics_read), named, and start and stop through the host's hooks.
 *     All memory of the engine comes from the host's allocator when one is given.
 *     A forked child must not use its parent's runtimes, nor release them.
 * 12. Thread safety: unless a function says otherwise it may be called from any thread, also from inside poll
 *     functions and callbacks, and calls nothing back. While a runtime shuts down, any call that would wake, complete
 * or queue one of its tasks may end that task, and so call its drop function and `done`; cancelling a queued blocking
 *     job always calls its drop. A handle must not be used in one thread while another thread
 *     releases the last reference.
 *
 * Every function returning rota_status may also return ROTA_EINVAL (NULL, or a handle of another kind or one that is
 * detectably stale), ROTA_ENOMEM, and, where it would start something, ROTA_ESHUTDOWN (its runtime is shut down). On an
 * error, out-parameters are set to NULL or zero, descriptors to -1.
 */
#ifndef ROTA_ROTA_H
#define ROTA_ROTA_H

#include <stddef.h>
#include <stdint.h>

#include "rota/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------ version, status */

#define ROTA_ABI_VERSION 0
#define ROTA_VERSION_MAJOR 0
#define ROTA_VERSION_MINOR 1
#define ROTA_VERSION_PATCH 0

/* No time limit, wherever a timeout is asked for. */
#define ROTA_FOREVER UINT64_MAX

typedef int32_t rota_status;

#define ROTA_OK 0
#define ROTA_PENDING 1
#define ROTA_EINVAL (-1)         /* an argument is wrong */
#define ROTA_ENOMEM (-2)         /* memory could not be had */
#define ROTA_ECANCELED (-3)      /* cancelled before it was complete */
#define ROTA_ETIMEDOUT (-4)      /* the time limit passed */
#define ROTA_ESHUTDOWN (-5)      /* the runtime is shut down or shutting down */
#define ROTA_EDEADLK (-6)        /* waiting here could never end: this thread is a worker, or inside block_on */
#define ROTA_EALREADY (-7)       /* it has happened already */
#define ROTA_EBUSY (-8)          /* held by somebody else now */
#define ROTA_EAGAIN (-9)         /* not possible right now (full, empty, no permit); try again later */
#define ROTA_ECLOSED (-10)       /* the other side, or this handle, is closed */
#define ROTA_ENOTSUP (-11)       /* this library or system cannot do it */
#define ROTA_EOVERFLOW (-12)     /* a number is beyond what is possible */
#define ROTA_EEXCEPTION (-13)    /* a foreign exception ended the call or the task */
#define ROTA_EMISSED (-14)       /* messages were lost to a slow receiver */
#define ROTA_EPERM (-15)         /* not the owner */
#define ROTA_EACCES (-16)        /* permission denied by the system */
#define ROTA_EADDRINUSE (-17)    /* address already in use */
#define ROTA_EADDRNOTAVAIL (-18) /* address not available */
#define ROTA_EAFNOSUPPORT (-19)  /* address family not supported */
#define ROTA_EBADF (-20)         /* not an open descriptor */
#define ROTA_ECONNABORTED (-21)  /* connection aborted */
#define ROTA_ECONNREFUSED (-22)  /* connection refused */
#define ROTA_ECONNRESET (-23)    /* connection reset by the peer */
#define ROTA_EHOSTUNREACH (-24)  /* host unreachable */
#define ROTA_EIO (-25)           /* input/output error */
#define ROTA_EISCONN (-26)       /* already connected */
#define ROTA_EMFILE (-27)        /* too many open descriptors in the process */
#define ROTA_EMSGSIZE (-28)      /* message too long */
#define ROTA_ENAMETOOLONG (-29)  /* name too long */
#define ROTA_ENETUNREACH (-30)   /* network unreachable */
#define ROTA_ENFILE (-31)        /* too many open descriptors in the system */
#define ROTA_ENOBUFS (-32)       /* no buffer space */
#define ROTA_ENOENT (-33)        /* no such file, host or entry */
#define ROTA_ENOTCONN (-34)      /* not connected */
#define ROTA_ENOTSOCK (-35)      /* not a socket */
#define ROTA_EPIPE (-36)         /* the other side no longer reads */
#define ROTA_EPROTO (-37)        /* protocol error */
#define ROTA_EEXIST (-38)        /* exists already */
#define ROTA_EINTR (-39)         /* interrupted by a signal */
#define ROTA_ENOSYS (-40)        /* not implemented by the system */
#define ROTA_EUNKNOWN (-41)      /* a system error without a name here */

/* major << 16 | minor << 8 | patch of the library that is loaded. */
ROTA_API uint32_t rota_version(void);

/* "ROTA_EINVAL" for -1 and so on; "ROTA_UNKNOWN_STATUS" for a number that means nothing. Static, never NULL. */
ROTA_API const char* rota_status_name(rota_status status);

/* One sentence for people. Static, never NULL. */
ROTA_API const char* rota_status_message(rota_status status);

/* ---------------------------------------------------------------------------------------------------- the nouns */

typedef struct rota_runtime rota_runtime;     /* the engine: workers, timers, sockets, blocking pool */
typedef struct rota_task rota_task;           /* anything pending */
typedef struct rota_context rota_context;     /* what a poll function is given; valid during that poll only */
typedef struct rota_waker rota_waker;         /* makes a task run again; waking twice is harmless */
typedef struct rota_queue rota_queue;         /* where completions land for a host */
typedef struct rota_timer rota_timer;         /* a timer that can be set again and again */
typedef struct rota_interval rota_interval;   /* ticks */
typedef struct rota_socket rota_socket;       /* a stream or listener, over TCP or in the Unix domain */
typedef struct rota_fd rota_fd;               /* readiness of a descriptor the host owns */
typedef struct rota_handle rota_handle;       /* a handle of the host without readiness (Windows) */
typedef struct rota_oneshot rota_oneshot;     /* one value, once */
typedef struct rota_notify rota_notify;       /* wake one or all */
typedef struct rota_mutex rota_mutex;         /* a lock that may be held across awaits */
typedef struct rota_semaphore rota_semaphore; /* counted permits, first come first served */
typedef struct rota_channel rota_channel;     /* many producers, one consumer */
typedef struct rota_group rota_group;         /* tasks that are cancelled, waited for and helped as one */
typedef struct rota_thread rota_thread;       /* a thread of the host that works for a runtime */

/* Polls a task: returns 0 when it is ready, 1 (ROTA_PENDING) after arranging for its waker to be woken, or an error,
 * which ends the task with that status. Any other value ends it with ROTA_EINVAL. Never called twice at a time. */
typedef rota_status (*rota_poll_fn)(void* state, rota_context* cx);
/* Frees a state. May be called on any thread of the runtime, or inside the call that failed. */
typedef void (*rota_drop_fn)(void* state);
/* Tells that a task is complete. `task` is borrowed. */
typedef void (*rota_done_fn)(rota_task* task, rota_status status, void* user1, void* user2);
/* Blocking work; what it returns is the status of its task (ROTA_PENDING becomes ROTA_EINVAL). */
typedef rota_status (*rota_blocking_fn)(void* arg);

/* ------------------------------------------------------------------------------------------------------- runtime */

#define ROTA_WORKERS_AUTO UINT32_MAX /* one per core the process may use (affinity and cgroup quota count) */
#define ROTA_WORKERS_MAX 1024u
#define ROTA_BLOCKING_AUTO UINT32_MAX /* 512; none when hosted */
#define ROTA_BLOCKING_MAX 16384u

/* Rooms: kinds of threads, and where a task's polls run. */
#define ROTA_ROOM_WORKERS 0u
#define ROTA_ROOM_BLOCKING 1u
#define ROTA_ROOM_HOST 2u /* reported only: the host's own thread, inside one of its calls */

/* Priorities. Of the tasks at hand a thread takes high before normal before low; but every 8th it takes is looked for
 * among the normal ones first, and every 64th among the low ones, so none waits for ever. What runs is not interrupted.
 * High and low tasks go through queues that all threads share: they are meant to be few. */
#define ROTA_PRIORITY_NORMAL 0u
#define ROTA_PRIORITY_HIGH 1u
#define ROTA_PRIORITY_LOW 2u

#define ROTA_THREADS_MAX (ROTA_WORKERS_MAX + ROTA_BLOCKING_MAX)
#define ROTA_GUESTS_NONE UINT32_MAX
#define ROTA_GUESTS_MAX 1024u

/* Where the engine takes its memory from. Both functions are called from any thread, at any time until the last
 * handle is gone, and must not call rota. `alloc` returns NULL when it has none; `align` is a power of two. */
typedef struct rota_allocator {
  uint32_t size; /* sizeof(rota_allocator) */
  uint32_t zero; /* must be 0 */
  void* (*alloc)(void* user, size_t size, size_t align);
  void (*free)(void* user, void* memory, size_t size, size_t align);
  void* user;
} rota_allocator;

/* Called on each thread of the engine, first and last thing it does. `room` is ROTA_ROOM_*, `index` counts from 0 in
 * its room. They must not block and must not release the runtime. Each may be NULL. Before `start` come `name`, which
 * writes the thread's name into `buffer` and returns its length (0: the engine's own, "rota-w0" and so on; 15 bytes are
 * used at most), and `affinity`, which writes the numbers of the cores that the thread may run on and returns how many
 * (0: where it likes). Cores that do not exist are left out; when none is left, or the system knows no affinity, the
 * thread stays where it is. */
typedef struct rota_thread_hooks {
  uint32_t size; /* sizeof(rota_thread_hooks) */
  uint32_t zero; /* must be 0 */
  void (*start)(void* user, uint32_t room, uint32_t index);
  void (*stop)(void* user, uint32_t room, uint32_t index);
  void* user;
  size_t (*name)(void* user, uint32_t room, uint32_t index, char* buffer, size_t capacity);
  size_t (*affinity)(void* user, uint32_t room, uint32_t index, uint32_t* cores, size_t capacity);
} rota_thread_hooks;

/* What a profiler is told of a poll. */
typedef struct rota_poll_info {
  uint32_t size;    /* sizeof(rota_poll_info) as the library was compiled */
  uint32_t room;    /* where it runs: ROTA_ROOM_* */
  uint64_t id;      /* of the task: given to no other in this runtime */
  const char* name; /* it was spawned with; not terminated; NULL: none */
  size_t name_len;
  rota_task* task; /* borrowed; NULL for a blocking job and a chunk of rota_parallel_for */
} rota_poll_info;

/* Called before and after each poll of the host's tasks, each blocking job, and each chunk of rota_parallel_for, on the
 * thread that runs it. Calls nest properly on each thread: a wait that helps polls inside a poll. They must not block,
 * must not throw, and must not call rota but to read a name or status. `status` is what the poll returned. */
typedef struct rota_profiler {
  uint32_t size; /* sizeof(rota_profiler) */
  uint32_t zero; /* must be 0 */
  void (*begin)(void* user, const rota_poll_info* poll);
  void (*end)(void* user, const rota_poll_info* poll, rota_status status);
  void* user;
} rota_profiler;

typedef struct rota_runtime_options {
  uint32_t size;                   /* sizeof(rota_runtime_options) */
  uint32_t workers;                /* ROTA_WORKERS_AUTO, 1..ROTA_WORKERS_MAX, or 0: hosted, see rota_queue */
  uint32_t blocking_max;           /* most blocking threads: ROTA_BLOCKING_AUTO or 0..ROTA_BLOCKING_MAX; 0 with
                                      workers: spawn_blocking answers ROTA_ENOTSUP; 0 when hosted: the host's
                                      own calls run the jobs */
  uint32_t flags;                  /* must be 0 */
  uint64_t blocking_keep_alive_ns; /* how long an idle blocking thread stays; 0: 10 s */
  uint64_t stack_size;             /* bytes for each thread's stack, 64 KiB at least; 0: the system's default */
  const char* name;                /* begins each thread's name; NULL: "rota" */
  size_t name_len;                 /* at most 8 bytes are used */
  const rota_allocator* allocator; /* NULL: the engine's own (mimalloc). Copied. */
  const rota_thread_hooks* hooks;  /* NULL: none. Copied. */
  const rota_profiler* profiler;   /* NULL: none, and none of its cost. Copied. */
  uint32_t threads_max;            /* most threads the engine ever has at a time, of all kinds; 0: the sum of the above.
                                      ROTA_WORKERS_AUTO and blocking_max are lowered to fit (one blocking thread is
                                      left if any is asked for and there is room); workers above it: ROTA_EINVAL */
  uint32_t guests_max;             /* threads of the host that may work for the runtime at a time (rota_thread_enter,
                                      rota_task_help): 1..ROTA_GUESTS_MAX or ROTA_GUESTS_NONE; 0: 4 with workers,
                                      without workers none. With workers = 0 and guests, the guests together do all
                                      the work, and the runtime is not hosted in the sense of rota_queue */
} rota_runtime_options;

/* Fills `options` with the defaults. `size` is sizeof *options as the caller was compiled.
 * Errors: ROTA_EINVAL for a NULL pointer or a size below 8. */
ROTA_API rota_status rota_runtime_options_init(rota_runtime_options* options, size_t size);

/* Starts a runtime. `options` may be NULL for the defaults. With workers, blocking_max and guests all at 0 (hosted) it
 * starts no thread, now or later.
 * Errors: ROTA_EINVAL (sizes out of range), ROTA_ENOTSUP (unknown tail), ROTA_ENOMEM, ROTA_EAGAIN (threads could not be
 * started), ROTA_EMFILE, ROTA_ENFILE. Calls back: hooks, on the new threads. */
ROTA_API rota_status rota_runtime_create(const rota_runtime_options* options, rota_runtime** out);

/* One more reference to the same runtime; returns its argument. NULL gives NULL. */
ROTA_API rota_runtime* rota_runtime_clone(rota_runtime* runtime);

/* Shuts down: refuses new work, cancels every task that is not complete (their states are dropped, their `done`
 * fires), lets polls in progress end, joins the workers and waits for running blocking calls, all of it at most
 * `timeout_ns`. Queued blocking jobs are cancelled. May be called again to wait on.
 * Returns ROTA_OK when everything has stopped; ROTA_ETIMEDOUT when polls or blocking calls still run (see
 * rota_metrics.blocking_running; they end by themselves and are not waited for); ROTA_EDEADLK on a thread of this
 * runtime or inside its block_on (shutdown has then begun, but nobody waits). Calls back: drop functions. */
ROTA_API rota_status rota_runtime_shutdown(rota_runtime* runtime, uint64_t timeout_ns);

/* Drops a reference. With the last one the runtime shuts down: outside its own threads this waits for polls in
 * progress, but never for running blocking calls; on one of its own threads it returns at once and the rest happens
 * behind it. Handles of tasks, sockets and so on stay valid and answer ROTA_ESHUTDOWN or their final status. */
ROTA_API void rota_runtime_release(rota_runtime* runtime);

/* Number of workers; 0 when hosted (or for NULL). */
ROTA_API uint32_t rota_runtime_workers(const rota_runtime* runtime);

/* The runtime's clock: monotonic nanoseconds, the one deadlines are on. 0 for NULL. */
ROTA_API uint64_t rota_now(const rota_runtime* runtime);

/* The runtime whose task, job or block_on this thread is running; borrowed, NULL when there is none. */
ROTA_API rota_runtime* rota_current_runtime(void);

/* ------------------------------------------------------------------------------------------------------- metrics */

/* Counters since the start unless they say "now". Read while the engine runs, so figures may be a moment apart. */
typedef struct rota_metrics {
  uint32_t size;             /* sizeof(rota_metrics); filled in by rota_metrics_read */
  uint32_t workers;          /* worker threads, now */
  uint32_t workers_parked;   /* asleep, now */
  uint32_t blocking_threads; /* threads of the blocking pool, now */
  uint32_t blocking_idle;    /* of these without a job, now */
  uint32_t blocking_running; /* blocking calls running, now */
  uint64_t blocking_queued;  /* jobs waiting for a thread, now */
  uint64_t blocking_wait_ns; /* time jobs have waited for a thread, summed over sampled jobs */
  uint64_t blocking_jobs;    /* jobs taken by a thread */
  uint64_t tasks_live;       /* spawned and not complete, now */
  uint64_t tasks_spawned;
  uint64_t polls;
  uint64_t steals;           /* tasks taken from another worker's queue */
  uint64_t overflows;        /* tasks moved from a full queue to the injector */
  uint64_t parks;            /* times a worker went to sleep */
  uint64_t unparks;          /* times a worker was woken by another thread */
  uint64_t injector_depth;   /* tasks in the shared queue, now */
  uint64_t timers;           /* timers armed, now */
  uint64_t io_registrations; /* descriptors registered, now */
  uint64_t io_events;        /* readiness events received */
} rota_metrics;

/* Fills `out` as far as `size` reaches (at least 8). */
ROTA_API rota_status rota_metrics_read(rota_runtime* runtime, rota_metrics* out, size_t size);

/* --------------------------------------------------------------------------------------------------------- tasks */

/* rota_spawn_desc.flags */
#define ROTA_SPAWN_HELD 1u      /* does not start before rota_task_start */
#define ROTA_SPAWN_AFTER_ANY 2u /* starts whatever became of the tasks it waits for */

#define ROTA_AFTER_MAX 65536u /* most tasks that one task may wait for */

typedef struct rota_spawn_desc {
  uint32_t size;     /* sizeof(rota_spawn_desc) */
  uint32_t room;     /* ROTA_ROOM_WORKERS; ROTA_ROOM_BLOCKING: each poll runs on the blocking pool and may block */
  rota_poll_fn poll; /* required */
  rota_drop_fn drop; /* NULL: nothing to free */
  void* state;       /* given to poll and drop */
  size_t state_size; /* 0: the pointer itself is given away. Otherwise so many bytes (at most 1 MiB) are copied from
                        `state` into the task's own block, aligned for any type, and poll and drop get that copy */
  rota_queue* on;    /* not NULL: polls run inside rota_queue_run / _pop of this queue, on the host's thread */
  const char* name;  /* for people; copied; NULL: none */
  size_t name_len;   /* at most 255 */
  rota_group* group; /* it becomes a member; NULL: of the group of the task whose poll spawns it, if that has one */
  rota_task* const* after; /* it starts when all of these have ended; borrowed during the call; may be NULL */
  uint32_t after_count;
  uint32_t after_room; /* of edges that rota_task_after may add */
  uint32_t priority;   /* ROTA_PRIORITY_*; only normal with ROTA_ROOM_BLOCKING */
  uint32_t flags;      /* ROTA_SPAWN_* */
} rota_spawn_desc;

/* Starts a task. `out` may be NULL: then nobody holds it and it runs on its own.
 * Errors: ROTA_EINVAL, ROTA_ENOTSUP (unknown room, or a room together with `on`, or with a priority; unknown flags),
 * ROTA_EOVERFLOW (state_size, name_len or after_count + after_room beyond the limit), ROTA_ECLOSED (the group takes no
 * more), ROTA_ESHUTDOWN, ROTA_ENOMEM. On every error the state has been dropped, if a description was given whose size
 * reaches that far. */
ROTA_API rota_status rota_spawn(rota_runtime* runtime, const rota_spawn_desc* desc, rota_task** out);

/* Runs a task on the calling thread until it is complete and returns its status. The workers go on beside it; on a
 * hosted runtime this call does all of the engine's work meanwhile. `room`, `on`, and what follows the name must be 0.
 * Errors: as rota_spawn; ROTA_EDEADLK on a thread of a runtime, or inside another block_on (state dropped). When the
 * runtime shuts down meanwhile the task is cancelled: ROTA_ECANCELED. Calls back: poll, drop. */
ROTA_API rota_status rota_block_on(rota_runtime* runtime, const rota_spawn_desc* desc);

/* Runs `fn(arg)` once on a thread of the blocking pool, then `drop(arg)` (may be NULL). Cancelling takes effect as long
 * as the job is queued; a running call cannot be stopped. `out` may be NULL.
 * Errors: ROTA_EINVAL, ROTA_ENOTSUP (no blocking pool), ROTA_ESHUTDOWN, ROTA_EAGAIN (no thread lives and none can be
 * started). arg is dropped on every error, if `fn` was given. */
ROTA_API rota_status rota_spawn_blocking(rota_runtime* runtime, rota_blocking_fn fn, void* arg, rota_drop_fn drop,
                                         rota_task** out);

/* From inside a poll: the task's final status, or ROTA_PENDING after which the polling task is woken when `task` is
 * complete. Any number of tasks may poll the same one. A task polling itself gets ROTA_EDEADLK. Spends budget. */
ROTA_API rota_status rota_task_poll(rota_task* task, rota_context* cx);

/* The final status, or ROTA_PENDING. Never waits. */
ROTA_API rota_status rota_task_status(const rota_task* task);

/* Waits at most `timeout_ns` for the task and returns its final status. On a hosted runtime this call does the engine's
 * work meanwhile. Errors: ROTA_ETIMEDOUT when the time passed first (rota_task_status tells it from a task that ended
 * with that status), ROTA_EDEADLK on a worker, inside block_on, or in a callback. */
ROTA_API rota_status rota_task_wait(rota_task* task, uint64_t timeout_ns);

/* Has `done` called once the task is complete (also when it is already): inside rota_queue_run of `queue`, or, with
 * `queue` NULL, on a worker. With a queue, `done` may be NULL: the completion is then only seen by rota_queue_pop.
 * May be called several times; each call is answered. The task is kept until then. On a hosted runtime without a
 * queue, whichever call of the host does the engine's work calls it.
 * When the runtime shuts down, `done` still fires: on the thread that completes the task, or, with a queue, as ever.
 * Errors: ROTA_ESHUTDOWN without a queue, when the runtime is shut down and the task complete: ask rota_task_status. */
ROTA_API rota_status rota_task_on_done(rota_task* task, rota_queue* queue, rota_done_fn done, void* user1, void* user2);

/* Asks the task to stop. A task that is waiting drops its state and completes with ROTA_ECANCELED on its own thread;
 * one that is being polled does so when that poll returns ROTA_PENDING; a blocking call that runs is not stopped.
 * Returns ROTA_OK when the request was taken, ROTA_EALREADY when it is complete or was cancelled before, ROTA_EBUSY for
 * a blocking call that runs. */
ROTA_API rota_status rota_task_cancel(rota_task* task);

/* One more reference; returns its argument. NULL gives NULL. */
ROTA_API rota_task* rota_task_clone(rota_task* task);

/* Drops a reference. The task itself runs on (release without wait = detach). */
ROTA_API void rota_task_release(rota_task* task);

/* The name it was spawned with: sets *out and returns its length; not terminated; valid while the task is held. 0 and
 * NULL without a name. */
ROTA_API size_t rota_task_name(const rota_task* task, const char** out);

/* ------------------------------------------------------------------------------------------- inside a poll function */

/* A counted waker of the task being polled. NULL when cx is NULL. */
ROTA_API rota_waker* rota_waker_clone(rota_context* cx);
/* One more reference; returns its argument. NULL gives NULL. */
ROTA_API rota_waker* rota_waker_share(rota_waker* waker);
/* Makes the task run again soon; harmless when it is queued, complete or cancelled. Does not release. */
ROTA_API rota_status rota_waker_wake(rota_waker* waker);
ROTA_API void rota_waker_release(rota_waker* waker);
/* 1 when waking `waker` wakes the task being polled, else 0. */
ROTA_API int32_t rota_waker_is_current(const rota_waker* waker, const rota_context* cx);

/* Lets others run: the task is put behind everything that is ready and behind one look at timers and sockets.
 * Returns ROTA_PENDING, which the poll function must return too. */
ROTA_API rota_status rota_yield(rota_context* cx);

/* Spends one of the 128 operations a poll may do. Returns ROTA_OK, or ROTA_PENDING when none is left: the task is then
 * queued again, and its poll function must return ROTA_PENDING. The engine's own operations call it themselves, and
 * give it back when they have to wait: a task may wait for any number of things. */
ROTA_API rota_status rota_budget(rota_context* cx);

/* The runtime polling, borrowed for the length of the poll. NULL when cx is NULL. */
ROTA_API rota_runtime* rota_context_runtime(rota_context* cx);
/* The task being polled, borrowed for the length of the poll. NULL when cx is NULL. */
ROTA_API rota_task* rota_context_task(rota_context* cx);

/* ---------------------------------------------------------------------------------------------------------- time */

/* A task that completes with ROTA_OK once `delay_ns` has passed: never early. (Late when every worker is inside a poll;
 * while only some are, the others fire its timers within some milliseconds, as a rule.) Delays beyond 292 years mean
 * for ever. */
ROTA_API rota_status rota_sleep(rota_runtime* runtime, uint64_t delay_ns, rota_task** out);
/* The same at a point of rota_now's clock. */
ROTA_API rota_status rota_sleep_until(rota_runtime* runtime, uint64_t deadline_ns, rota_task** out);

/* A task that completes with the status of `task`, or, when `delay_ns` passes first, cancels `task` and completes with
 * ROTA_ETIMEDOUT. Cancelling it cancels `task`. On an error of this call `task` is left alone.
 * After ROTA_ETIMEDOUT `task` may still be on its way to its end: what was given to it stays borrowed until it is
 * complete, and rota_task_status says whether it had its effect all the same. */
ROTA_API rota_status rota_timeout(rota_task* task, uint64_t delay_ns, rota_task** out);

/* A timer to be set many times. Belongs to one task or thread at a time. */
ROTA_API rota_status rota_timer_create(rota_runtime* runtime, rota_timer** out);
/* Sets it to fire `delay_ns` from now, in place of what it was set to. */
ROTA_API rota_status rota_timer_start(rota_timer* timer, uint64_t delay_ns);
/* The same at a point of rota_now's clock. */
ROTA_API rota_status rota_timer_start_at(rota_timer* timer, uint64_t deadline_ns);
/* Unsets it: ROTA_OK, or ROTA_EALREADY when it was not set or has fired. */
ROTA_API rota_status rota_timer_stop(rota_timer* timer);
/* From inside a poll: ROTA_OK when it has fired, ROTA_PENDING when it is set, or not set yet (the task is woken when it
 * fires; starting it does not wake). Spends budget. */
ROTA_API rota_status rota_timer_poll(rota_timer* timer, rota_context* cx);
ROTA_API rota_timer* rota_timer_clone(rota_timer* timer);
/* Drops a reference; the last one stops it. */
ROTA_API void rota_timer_release(rota_timer* timer);

/* What an interval does about ticks nobody took in time. */
#define ROTA_MISSED_BURST 0u /* catch up: the late ones come at once */
#define ROTA_MISSED_SKIP 1u  /* leave them out and go on in step */
#define ROTA_MISSED_DELAY 2u /* count a full period from the late tick */

/* Ticks every `period_ns` (1 or more), the first time after one period. Belongs to one task or thread at a time. */
ROTA_API rota_status rota_interval_create(rota_runtime* runtime, uint64_t period_ns, uint32_t missed,
                                          rota_interval** out);
/* From inside a poll: ROTA_OK takes a tick and sets *out_deadline_ns (may be NULL) to when it was due. */
ROTA_API rota_status rota_interval_poll(rota_interval* interval, rota_context* cx, uint64_t* out_deadline_ns);
/* A task that completes with the next tick. */
ROTA_API rota_status rota_interval_tick(rota_interval* interval, rota_task** out);
ROTA_API rota_interval* rota_interval_clone(rota_interval* interval);
ROTA_API void rota_interval_release(rota_interval* interval);

/* -------------------------------------------------------------------------------------------------------- queues */

/* A completion taken by rota_queue_pop. `task` is given: release it. */
typedef struct rota_completion {
  rota_task* task;
  void* user1;
  void* user2;
  rota_status status;
  uint32_t zero;
} rota_completion;

/* A place where completions, and polls of tasks spawned `on` it, wait for the host.
 * On a hosted runtime (workers = 0) the queue's calls also run every other task, timer and socket of the runtime, and
 * its handle says when there is something to do. */
ROTA_API rota_status rota_queue_create(rota_runtime* runtime, rota_queue** out);
ROTA_API rota_queue* rota_queue_clone(rota_queue* queue);
/* Drops a reference. The last one delivers, inside this call, the completions that have landed; later ones are
 * delivered on a worker, and tasks spawned `on` it go on on a worker. */
ROTA_API void rota_queue_release(rota_queue* queue);

/* The pollable handle: a descriptor (epoll, poll, select, kqueue) or, on Windows, an event HANDLE. Readable as long as
 * rota_queue_run has something to do. Owned by the queue: poll it, never read, write or close it. On Windows all queues
 * of one hosted runtime have the same one, signalled for each of them; timers there are as fine as the system's tick.
 */
ROTA_API rota_status rota_queue_handle(rota_queue* queue, intptr_t* out);

/* Delivers completions and runs tasks that wait on this queue (on a hosted runtime: also the engine's own), at most
 * `max_items` (0: no limit) and until `budget_ns` has passed (ROTA_FOREVER: no limit; one item is not interrupted).
 * `out_ran` (may be NULL) is how many. Returns ROTA_OK when nothing is left, ROTA_PENDING when more waits. Does not
 * wait. One thread at a time: in a second thread, or nested inside a callback, it runs nothing and returns ROTA_EBUSY.
 * Calls back: done, poll, drop; they may do anything, also release the queue. */
ROTA_API rota_status rota_queue_run(rota_queue* queue, uint32_t max_items, uint64_t budget_ns, uint32_t* out_ran);

/* The same until a point of rota_now's clock (ROTA_FOREVER: no limit), and only what has the priority `floor` or a
 * higher one: a frame that is short of time runs what is ROTA_PRIORITY_HIGH and leaves the rest queued. Completions
 * are normal. One item at least is run when there is one. ROTA_OK: nothing at or above the floor is left. Errors:
 * ROTA_EINVAL (no such priority), ROTA_EBUSY. */
ROTA_API rota_status rota_queue_run_until(rota_queue* queue, uint32_t floor, uint32_t max_items, uint64_t deadline_ns,
                                          uint32_t* out_ran);

/* Takes up to `capacity` completions as data: their `done` is not called. Tasks that wait on this queue are polled on
 * the way. Sets *out_count. Returns as rota_queue_run, ROTA_EBUSY included. Calls back: poll, drop. */
ROTA_API rota_status rota_queue_pop(rota_queue* queue, rota_completion* out, uint32_t capacity, uint32_t* out_count);

/* ------------------------------------------------------------------------------------------------------- sockets */

#define ROTA_TCP_REUSE_PORT 1u /* listen: several sockets may share the address; Windows: ROTA_ENOTSUP */
#define ROTA_TCP_V6_ONLY 2u    /* listen on ::, IPv6 alone */

typedef struct rota_tcp_options {
  uint32_t size;        /* sizeof(rota_tcp_options) */
  uint32_t flags;       /* ROTA_TCP_* */
  uint32_t backlog;     /* listen; 0: 1024 */
  uint32_t recv_buffer; /* bytes; 0: the system's */
  uint32_t send_buffer; /* bytes; 0: the system's */
  uint32_t zero;        /* must be 0 */
} rota_tcp_options;

ROTA_API rota_status rota_tcp_options_init(rota_tcp_options* options, size_t size);

/* Connects. `host` is a numeric IPv4 or IPv6 address, or a name, which is looked up on the blocking pool and whose
 * addresses are tried in turn. TCP_NODELAY is set on. `options` may be NULL. *out_socket is set when the task completes
 * with ROTA_OK; it is borrowed until then. Cancelling closes the attempt.
 * Errors: ROTA_ENOTSUP (a name, and no blocking pool; unknown tail), ROTA_ENAMETOOLONG (beyond 255 bytes), ROTA_EINVAL
 * (a NUL inside). The task may end with ROTA_ENOENT (no such name), ROTA_EAGAIN (names cannot be looked up now, as
 * without a network), ROTA_ECONNREFUSED, ROTA_EHOSTUNREACH, ROTA_ENETUNREACH, ROTA_ETIMEDOUT, ROTA_EAFNOSUPPORT,
 * ROTA_EMFILE, ... */
ROTA_API rota_status rota_tcp_connect(rota_runtime* runtime, const char* host, size_t host_len, uint16_t port,
                                      const rota_tcp_options* options, rota_socket** out_socket, rota_task** out);

/* Binds and listens at once; `host` must be numeric ("0.0.0.0", "::", "127.0.0.1"); port 0 picks a free one.
 * Errors: ROTA_EINVAL (not numeric, unknown flags), ROTA_EADDRINUSE, ROTA_EADDRNOTAVAIL, ROTA_EACCES,
 * ROTA_EAFNOSUPPORT, ROTA_EMFILE, ROTA_ENFILE, ROTA_ENOTSUP (unknown tail). */
ROTA_API rota_status rota_tcp_listen(rota_runtime* runtime, const char* host, size_t host_len, uint16_t port,
                                     const rota_tcp_options* options, rota_socket** out_socket);

/* A task that completes with the next connection; *out_socket is borrowed until then. Survives a full descriptor
 * table: it waits and tries again. */
ROTA_API rota_status rota_tcp_accept(rota_socket* listener, rota_socket** out_socket, rota_task** out);
/* The same from inside a poll. Spends budget. */
ROTA_API rota_status rota_tcp_accept_poll(rota_socket* listener, rota_context* cx, rota_socket** out_socket);

/* Unix-domain sockets: as TCP's, between processes of one machine, and found by a path. A name of at most 103 bytes; on
 * Linux it may begin with a NUL byte, and then is no file. The listener's file stays when it is closed, and must be
 * gone before the next one listens: removing it is the host's. Accept and everything below are as for TCP, but for
 * ROTA_SOCKET_NODELAY; addresses are paths, with port 0, and empty for an end without a name.
 * Errors: ROTA_ENAMETOOLONG, ROTA_EINVAL (empty, a NUL inside), ROTA_EAFNOSUPPORT (a system without them). Connecting
 * may end with ROTA_ENOENT, ROTA_ECONNREFUSED (nobody listens any more), ROTA_EACCES, ROTA_EAGAIN (the listener's queue
 * is full: try again later), ... */
ROTA_API rota_status rota_unix_connect(rota_runtime* runtime, const char* path, size_t path_len,
                                       rota_socket** out_socket, rota_task** out);
/* Binds and listens at once. `backlog` 0: 1024. Errors: as above, ROTA_EADDRINUSE, ROTA_ENOENT (no such folder), ... */
ROTA_API rota_status rota_unix_listen(rota_runtime* runtime, const char* path, size_t path_len, uint32_t backlog,
                                      rota_socket** out_socket);

typedef struct rota_buffer {
  const void* data;
  size_t len;
} rota_buffer;

/* Operations on a stream. Task form: the buffer and *out_count stay borrowed until the task is complete; cancelling is
 * immediate and the kernel keeps no hold of the buffer. Poll form: nothing is kept between polls but the waker.
 * *out_count is the number of bytes moved; a read of 0 with ROTA_OK is the end of the stream. Reads and writes may be
 * partial. len 0 completes at once. Any number of tasks may read, or write, the same socket.
 * Errors: ROTA_ECONNRESET, ROTA_EPIPE, ROTA_ENOTCONN, ROTA_ECLOSED (after rota_socket_close), ... */
ROTA_API rota_status rota_socket_read(rota_socket* socket, void* buffer, size_t len, size_t* out_count,
                                      rota_task** out);
ROTA_API rota_status rota_socket_read_poll(rota_socket* socket, rota_context* cx, void* buffer, size_t len,
                                           size_t* out_count);
ROTA_API rota_status rota_socket_write(rota_socket* socket, const void* buffer, size_t len, size_t* out_count,
                                       rota_task** out);
ROTA_API rota_status rota_socket_write_poll(rota_socket* socket, rota_context* cx, const void* buffer, size_t len,
                                            size_t* out_count);
/* Writes everything: completes with ROTA_OK only when all of it is written; *out_count (may be NULL) tells how much was
 * written when it fails or is cancelled. */
ROTA_API rota_status rota_socket_write_all(rota_socket* socket, const void* buffer, size_t len, size_t* out_count,
                                           rota_task** out);
/* Gathers up to 1024 buffers into one write; the array is copied, what it points to is borrowed. */
ROTA_API rota_status rota_socket_writev(rota_socket* socket, const rota_buffer* buffers, size_t buffer_count,
                                        size_t* out_count, rota_task** out);
ROTA_API rota_status rota_socket_writev_poll(rota_socket* socket, rota_context* cx, const rota_buffer* buffers,
                                             size_t buffer_count, size_t* out_count);

#define ROTA_SHUTDOWN_READ 0u
#define ROTA_SHUTDOWN_WRITE 1u
#define ROTA_SHUTDOWN_BOTH 2u
/* Half-closes: after ROTA_SHUTDOWN_WRITE the peer reads the end of the stream, and reading goes on here. */
ROTA_API rota_status rota_socket_shutdown(rota_socket* socket, uint32_t how);

/* Closes now: pending operations complete with ROTA_ECLOSED. The handle stays to be released. Twice: ROTA_EALREADY. */
ROTA_API rota_status rota_socket_close(rota_socket* socket);

#define ROTA_SOCKET_NODELAY 1u     /* 0 or 1 */
#define ROTA_SOCKET_KEEPALIVE 2u   /* 0 or 1 */
#define ROTA_SOCKET_RECV_BUFFER 3u /* bytes; the system may round */
#define ROTA_SOCKET_SEND_BUFFER 4u /* bytes; the system may round */
#define ROTA_SOCKET_LINGER 5u      /* seconds, -1: off; above 0 closing may block its thread for that long */
/* Sets ROTA_SOCKET_* `option` to `value`. Errors: ROTA_EINVAL (unknown option, value out of range), ROTA_ECLOSED. */
ROTA_API rota_status rota_socket_set_option(rota_socket* socket, uint32_t option, int64_t value);
/* What `option` is now, as the system reports it. Errors: ROTA_EINVAL (unknown option), ROTA_ECLOSED. */
ROTA_API rota_status rota_socket_get_option(rota_socket* socket, uint32_t option, int64_t* out_value);

/* Addresses as text ("127.0.0.1", "::1", not terminated) and port. *out_len is the length; ROTA_EOVERFLOW when
 * `capacity` (64 is always enough; 128 for a path) is too small. out_port may be NULL. */
ROTA_API rota_status rota_socket_local_address(rota_socket* socket, char* buffer, size_t capacity, size_t* out_len,
                                               uint16_t* out_port);
ROTA_API rota_status rota_socket_peer_address(rota_socket* socket, char* buffer, size_t capacity, size_t* out_len,
                                              uint16_t* out_port);
/* The system's own descriptor or SOCKET, borrowed: for options this header does not know. */
ROTA_API rota_status rota_socket_native(rota_socket* socket, intptr_t* out);
ROTA_API rota_socket* rota_socket_clone(rota_socket* socket);
/* Drops a reference; the last one closes. */
ROTA_API void rota_socket_release(rota_socket* socket);

/* ------------------------------------------------------------------------------- readiness of the host's descriptors
 */

#define ROTA_READABLE 1u
#define ROTA_WRITABLE 2u
#define ROTA_CLOSED_READ 4u /* reported only: the peer will send no more */
#define ROTA_ERROR 8u       /* reported only: ask the descriptor */

/* Registers a descriptor the host owns (a socket, pipe, eventfd, ...). It should be non-blocking. One registration a
 * descriptor and runtime. The host must release (or deregister) before it closes the descriptor.
 * Errors: ROTA_EBADF, ROTA_EEXIST, ROTA_ENOTSUP (a kind of file that has no readiness). */
ROTA_API rota_status rota_fd_register(rota_runtime* runtime, intptr_t fd, rota_fd** out);

/* From inside a poll: what of `interest` (ROTA_READABLE | ROTA_WRITABLE) the descriptor is ready for now, with what is
 * only reported; ROTA_PENDING when nothing is, and the task is woken when that changes. It is level-triggered: as long
 * as the descriptor is ready it says so. Spends budget. Errors: ROTA_ECLOSED after rota_fd_deregister. */
ROTA_API rota_status rota_fd_poll(rota_fd* fd, rota_context* cx, uint32_t interest, uint32_t* out_ready);
/* The same as a task. */
ROTA_API rota_status rota_fd_wait(rota_fd* fd, uint32_t interest, uint32_t* out_ready, rota_task** out);
/* Ends the registration at once, synchronously; pending waits complete with ROTA_ECLOSED. Twice: ROTA_EALREADY. */
ROTA_API rota_status rota_fd_deregister(rota_fd* fd);
ROTA_API rota_fd* rota_fd_clone(rota_fd* fd);
/* Drops a reference; the last one deregisters. */
ROTA_API void rota_fd_release(rota_fd* fd);

/* ---------------------------------------------------------------------------------------- handles without readiness
 */

/* Windows: a named pipe or file that the host opened with FILE_FLAG_OVERLAPPED. A handle is registered once, for as
 * long as it lives; the host closes it when its operations are complete. Elsewhere there are no such handles: use
 * rota_fd for pipes, and rota_spawn_blocking for files. Errors: ROTA_ENOTSUP (not on Windows), ROTA_EBADF, ROTA_EINVAL
 * (not opened for overlapped use, or registered with somebody else). */
ROTA_API rota_status rota_handle_register(rota_runtime* runtime, intptr_t native, rota_handle** out);
/* Reads up to `len` bytes (at most UINT32_MAX). `offset` is where in a file, in bytes; pipes ignore it. The buffer and
 * *out_count are borrowed until the task is complete; cancelling asks the system to stop, and the task completes, with
 * ROTA_ECANCELED, when the system has let go of the buffer. A read of 0 with ROTA_OK is the end of the file, or of what
 * the other side of the pipe has sent. A message longer than the buffer: ROTA_EMSGSIZE, and the rest comes next. */
ROTA_API rota_status rota_handle_read(rota_handle* handle, uint64_t offset, void* buffer, size_t len, size_t* out_count,
                                      rota_task** out);
/* Writes up to `len` bytes. The task may end with ROTA_EPIPE (nobody reads any more), ... */
ROTA_API rota_status rota_handle_write(rota_handle* handle, uint64_t offset, const void* buffer, size_t len,
                                       size_t* out_count, rota_task** out);
/* A task that completes when a client has opened the other end of this named pipe. */
ROTA_API rota_status rota_handle_accept(rota_handle* handle, rota_task** out);
ROTA_API rota_handle* rota_handle_clone(rota_handle* handle);
/* Drops a reference. Operations under way go on. */
ROTA_API void rota_handle_release(rota_handle* handle);

/* ----------------------------------------------------------------------------------------- between tasks and threads
 */

/* Each of these is used alike from tasks (poll the task it gives, or the poll form) and from plain threads (wait for
 * the task it gives). A waiting operation that is released runs on: cancel it when its effect is no longer wanted; when
 * the cancel answers ROTA_EALREADY it had ended before, and rota_task_status says how: with ROTA_OK the effect has
 * happened. Values are pointers; `drop` (may be NULL) frees those that nobody received. */

/* One value, once. */
ROTA_API rota_status rota_oneshot_create(rota_runtime* runtime, rota_drop_fn drop, rota_oneshot** out);
/* Gives the value. ROTA_EALREADY when one was sent, ROTA_ECLOSED when closed: the value then stays the caller's. */
ROTA_API rota_status rota_oneshot_send(rota_oneshot* oneshot, void* value);
/* ROTA_OK takes the value; ROTA_EAGAIN: none yet; ROTA_ECLOSED: closed without one; ROTA_EALREADY: taken before. */
ROTA_API rota_status rota_oneshot_try_recv(rota_oneshot* oneshot, void** out_value);
/* From inside a poll. Spends budget. */
ROTA_API rota_status rota_oneshot_recv_poll(rota_oneshot* oneshot, rota_context* cx, void** out_value);
/* As a task; *out_value is borrowed until it is complete. */
ROTA_API rota_status rota_oneshot_recv(rota_oneshot* oneshot, void** out_value, rota_task** out);
/* Either side gives up. A value already sent can still be received. */
ROTA_API rota_status rota_oneshot_close(rota_oneshot* oneshot);
ROTA_API rota_oneshot* rota_oneshot_clone(rota_oneshot* oneshot);
ROTA_API void rota_oneshot_release(rota_oneshot* oneshot);

/* A condition to wait for. notify_one wakes the longest waiting, or, when nobody waits, lets the next wait pass at once
 * (one at most is remembered). notify_all wakes those that wait now and is not remembered. */
ROTA_API rota_status rota_notify_create(rota_runtime* runtime, rota_notify** out);
ROTA_API rota_status rota_notify_one(rota_notify* notify);
ROTA_API rota_status rota_notify_all(rota_notify* notify);
/* A task that completes when notified. It stands in line from this call on. */
ROTA_API rota_status rota_notify_wait(rota_notify* notify, rota_task** out);
ROTA_API rota_notify* rota_notify_clone(rota_notify* notify);
ROTA_API void rota_notify_release(rota_notify* notify);

/* A lock, first come first served, that may be held across awaits and unlocked by another thread. */
ROTA_API rota_status rota_mutex_create(rota_runtime* runtime, rota_mutex** out);
/* ROTA_OK, or ROTA_EBUSY. */
ROTA_API rota_status rota_mutex_try_lock(rota_mutex* mutex);
/* A task that completes holding the lock. It stands in line from this call on. */
ROTA_API rota_status rota_mutex_lock(rota_mutex* mutex, rota_task** out);
/* ROTA_EPERM when it is not locked. */
ROTA_API rota_status rota_mutex_unlock(rota_mutex* mutex);
ROTA_API rota_mutex* rota_mutex_clone(rota_mutex* mutex);
ROTA_API void rota_mutex_release(rota_mutex* mutex);

#define ROTA_PERMITS_MAX UINT32_MAX

/* Permits, handed out first come first served: a large request is not overtaken by small ones. */
ROTA_API rota_status rota_semaphore_create(rota_runtime* runtime, uint32_t permits, rota_semaphore** out);
/* ROTA_OK, ROTA_EAGAIN, ROTA_ECLOSED. */
ROTA_API rota_status rota_semaphore_try_acquire(rota_semaphore* semaphore, uint32_t permits);
/* A task that completes holding the permits, or with ROTA_ECLOSED. */
ROTA_API rota_status rota_semaphore_acquire(rota_semaphore* semaphore, uint32_t permits, rota_task** out);
/* Gives permits back, or adds new ones. ROTA_EOVERFLOW beyond ROTA_PERMITS_MAX. */
ROTA_API rota_status rota_semaphore_add(rota_semaphore* semaphore, uint32_t permits);
/* Permits free now. 0 for NULL. */
ROTA_API uint32_t rota_semaphore_available(const rota_semaphore* semaphore);
/* Waiting and later acquires end with ROTA_ECLOSED. */
ROTA_API rota_status rota_semaphore_close(rota_semaphore* semaphore);
ROTA_API rota_semaphore* rota_semaphore_clone(rota_semaphore* semaphore);
ROTA_API void rota_semaphore_release(rota_semaphore* semaphore);

/* A channel of pointers: many producers, one consumer at a time. `capacity` 0: unbounded, sending never waits. */
ROTA_API rota_status rota_channel_create(rota_runtime* runtime, size_t capacity, rota_drop_fn drop, rota_channel** out);
/* ROTA_OK gives the value away. ROTA_EAGAIN: full; ROTA_ECLOSED: closed; the value then stays the caller's. */
ROTA_API rota_status rota_channel_try_send(rota_channel* channel, void* value);
/* A task that completes when the value is in the channel. On any other status (ROTA_ECLOSED, ROTA_ECANCELED) and on an
 * error of this call the value stays the caller's. */
ROTA_API rota_status rota_channel_send(rota_channel* channel, void* value, rota_task** out);
/* ROTA_OK, ROTA_EAGAIN: empty now; ROTA_ECLOSED: closed and empty. */
ROTA_API rota_status rota_channel_try_recv(rota_channel* channel, void** out_value);
/* From inside a poll. Spends budget. */
ROTA_API rota_status rota_channel_recv_poll(rota_channel* channel, rota_context* cx, void** out_value);
/* As a task; *out_value is borrowed until it is complete. */
ROTA_API rota_status rota_channel_recv(rota_channel* channel, void** out_value, rota_task** out);
/* No more sends; what is inside can still be received. Waiting senders end with ROTA_ECLOSED. */
ROTA_API rota_status rota_channel_close(rota_channel* channel);
/* Values inside now. 0 for NULL. */
ROTA_API size_t rota_channel_len(const rota_channel* channel);
ROTA_API rota_channel* rota_channel_clone(rota_channel* channel);
ROTA_API void rota_channel_release(rota_channel* channel);

/* ------------------------------------------------------------------------------------------- tasks after other tasks
 */

/* A task may wait for others before it starts (rota_spawn_desc.after). Nothing is allocated for that beyond its own
 * block, and nothing is polled. It starts when all of them have ended. If one ended with an error, the task then ends
 * without having run, with the status of the first that failed (its state is dropped): so a failure runs down a graph,
 * in order. ROTA_SPAWN_AFTER_ANY starts it all the same. Cancelling the task takes effect at once; when the runtime
 * shuts down it ends with ROTA_ECANCELED. Tasks that wait for each other in a circle never start. */

/* Makes `task`, which was spawned with room for it and has not started, wait for `other` as well. To be sure that it
 * has not started, spawn it with ROTA_SPAWN_HELD.
 * Errors: ROTA_EINVAL (not such a task, or `other` is another runtime's), ROTA_EALREADY (it has started, or ended),
 * ROTA_EOVERFLOW (after_room is used up), ROTA_EDEADLK (`other` is the task itself). */
ROTA_API rota_status rota_task_after(rota_task* task, rota_task* other);

/* Starts a task that was spawned with ROTA_SPAWN_HELD, as soon as what it waits for has ended. Until then it stays,
 * also when its handle is released: cancel it if it is not to run. Errors: ROTA_EINVAL (not spawned held),
 * ROTA_EALREADY. */
ROTA_API rota_status rota_task_start(rota_task* task);

/* ----------------------------------------------------------------------------------------------------------- groups */

/* Tasks that belong together: a module's, a level's, a request's. What a member spawns, rota_spawn_blocking included,
 * is a member too, unless it names another group. The group completes once: when it is closed (or its last handle is
 * gone) and its last member has left, which a member does when its drop function has returned. `parent` may be NULL;
 * else the new group is itself a member of it. Errors: ROTA_ECLOSED (the parent takes no more). */
ROTA_API rota_status rota_group_create(rota_runtime* runtime, rota_group* parent, rota_group** out);

/* Takes no more members from outside: spawning one answers ROTA_ECLOSED. Those it has run on, and what they spawn is
 * still taken. */
ROTA_API rota_status rota_group_close(rota_group* group);

/* Closes, for what members spawn too, and cancels all members, also of groups below, as rota_task_cancel does.
 * ROTA_EALREADY when it was complete or cancelled before. Calls back: drop, of queued blocking jobs. */
ROTA_API rota_status rota_group_cancel(rota_group* group);

/* The group's completion, to be awaited like any task; always ROTA_OK. Cancelling it is rota_group_cancel. */
ROTA_API rota_status rota_group_task(rota_group* group, rota_task** out);

/* Cancels and waits at most `timeout_ns`; the calling thread helps members to their end. After ROTA_OK no code of a
 * member runs, or will run, on any thread: a module may be unloaded. (`done` callbacks are not members: those on a
 * queue have landed there by now, so run the queue to its end first.)
 * Errors: ROTA_ETIMEDOUT: members still run; ROTA_EDEADLK: called by a member, or on a worker of another runtime.
 * Calls back: poll and drop of members. */
ROTA_API rota_status rota_group_drain(rota_group* group, uint64_t timeout_ns);

/* Members now, a group below counting as one. 0 for NULL. */
ROTA_API uint32_t rota_group_size(rota_group* group);
ROTA_API rota_group* rota_group_clone(rota_group* group);
/* Drops a reference. Members run on, and may still spawn others. */
ROTA_API void rota_group_release(rota_group* group);

/* ---------------------------------------------------------------------------------------------------- waits that help
 */

#define ROTA_HELP_DESCENDANTS 0u /* run the awaited task itself, and members of `group` and of the groups below it */
#define ROTA_HELP_PRIORITY 1u    /* also any task from the queues whose priority is `floor` or higher */
#define ROTA_HELP_NONE 2u        /* as rota_task_wait */

typedef struct rota_help {
  uint32_t size;     /* sizeof(rota_help) */
  uint32_t what;     /* ROTA_HELP_* */
  uint32_t floor;    /* ROTA_PRIORITY_*, for ROTA_HELP_PRIORITY */
  uint32_t zero;     /* must be 0 */
  rota_group* group; /* may be NULL; when the awaited task is a group's completion, that group is meant */
} rota_help;

/* Waits at most `timeout_ns` for the task and returns its final status; meanwhile this thread runs other tasks of the
 * runtime, as far as `how` allows (NULL: descendants), and looks after timers and sockets when it has the chance. May
 * be called anywhere: on a worker inside a poll (the tasks it runs are then polled inside that poll, 32 deep at most),
 * inside block_on, in a callback, or on a thread outside, which takes a guest's seat for the while (when none is free
 * it only waits). What runs here is never a task spawned `on` a queue or on the blocking pool. On a hosted runtime, and
 * one without blocking threads, jobs are run when there is nothing else to do.
 * A wait that helps too little can wait for ever: for a task that only this thread could run and may not. Give it a
 * timeout where that can be. A task that waits for itself does.
 * Errors: as rota_task_wait, but ROTA_EDEADLK only on a worker of another runtime (and with ROTA_HELP_NONE);
 * ROTA_EINVAL (no such help or priority; a group of another runtime), ROTA_ENOTSUP (unknown tail). Calls back: poll,
 * drop. */
ROTA_API rota_status rota_task_help(rota_task* task, const rota_help* how, uint64_t timeout_ns);

/* ----------------------------------------------------------------------------------------------------- parallel loops
 */

/* Does the items [begin, end). May be called on any thread, several at a time. Anything but ROTA_OK stops the loop. */
typedef rota_status (*rota_range_fn)(void* user, size_t begin, size_t end);

typedef struct rota_parallel {
  uint32_t size;        /* sizeof(rota_parallel) */
  uint32_t priority;    /* of the tasks that help: ROTA_PRIORITY_* */
  rota_range_fn body;   /* required */
  void* user;           /* given to body and drop */
  rota_drop_fn drop;    /* NULL, or called with `user` once the loop is over, on every path */
  size_t count;         /* items; 0 is fine */
  size_t grain;         /* items a call of body gets (the last may get less); 0: chosen for about 8 calls a thread */
  uint32_t threads_max; /* most threads that take part, the caller included; 0: all workers and the caller */
  uint32_t flags;       /* must be 0 */
  rota_group* group;    /* rota_parallel_start only; as in rota_spawn_desc */
  const char* name;     /* for a profiler; not copied: must stay until the loop is over */
  size_t name_len;
} rota_parallel;

/* Calls body for all of [0, count), in chunks that the workers and the calling thread take in turn, and returns when
 * all is done. May be called from anywhere, also on a worker, in a chunk of another loop, or on a hosted runtime, where
 * the caller does it all. The caller only ever waits for chunks that other threads are in the middle of. Nothing is
 * allocated a chunk. What a body returns first that is not ROTA_OK (an exception: ROTA_EEXCEPTION; ROTA_PENDING:
 * ROTA_EINVAL) is returned: no chunk is begun afterwards, those that run end.
 * Errors: ROTA_EINVAL, ROTA_ENOTSUP (unknown tail); ROTA_ENOMEM; ROTA_ESHUTDOWN. Calls back: body, drop. */
ROTA_API rota_status rota_parallel_for(rota_runtime* runtime, const rota_parallel* loop);

/* The same as a task, for who must not wait: the workers do it all, and the task completes with what rota_parallel_for
 * would return. Cancelling stops it: ROTA_ECANCELED once the chunks that run have ended. `out` may be NULL.
 * Errors: as above, and ROTA_ECLOSED (the group takes no more). */
ROTA_API rota_status rota_parallel_start(rota_runtime* runtime, const rota_parallel* loop, rota_task** out);

/* ------------------------------------------------------------------------------------------------ threads of the host
 */

/* Registers the calling thread as one that works for the runtime now and then: a guest. It holds a seat from now on
 * (rota_runtime_options.guests_max), so that its calls cannot fail for want of one. A handle belongs to one thread at a
 * time, but for rota_thread_interrupt. Thread hooks are not called for guests.
 * Errors: ROTA_EAGAIN (all seats are taken), ROTA_ENOTSUP (there are none), ROTA_ESHUTDOWN. */
ROTA_API rota_status rota_thread_enter(rota_runtime* runtime, rota_thread** out);

/* Works as one of the workers: runs at most `max_items` polls (0: no limit) until `budget_ns` has passed (ROTA_FOREVER:
 * no limit; a poll is not interrupted), and looks at timers and sockets. Does not wait. `out_ran` may be NULL. Between
 * two calls nothing waits for this thread that others could not run. Returns ROTA_OK when there is nothing left to do,
 * ROTA_PENDING when more waits. Errors: ROTA_EDEADLK (inside a poll or callback of a runtime), ROTA_EBUSY (another
 * thread is inside with this handle), ROTA_ESHUTDOWN. Calls back: poll, drop, done. */
ROTA_API rota_status rota_thread_run(rota_thread* thread, uint32_t max_items, uint64_t budget_ns, uint32_t* out_ran);

/* The same, but sleeps when there is nothing to do, until `timeout_ns` has passed, rota_thread_interrupt (both:
 * ROTA_OK), or the runtime shuts down (ROTA_ESHUTDOWN). */
ROTA_API rota_status rota_thread_serve(rota_thread* thread, uint64_t timeout_ns, uint32_t* out_ran);

/* Ends the rota_thread_run or _serve under way, after the poll it is in, or else the next one. Any thread. */
ROTA_API rota_status rota_thread_interrupt(rota_thread* thread);

/* Gives up the seat and the handle. Not while a call is under way: ROTA_EBUSY. NULL is fine. */
ROTA_API rota_status rota_thread_leave(rota_thread* thread);

#ifdef __cplusplus
}
#endif

#endif /* ROTA_ROTA_H */
