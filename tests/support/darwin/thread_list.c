/* SPDX-License-Identifier: MIT */
#include <mach/mach.h>

#include "tests/support/thread.h"
#include "tests/support/unix/check.h"

static uint64_t number_of(thread_act_t thread) {
  thread_identifier_info_data_t info;
  mach_msg_type_number_t size = THREAD_IDENTIFIER_INFO_COUNT;
  OS_CHECK(thread_info(thread, THREAD_IDENTIFIER_INFO, (thread_info_t)&info, &size) == KERN_SUCCESS);
  return info.thread_id;
}

size_t os_thread_list(uint64_t* out, size_t capacity) {
  thread_act_array_t threads = NULL;
  mach_msg_type_number_t count = 0;
  OS_CHECK(task_threads(mach_task_self(), &threads, &count) == KERN_SUCCESS);
  for (mach_msg_type_number_t i = 0; i < count; ++i) {
    if (i < capacity) out[i] = number_of(threads[i]);
    mach_port_deallocate(mach_task_self(), threads[i]);
  }
  vm_deallocate(mach_task_self(), (vm_address_t)threads, count * sizeof *threads);
  return count;
}
