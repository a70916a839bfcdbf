// SPDX-License-Identifier: MIT

package rota

// #include "shim.h"
import "C"

import (
	"context"
	"runtime"
	"sync/atomic"
	"unsafe"
)

// Channel passes values between goroutines and the tasks of C code: the engine's channel of pointers, with many senders and
// one receiver at a time. A value is the address of C's memory, or any number; never a pointer of Go's. Between goroutines
// alone use Go's channels. One that is forgotten is closed when it is collected.
type Channel struct {
	runtime *Runtime
	handle  *channel
}

type channel struct {
	raw    *C.rota_channel
	closed atomic.Bool
}

// NewChannel makes a channel; capacity 0: unbounded, sending never waits. What is left inside when it is freed is lost: free
// what the values stand for yourself.
func (r *Runtime) NewChannel(capacity int) (*Channel, error) {
	if capacity < 0 {
		return nil, wrap("channel", EINVAL)
	}
	if !r.engine.enter() {
		return nil, wrap("channel", ESHUTDOWN)
	}
	defer r.engine.leave()
	handle := new(channel)
	if err := check(C.rota_channel_create(r.engine.runtime, C.size_t(capacity), nil, &handle.raw)); err != nil {
		return nil, wrap("channel", err)
	}
	c := &Channel{runtime: r, handle: handle}
	runtime.AddCleanup(c, (*channel).free, handle)
	return c, nil
}

// free is called when nobody can reach the channel, and so nobody is using it.
func (c *channel) free() {
	C.rota_channel_close(c.raw)
	C.rota_channel_release(c.raw)
}

// Send gives a value to whoever receives, and waits where the channel is full. On any error it was not sent. ECLOSED when the
// channel is closed.
func (c *Channel) Send(ctx context.Context, value uintptr) error {
	defer runtime.KeepAlive(c)
	return wrap("send", c.runtime.do(ctx, nil, func(op *C.rotago_op) C.rota_status {
		return C.rotago_send(c.handle.raw, C.uintptr_t(value), op)
	}, nil))
}

// Recv takes the next value, and waits where there is none. ECLOSED when the channel is closed and empty.
func (c *Channel) Recv(ctx context.Context) (uintptr, error) {
	defer runtime.KeepAlive(c)
	var value uintptr
	err := c.runtime.do(ctx, nil, func(op *C.rotago_op) C.rota_status {
		return C.rotago_recv(c.handle.raw, op)
	}, func(op *C.rotago_op) { value = uintptr(op.value) })
	if err != nil {
		return 0, wrap("recv", err)
	}
	return value, nil
}

// With calls f with the `rota_channel *`, for C code that is to use it; it stays valid as long as f runs, and longer where the
// C code clones it.
func (c *Channel) With(f func(channel unsafe.Pointer)) {
	defer runtime.KeepAlive(c)
	f(unsafe.Pointer(c.handle.raw))
}

// Close ends sending; what is inside can still be received. ECLOSED the second time.
func (c *Channel) Close() error {
	defer runtime.KeepAlive(c)
	if c.handle.closed.Swap(true) {
		return wrap("close", ECLOSED)
	}
	return wrap("close", check(C.rota_channel_close(c.handle.raw)))
}
