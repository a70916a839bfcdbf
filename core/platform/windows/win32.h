// SPDX-License-Identifier: MIT
//
// Windows as this engine sees it: Windows 8 or later, sockets before the rest, and none of the macros that look like
// functions.
#pragma once

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif

// clang-format off
#include <winsock2.h>
#include <windows.h>
// clang-format on
