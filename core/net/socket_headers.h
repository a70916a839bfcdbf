// SPDX-License-Identifier: MIT
//
// Selector header: where a system keeps its socket addresses, which are otherwise alike.
#pragma once

#if defined(_WIN32)
#include "core/platform/windows/win32.h"
// After it.
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#endif
