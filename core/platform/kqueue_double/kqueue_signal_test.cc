// SPDX-License-Identifier: MIT
//
// The signals of the BSDs over the double of kqueue.
#include "core/platform/bsd/kqueue_signal.h"

#include <poll.h>

#include "core/platform/contract/signal_contract.h"
#include "core/platform/kqueue_double/fake_kqueue.h"

namespace rota::platform::contract {
namespace {

using Signals = KqueueSignals<fake::FreeBsdKqueue>;

// As core/platform/bsd/signal.cc has them.
class Handle {
 public:
  ~Handle() { Signals::close(handle); }
  intptr_t handle = kNoHandle;
};

struct Double {
  struct Signal : Handle {
    Status open() { return Signals::open_signal(handle); }
    void raise() const { Signals::raise(handle); }
    void clear() const { Signals::clear(handle); }
  };
  struct Alarm : Handle {
    Status open() { return Signals::open(handle); }
    void set(uint64_t deadline_ns) const { Signals::set_alarm(handle, deadline_ns); }
  };
  struct SignalSet : Handle {
    Status open() { return Signals::open(handle); }
    Status add(const Handle& member) const { return Signals::add_member(handle, member.handle); }
    void settle() const { Signals::settle(handle); }
  };
  static bool readable(const Handle& object) {
    const int kq = static_cast<int>(object.handle);
    fake::settle_kernel(kq);
    pollfd look{.fd = kq, .events = POLLIN, .revents = 0};
    return ::poll(&look, 1, 0) == 1;
  }
};

}  // namespace

TEST_CASE_TEMPLATE_INVOKE(signal_levels, Double);
TEST_CASE_TEMPLATE_INVOKE(signal_alarm, Double);

TEST_CASE("a set is up as long as one of its members is, and then until it is settled") {
  Double::Signal signal;
  Double::Alarm alarm;
  Double::SignalSet set;
  REQUIRE(ok(signal.open()));
  REQUIRE(ok(alarm.open()));
  REQUIRE(ok(set.open()));
  REQUIRE(ok(set.add(signal)));
  REQUIRE(ok(set.add(alarm)));
  CHECK_FALSE(Double::readable(set));
  for (int round = 0; round < 3; ++round) {
    signal.raise();
    CHECK(Double::readable(set));
    set.settle();
    CHECK(Double::readable(set));
    signal.clear();
    CHECK(Double::readable(set));  // it remembers: what settle is for
    set.settle();
    CHECK_FALSE(Double::readable(set));
    alarm.set(now_ns() + 100'000);
    wait_until_readable<Double>(set);
    alarm.set(kForever);
    set.settle();
    CHECK_FALSE(Double::readable(set));
  }
}

}  // namespace rota::platform::contract
