/* SPDX-License-Identifier: MIT
 *
 * 500 HTTP requests in flight on two worker threads, in plain C against rota.h alone.
 *
 *   async_500                     asks a small server in this program, on a runtime of its own, which answers after 1 s
 *   async_500 HOST PORT [PATH]    asks another one
 *
 * A request is a task: a poll function and its state. The poll function goes as far as it can; where it would have to
 * wait it has called something that answered ROTA_PENDING, and returns that. The engine polls again when it can go on.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rota/rota.h"

enum { REQUESTS = 500, WORKERS = 2, DELAY_MS = 1000 };

static void check(rota_status status, const char* what) {
  if (status >= 0) return;
  fprintf(stderr, "async_500: %s: %s\n", what, rota_status_message(status));
  exit(2);
}

/* ---------------------------------------------------------------------------------------------------- the server */

static atomic_int answered, together; /* `together`: how many had been asked before the first was answered */

struct connection {
  rota_socket* socket;
  rota_timer* timer; /* NULL until the request has been read */
  int delayed;       /* the timer has fired */
  char head[1024];   /* zeroes follow what has been read */
  size_t got, sent;
};

static rota_status serve_one(void* state, rota_context* cx) {
  static const char answer[] = "HTTP/1.0 200 OK\r\n\r\nthank you for waiting\n";
  struct connection* c = state;
  rota_status status;
  size_t count;
  while (c->timer == NULL) {
    status = rota_socket_read_poll(c->socket, cx, c->head + c->got, sizeof c->head - 1 - c->got, &count);
    if (status != ROTA_OK) return status;
    if (count == 0) return ROTA_ECONNABORTED; /* the head never ended, or is too long */
    c->got += count;
    if (strstr(c->head, "\r\n\r\n") == NULL) continue;
    status = rota_timer_create(rota_context_runtime(cx), &c->timer);
    if (status == ROTA_OK) status = rota_timer_start(c->timer, DELAY_MS * UINT64_C(1000000));
    if (status != ROTA_OK) return status;
    if (atomic_load(&answered) == 0) atomic_fetch_add(&together, 1);
  }
  if (!c->delayed) {
    status = rota_timer_poll(c->timer, cx);
    if (status != ROTA_OK) return status;
    c->delayed = 1;
    atomic_fetch_add(&answered, 1);
  }
  while (c->sent < sizeof answer - 1) {
    status = rota_socket_write_poll(c->socket, cx, answer + c->sent, sizeof answer - 1 - c->sent, &count);
    if (status != ROTA_OK) return status;
    c->sent += count;
  }
  return ROTA_OK;
}

static void drop_connection(void* state) {
  struct connection* c = state;
  rota_timer_release(c->timer);
  rota_socket_release(c->socket); /* the last reference closes */
}

static rota_status accept_all(void* listener, rota_context* cx) {
  for (;;) {
    struct connection c = {0};
    rota_status status = rota_tcp_accept_poll(listener, cx, &c.socket);
    if (status != ROTA_OK) return status;
    /* With a state_size the bytes are copied into the task's own block: no malloc, no free. */
    rota_spawn_desc desc = {
        .size = sizeof desc, .poll = serve_one, .drop = drop_connection, .state = &c, .state_size = sizeof c};
    check(rota_spawn(rota_context_runtime(cx), &desc, NULL), "serving");
  }
}

static void drop_listener(void* listener) { rota_socket_release(listener); }

/* Listens on a free port of loopback and returns it. */
static uint16_t start_server(rota_runtime* runtime) {
  rota_socket* listener;
  char address[64];
  size_t length;
  uint16_t port;
  check(rota_tcp_listen(runtime, "127.0.0.1", 9, 0, NULL, &listener), "listening");
  check(rota_socket_local_address(listener, address, sizeof address, &length, &port), "asking for the port");
  rota_spawn_desc desc = {.size = sizeof desc, .poll = accept_all, .drop = drop_listener, .state = listener};
  check(rota_spawn(runtime, &desc, NULL), "serving");
  return port;
}

/* ---------------------------------------------------------------------------------------------------- the client */

static const char *host = "127.0.0.1", *path = "/";
static uint16_t port;

struct request {
  rota_task* connecting;
  rota_socket* socket;
  char text[512], answer[512];
  size_t length, written, got;
};

static rota_status ask(void* state, rota_context* cx) {
  struct request* r = state;
  rota_status status;
  size_t count;
  if (r->connecting == NULL) { /* the first poll */
    r->length = (size_t)snprintf(r->text, sizeof r->text, "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n", path, host);
    if (r->length >= sizeof r->text) return ROTA_ENAMETOOLONG;
    status = rota_tcp_connect(rota_context_runtime(cx), host, strlen(host), port, NULL, &r->socket, &r->connecting);
    if (status != ROTA_OK) return status;
  }
  status = rota_task_poll(r->connecting, cx); /* a task may wait for a task */
  if (status != ROTA_OK) return status;
  while (r->written < r->length) {
    status = rota_socket_write_poll(r->socket, cx, r->text + r->written, r->length - r->written, &count);
    if (status != ROTA_OK) return status;
    r->written += count;
  }
  do { /* until the server closes; only the beginning of its answer is kept */
    if (r->got == sizeof r->answer) r->got = 16;
    status = rota_socket_read_poll(r->socket, cx, r->answer + r->got, sizeof r->answer - r->got, &count);
    if (status == ROTA_PENDING) return status;
    r->got += count;
  } while (status == ROTA_OK && count != 0);
  if (status != ROTA_OK) return status;
  return memcmp(r->answer, "HTTP/1.", 7) == 0 && memcmp(r->answer + 8, " 200", 4) == 0 ? ROTA_OK : ROTA_EPROTO;
}

static void drop_request(void* state) {
  struct request* r = state;
  rota_task_release(r->connecting); /* complete: nobody here cancels a request before its answer */
  rota_socket_release(r->socket);
}

int main(int argc, char** argv) {
  rota_runtime_options options;
  rota_runtime *runtime, *server = NULL;
  rota_task* tasks[REQUESTS];
  unsigned long number = argc < 3 ? 0 : strtoul(argv[2], NULL, 10);
  int failed = 0;
  if (argc != 1 && (argc < 3 || argc > 4 || number == 0 || number > UINT16_MAX)) {
    fprintf(stderr, "usage: async_500 [HOST PORT [PATH]]\n");
    return 2;
  }
  check(rota_runtime_options_init(&options, sizeof options), "options");
  options.workers = WORKERS;
  check(rota_runtime_create(&options, &runtime), "starting a runtime");
  if (argc == 1) {
    check(rota_runtime_create(&options, &server), "starting a runtime");
    port = start_server(server);
  } else {
    host = argv[1];
    port = (uint16_t)number;
    if (argc == 4) path = argv[3];
  }

  uint64_t began = rota_now(runtime);
  for (int i = 0; i < REQUESTS; i++) {
    struct request r = {0};
    rota_spawn_desc desc = {
        .size = sizeof desc, .poll = ask, .drop = drop_request, .state = &r, .state_size = sizeof r};
    check(rota_spawn(runtime, &desc, &tasks[i]), "asking");
  }
  for (int i = 0; i < REQUESTS; i++) {
    rota_status status = rota_task_wait(tasks[i], ROTA_FOREVER);
    if (status != ROTA_OK && failed++ == 0) fprintf(stderr, "async_500: %s\n", rota_status_message(status));
    rota_task_release(tasks[i]);
  }
  printf("%d requests on %d workers: %.3f s, %d failed\n", REQUESTS, WORKERS, (double)(rota_now(runtime) - began) / 1e9,
         failed);
  if (server != NULL) printf("%d were in flight together, as the server saw it\n", atomic_load(&together));
  rota_runtime_release(runtime);
  rota_runtime_release(server);
  return failed != 0 || (server != NULL && atomic_load(&together) != REQUESTS);
}
