// SPDX-License-Identifier: MIT

package rota

// #include "shim.h"
import "C"

import (
	"context"
	"sync"
	"time"
)

// Buffers up to this size stay with an operation's memory when it is over.
const keptBuffer = 16 << 10

// op is one operation: its memory in C, and the goroutine that waits for it. It is used again and again.
type op struct {
	id   uint64
	c    *C.rotago_op
	done chan Status // of capacity 1: its completion

	mu      sync.Mutex
	running bool // c.task may be cancelled; guarded by mu
}

// ops is every op of an engine, by its number: C is given the number, never a pointer of Go's.
type ops struct {
	queue *C.rota_queue

	mu   sync.RWMutex
	all  []*op // guarded by mu
	idle []*op // guarded by mu
}

func (o *ops) at(id uint64) *op {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.all[id]
}

func (o *ops) take() (*op, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if last := len(o.idle) - 1; last >= 0 {
		one := o.idle[last]
		o.idle = o.idle[:last]
		return one, nil
	}
	one := &op{id: uint64(len(o.all)), done: make(chan Status, 1)}
	if one.c = C.rotago_op_create(C.uint64_t(one.id), o.queue); one.c == nil {
		return nil, ENOMEM
	}
	o.all = append(o.all, one)
	return one, nil
}

func (o *ops) put(one *op) {
	if one.c.capacity > keptBuffer {
		C.rotago_op_trim(one.c)
	}
	o.mu.Lock()
	o.idle = append(o.idle, one)
	o.mu.Unlock()
}

func (o *ops) free() {
	for _, one := range o.all {
		C.rotago_op_destroy(one.c)
	}
}

// end is told by who takes completions: from here on nothing is left to cancel.
func (o *op) end() {
	o.mu.Lock()
	o.running = false
	o.mu.Unlock()
}

func (o *op) cancel() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.running {
		C.rota_task_cancel(o.c.task)
	}
}

// do starts an operation and waits for its end. The context, and `limit` (nil: none), cancel it: what they say is the
// error then, unless it had ended well before. `use` (may be nil) is called with what is in the operation's memory, when
// that has been written to; it must not keep it.
func (e *engine) do(ctx context.Context, limit <-chan struct{}, start func(*C.rotago_op) C.rota_status,
	use func(*C.rotago_op)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !e.enter() {
		return ESHUTDOWN
	}
	defer e.leave()
	o, err := e.ops.take()
	if err != nil {
		return err
	}
	defer e.ops.put(o)
	o.mu.Lock()
	o.running = true
	err = check(start(o.c))
	o.running = err == nil
	o.mu.Unlock()
	if err != nil {
		return err
	}
	status, err := o.wait(ctx, limit)
	if use != nil {
		use(o.c)
	}
	if status == 0 {
		return nil
	}
	if status == ECANCELED && err != nil {
		return err
	}
	return status
}

// wait gives the final status, and what cancelled it, if anything did.
func (o *op) wait(ctx context.Context, limit <-chan struct{}) (Status, error) {
	select {
	case status := <-o.done:
		return status, nil
	case <-ctx.Done():
		o.cancel()
		return <-o.done, ctx.Err()
	case <-limit:
		o.cancel()
		return <-o.done, errLimit
	}
}

func nanoseconds(d time.Duration) C.uint64_t { return C.uint64_t(max(d, 0)) }
