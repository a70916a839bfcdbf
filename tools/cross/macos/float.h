// SPDX-License-Identifier: MIT
//
// Zig 0.17's C++ library guards its float.h against a second inclusion, and macOS's math.h takes the first for INFINITY
// alone: DBL_EPSILON and its like would then never be defined. The compiler's own float.h, behind it, needs no guard.
#pragma GCC system_header

#undef _LIBCPP_FLOAT_H
#include_next <float.h>
