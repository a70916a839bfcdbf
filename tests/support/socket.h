/* SPDX-License-Identifier: MIT
 *
 * The host's own sockets, as rota_fd_register takes them: a descriptor on Unix, a SOCKET on Windows. And files, which
 * it does not take.
 */
#ifndef ROTA_TESTS_SUPPORT_SOCKET_H
#define ROTA_TESTS_SUPPORT_SOCKET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef intptr_t os_socket;

/* Two ends of one stream, non-blocking. */
void os_socket_pair(os_socket ends[2]);
/* A TCP socket bound to a free port of 127.0.0.1, which it sets: nobody can listen there, and it does not. */
os_socket os_socket_bound(uint16_t* port);
void os_socket_close(os_socket socket);
/* 1 when the number is an open socket of this process. */
int os_socket_is_open(os_socket socket);

/* How many bytes were moved, 0 at the end of the stream; -1 when that would have to wait. */
ptrdiff_t os_socket_send(os_socket socket, const void* bytes, size_t length);
ptrdiff_t os_socket_receive(os_socket socket, void* bytes, size_t length);
/* One byte of urgent (out-of-band) data. */
void os_socket_send_urgent(os_socket socket, char byte);
/* The peer reads the end of the stream; receiving goes on. */
void os_socket_end(os_socket socket);

/* 1 when it is a stream socket. */
int os_socket_is_stream(os_socket socket);
void os_socket_set_nodelay(os_socket socket, int on);

/* An ordinary file that is gone when it is closed: a descriptor on Unix, a HANDLE on Windows. */
intptr_t os_file_open(void);
void os_file_close(intptr_t file);

#ifdef __cplusplus
}
#endif

#endif /* ROTA_TESTS_SUPPORT_SOCKET_H */
