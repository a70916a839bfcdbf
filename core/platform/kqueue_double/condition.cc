// SPDX-License-Identifier: MIT
#include "core/platform/kqueue_double/condition.h"

#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "core/platform/kqueue_double/fake_kqueue.h"

namespace rota::platform::fake {
namespace {

// States of tcp_info, as the kernel counts them.
enum TcpState : uint8_t {
  kEstablished = 1,
  kSynSent,
  kSynReceived,
  kFinWait1,
  kFinWait2,
  kTimeWait,
  kClosed,
  kCloseWait,
  kLastAck,
  kListen,
  kClosing
};

bool tcp_info_of(int fd, tcp_info& info) {
  socklen_t size = sizeof info;
  return ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0;
}

short poll_now(int fd, short events) {
  pollfd look{.fd = fd, .events = events, .revents = 0};
  return ::poll(&look, 1, 0) < 0 ? short{0} : look.revents;
}

int64_t count_of(int fd, unsigned long request) {
  int count = 0;
  return ::ioctl(fd, request, &count) == 0 ? count : 0;
}

bool is_socket(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
}

// Linux tells that there is a pending error, and which only to who takes it away. A connection that never came about
// was refused, any other reset.
uint32_t error_of(short revents, const tcp_info* info) {
  if ((revents & POLLERR) == 0) return 0;
  return info != nullptr && info->tcpi_rtt == 0 ? ECONNREFUSED : ECONNRESET;
}

}  // namespace

Condition read_condition(int fd) {
  const short now = poll_now(fd, POLLIN | POLLRDHUP);
  Condition condition;
  if (!is_socket(fd)) {
    condition.data = count_of(fd, FIONREAD);
    condition.eof = (now & POLLHUP) != 0;
    condition.holds = (now & (POLLIN | POLLHUP | POLLERR)) != 0;
    return condition;
  }
  tcp_info info{};
  const bool tcp = tcp_info_of(fd, info);
  if (tcp && info.tcpi_state == kListen) {
    condition.data = info.tcpi_unacked;  // of a listener: the length of its queue
    condition.holds = (now & POLLIN) != 0;
    return condition;
  }
  condition.data = count_of(fd, FIONREAD);
  condition.eof = (now & POLLRDHUP) != 0;
  condition.fflags = condition.eof ? error_of(now, tcp ? &info : nullptr) : 0;
  // The bytes that are counted end at urgent ones.
  condition.holds = condition.eof || (now & (POLLIN | POLLERR)) != 0;
  return condition;
}

Condition write_condition(int fd) {
  const short now = poll_now(fd, POLLOUT | POLLRDHUP);
  Condition condition;
  if (!is_socket(fd)) {
    condition.eof = (now & POLLERR) != 0;  // a pipe nobody reads
    condition.data = 1;
    condition.holds = (now & (POLLOUT | POLLERR)) != 0;
    return condition;
  }
  tcp_info info{};
  const bool tcp = tcp_info_of(fd, info);
  const auto state = static_cast<TcpState>(info.tcpi_state);
  const bool dead = (now & POLLHUP) != 0 && (now & POLLRDHUP) != 0;
  const bool said_end =
      tcp && (state == kFinWait1 || state == kFinWait2 || state == kTimeWait || state == kLastAck || state == kClosing);
  condition.eof = dead || said_end;
  condition.fflags = condition.eof ? error_of(now, tcp ? &info : nullptr) : 0;
  const bool connected = !tcp || state == kEstablished || state == kCloseWait;
  int buffer = 0;
  socklen_t size = sizeof buffer;
  (void)::getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, &size);
  condition.data = buffer - count_of(fd, SIOCOUTQ);
  condition.holds = condition.eof || (now & POLLERR) != 0 || (connected && (now & POLLOUT) != 0);
  return condition;
}

Condition except_condition(int fd) {
  if ((poll_now(fd, POLLPRI) & POLLPRI) == 0) return read_condition(fd);
  Condition condition = read_condition(fd);
  condition.holds = true;
  condition.fflags |= KqueueBase::kOob;
  return condition;
}

uint64_t bytes_acknowledged(int fd) {
  tcp_info info{};
  return tcp_info_of(fd, info) ? info.tcpi_bytes_acked : 0;
}

}  // namespace rota::platform::fake
