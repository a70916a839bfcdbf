// SPDX-License-Identifier: MIT
//
// rota.hpp compiled with -fno-exceptions -fno-rtti works, and every failure is to be had as a result. A program of its
// own: 0 when everything held.
#if defined(__cpp_exceptions)
#error "this is to be compiled with -fno-exceptions"
#endif

#include <rota/rota.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;

int failures = 0;

void expect(bool held, const char* what, int line) {
  if (held) return;
  ++failures;
  std::fprintf(stderr, "line %d: %s does not hold\n", line, what);
}
#define EXPECT(what) expect((what), #what, __LINE__)

rota::task<std::unique_ptr<int>> give(int value) { co_return std::make_unique<int>(value); }

rota::task<int> depth(int left) {
  if (left == 0) co_return 0;
  co_return 1 + co_await depth(left - 1);
}

rota::task<> forever() { co_await rota::sleep(24h); }

rota::task<> echo_once(rota::tcp_listener& listener) {
  auto peer = co_await listener.accept();
  if (!peer.ok()) co_return;
  char part[16];
  auto count = co_await peer.value().read(part, sizeof part);
  if (!count.ok()) co_return;
  auto sent = co_await peer.value().write_all(part, count.value());
  EXPECT(sent.ok());
}

rota::task<std::string> ask(uint16_t port) {
  auto stream = co_await rota::tcp_stream::connect("127.0.0.1", port);
  if (!stream.ok()) co_return "no connection";
  auto sent = co_await stream.value().write_all("ping");
  if (!sent.ok()) co_return "not sent";
  char part[16];
  auto count = co_await stream.value().read(part, sizeof part);
  co_return count.ok() ? std::string(part, count.value()) : "no answer";
}

rota::task<int> all() {
  auto handle = rota::spawn(give(2));
  auto two = co_await rota::try_(handle);
  EXPECT(two.ok() && *two.value() == 2);
  auto cancelled = rota::spawn(forever());
  cancelled.cancel();
  EXPECT((co_await rota::try_(cancelled)).status() == ROTA_ECANCELED);
  EXPECT((co_await rota::try_(rota::spawn_blocking([] { return 7; }))).value() == 7);
  EXPECT((co_await rota::try_(rota::timeout(forever(), 1ms))).status() == ROTA_ETIMEDOUT);
  auto [napped, three] = co_await rota::join(rota::try_(rota::sleep(1ms)), give(3));
  EXPECT(napped.ok() && *three == 3);
  auto first = co_await rota::select(forever(), rota::yield());
  EXPECT(first.index == 1);
  rota::mutex m;
  auto guard = co_await rota::try_(m.lock());
  EXPECT(guard.ok() && guard.value());
  rota::channel<int> ch(1);
  EXPECT((co_await ch.send(5)).ok());
  ch.close();
  EXPECT((co_await ch.recv()).value() == 5);
  EXPECT((co_await ch.recv()).status() == ROTA_ECLOSED);
  auto listener = rota::tcp_listener::listen("127.0.0.1", 0);
  EXPECT(listener.ok());
  auto [echoed, answer] = co_await rota::join(echo_once(listener.value()), ask(listener.value().local_port()));
  EXPECT(answer == "ping");
  co_return co_await depth(100'000);
}

}  // namespace

int main() {
  auto made = rota::runtime::create(rota::runtime_options().workers(2));
  if (!made.ok()) return 1;
  rota::runtime rt = std::move(made).value();
  EXPECT(rt.try_block_on(all()).value_or(0) == 100'000);
  EXPECT(rota::runtime::create(rota::runtime_options().workers(ROTA_WORKERS_MAX + 1)).status() == ROTA_EINVAL);
  rt.shutdown();
  EXPECT(rt.try_block_on(depth(1)).status() == ROTA_ESHUTDOWN);
  return failures == 0 ? 0 : 1;
}
