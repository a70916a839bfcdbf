// SPDX-License-Identifier: MIT

package rota

// #include "shim.h"
import "C"

import (
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"
	"unsafe"
)

// socket is a counted rota_socket: one use for being open, and one for each call that is using it.
type socket struct {
	raw    *C.rota_socket
	uses   atomic.Int64
	closed atomic.Bool
}

func newSocket(raw *C.rota_socket) *socket {
	s := &socket{raw: raw}
	s.uses.Store(1)
	return s
}

// enter keeps it alive until leave; false: it is closed.
func (s *socket) enter() bool {
	for {
		uses := s.uses.Load()
		if uses == 0 || s.closed.Load() {
			return false
		}
		if s.uses.CompareAndSwap(uses, uses+1) {
			return true
		}
	}
}

func (s *socket) leave() {
	if s.uses.Add(-1) == 0 {
		C.rota_socket_release(s.raw)
	}
}

// close ends what waits on it. ECLOSED the second time.
func (s *socket) close() error {
	if s.closed.Swap(true) {
		return ECLOSED
	}
	C.rota_socket_close(s.raw)
	s.leave()
	return nil
}

func closeSocket(s *socket) { s.close() }

// with calls f with the open socket.
func (s *socket) with(f func(*C.rota_socket) C.rota_status) error {
	if !s.enter() {
		return ECLOSED
	}
	defer s.leave()
	return check(f(s.raw))
}

func (s *socket) address(get func(*C.rota_socket, *C.char, *C.size_t, *C.uint16_t) C.rota_status) *net.TCPAddr {
	var text [64]byte
	var length C.size_t
	var port C.uint16_t
	if s.with(func(raw *C.rota_socket) C.rota_status {
		return get(raw, (*C.char)(unsafe.Pointer(&text[0])), &length, &port)
	}) != nil {
		return nil
	}
	ip, err := netip.ParseAddr(string(text[:length]))
	if err != nil {
		return nil
	}
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(ip, uint16(port)))
}

func (s *socket) localAddress() *net.TCPAddr {
	return s.address(func(raw *C.rota_socket, text *C.char, length *C.size_t, port *C.uint16_t) C.rota_status {
		return C.rota_socket_local_address(raw, text, 64, length, port)
	})
}

func (s *socket) peerAddress() *net.TCPAddr {
	return s.address(func(raw *C.rota_socket, text *C.char, length *C.size_t, port *C.uint16_t) C.rota_status {
		return C.rota_socket_peer_address(raw, text, 64, length, port)
	})
}

// split takes "host:port" apart.
func split(address string) (string, C.uint16_t, error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, err
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return "", 0, &net.AddrError{Err: "invalid port", Addr: address}
	}
	return host, C.uint16_t(port), nil
}

func (s *socket) setOption(option C.uint32_t, value int64) error {
	return s.with(func(raw *C.rota_socket) C.rota_status { return C.rota_socket_set_option(raw, option, C.int64_t(value)) })
}
