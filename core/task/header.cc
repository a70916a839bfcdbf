// SPDX-License-Identifier: MIT
#include "core/task/header.h"

namespace rota::task {

void destroy(Header& header) {
  header.kind = Kind::kGone;
  header.vtable->destroy(header);
}

Status cancel(Header& header) {
  if (header.vtable->cancel != nullptr) return header.vtable->cancel(header);
  auto& task = static_cast<Task&>(header);
  const State::Cancelled did = task.state.cancel();
  if (did.submit) {
    ref(task);
    task.home->submit(task);
  } else if (did.poke) {
    task.home->poke();
  }
  return did.taken ? Status::kOk : Status::kAlready;
}

void complete(Header& header, Status result) {
  if (publish(header, result)) wake_joiners(header);
}

bool publish(Header& header, Status result) {
  header.result = result;
  return header.state.to_complete().wake_joiners;
}

void wake_joiners(Header& header) { header.joiners.wake_all(header.home->arena(), header.result); }

}  // namespace rota::task
