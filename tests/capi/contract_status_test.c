/* SPDX-License-Identifier: MIT
 *
 * Contract 7: status codes are numbered once and for ever. The table is written out again here, so that a number that
 * changes in rota.h fails.
 */
#include "tests/capi/support.h"

struct entry {
  rota_status number;
  rota_status constant;
  const char* name;
};
#define ENTRY(number, name) {number, name, #name}

static const struct entry kEntries[] = {
    ENTRY(0, ROTA_OK),
    ENTRY(1, ROTA_PENDING),
    ENTRY(-1, ROTA_EINVAL),
    ENTRY(-2, ROTA_ENOMEM),
    ENTRY(-3, ROTA_ECANCELED),
    ENTRY(-4, ROTA_ETIMEDOUT),
    ENTRY(-5, ROTA_ESHUTDOWN),
    ENTRY(-6, ROTA_EDEADLK),
    ENTRY(-7, ROTA_EALREADY),
    ENTRY(-8, ROTA_EBUSY),
    ENTRY(-9, ROTA_EAGAIN),
    ENTRY(-10, ROTA_ECLOSED),
    ENTRY(-11, ROTA_ENOTSUP),
    ENTRY(-12, ROTA_EOVERFLOW),
    ENTRY(-13, ROTA_EEXCEPTION),
    ENTRY(-14, ROTA_EMISSED),
    ENTRY(-15, ROTA_EPERM),
    ENTRY(-16, ROTA_EACCES),
    ENTRY(-17, ROTA_EADDRINUSE),
    ENTRY(-18, ROTA_EADDRNOTAVAIL),
    ENTRY(-19, ROTA_EAFNOSUPPORT),
    ENTRY(-20, ROTA_EBADF),
    ENTRY(-21, ROTA_ECONNABORTED),
    ENTRY(-22, ROTA_ECONNREFUSED),
    ENTRY(-23, ROTA_ECONNRESET),
    ENTRY(-24, ROTA_EHOSTUNREACH),
    ENTRY(-25, ROTA_EIO),
    ENTRY(-26, ROTA_EISCONN),
    ENTRY(-27, ROTA_EMFILE),
    ENTRY(-28, ROTA_EMSGSIZE),
    ENTRY(-29, ROTA_ENAMETOOLONG),
    ENTRY(-30, ROTA_ENETUNREACH),
    ENTRY(-31, ROTA_ENFILE),
    ENTRY(-32, ROTA_ENOBUFS),
    ENTRY(-33, ROTA_ENOENT),
    ENTRY(-34, ROTA_ENOTCONN),
    ENTRY(-35, ROTA_ENOTSOCK),
    ENTRY(-36, ROTA_EPIPE),
    ENTRY(-37, ROTA_EPROTO),
    ENTRY(-38, ROTA_EEXIST),
    ENTRY(-39, ROTA_EINTR),
    ENTRY(-40, ROTA_ENOSYS),
    ENTRY(-41, ROTA_EUNKNOWN),
};
#define ENTRIES (sizeof kEntries / sizeof *kEntries)

static void each_status_has_its_number_and_name(void) {
  for (size_t i = 0; i < ENTRIES; ++i) {
    CHECK(kEntries[i].constant == kEntries[i].number);
    CHECK(strcmp(rota_status_name(kEntries[i].number), kEntries[i].name) == 0);
  }
}

static void each_status_has_a_message_of_its_own(void) {
  for (size_t i = 0; i < ENTRIES; ++i) {
    const char* message = rota_status_message(kEntries[i].number);
    CHECK(message != NULL && strlen(message) > 2);
    CHECK(message == rota_status_message(kEntries[i].number)); /* static */
    CHECK(strcmp(message, kEntries[i].name) != 0);
    for (size_t k = 0; k < i; ++k) CHECK(strcmp(message, rota_status_message(kEntries[k].number)) != 0);
  }
}

/* A name leads back to its number, by trying every number near the known ones: no two share a name. */
static void names_lead_back_to_numbers(void) {
  for (size_t i = 0; i < ENTRIES; ++i) {
    int found = 0;
    for (rota_status status = -200; status <= 200; ++status) {
      if (strcmp(rota_status_name(status), kEntries[i].name) != 0) continue;
      CHECK(status == kEntries[i].number);
      ++found;
    }
    CHECK(found == 1);
  }
}

static void unknown_numbers_are_called_that(void) {
  const rota_status unknown[] = {2, 3, 100, -42, -43, -100, INT32_MAX, INT32_MIN, INT32_MIN + 1};
  for (size_t i = 0; i < sizeof unknown / sizeof *unknown; ++i) {
    CHECK(strcmp(rota_status_name(unknown[i]), "ROTA_UNKNOWN_STATUS") == 0);
    CHECK(rota_status_message(unknown[i]) != NULL && rota_status_message(unknown[i])[0] != '\0');
  }
}

static void the_library_has_the_header_s_version(void) {
  CHECK(rota_version() == (uint32_t)(ROTA_VERSION_MAJOR << 16 | ROTA_VERSION_MINOR << 8 | ROTA_VERSION_PATCH));
}

int main(void) {
  RUN(each_status_has_its_number_and_name);
  RUN(each_status_has_a_message_of_its_own);
  RUN(names_lead_back_to_numbers);
  RUN(unknown_numbers_are_called_that);
  RUN(the_library_has_the_header_s_version);
  return 0;
}
