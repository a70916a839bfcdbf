/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <stdlib.h>

#include "tests/support/thread.h"
#include "tests/support/unix/check.h"

size_t os_thread_list(uint64_t* out, size_t capacity) {
  DIR* directory = opendir("/proc/self/task");
  OS_CHECK(directory != NULL);
  size_t count = 0;
  for (struct dirent* entry; (entry = readdir(directory)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    if (count < capacity) out[count] = strtoull(entry->d_name, NULL, 10);
    ++count;
  }
  closedir(directory);
  return count;
}
