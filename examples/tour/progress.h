// SPDX-License-Identifier: MIT
//
// One line on the terminal that says how far the tour is. Nothing at all when standard error is not a terminal.
//
// Thread safety: one_done may be called from any thread; the rest from the main thread, while nothing runs.
#ifndef EXAMPLES_TOUR_PROGRESS_H_
#define EXAMPLES_TOUR_PROGRESS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace tour {

class Progress {
 public:
  Progress();
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `label` is what runs now, `total` how many requests it makes.
  void begin(std::string label, size_t total);
  void one_done();
  // Takes the line away, so that something else can be printed.
  void clear();

 private:
  void paint(size_t done) const;

  const bool on_terminal_;
  std::string label_;
  size_t total_ = 0;
  std::atomic<size_t> done_ = 0;
  std::atomic<uint64_t> painted_ns_ = 0;  // by whom a repaint is claimed
};

}  // namespace tour

#endif  // EXAMPLES_TOUR_PROGRESS_H_
