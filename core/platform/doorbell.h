// SPDX-License-Identifier: MIT
//
// Doorbell: a Signal that many ring, and one answers: however many ring, it is raised once until it is answered.
//
// Raising and lowering happen under a lock, so that the system's signal and what we know of it never differ: a ring
// that is on its way while the bell is answered must not leave it up with nobody to lower it.
//
// No ring is lost: who rings has made its work visible before. Either its ring comes first, and who answers sees the
// work when it looks after answering; or it finds the bell lowered, and raises it.
//
// Thread safety: any thread; who answers looks at what there is afterwards.
#pragma once

#include "core/base/mutex.h"
#include "core/platform/signal.h"

namespace rota::platform {

class Doorbell {
 public:
  Status open() { return signal_.open(); }
  // Readable from a ring on, until it is answered.
  intptr_t handle() const { return signal_.handle(); }
  Status join(SignalSet& set) { return set.add(signal_); }

  void ring() {
    base::MutexLock lock(mutex_);
    if (up_) return;
    up_ = true;
    signal_.raise();
  }

  void answer() {
    base::MutexLock lock(mutex_);
    if (!up_) return;
    up_ = false;
    signal_.clear();
  }

 private:
  Signal signal_;
  base::Mutex mutex_;
  bool up_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace rota::platform
