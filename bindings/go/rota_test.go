// SPDX-License-Identifier: MIT

package rota_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"rota"
	"rota/internal/ctest"
)

func TestSleepIsNeverEarly(t *testing.T) {
	r := newRuntime(t)
	for _, d := range []time.Duration{-1, 0, 300 * time.Microsecond, 20 * time.Millisecond} {
		start := time.Now()
		if err := r.Sleep(background, d); err != nil {
			t.Fatal(err)
		}
		if elapsed := time.Since(start); elapsed < d {
			t.Errorf("slept %v instead of %v", elapsed, d)
		}
	}
}

func TestThousandsSleepAtATimeAndEndInBatches(t *testing.T) {
	r := newRuntime(t)
	const count = 10000
	start := time.Now()
	var all sync.WaitGroup
	for range count {
		all.Go(func() {
			if err := r.Sleep(background, 50*time.Millisecond); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if elapsed := time.Since(start); elapsed > 20*time.Second {
		t.Errorf("took %v", elapsed)
	}
	metrics := must(r.Metrics())
	if metrics.Completions != count {
		t.Errorf("%d completions instead of %d", metrics.Completions, count)
	}
	if metrics.Batches > count/2 {
		t.Errorf("%d batches for %d completions", metrics.Batches, count)
	}
	t.Logf("%d completions in %d batches, %v", metrics.Completions, metrics.Batches, time.Since(start))
}

func TestContextsCancel(t *testing.T) {
	r := newRuntime(t)
	ctx, cancel := context.WithCancel(background)
	slept := make(chan error)
	go func() { slept <- r.Sleep(ctx, long) }()
	until(t, "the timer is armed", func() bool { return must(r.Metrics()).Timers == 1 })
	cancel()
	err := <-slept
	want(t, err, context.Canceled)
	if err.Error() != "rota: sleep: context canceled" {
		t.Error(err)
	}
	want(t, r.Sleep(ctx, 0), context.Canceled) // before it begins
	ctx, cancel = context.WithTimeout(background, 10*time.Millisecond)
	defer cancel()
	err = r.Sleep(ctx, long)
	want(t, err, context.DeadlineExceeded)
	var timeout interface{ Timeout() bool }
	if !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("%v is no timeout", err)
	}
	until(t, "no timer is left", func() bool { return must(r.Metrics()).Timers == 0 })
}

// Cancelling and completing at the same moment, again and again.
func TestCancellingRacesWithCompleting(t *testing.T) {
	r := newRuntime(t)
	var all sync.WaitGroup
	for n := range 2000 {
		all.Go(func() {
			d := time.Duration(n%40) * 50 * time.Microsecond
			ctx, cancel := context.WithTimeout(background, d)
			defer cancel()
			if err := r.Sleep(ctx, d); err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestCloseEndsWhatWaits(t *testing.T) {
	r := newRuntime(t)
	slept := make(chan error)
	for range 100 {
		go func() { slept <- r.Sleep(background, long) }()
	}
	until(t, "all of them sleep", func() bool { return must(r.Metrics()).Timers == 100 })
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	for range 100 {
		want(t, <-slept, rota.ECANCELED)
	}
	want(t, r.Sleep(background, 0), rota.ESHUTDOWN)
	_, err := r.Dial(background, "127.0.0.1:1")
	want(t, err, rota.ESHUTDOWN)
	_, err = r.Listen("127.0.0.1:0")
	want(t, err, rota.ESHUTDOWN)
	_, err = r.NewChannel(1)
	want(t, err, rota.ESHUTDOWN)
	want(t, r.With(func(unsafe.Pointer) { t.Error("called") }), rota.ESHUTDOWN)
}

func TestBlockingCalls(t *testing.T) {
	r := newRuntime(t) // with one thread for them
	gate := ctest.NewGate(int32(rota.EPROTO))
	defer gate.Free()
	first := make(chan error)
	ctx, cancel := context.WithCancel(background)
	go func() { first <- r.CallBlocking(ctx, gate.Function(), gate.Arg()) }()
	gate.Await()
	// In line behind it: it never runs.
	queued, cancelQueued := context.WithTimeout(background, 10*time.Millisecond)
	defer cancelQueued()
	want(t, r.CallBlocking(queued, gate.Function(), gate.Arg()), context.DeadlineExceeded)
	// What runs is waited for, because it uses its argument.
	cancel()
	select {
	case err := <-first:
		t.Error("it returned while its call was running:", err)
	case <-time.After(20 * time.Millisecond):
	}
	gate.Open()
	want(t, <-first, rota.EPROTO)
	if gate.Entered() != 1 {
		t.Errorf("%d calls ran", gate.Entered())
	}
	want(t, r.CallBlocking(background, nil, nil), rota.EINVAL)
}

func TestShutdownWaitsForCallsAsLongAsItsContext(t *testing.T) {
	r := newRuntime(t)
	gate := ctest.NewGate(0)
	defer gate.Free()
	called := make(chan error)
	go func() { called <- r.CallBlocking(background, gate.Function(), gate.Arg()) }()
	gate.Await()
	ctx, cancel := context.WithTimeout(background, 10*time.Millisecond)
	defer cancel()
	want(t, r.Shutdown(ctx), context.DeadlineExceeded)
	gate.Open()
	if err := <-called; err != nil {
		t.Error(err)
	}
	if err := r.Shutdown(background); err != nil {
		t.Error(err)
	}
}

func TestTasksOfC(t *testing.T) {
	r := newRuntime(t)
	var pending, failing unsafe.Pointer
	if err := r.With(func(native unsafe.Pointer) {
		pending, failing = ctest.SpawnPending(native), ctest.SpawnFailing(native)
	}); err != nil {
		t.Fatal(err)
	}
	defer ctest.Release(pending)
	defer ctest.Release(failing)
	want(t, r.Await(background, failing), rota.EPROTO)
	ctx, cancel := context.WithTimeout(background, 10*time.Millisecond)
	defer cancel()
	want(t, r.Await(ctx, pending), context.DeadlineExceeded)
	want(t, r.Await(background, pending), rota.ECANCELED) // the context has cancelled the task itself
	want(t, r.Await(background, nil), rota.EINVAL)
}

func TestChannelsToC(t *testing.T) {
	r := newRuntime(t)
	in, out := must(r.NewChannel(4)), must(r.NewChannel(0))
	var task unsafe.Pointer
	in.With(func(in unsafe.Pointer) {
		out.With(func(out unsafe.Pointer) {
			r.With(func(native unsafe.Pointer) { task = ctest.SpawnDoubler(native, in, out) })
		})
	})
	defer ctest.Release(task)
	go func() {
		for n := range uintptr(1000) {
			if err := in.Send(background, n+1); err != nil {
				t.Error(err)
			}
		}
		in.Close()
	}()
	for n := range uintptr(1000) {
		if value, err := out.Recv(background); err != nil || value != 2*(n+1) {
			t.Fatal(value, err)
		}
	}
	_, err := out.Recv(background)
	want(t, err, rota.ECLOSED)
	want(t, in.Send(background, 1), rota.ECLOSED)
	want(t, in.Close(), rota.ECLOSED)
	if err := r.Await(background, task); err != nil {
		t.Error(err)
	}

	full := must(r.NewChannel(1))
	if err := full.Send(background, 1); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(background, 10*time.Millisecond)
	defer cancel()
	want(t, full.Send(ctx, 2), context.DeadlineExceeded)
	if value, err := full.Recv(background); value != 1 || err != nil {
		t.Error(value, err)
	}
	ctx, cancel = context.WithTimeout(background, 10*time.Millisecond)
	defer cancel()
	value, err := full.Recv(ctx)
	if want(t, err, context.DeadlineExceeded); value != 0 {
		t.Error(value)
	}
	_, err = r.NewChannel(-1)
	want(t, err, rota.EINVAL)
}

func TestErrorsAreWhatGoCallsThem(t *testing.T) {
	for _, pair := range []struct {
		status rota.Status
		target error
	}{
		{rota.ECANCELED, context.Canceled},
		{rota.ECANCELED, syscall.ECANCELED},
		{rota.ETIMEDOUT, context.DeadlineExceeded},
		{rota.ETIMEDOUT, os.ErrDeadlineExceeded},
		{rota.ECLOSED, net.ErrClosed},
		{rota.ECLOSED, os.ErrClosed},
		{rota.ENOENT, fs.ErrNotExist},
		{rota.EEXIST, fs.ErrExist},
		{rota.EACCES, fs.ErrPermission},
		{rota.EPERM, fs.ErrPermission},
		{rota.ENOTSUP, errors.ErrUnsupported},
		{rota.ECONNREFUSED, syscall.ECONNREFUSED},
		{rota.ECONNREFUSED, rota.ECONNREFUSED},
	} {
		want(t, &rota.Error{Op: "test", Err: pair.status}, pair.target)
	}
	if errors.Is(rota.ECONNREFUSED, syscall.ECONNRESET) || errors.Is(rota.EINVAL, context.Canceled) {
		t.Error("one is taken for another")
	}
	if rota.ECONNREFUSED.Error() != "connection refused (ROTA_ECONNREFUSED)" {
		t.Error(rota.ECONNREFUSED)
	}
	var timeout net.Error = rota.ETIMEDOUT
	if !timeout.Timeout() || rota.EINVAL.Timeout() || !rota.EMFILE.Temporary() {
		t.Error("timeouts")
	}
}

func TestBadOptions(t *testing.T) {
	for _, options := range []rota.Options{{Workers: -1}, {Workers: 5000}, {BlockingMax: -1}, {KeepAlive: -1}, {StackSize: -1}} {
		r, err := rota.New(&options)
		want(t, err, rota.EINVAL)
		if r != nil {
			t.Error("there is a runtime all the same")
		}
	}
	r := must(rota.New(nil))
	if must(r.Metrics()).Workers == 0 {
		t.Error("no worker")
	}
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Error(err)
	}
}

func TestForgottenHandlesAreClosed(t *testing.T) {
	before := runtime.NumGoroutine()
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	defer listener.Close()
	func() {
		r := must(rota.New(&rota.Options{Workers: 1}))
		conn := must(r.Dial(background, listener.Addr().String()))
		must(conn.Write([]byte("!")))
		must(r.Listen("127.0.0.1:0"))
		must(r.NewChannel(0))
		// The runtime lives as long as somebody waits on it.
		collected := make(chan struct{})
		go func() {
			defer close(collected)
			for range 3 {
				runtime.GC()
			}
		}()
		if err := r.Sleep(background, 50*time.Millisecond); err != nil {
			t.Error(err)
		}
		<-collected
	}()
	peer := must(listener.Accept())
	defer peer.Close()
	ended := make(chan error)
	go func() {
		buffer := make([]byte, 8)
		for {
			if _, err := peer.Read(buffer); err != nil {
				ended <- err
				return
			}
		}
	}()
	for limit := time.Now().Add(time.Minute); ; runtime.GC() {
		select {
		case <-ended:
			until(t, "the runtime's goroutines have ended", func() bool {
				runtime.GC()
				return runtime.NumGoroutine() <= before
			})
			return
		case <-time.After(time.Millisecond):
		}
		if time.Now().After(limit) {
			t.Fatal("nobody closes what was forgotten")
		}
	}
}
