// SPDX-License-Identifier: MIT
#include "environment.h"

#include <utility>

namespace rota_node {
namespace {

// How long the end of an environment waits for polls in progress. Blocking calls that run longer are left behind: what
// they use is theirs.
constexpr uint64_t kEndNs = 1'000'000'000;

}  // namespace

Operation::~Operation() {
  rota_task_release(task_);
  rota_runtime_release(runtime_);
}

napi_value Operation::result(napi_env env) {
  napi_value undefined = nullptr;
  napi_get_undefined(env, &undefined);
  return undefined;
}

Environment* Environment::create(napi_env env) {
  auto* self = new Environment(env);
  napi_value name = nullptr;
  napi_create_string_utf8(env, "rota", NAPI_AUTO_LENGTH, &name);
  if (napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, self, on_bell,
                                      &self->bell_) != napi_ok) {
    delete self;
    napi_throw_error(env, nullptr, "rota: no thread-safe function could be made");
    return nullptr;
  }
  // Nothing is pending yet, and nothing shall keep the process alive.
  napi_unref_threadsafe_function(env, self->bell_);
  self->mailbox_ = std::make_shared<Mailbox>(self->bell_);
  napi_set_instance_data(
      env, self, [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); }, nullptr);
  // Hooks run before instance data goes, and in the opposite order of their adding: the thread-safe function is still
  // there.
  napi_add_env_cleanup_hook(env, on_end, self);
  return self;
}

Environment* Environment::of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<Environment*>(data);
}

Environment::~Environment() = default;

void Environment::on_end(void* data) {
  auto* self = static_cast<Environment*>(data);
  // Before the mailbox closes they are still this thread's.
  for (Operation* operation = self->first_; operation != nullptr; operation = operation->next_) {
    rota_task_cancel(operation->task_);
  }
  self->mailbox_->close();
  self->first_ = nullptr;
  self->cancellable_.clear();
  for (rota_runtime* runtime : self->runtimes_) rota_runtime_shutdown(runtime, kEndNs);
  napi_release_threadsafe_function(std::exchange(self->bell_, nullptr), napi_tsfn_abort);
}

void Environment::on_done(rota_task*, rota_status status, void* data, void*) {
  auto* operation = static_cast<Operation*>(data);
  operation->status_ = status;
  // The mailbox must outlive the call, and the operation may not.
  const std::shared_ptr<Mailbox> mailbox = operation->mailbox_;
  mailbox->post(operation);
}

void Environment::on_bell(napi_env env, napi_value, void* context, void*) {
  if (env != nullptr) static_cast<Environment*>(context)->settle_completed();
}

napi_value Environment::watch(std::unique_ptr<Operation> operation, rota_task* task, rota_status status, uint32_t id,
                              bool holds_loop) {
  napi_value promise = nullptr;
  napi_deferred deferred = nullptr;
  if (napi_create_promise(env_, &deferred, &promise) != napi_ok) {
    // The environment is ending, or out of memory: an exception is pending.
    if (task != nullptr) rota_task_cancel(task);
    operation.release()->task_ = task;  // borrowed until the task is complete, which nobody will tell: left behind
    return nullptr;
  }
  operation->task_ = task;
  if (status != ROTA_OK) {
    settle(deferred, status, *operation);
    return promise;
  }
  operation->mailbox_ = mailbox_;
  operation->deferred_ = deferred;
  operation->id_ = id;
  operation->holds_loop_ = holds_loop;
  Operation* watched = operation.release();
  link(*watched);
  const rota_status watching = rota_task_on_done(task, nullptr, on_done, watched, nullptr);
  if (watching == ROTA_OK) return promise;
  // Complete, on a runtime that has shut down; or no memory to be told, then it has to end here.
  if (rota_task_status(task) == ROTA_PENDING) {
    rota_task_cancel(task);
    rota_task_wait(task, ROTA_FOREVER);
  }
  on_done(task, rota_task_status(task), watched, nullptr);
  return promise;
}

rota_status Environment::cancel(uint32_t id) {
  const auto found = cancellable_.find(id);
  return found == cancellable_.end() ? ROTA_EALREADY : rota_task_cancel(found->second->task_);
}

void Environment::settle_completed() {
  for (Operation* completed : mailbox_->take()) {
    const std::unique_ptr<Operation> operation(completed);
    unlink(*operation);
    settle(operation->deferred_, operation->status_, *operation);
  }
}

void Environment::settle(napi_deferred deferred, rota_status status, Operation& operation) {
  napi_handle_scope scope = nullptr;
  napi_open_handle_scope(env_, &scope);
  if (status == ROTA_OK) {
    if (napi_value value = operation.result(env_); value != nullptr) {
      napi_resolve_deferred(env_, deferred, value);
    } else {
      napi_value exception = nullptr;
      napi_get_and_clear_last_exception(env_, &exception);
      napi_reject_deferred(env_, deferred, exception);
    }
  } else {
    napi_reject_deferred(env_, deferred, make_error(status));
  }
  napi_close_handle_scope(env_, scope);
}

void Environment::link(Operation& operation) {
  operation.next_ = first_;
  if (first_ != nullptr) first_->previous_ = &operation;
  first_ = &operation;
  if (operation.id_ != 0) cancellable_[operation.id_] = &operation;
  if (operation.holds_loop_ && holding_loop_++ == 0) napi_ref_threadsafe_function(env_, bell_);
}

void Environment::unlink(Operation& operation) {
  if (operation.previous_ != nullptr) operation.previous_->next_ = operation.next_;
  if (operation.next_ != nullptr) operation.next_->previous_ = operation.previous_;
  if (first_ == &operation) first_ = operation.next_;
  if (operation.id_ != 0) cancellable_.erase(operation.id_);
  if (operation.holds_loop_ && --holding_loop_ == 0) napi_unref_threadsafe_function(env_, bell_);
}

void Environment::set_error_class(napi_value constructor) {
  napi_create_reference(env_, constructor, 1, &error_class_);
}

napi_value Environment::make_error(rota_status status) {
  napi_value constructor = nullptr, number = nullptr, error = nullptr;
  napi_get_reference_value(env_, error_class_, &constructor);
  napi_create_int32(env_, status, &number);
  if (napi_new_instance(env_, constructor, 1, &number, &error) != napi_ok) {
    napi_get_and_clear_last_exception(env_, &error);
  }
  return error;
}

}  // namespace rota_node
