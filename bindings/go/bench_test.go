// SPDX-License-Identifier: MIT

package rota_test

import (
	"io"
	"net"
	"testing"
)

// One goroutine: the way into C, to a worker and back through the queue.
func BenchmarkSleepZero(b *testing.B) {
	r := newRuntime(b)
	for b.Loop() {
		if err := r.Sleep(background, 0); err != nil {
			b.Fatal(err)
		}
	}
}

// Many at a time: completions come in batches.
func BenchmarkSleepZeroMany(b *testing.B) {
	r := newRuntime(b)
	b.SetParallelism(100)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := r.Sleep(background, 0); err != nil {
				b.Error(err)
			}
		}
	})
	metrics := must(r.Metrics())
	b.ReportMetric(float64(metrics.Completions)/float64(max(metrics.Batches, 1)), "completions/batch")
}

// 64 bytes to and fro over each of 100 connections at a time.
func benchmarkEcho(b *testing.B, listener net.Listener, dial func() net.Conn) {
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				io.Copy(struct{ io.Writer }{conn}, struct{ io.Reader }{conn})
			}()
		}
	}()
	b.SetParallelism(50)
	b.RunParallel(func(pb *testing.PB) {
		conn := dial()
		defer conn.Close()
		buffer := make([]byte, 64)
		for pb.Next() {
			must(conn.Write(buffer))
			must(io.ReadFull(conn, buffer))
		}
	})
}

func BenchmarkEcho(b *testing.B) {
	r := newRuntime(b)
	listener := must(r.Listen("127.0.0.1:0"))
	benchmarkEcho(b, listener, func() net.Conn { return must(r.Dial(background, listener.Addr().String())) })
}

// Go's own sockets, to compare with.
func BenchmarkEchoOfGo(b *testing.B) {
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	benchmarkEcho(b, listener, func() net.Conn { return must(net.Dial("tcp", listener.Addr().String())) })
}
