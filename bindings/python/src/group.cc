// SPDX-License-Identifier: MIT
#include "group.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace rota_py {
namespace {

thread_local const Group* running = nullptr;

void cancel(Item* items) {
  while (items != nullptr) {
    Item* next = items->next;
    (items->cancel == nullptr ? items->run : items->cancel)(*items);
    items = next;
  }
}

}  // namespace

// What the blocking pool is given.
struct Group::Runner {
  Core* core;
  Group* group;
  bool begun = false;
};

Group* Group::make(Core& core, uint32_t max, bool sticky, PyObject* on_start) {
  Group* made = new (std::nothrow) Group(core, max, sticky, on_start);
  if (made == nullptr) {
    PyErr_NoMemory();
    return nullptr;
  }
  core.add(*made);
  return made;
}

Group::~Group() { core_.remove(*this); }

Group* Group::ref() {
  refs_.fetch_add(1, std::memory_order_relaxed);
  return this;
}

void Group::unref() {
  if (core_.forked()) return;
  if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

// --- handing over

rota_status Group::submit(Item& item) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return ROTA_ESHUTDOWN;
    item.next = nullptr;
    *end_ = &item;
    end_ = &item.next;
    most_ = std::max(most_, std::min(++jobs_, max_));
    if (idle_ != 0) work_.notify_one();
    if (!wants_runner()) return ROTA_OK;
    ++starting_;
  }
  const rota_status status = start_runner();
  if (status == ROTA_OK) return status;
  // Without a thread now: whoever runs already will come to it; if nobody does, it is refused.
  std::lock_guard<std::mutex> lock(mutex_);
  if (active_ != 0) return ROTA_OK;
  for (Item** link = &first_; *link != nullptr; link = &(*link)->next) {
    if (*link != &item) continue;
    *link = item.next;
    if (end_ == &item.next) end_ = link;
    --jobs_;
    return status;
  }
  return ROTA_OK;  // somebody took it meanwhile
}

void Group::post(Item& item) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    item.next = nullptr;
    *end_ = &item;
    end_ = &item.next;
    if (idle_ != 0) work_.notify_one();
    if (!wants_runner()) return;
    ++starting_;
  }
  (void)start_runner();
}

rota_status Group::start_runner() {
  auto* runner = new (std::nothrow) Runner{core_.ref(), ref()};
  if (runner == nullptr) {
    std::lock_guard<std::mutex> lock(mutex_);
    --starting_;
    return ROTA_ENOMEM;
  }
  return rota_spawn_blocking(core_.runtime(), run, runner, drop, nullptr);
}

void Group::drop(void* raw) {
  auto* runner = static_cast<Runner*>(raw);
  if (!runner->begun) {
    std::lock_guard<std::mutex> lock(runner->group->mutex_);
    --runner->group->starting_;
  }
  runner->group->unref();
  runner->core->unref();
  delete runner;
}

// --- running

rota_status Group::run(void* raw) {
  frozen_if_ended([](void* arg) { static_cast<Runner*>(arg)->group->serve(*static_cast<Runner*>(arg)); }, raw);
  return ROTA_OK;
}

void Group::serve(Runner& runner) {
  Interp& interp = *core_.state().interp;
  if (!interp.attach()) return;
  runner.begun = true;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    --starting_;
    ++active_;
  }
  running = this;
  bool attached = true;
  if (begin()) {
    for (;;) {
      if (Item* item = take()) {
        item->run(*item);
        if (core_.forked()) {
          PySys_WriteStderr("rota: a function forked and returned in the child; the child ends here\n");
          std::_Exit(1);
        }
        continue;
      }
      if (!sticky_) break;
      attached = sleep();
      if (!attached) break;
    }
  }
  running = nullptr;
  leave();
  if (attached) interp.detach();
}

bool Group::begin() {
  Ref start;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    start = Ref::borrow(on_start_);
  }
  if (!start) return true;
  Ref go(PyObject_CallNoArgs(start.get()));
  if (!go) PyErr_WriteUnraisable(start.get());
  return go.get() == Py_True;
}

// The next item; asks for another runner when there is more.
Item* Group::take() {
  Item* item;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    item = first_;
    if (item == nullptr) return nullptr;
    first_ = item->next;
    if (first_ == nullptr) end_ = &first_;
    if (item->cancel != nullptr) ++running_;
    if (first_ == nullptr || !wants_runner()) return item;
    ++starting_;
  }
  (void)start_runner();
  return item;
}

// A sticky runner without work, without the GIL. False: the interpreter is gone, and nothing is attached.
bool Group::sleep() {
  Interp& interp = *core_.state().interp;
  interp.detach();
  {
    std::unique_lock<std::mutex> lock(mutex_);
    ++idle_;
    if (quiet()) wake_all(waiters_);
    work_.wait(lock, [this] { return first_ != nullptr || closed_; });
    --idle_;
    if (first_ == nullptr) return false;
  }
  return interp.attach();
}

void Group::leave() {
  std::lock_guard<std::mutex> lock(mutex_);
  --active_;
  if (quiet()) wake_all(waiters_);
}

// --- ending

void Group::close() {
  std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  work_.notify_all();
}

bool Group::closed() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return closed_;
}

Item* Group::take_all() {
  std::lock_guard<std::mutex> lock(mutex_);
  Item* items = std::exchange(first_, nullptr);
  end_ = &first_;
  if (quiet()) wake_all(waiters_);
  return items;
}

void Group::cancel_all() { cancel(take_all()); }

void Group::cancel_excess() {
  Item* items;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    Item** link = &first_;
    for (uint32_t kept = running_; kept < max_ && *link != nullptr; link = &(*link)->next) {
      if ((*link)->cancel != nullptr) ++kept;
    }
    items = std::exchange(*link, nullptr);
    end_ = link;
  }
  cancel(items);
}

void Group::finish_job(bool ran) {
  std::lock_guard<std::mutex> lock(mutex_);
  --jobs_;
  if (ran) --running_;
}

void Group::forget_on_start() {
  Ref start;
  std::lock_guard<std::mutex> lock(mutex_);
  start = Ref(std::exchange(on_start_, nullptr));
}

Waiter::Woken Group::wait(double timeout_s) {
  Waiter* waiter = nullptr;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (quiet()) return Waiter::Woken::kYes;
  }
  waiter = Waiter::make();
  if (waiter == nullptr) return Waiter::Woken::kRaised;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    waiter->next = waiters_;
    waiters_ = waiter->ref();
    if (quiet()) wake_all(waiters_);
  }
  const Waiter::Woken woken = waiter->wait(timeout_s);
  if (woken != Waiter::Woken::kYes) {
    std::lock_guard<std::mutex> lock(mutex_);
    for (Waiter** link = &waiters_; *link != nullptr; link = &(*link)->next) {
      if (*link != waiter) continue;
      *link = waiter->next;
      waiter->unref();
      break;
    }
  }
  waiter->unref();
  return woken;
}

uint32_t Group::most_seen() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return most_;
}

bool Group::inside() const { return running == this; }

}  // namespace rota_py
