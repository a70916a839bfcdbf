/* SPDX-License-Identifier: MIT */
#include "tests/support/socket.h"

#include <winsock2.h>
/* <windows.h>, inside check.h, would bring the older one. */
#include "tests/support/windows/check.h"

/* Winsock counts its users; the tests' own use ends with the process. */
static SOCKET new_socket(void) {
  WSADATA about;
  OS_CHECK(WSAStartup(MAKEWORD(2, 2), &about) == 0);
  const SOCKET made =
      WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
  OS_CHECK(made != INVALID_SOCKET);
  return made;
}

/* Binds to a free port of this machine and tells where. */
static SOCKET bound_socket(struct sockaddr_in* address) {
  const struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int length = sizeof *address;
  const SOCKET bound = new_socket();
  OS_CHECK(bind(bound, (const struct sockaddr*)&any, sizeof any) == 0);
  OS_CHECK(getsockname(bound, (struct sockaddr*)address, &length) == 0);
  return bound;
}

/* There is no socketpair: somebody else may be faster in connecting, so look who it was. */
void os_socket_pair(os_socket ends[2]) {
  struct sockaddr_in address, mine, peer;
  const SOCKET listener = bound_socket(&address);
  OS_CHECK(listen(listener, 1) == 0);
  const SOCKET client = new_socket();
  OS_CHECK(connect(client, (const struct sockaddr*)&address, sizeof address) == 0);
  int length = sizeof mine;
  OS_CHECK(getsockname(client, (struct sockaddr*)&mine, &length) == 0);
  length = sizeof peer;
  const SOCKET server = accept(listener, (struct sockaddr*)&peer, &length);
  OS_CHECK(server != INVALID_SOCKET);
  OS_CHECK(peer.sin_port == mine.sin_port);
  OS_CHECK(closesocket(listener) == 0);
  u_long on = 1;
  OS_CHECK(ioctlsocket(client, (long)FIONBIO, &on) == 0);
  OS_CHECK(ioctlsocket(server, (long)FIONBIO, &on) == 0);
  /* As prompt as a socketpair. */
  os_socket_set_nodelay((os_socket)client, 1);
  os_socket_set_nodelay((os_socket)server, 1);
  ends[0] = (os_socket)client;
  ends[1] = (os_socket)server;
}

os_socket os_socket_bound(uint16_t* port) {
  struct sockaddr_in address;
  const SOCKET bound = bound_socket(&address);
  *port = ntohs(address.sin_port);
  return (os_socket)bound;
}

void os_socket_close(os_socket socket) { OS_CHECK(closesocket((SOCKET)socket) == 0); }

int os_socket_is_open(os_socket socket) {
  int type = 0;
  int length = sizeof type;
  return getsockopt((SOCKET)socket, SOL_SOCKET, SO_TYPE, (char*)&type, &length) == 0;
}

static ptrdiff_t moved(int count) {
  OS_CHECK(count >= 0 || WSAGetLastError() == WSAEWOULDBLOCK);
  return count;
}

ptrdiff_t os_socket_send(os_socket socket, const void* bytes, size_t length) {
  return moved(send((SOCKET)socket, bytes, (int)length, 0));
}

ptrdiff_t os_socket_receive(os_socket socket, void* bytes, size_t length) {
  return moved(recv((SOCKET)socket, bytes, (int)length, 0));
}

void os_socket_send_urgent(os_socket socket, char byte) { OS_CHECK(send((SOCKET)socket, &byte, 1, MSG_OOB) == 1); }

void os_socket_end(os_socket socket) { OS_CHECK(shutdown((SOCKET)socket, SD_SEND) == 0); }

int os_socket_is_stream(os_socket socket) {
  int type = 0;
  int length = sizeof type;
  OS_CHECK(getsockopt((SOCKET)socket, SOL_SOCKET, SO_TYPE, (char*)&type, &length) == 0);
  return type == SOCK_STREAM;
}

void os_socket_set_nodelay(os_socket socket, int on) {
  const BOOL value = on;
  OS_CHECK(setsockopt((SOCKET)socket, IPPROTO_TCP, TCP_NODELAY, (const char*)&value, sizeof value) == 0);
}

intptr_t os_file_open(void) {
  wchar_t folder[MAX_PATH + 1], name[MAX_PATH + 1];
  OS_CHECK(GetTempPathW(MAX_PATH, folder) != 0);
  OS_CHECK(GetTempFileNameW(folder, L"rot", 0, name) != 0);
  const HANDLE file = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                                  FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, NULL);
  OS_CHECK(file != INVALID_HANDLE_VALUE);
  return (intptr_t)file;
}

void os_file_close(intptr_t file) { OS_CHECK(CloseHandle((HANDLE)file)); }
