// SPDX-License-Identifier: MIT

package rota

// #include "shim.h"
import "C"

import (
	"context"
	"errors"
	"net"
	"runtime"
	"unsafe"
)

// Listener accepts TCP connections on the engine: a net.Listener. Any number of goroutines may accept. One that is
// forgotten is closed when it is collected.
type Listener struct {
	runtime *Runtime
	socket  *socket
	local   net.Addr
}

var _ net.Listener = (*Listener)(nil)

// Listen binds "host:port", where the host is numeric or empty (all of the machine's addresses), and port 0 picks a free one.
func (r *Runtime) Listen(address string) (*Listener, error) {
	raw, err := r.listen(address)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Err: err}
	}
	l := &Listener{runtime: r, socket: newSocket(raw)}
	if local := l.socket.localAddress(); local != nil {
		l.local = local
	}
	runtime.AddCleanup(l, closeSocket, l.socket)
	return l, nil
}

func (r *Runtime) listen(address string) (*C.rota_socket, error) {
	host, port, err := split(address)
	if err != nil {
		return nil, err
	}
	if host == "" {
		host = "::"
	}
	if !r.engine.enter() {
		return nil, ESHUTDOWN
	}
	defer r.engine.leave()
	var raw *C.rota_socket
	text := (*C.char)(unsafe.Pointer(unsafe.StringData(host))) // borrowed for the call
	return raw, check(C.rotago_listen(r.engine.runtime, text, C.size_t(len(host)), port, 0, &raw))
}

// Accept gives the next connection.
func (l *Listener) Accept() (net.Conn, error) {
	conn, err := l.AcceptContext(context.Background())
	if err != nil {
		return nil, err // not a nil *Conn in an interface
	}
	return conn, nil
}

// AcceptContext is Accept, cancelled by a context.
func (l *Listener) AcceptContext(ctx context.Context) (*Conn, error) {
	raw, err := l.accept(ctx)
	if err != nil {
		return nil, &net.OpError{Op: "accept", Net: "tcp", Source: l.local, Err: err}
	}
	return l.runtime.newConn(raw), nil
}

func (l *Listener) accept(ctx context.Context) (*C.rota_socket, error) {
	if !l.socket.enter() {
		return nil, net.ErrClosed
	}
	defer l.socket.leave()
	defer runtime.KeepAlive(l) // which would close it
	var raw *C.rota_socket
	err := l.runtime.do(ctx, nil, func(op *C.rotago_op) C.rota_status {
		return C.rotago_accept(l.socket.raw, op)
	}, func(op *C.rotago_op) { raw = op.socket })
	if errors.Is(err, net.ErrClosed) {
		err = net.ErrClosed
	}
	return raw, err
}

// Close stops listening. Calls that wait return net.ErrClosed.
func (l *Listener) Close() error {
	if err := l.socket.close(); err != nil {
		return &net.OpError{Op: "close", Net: "tcp", Source: l.local, Err: net.ErrClosed}
	}
	return nil
}

// Addr is where it listens.
func (l *Listener) Addr() net.Addr { return l.local }
