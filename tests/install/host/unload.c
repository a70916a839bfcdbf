/* SPDX-License-Identifier: MIT
 *
 * A host that opens librota.so (argv[1]), uses it on a thread of its own and closes it while that thread, and a
 * blocking call nobody waits for, still run. What these do later must find the library's code where it was. */
#include <dlfcn.h>
#include <pthread.h>
#include <rota/rota.h>
#include <semaphore.h>
#include <stdio.h>

static sem_t used, closed, blocked, ended;

static rota_status block(void* arg) {
  (void)arg;
  sem_post(&blocked);
  sem_wait(&closed);
  return ROTA_OK;
}

static void drop(void* arg) {
  (void)arg;
  sem_post(&ended);
}

static void* use(void* library) {
  rota_status (*create)(const rota_runtime_options*, rota_runtime**) = NULL;
  rota_status (*spawn)(rota_runtime*, rota_blocking_fn, void*, rota_drop_fn, rota_task**) = NULL;
  void (*release)(rota_runtime*) = NULL;
  *(void**)&create = dlsym(library, "rota_runtime_create");
  *(void**)&spawn = dlsym(library, "rota_spawn_blocking");
  *(void**)&release = dlsym(library, "rota_runtime_release");
  rota_runtime* runtime = NULL;
  if (create(NULL, &runtime) != ROTA_OK || spawn(runtime, block, NULL, drop, NULL) != ROTA_OK) return "refused";
  sem_wait(&blocked);
  release(runtime);
  sem_post(&used);
  sem_wait(&closed);
  return NULL;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  sem_init(&used, 0, 0);
  sem_init(&closed, 0, 0);
  sem_init(&blocked, 0, 0);
  sem_init(&ended, 0, 0);
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return 3;
  pthread_t thread;
  void* problem = NULL;
  if (pthread_create(&thread, NULL, use, library) != 0) return 4;
  sem_wait(&used);
  if (dlclose(library) != 0) return 5;
  sem_post(&closed);
  sem_post(&closed);
  if (pthread_join(thread, &problem) != 0 || problem != NULL) return 6;
  sem_wait(&ended);
  puts("the library was closed");
  return 0;
}
