// SPDX-License-Identifier: MIT

package rota

// #include "shim.h"
import "C"

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"time"
	"unsafe"
)

// The most that one operation moves: what it reads or writes is copied through C's memory.
const mostMoved = 64 << 10

// Conn is a TCP connection on the engine: a net.Conn. Any number of goroutines may use it. TCP_NODELAY is on. One that is
// forgotten is closed when it is collected.
type Conn struct {
	runtime       *Runtime // keeps it open
	socket        *socket
	local, peer   net.Addr
	read, written deadline
}

var _ net.Conn = (*Conn)(nil)

func (r *Runtime) newConn(raw *C.rota_socket) *Conn {
	c := &Conn{runtime: r, socket: newSocket(raw)}
	// Interfaces, which are to be nil where there is no address.
	if local := c.socket.localAddress(); local != nil {
		c.local = local
	}
	if peer := c.socket.peerAddress(); peer != nil {
		c.peer = peer
	}
	runtime.AddCleanup(c, closeSocket, c.socket)
	return c
}

// Dial connects to "host:port". A name is looked up on the blocking pool, and its addresses are tried in turn.
func (r *Runtime) Dial(ctx context.Context, address string) (*Conn, error) {
	var raw *C.rota_socket
	host, port, err := split(address)
	if err == nil {
		err = r.do(ctx, nil, func(op *C.rotago_op) C.rota_status {
			// Borrowed for the call.
			return C.rotago_connect(r.engine.runtime, (*C.char)(unsafe.Pointer(unsafe.StringData(host))), C.size_t(len(host)), port, op)
		}, func(op *C.rotago_op) { raw = op.socket })
	}
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
	}
	return r.newConn(raw), nil
}

// DialContext is Dial in the shape that http.Transport and others ask for; the network is "tcp".
func (r *Runtime) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if network != "tcp" {
		return nil, &net.OpError{Op: "dial", Net: network, Err: net.UnknownNetworkError(network)}
	}
	conn, err := r.Dial(ctx, address)
	if err != nil {
		return nil, err // not a nil *Conn in an interface
	}
	return conn, nil
}

func (c *Conn) fail(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: c.local, Addr: c.peer, Err: err}
}

// do is engine.do on an open socket, with a deadline.
func (c *Conn) do(ctx context.Context, limit *deadline, start func(*C.rota_socket, *C.rotago_op) C.rota_status,
	use func(*C.rotago_op)) error {
	if !c.socket.enter() {
		return net.ErrClosed
	}
	defer c.socket.leave()
	defer runtime.KeepAlive(c) // which would close it
	passed := limit.channel()
	select {
	case <-passed:
		return errLimit
	default:
	}
	err := c.runtime.do(ctx, passed, func(op *C.rotago_op) C.rota_status { return start(c.socket.raw, op) }, use)
	if errors.Is(err, net.ErrClosed) {
		err = net.ErrClosed // as net's connections have it, and those who compare
	}
	return err
}

// Read reads what is there, at most 64 KiB; io.EOF at the end of the stream.
func (c *Conn) Read(buffer []byte) (int, error) { return c.ReadContext(context.Background(), buffer) }

// ReadContext is Read, cancelled by a context. No byte is lost: what was read before is returned.
func (c *Conn) ReadContext(ctx context.Context, buffer []byte) (int, error) {
	if len(buffer) == 0 {
		return 0, nil
	}
	size := min(len(buffer), mostMoved)
	count := 0
	err := c.do(ctx, &c.read, func(socket *C.rota_socket, op *C.rotago_op) C.rota_status {
		return C.rotago_read(socket, C.size_t(size), op)
	}, func(op *C.rotago_op) {
		count = copy(buffer, unsafe.Slice((*byte)(unsafe.Pointer(op.buffer)), op.count))
	})
	if err != nil {
		return 0, c.fail("read", err)
	}
	if count == 0 {
		return 0, io.EOF
	}
	return count, nil
}

// Write writes all of it, or says how much was written when it fails.
func (c *Conn) Write(data []byte) (int, error) { return c.WriteContext(context.Background(), data) }

// WriteContext is Write, cancelled by a context.
func (c *Conn) WriteContext(ctx context.Context, data []byte) (int, error) {
	total := 0
	for len(data) > 0 {
		part := data[:min(len(data), mostMoved)]
		count := 0
		err := c.do(ctx, &c.written, func(socket *C.rota_socket, op *C.rotago_op) C.rota_status {
			return C.rotago_write(socket, (*C.char)(unsafe.Pointer(&part[0])), C.size_t(len(part)), op)
		}, func(op *C.rotago_op) { count = int(op.count) })
		total += count
		if err != nil {
			return total, c.fail("write", err)
		}
		data = data[len(part):]
	}
	return total, nil
}

// Close closes it. Calls that wait return net.ErrClosed.
func (c *Conn) Close() error {
	if err := c.socket.close(); err != nil {
		return c.fail("close", net.ErrClosed)
	}
	return nil
}

func (c *Conn) shutdown(how C.uint32_t) error {
	err := c.socket.with(func(raw *C.rota_socket) C.rota_status { return C.rota_socket_shutdown(raw, how) })
	if err != nil {
		return c.fail("shutdown", err)
	}
	return nil
}

// CloseWrite ends the writing side: the peer reads the end of the stream, and reading goes on here.
func (c *Conn) CloseWrite() error { return c.shutdown(C.ROTA_SHUTDOWN_WRITE) }

// CloseRead ends the reading side.
func (c *Conn) CloseRead() error { return c.shutdown(C.ROTA_SHUTDOWN_READ) }

// SetNoDelay sets whether small writes are sent at once, as they are by default.
func (c *Conn) SetNoDelay(on bool) error {
	value := int64(0)
	if on {
		value = 1
	}
	if err := c.socket.setOption(C.ROTA_SOCKET_NODELAY, value); err != nil {
		return c.fail("set", err)
	}
	return nil
}

// LocalAddr is the address of this end.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr is the address of the other end.
func (c *Conn) RemoteAddr() net.Addr { return c.peer }

// SetDeadline is for Read and Write; the zero time is none. Calls that wait heed it too.
func (c *Conn) SetDeadline(t time.Time) error {
	c.read.set(t)
	c.written.set(t)
	return nil
}

// SetReadDeadline is for Read.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.read.set(t)
	return nil
}

// SetWriteDeadline is for Write.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.written.set(t)
	return nil
}
