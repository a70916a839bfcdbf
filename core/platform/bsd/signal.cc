// SPDX-License-Identifier: MIT
#include "core/platform/signal.h"

#include "core/platform/bsd/kqueue_signal.h"
#include "core/platform/bsd/kqueue_system.h"

namespace rota::platform {

using Signals = KqueueSignals<KqueueSystem>;

Signal::~Signal() { Signals::close(handle_); }
Status Signal::open() { return Signals::open_signal(handle_); }
void Signal::raise() { Signals::raise(handle_); }
void Signal::clear() { Signals::clear(handle_); }

Alarm::~Alarm() { Signals::close(handle_); }
Status Alarm::open() { return Signals::open(handle_); }
void Alarm::set(uint64_t deadline_ns) {
  if (deadline_ns == deadline_ns_ && deadline_ns == kForever) return;
  deadline_ns_ = deadline_ns;
  Signals::set_alarm(handle_, deadline_ns);
}

SignalSet::~SignalSet() { Signals::close(handle_); }
Status SignalSet::open() { return Signals::open(handle_); }
Status SignalSet::add(intptr_t member) { return Signals::add_member(handle_, member); }
void SignalSet::settle() { Signals::settle(handle_); }

}  // namespace rota::platform
