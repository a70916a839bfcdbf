/* SPDX-License-Identifier: MIT */
#include <mach/mach.h>

#include "tests/support/thread.h"
#include "tests/support/unix/check.h"

int os_thread_count(void) {
  thread_act_array_t threads = NULL;
  mach_msg_type_number_t count = 0;
  OS_CHECK(task_threads(mach_task_self(), &threads, &count) == KERN_SUCCESS);
  for (mach_msg_type_number_t i = 0; i < count; ++i) mach_port_deallocate(mach_task_self(), threads[i]);
  vm_deallocate(mach_task_self(), (vm_address_t)threads, count * sizeof *threads);
  return (int)count;
}
