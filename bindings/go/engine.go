// SPDX-License-Identifier: MIT

package rota

// #include "shim.h"
// #include <stdlib.h>
import "C"

import (
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// Completions taken from the queue in one call.
const batch = 256

// engine is what lies behind a Runtime, a Conn and so on: the C handles, and the one goroutine that takes completions.
//
// That goroutine waits in Go's own network poller, as for a socket: a completion wakes it as a packet would, no thread is
// held, and where the scheduler looks for work it finds completions. (A thread of its own, blocked in poll(2), was measured too:
// docs/guide/go.md has the figures.) The queue's descriptor is watched through a duplicate, because an os.File closes what it has.
//
// What C may touch is freed when the engine is closing and no operation is left; `left` counts operations, and calls that
// are about to use a handle.
type engine struct {
	runtime *C.rota_runtime
	queue   *C.rota_queue
	bell    *os.File

	left     atomic.Int64
	closing  atomic.Bool
	shutdown sync.Once
	stopped  chan struct{} // closed when polls and blocking calls have ended
	freed    chan struct{} // closed when the C handles are gone

	completions atomic.Uint64 // written by deliver
	batches     atomic.Uint64 // written by deliver

	ops ops
}

func newEngine(options *C.rota_runtime_options) (*engine, error) {
	e := &engine{stopped: make(chan struct{}), freed: make(chan struct{})}
	if err := check(C.rota_runtime_create(options, &e.runtime)); err != nil {
		return nil, err
	}
	err := check(C.rota_queue_create(e.runtime, &e.queue))
	if err == nil {
		err = e.openBell()
	}
	if err != nil {
		C.rota_queue_release(e.queue)
		C.rota_runtime_release(e.runtime)
		return nil, err
	}
	e.ops.queue = e.queue
	go e.deliver()
	return e, nil
}

func (e *engine) openBell() error {
	var handle C.intptr_t
	if err := check(C.rota_queue_handle(e.queue, &handle)); err != nil {
		return err
	}
	syscall.ForkLock.RLock()
	descriptor, err := syscall.Dup(int(handle))
	if err == nil {
		syscall.CloseOnExec(descriptor)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return err
	}
	if err := syscall.SetNonblock(descriptor, true); err != nil {
		syscall.Close(descriptor)
		return err
	}
	e.bell = os.NewFile(uintptr(descriptor), "rota queue")
	if err := e.bell.SetReadDeadline(time.Time{}); err != nil {
		e.bell.Close() // not one that Go's poller can wait for
		return err
	}
	return nil
}

// enter keeps the C handles alive until leave; false: it is too late.
func (e *engine) enter() bool {
	e.left.Add(1)
	if e.closing.Load() {
		e.leave()
		return false
	}
	return true
}

func (e *engine) leave() {
	if e.left.Add(-1) == 0 && e.closing.Load() {
		e.interrupt()
	}
}

// interrupt has deliver look whether it is over.
func (e *engine) interrupt() { e.bell.SetReadDeadline(time.Unix(1, 0)) }

// close begins the shutdown; `stopped` and `freed` tell how far it is. Every operation then ends.
func (e *engine) close() {
	e.shutdown.Do(func() {
		e.left.Add(1) // this one
		e.closing.Store(true)
		go func() {
			C.rota_runtime_shutdown(e.runtime, C.ROTA_FOREVER)
			close(e.stopped)
			e.leave()
		}()
	})
}

func (e *engine) over() bool { return e.closing.Load() && e.left.Load() == 0 }

// deliver is the goroutine that hands completions to those who wait for them.
func (e *engine) deliver() {
	taken := newBatch()
	defer taken.free()
	raw, err := e.bell.SyscallConn()
	for err == nil && !e.over() {
		// Runs again each time the bell rings; an error is an interrupt.
		if raw.Read(func(uintptr) bool {
			for e.pop(taken) {
			}
			return e.over()
		}) != nil && !e.over() {
			err = e.bell.SetReadDeadline(time.Time{})
		}
	}
	if err != nil {
		panic("rota: the queue cannot be waited for: " + err.Error())
	}
	e.free()
}

// pop hands on one batch; whether there may be more.
func (e *engine) pop(taken *completions) bool {
	var count C.uint32_t
	status := C.rotago_pop(e.queue, taken.tasks, batch, taken.ids, taken.statuses, &count)
	ids := unsafe.Slice(taken.ids, count)
	statuses := unsafe.Slice(taken.statuses, count)
	for _, id := range ids {
		e.ops.at(uint64(id)).end()
	}
	if count != 0 {
		C.rotago_release(taken.tasks, count) // nobody cancels them any more
		e.completions.Add(uint64(count))
		e.batches.Add(1)
	}
	for i, id := range ids {
		e.ops.at(uint64(id)).done <- Status(statuses[i])
	}
	return status == C.ROTA_PENDING
}

func (e *engine) free() {
	e.bell.Close()
	e.ops.free()
	C.rota_queue_release(e.queue)
	C.rota_runtime_release(e.runtime)
	close(e.freed)
}

// completions is a batch, in C's memory.
type completions struct {
	tasks    *C.rota_completion
	ids      *C.uint64_t
	statuses *C.rota_status
}

func newBatch() *completions {
	return &completions{
		tasks:    (*C.rota_completion)(C.calloc(batch, C.sizeof_rota_completion)),
		ids:      (*C.uint64_t)(C.calloc(batch, C.sizeof_uint64_t)),
		statuses: (*C.rota_status)(C.calloc(batch, C.sizeof_rota_status)),
	}
}

func (b *completions) free() {
	C.free(unsafe.Pointer(b.tasks))
	C.free(unsafe.Pointer(b.ids))
	C.free(unsafe.Pointer(b.statuses))
}
