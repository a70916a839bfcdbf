// SPDX-License-Identifier: MIT
#include "core/io/linux/epoll_poller.h"

#include "core/io/contract/unix.h"

namespace rota::io::contract {

struct Epoll : UnixBackend {
  using Poller = EpollPoller;
};

// As before Linux 5.11: whole milliseconds.
class CoarseEpollPoller : public EpollPoller {
 public:
  Status open(const platform::Memory& memory) {
    round_to_milliseconds();
    return EpollPoller::open(memory);
  }
};
struct CoarseEpoll : UnixBackend {
  using Poller = CoarseEpollPoller;
};

ROTA_UNIX_POLLER_CONTRACT(Epoll);

TEST_CASE_TEMPLATE_INVOKE(poller_timeout, CoarseEpoll);
TEST_CASE_TEMPLATE_INVOKE(poller_long_timeout, CoarseEpoll);
TEST_CASE_TEMPLATE_INVOKE(poller_early, CoarseEpoll);
TEST_CASE_TEMPLATE_INVOKE(poller_signal, CoarseEpoll);

}  // namespace rota::io::contract
