// SPDX-License-Identifier: MIT

package rota_test

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"rota"
)

// newRuntime gives a runtime; at the test's end nothing of it may be left: no operation, goroutine or descriptor.
func newRuntime(t testing.TB) *rota.Runtime {
	t.Helper()
	goroutines, descriptors := runtime.NumGoroutine(), countDescriptors(t)
	r, err := rota.New(&rota.Options{Workers: 2, BlockingMax: 1, Name: "gotest"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if metrics, err := r.Metrics(); err == nil {
			until(t, "no operation is left", func() bool { metrics, _ = r.Metrics(); return metrics.Operations == 0 })
			if metrics.TasksLive != 0 {
				t.Errorf("%d tasks are left", metrics.TasksLive)
			}
		}
		if err := r.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if _, err := r.Metrics(); !errors.Is(err, rota.ESHUTDOWN) {
			t.Errorf("Metrics of a closed runtime: %v", err)
		}
		until(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= goroutines })
		until(t, "no descriptor is left", func() bool {
			runtime.GC() // a channel is given back when it is collected, and keeps its runtime's memory until then
			return countDescriptors(t) <= descriptors
		})
	})
	return r
}

func TestMain(m *testing.M) {
	// Go's poller, which stays, has descriptors of its own: opened before they are counted.
	must(net.Listen("tcp", "127.0.0.1:0")).Close()
	os.Exit(m.Run())
}

func countDescriptors(t testing.TB) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// until waits, a minute at most, until condition holds.
func until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	// Looks again and again; the pause lets Go's poller have its turn.
	for limit := time.Now().Add(time.Minute); !condition(); time.Sleep(100 * time.Microsecond) {
		if time.Now().After(limit) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func want(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("the error is %v, not %v", err, target)
	}
}

var background = context.Background()

const long = time.Hour
