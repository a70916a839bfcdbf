// SPDX-License-Identifier: MIT
//
// Streams and listeners.
#pragma once

#include "task.h"

namespace rota_py {

class WriteLine;

struct StreamObject {
  PyObject_HEAD PyObject* weakrefs;
  State* state;
  Core* core;
  rota_socket* socket;
  WriteLine* line;
  PyObject* leftover;   // bytes that came for a read that was given up; the next read gets them
  intptr_t descriptor;  // for the first try; -1: not known yet, or closed
  uint32_t at_once;     // operations done at once since one last let the loop run
};

struct ListenerObject {
  PyObject_HEAD PyObject* weakrefs;
  State* state;
  Core* core;
  rota_socket* socket;
  PyObject* leftover;  // list of streams that came for an accept that was given up
};

// Without a socket yet. nullptr: an exception is set.
StreamObject* make_stream(State& state, Core& core);
PyObject* connect(State& state, Core& core, PyObject* args, PyObject* kwargs);
PyObject* listen(State& state, Core& core, PyObject* args, PyObject* kwargs);
PyObject* register_descriptor(State& state, Core& core, PyObject* file);
// Registers for this one wait only.
PyObject* wait_once(State& state, Core& core, PyObject* file, uint32_t interest);

// (address, port) by one of the engine's functions.
using AddressOf = rota_status (*)(rota_socket*, char*, size_t, size_t*, uint16_t*);
PyObject* address_tuple(State& state, rota_socket* socket, AddressOf address_of);

// Whether it is usable; otherwise an exception is set.
bool check_socket(Core& core, rota_socket* socket);

}  // namespace rota_py
