// SPDX-License-Identifier: MIT
#include "core/platform/signal.h"

#include <poll.h>

#include "core/platform/contract/signal_contract.h"

namespace rota::platform::contract {

struct ThisUnix {
  using Signal = platform::Signal;
  using Alarm = platform::Alarm;
  using SignalSet = platform::SignalSet;
  template <class Object>
  static bool readable(const Object& object) {
    pollfd look{.fd = static_cast<int>(object.handle()), .events = POLLIN, .revents = 0};
    return ::poll(&look, 1, 0) == 1;
  }
};

ROTA_SIGNAL_CONTRACT(ThisUnix);

}  // namespace rota::platform::contract
