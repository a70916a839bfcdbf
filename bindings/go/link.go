// SPDX-License-Identifier: MIT

package rota

// With the tag rota_static nothing is said here: give CGO_CFLAGS and CGO_LDFLAGS yourself (docs/guide/go.md).

// #cgo !rota_static pkg-config: rota
// #cgo CFLAGS: -std=c11 -Wall -Wextra
import "C"
