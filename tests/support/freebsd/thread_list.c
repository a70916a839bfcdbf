/* SPDX-License-Identifier: MIT */
#include <sys/types.h>
/* The next two need the first. */
#include <sys/sysctl.h>
#include <sys/user.h>
#include <unistd.h>

#include "tests/support/thread.h"
#include "tests/support/unix/check.h"

size_t os_thread_list(uint64_t* out, size_t capacity) {
  int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID | KERN_PROC_INC_THREAD, (int)getpid()};
  static struct kinfo_proc threads[1024];
  size_t size = sizeof threads;
  OS_CHECK(sysctl(name, sizeof name / sizeof *name, threads, &size, NULL, 0) == 0);
  const size_t count = size / sizeof *threads;
  for (size_t i = 0; i < count && i < capacity; ++i) out[i] = (uint64_t)threads[i].ki_tid;
  return count;
}
