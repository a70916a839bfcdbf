/* SPDX-License-Identifier: MIT */
#include <dirent.h>

#include "tests/support/thread.h"
#include "tests/support/unix/check.h"

int os_thread_count(void) {
  DIR* directory = opendir("/proc/self/task");
  OS_CHECK(directory != NULL);
  int count = 0;
  for (struct dirent* entry; (entry = readdir(directory)) != NULL;) count += entry->d_name[0] != '.';
  closedir(directory);
  return count;
}
