// SPDX-License-Identifier: MIT
//
// KqueuePoller over the double of kqueue, as FreeBSD and as macOS, held to the contract of every poller.
#include "core/io/bsd/kqueue_poller.h"
#include "core/io/bsd/kqueue_readiness.h"
#include "core/io/contract/unix.h"
#include "core/platform/bsd/kqueue_signal.h"
#include "core/platform/kqueue_double/fake_kqueue.h"

namespace rota::io::contract {

using platform::fake::DarwinKqueue;
using platform::fake::FreeBsdKqueue;

// The set of core/platform/bsd/signal.cc.
template <class System>
class FakeSet {
 public:
  ~FakeSet() { Signals::close(handle_); }
  Status open() { return Signals::open(handle_); }
  Status add(intptr_t member) { return Signals::add_member(handle_, member); }
  void settle() { Signals::settle(handle_); }
  intptr_t handle() const {
    platform::fake::settle_kernel(static_cast<int>(handle_));
    return handle_;
  }

 private:
  using Signals = platform::KqueueSignals<System>;
  intptr_t handle_ = platform::kNoHandle;
};

struct FreeBsd : UnixBackend {
  using Poller = KqueuePoller<FreeBsdKqueue>;
  using Set = FakeSet<FreeBsdKqueue>;
  static constexpr bool kTellsUrgent = false;
  static constexpr bool kWatchesSets = false;
};
struct Darwin : UnixBackend {
  using Poller = KqueuePoller<DarwinKqueue>;
  using Set = FakeSet<DarwinKqueue>;
  static constexpr bool kWatchesSets = false;
};

ROTA_UNIX_POLLER_CONTRACT(FreeBsd);
ROTA_UNIX_POLLER_CONTRACT(Darwin);

}  // namespace rota::io::contract
