// SPDX-License-Identifier: MIT
#include "examples/tour/client_async.h"

#include <cstdint>
#include <memory>
#include <vector>

#include "examples/tour/easy.h"

namespace tour {
namespace {

// A multi handle and what it waits for. Only ever used from inside the poll of the one task that owns it; the task may
// be polled now by one worker and then by another, which libcurl allows.
class Group {
 public:
  Group(rota_runtime* runtime, const Job& job, std::span<Request> requests)
      : runtime_(runtime), job_(job), requests_(requests), timer_(make_timer(runtime)), multi_(curl_multi_init()) {
    if (multi_ == nullptr) throw std::bad_alloc();
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
    curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, 0L);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(requests.size()));
  }

  // Also when the task is cancelled: libcurl lets go of its sockets, through on_socket, before it closes them.
  ~Group() {
    for (EasyPtr& easy : easies_) {
      if (easy) curl_multi_remove_handle(multi_, easy.get());
    }
    easies_.clear();
    curl_multi_cleanup(multi_);
  }

  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  rota_status poll(rota_context* cx) {
    if (easies_.empty()) start();
    while (open_ > 0 && look(cx)) {
    }
    return open_ > 0 ? ROTA_PENDING : ROTA_OK;
  }

 private:
  struct Watched {
    curl_socket_t socket;
    FdPtr fd;           // empty once libcurl has let go of the socket
    uint32_t interest;  // ROTA_READABLE | ROTA_WRITABLE
  };

  void start() {
    open_ = requests_.size();
    for (size_t i = 0; i < requests_.size(); ++i) {
      easies_.push_back(make_easy(job_));
      curl_easy_setopt(easies_[i].get(), CURLOPT_PRIVATE, reinterpret_cast<char*>(i));
      begin(requests_[i]);
      // Only notes the handle and asks for a timeout of 0; the connecting is done by the first action.
      if (curl_multi_add_handle(multi_, easies_[i].get()) != CURLM_OK) end(i, CURLE_FAILED_INIT);
    }
  }

  // Asks the timer and every socket once, and tells libcurl what happened. True when something did: then they have to
  // be asked again, for the task is only woken by what answered ROTA_PENDING last. (When the budget is spent, all of
  // them answer that, and the engine polls this task again.)
  bool look(rota_context* cx) {
    bool happened = due_;
    if (armed_ && rota_timer_poll(timer_.get(), cx) == ROTA_OK) happened = true;
    if (happened) {
      due_ = armed_ = false;
      act(CURL_SOCKET_TIMEOUT, 0);
    }
    // Acting on one socket may add others at the end; those that libcurl lets go of stay, empty, until the sweep.
    for (size_t i = 0; i < watched_.size(); ++i) {
      Watched& watched = *watched_[i];
      if (!watched.fd || watched.interest == 0) continue;
      uint32_t ready = 0;
      rota_status status = rota_fd_poll(watched.fd.get(), cx, watched.interest, &ready);
      if (status == ROTA_PENDING) continue;
      happened = true;
      act(watched.socket, status == ROTA_OK ? select_mask(ready) : CURL_CSELECT_ERR);
    }
    std::erase_if(watched_, [](const std::unique_ptr<Watched>& watched) { return !watched->fd; });
    return happened;
  }

  static int select_mask(uint32_t ready) {
    int mask = 0;
    if ((ready & (ROTA_READABLE | ROTA_CLOSED_READ)) != 0) mask |= CURL_CSELECT_IN;
    if ((ready & ROTA_WRITABLE) != 0) mask |= CURL_CSELECT_OUT;
    if ((ready & ROTA_ERROR) != 0) mask |= CURL_CSELECT_ERR;
    return mask;
  }

  void act(curl_socket_t socket, int mask) {
    int running = 0;
    bool failed = curl_multi_socket_action(multi_, socket, mask, &running) != CURLM_OK;
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      char* index = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &index);
      end(reinterpret_cast<uintptr_t>(index), message->data.result);
    }
    // libcurl has given up on the multi handle (a callback below failed, or memory ran out): so have we.
    if (failed) {
      for (size_t i = 0; i < easies_.size(); ++i) {
        if (easies_[i]) end(i, CURLE_ABORTED_BY_CALLBACK);
      }
    }
  }

  void end(size_t i, CURLcode code) {
    finish(job_, requests_[i], easies_[i].get(), code);
    curl_multi_remove_handle(multi_, easies_[i].get());
    easies_[i].reset();
    --open_;
  }

  // libcurl says what it wants to know about a socket.
  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void* socket_data) {
    auto* group = static_cast<Group*>(self);
    auto* watched = static_cast<Watched*>(socket_data);
    if (what == CURL_POLL_REMOVE) {
      // At once: libcurl closes the socket when this returns, and its number may be another's the next moment.
      if (watched != nullptr) {
        rota_fd_deregister(watched->fd.get());
        watched->fd.reset();
      }
      curl_multi_assign(group->multi_, socket, nullptr);
      return 0;
    }
    if (watched == nullptr) {
      rota_fd* fd = nullptr;
      if (rota_fd_register(group->runtime_, socket, &fd) != ROTA_OK) return -1;
      group->watched_.push_back(std::make_unique<Watched>(Watched{socket, FdPtr(fd), 0}));
      watched = group->watched_.back().get();
      curl_multi_assign(group->multi_, socket, watched);
    }
    watched->interest =
        ((what & CURL_POLL_IN) != 0 ? ROTA_READABLE : 0) | ((what & CURL_POLL_OUT) != 0 ? ROTA_WRITABLE : 0);
    return 0;
  }

  // libcurl says when it wants to be called even if nothing happens; -1: never mind.
  static int on_timer(CURLM*, long timeout_ms, void* self) {
    auto* group = static_cast<Group*>(self);
    group->due_ = timeout_ms == 0;
    group->armed_ = timeout_ms > 0;
    if (group->armed_) {
      rota_timer_start(group->timer_.get(), static_cast<uint64_t>(timeout_ms) * 1'000'000);
    } else {
      rota_timer_stop(group->timer_.get());
    }
    return 0;
  }

  rota_runtime* const runtime_;
  const Job& job_;
  const std::span<Request> requests_;
  TimerPtr timer_;
  CURLM* const multi_;
  std::vector<EasyPtr> easies_;                    // by request; empty when it has ended
  std::vector<std::unique_ptr<Watched>> watched_;  // libcurl holds pointers to them
  size_t open_ = 0;                                // requests that have not ended
  bool armed_ = false;                             // the timer is set to libcurl's timeout
  bool due_ = false;                               // that timeout was 0
};

}  // namespace

Future async_requests(rota_runtime* runtime, const Job& job, std::span<Request> requests) {
  auto group = std::make_shared<Group>(runtime, job, requests);
  return [group](rota_context* cx) { return group->poll(cx); };
}

}  // namespace tour
