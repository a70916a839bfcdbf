// SPDX-License-Identifier: MIT
#pragma once

#include "core/io/bsd/kqueue_poller.h"
#include "core/platform/bsd/kqueue_system.h"

namespace rota::io {

using SystemKqueuePoller = KqueuePoller<platform::KqueueSystem>;

}  // namespace rota::io
