// SPDX-License-Identifier: MIT
//
// For --config=kqueue-double: the whole engine on Linux over the kqueue backend and the double, as FreeBSD.
#pragma once

#include "core/io/bsd/kqueue_poller.h"
#include "core/platform/kqueue_double/fake_kqueue.h"

namespace rota::io {

using DoubleKqueuePoller = KqueuePoller<platform::fake::FreeBsdKqueue>;

}  // namespace rota::io
