// SPDX-License-Identifier: MIT
#include "core/platform/signal.h"

#include "core/platform/contract/signal_contract.h"

namespace rota::platform::contract {

struct ThisWindows {
  using Signal = platform::Signal;
  using Alarm = platform::Alarm;
  using SignalSet = platform::SignalSet;
  static constexpr bool kSharesSets = true;  // one event: signal.h
  template <class Object>
  static bool readable(const Object& object) {
    return ::WaitForSingleObject(reinterpret_cast<HANDLE>(object.handle()), 0) == WAIT_OBJECT_0;
  }
};

ROTA_SIGNAL_CONTRACT(ThisWindows);

}  // namespace rota::platform::contract
