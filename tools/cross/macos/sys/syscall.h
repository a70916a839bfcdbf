// SPDX-License-Identifier: MIT
//
// macOS has this header, zig's copy of its headers has not. mimalloc includes it and uses nothing of it there.
