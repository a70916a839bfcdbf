// SPDX-License-Identifier: MIT
//
// The contract of core/io/poller.h as a suite, the same for every backend on every system. A backend's test says
//
//   ROTA_POLLER_CONTRACT(Backend);
//
// in the namespace of support.h, where Backend is described, or ROTA_UNIX_POLLER_CONTRACT (unix.h) for more.
#pragma once

#include "core/io/contract/connections.h"
#include "core/io/contract/readiness.h"
#include "core/io/contract/registering.h"
#include "core/io/contract/waiting.h"

#define ROTA_POLLER_CONTRACT(Backend)                      \
  TEST_CASE_TEMPLATE_INVOKE(poller_initial, Backend);      \
  TEST_CASE_TEMPLATE_INVOKE(poller_read_edges, Backend);   \
  TEST_CASE_TEMPLATE_INVOKE(poller_write_edges, Backend);  \
  TEST_CASE_TEMPLATE_INVOKE(poller_half_close, Backend);   \
  TEST_CASE_TEMPLATE_INVOKE(poller_both_closed, Backend);  \
  TEST_CASE_TEMPLATE_INVOKE(poller_full_close, Backend);   \
  TEST_CASE_TEMPLATE_INVOKE(poller_reset, Backend);        \
  TEST_CASE_TEMPLATE_INVOKE(poller_urgent, Backend);       \
  TEST_CASE_TEMPLATE_INVOKE(poller_want, Backend);         \
  TEST_CASE_TEMPLATE_INVOKE(poller_connect, Backend);      \
  TEST_CASE_TEMPLATE_INVOKE(poller_refused, Backend);      \
  TEST_CASE_TEMPLATE_INVOKE(poller_accept_storm, Backend); \
  TEST_CASE_TEMPLATE_INVOKE(poller_delete, Backend);       \
  TEST_CASE_TEMPLATE_INVOKE(poller_bad, Backend);          \
  TEST_CASE_TEMPLATE_INVOKE(poller_reuse, Backend);        \
  TEST_CASE_TEMPLATE_INVOKE(poller_closed, Backend);       \
  TEST_CASE_TEMPLATE_INVOKE(poller_overflow, Backend);     \
  TEST_CASE_TEMPLATE_INVOKE(poller_ten_thousand, Backend); \
  TEST_CASE_TEMPLATE_INVOKE(poller_delete_race, Backend);  \
  TEST_CASE_TEMPLATE_INVOKE(poller_no_hold, Backend);      \
  TEST_CASE_TEMPLATE_INVOKE(poller_wake, Backend);         \
  TEST_CASE_TEMPLATE_INVOKE(poller_wake_many, Backend);    \
  TEST_CASE_TEMPLATE_INVOKE(poller_timeout, Backend);      \
  TEST_CASE_TEMPLATE_INVOKE(poller_long_timeout, Backend); \
  TEST_CASE_TEMPLATE_INVOKE(poller_early, Backend);        \
  TEST_CASE_TEMPLATE_INVOKE(poller_during, Backend);       \
  TEST_CASE_TEMPLATE_INVOKE(poller_join, Backend)
