// SPDX-License-Identifier: MIT

// Package rota runs native operations (timers, TCP, blocking C calls, tasks of C and C++ libraries) on rota, a
// task-scheduling engine, and lets goroutines wait for them.
//
// A call blocks its goroutine, not a thread: completions are taken in batches by one goroutine, which waits in Go's network
// poller. A context that is done cancels what the call has started, and the call returns when that is over.
//
// No Go code runs on the engine's threads, and C keeps no pointer of Go's: operations are known by number, and what they read or
// write lies in C's memory.
package rota

// #include "shim.h"
import "C"

import (
	"context"
	"runtime"
	"time"
	"unsafe"
)

// Options of a Runtime. What is zero is as the engine has it by default.
type Options struct {
	Workers     int           // worker threads, 1 to 1024; 0: one for each core
	BlockingMax int           // most threads for CallBlocking and name look-ups, up to 16384; 0: 512
	KeepAlive   time.Duration // how long such a thread stays without work; 0: 10 s
	StackSize   int           // bytes for each thread's stack, 64 KiB at least; 0: the system's default
	Name        string        // begins each thread's name; 8 bytes of it are used
}

// Runtime is the engine. It is safe for use by many goroutines. One that is forgotten shuts down when it is collected,
// with everything that was made from it; Close does so at once.
type Runtime struct {
	engine *engine
}

// New starts a runtime. `options` may be nil.
func New(options *Options) (*Runtime, error) {
	var native C.rota_runtime_options
	if err := check(C.rota_runtime_options_init(&native, C.sizeof_rota_runtime_options)); err != nil {
		return nil, wrap("new", err)
	}
	var pinner runtime.Pinner
	defer pinner.Unpin()
	if options != nil {
		if err := options.fill(&native, &pinner); err != nil {
			return nil, wrap("new", err)
		}
	}
	engine, err := newEngine(&native)
	if err != nil {
		return nil, wrap("new", err)
	}
	r := &Runtime{engine}
	runtime.AddCleanup(r, closeEngine, engine)
	return r, nil
}

func closeEngine(e *engine) { e.close() }

func (o *Options) fill(native *C.rota_runtime_options, pinner *runtime.Pinner) error {
	if o.Workers < 0 || o.Workers > C.ROTA_WORKERS_MAX || o.BlockingMax < 0 || o.BlockingMax > C.ROTA_BLOCKING_MAX ||
		o.KeepAlive < 0 || o.StackSize < 0 {
		return EINVAL
	}
	if o.Workers != 0 {
		native.workers = C.uint32_t(o.Workers)
	}
	if o.BlockingMax != 0 {
		native.blocking_max = C.uint32_t(o.BlockingMax)
	}
	native.blocking_keep_alive_ns = nanoseconds(o.KeepAlive)
	native.stack_size = C.uint64_t(o.StackSize)
	if o.Name != "" {
		name := unsafe.StringData(o.Name)
		pinner.Pin(name)
		native.name = (*C.char)(unsafe.Pointer(name))
		native.name_len = C.size_t(len(o.Name))
	}
	return nil
}

// do is engine.do, during which the runtime is not collected.
func (r *Runtime) do(ctx context.Context, limit <-chan struct{}, start func(*C.rotago_op) C.rota_status,
	use func(*C.rotago_op)) error {
	defer runtime.KeepAlive(r)
	return r.engine.do(ctx, limit, start, use)
}

// Shutdown refuses new work, cancels every operation and waits until all of it, C calls that run included, has ended. When the
// context is done first, its error is returned and the rest happens behind it. It may be called again.
func (r *Runtime) Shutdown(ctx context.Context) error {
	defer runtime.KeepAlive(r)
	r.engine.close()
	select {
	case <-r.engine.freed:
		return nil
	case <-ctx.Done():
		return wrap("shutdown", ctx.Err())
	}
}

// Close is Shutdown without a limit.
func (r *Runtime) Close() error { return r.Shutdown(context.Background()) }

// Sleep waits for d, never less.
func (r *Runtime) Sleep(ctx context.Context, d time.Duration) error {
	return wrap("sleep", r.do(ctx, nil, func(op *C.rotago_op) C.rota_status {
		return C.rotago_sleep(r.engine.runtime, nanoseconds(d), op)
	}, nil))
}

// CallBlocking runs fn(arg) on a thread of the blocking pool. `fn` is a C function, `int32_t fn(void *arg)`, and what it
// returns is the Status; `arg` is nil or memory of C's. A context that is done takes it out of the line; a call that runs is
// not stopped, and waited for, because it uses `arg`.
func (r *Runtime) CallBlocking(ctx context.Context, fn, arg unsafe.Pointer) error {
	if fn == nil {
		return wrap("call", EINVAL)
	}
	return wrap("call", r.do(ctx, nil, func(op *C.rotago_op) C.rota_status {
		return C.rotago_call(r.engine.runtime, fn, arg, op)
	}, nil))
}

// Await waits for a task (a `rota_task *`) that C code has spawned on this runtime, and gives how it ended. A context that is
// done cancels the task. The reference stays the caller's.
func (r *Runtime) Await(ctx context.Context, task unsafe.Pointer) error {
	if task == nil {
		return wrap("await", EINVAL)
	}
	return wrap("await", r.do(ctx, nil, func(op *C.rotago_op) C.rota_status {
		return C.rotago_await((*C.rota_task)(task), op)
	}, nil))
}

// With calls f with the `rota_runtime *`, for C code that is to use it. It stays valid as long as f runs. ESHUTDOWN when
// the runtime is shut down.
func (r *Runtime) With(f func(runtime unsafe.Pointer)) error {
	if !r.engine.enter() {
		return wrap("with", ESHUTDOWN)
	}
	defer r.engine.leave()
	defer runtime.KeepAlive(r)
	f(unsafe.Pointer(r.engine.runtime))
	return nil
}

// Metrics are the engine's counters that matter to Go; rota.h has more.
type Metrics struct {
	Workers         int    // worker threads, now
	BlockingThreads int    // threads for blocking calls, now
	BlockingRunning int    // blocking calls running, now
	TasksLive       uint64 // spawned by C code and not complete, now
	Timers          uint64 // timers armed, now
	Registrations   uint64 // descriptors registered, now
	Operations      int64  // calls of this package that have not returned, now
	Completions     uint64 // taken from the engine's queue
	Batches         uint64 // in so many calls into C
}

// Metrics reads the counters. ESHUTDOWN when the runtime is shut down.
func (r *Runtime) Metrics() (Metrics, error) {
	if !r.engine.enter() {
		return Metrics{}, wrap("metrics", ESHUTDOWN)
	}
	defer r.engine.leave()
	var native C.rota_metrics
	if err := check(C.rota_metrics_read(r.engine.runtime, &native, C.sizeof_rota_metrics)); err != nil {
		return Metrics{}, wrap("metrics", err)
	}
	return Metrics{
		Workers:         int(native.workers),
		BlockingThreads: int(native.blocking_threads),
		BlockingRunning: int(native.blocking_running),
		TasksLive:       uint64(native.tasks_live),
		Timers:          uint64(native.timers),
		Registrations:   uint64(native.io_registrations),
		Operations:      r.engine.left.Load() - 1,
		Completions:     r.engine.completions.Load(),
		Batches:         r.engine.batches.Load(),
	}, nil
}
