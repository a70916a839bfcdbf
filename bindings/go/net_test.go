// SPDX-License-Identifier: MIT

package rota_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/nettest"
	"rota"
)

// What every net.Conn must do: Go's own test of it.
func TestConnIsANetConn(t *testing.T) {
	r := newRuntime(t)
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		listener, err := r.Listen("127.0.0.1:0")
		if err != nil {
			return nil, nil, nil, err
		}
		defer listener.Close()
		// The kernel's queue holds the connection until it is accepted.
		if c1, err = r.DialContext(background, "tcp", listener.Addr().String()); err != nil {
			return nil, nil, nil, err
		}
		if c2, err = listener.Accept(); err != nil {
			return nil, nil, nil, err
		}
		return c1, c2, func() { c1.Close(); c2.Close() }, nil
	})
}

func random(n int, seed int64) []byte {
	data := make([]byte, n)
	rand.New(rand.NewSource(seed)).Read(data)
	return data
}

// Sends back what comes until the end of the stream, with Go's own sockets.
func echoServer(t *testing.T) string {
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				// Without the interfaces, io.Copy would use pipes, which Go keeps for later.
				io.Copy(struct{ io.Writer }{conn}, struct{ io.Reader }{conn})
				conn.Close()
			}()
		}
	}()
	return listener.Addr().String()
}

func TestBytesArriveWhole(t *testing.T) {
	r := newRuntime(t)
	address := echoServer(t)
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() {
			conn := must(r.Dial(background, address))
			defer conn.Close()
			sent := random(1+n*100_000, int64(n)) // beyond what one operation moves
			go func() {
				if n, err := conn.Write(sent); n != len(sent) || err != nil {
					t.Error(n, err)
				}
				if err := conn.CloseWrite(); err != nil {
					t.Error(err)
				}
			}()
			received, err := io.ReadAll(conn)
			if err != nil || !bytes.Equal(received, sent) {
				t.Errorf("%d of %d bytes, %v", len(received), len(sent), err)
			}
		})
	}
	all.Wait()
}

func TestNamesAndOptions(t *testing.T) {
	r := newRuntime(t)
	address := echoServer(t)
	_, port, _ := net.SplitHostPort(address)
	conn := must(r.DialContext(background, "tcp", net.JoinHostPort("localhost", port)))
	defer conn.Close()
	if conn.RemoteAddr().String() != address || conn.LocalAddr().(*net.TCPAddr).Port == 0 {
		t.Error(conn.RemoteAddr(), conn.LocalAddr())
	}
	if err := conn.(*rota.Conn).SetNoDelay(false); err != nil {
		t.Error(err)
	}
	if n, err := conn.Read(nil); n != 0 || err != nil {
		t.Error(n, err)
	}
	if n, err := conn.Write(nil); n != 0 || err != nil {
		t.Error(n, err)
	}
}

func TestWhatGoesWrongIsSaid(t *testing.T) {
	r := newRuntime(t)
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	free := listener.Addr().String()
	_, err := r.Listen(free)
	want(t, err, syscall.EADDRINUSE)
	listener.Close()
	_, err = r.Dial(background, free)
	want(t, err, syscall.ECONNREFUSED)
	if text := err.Error(); !strings.Contains(text, "dial tcp") || !strings.Contains(text, "connection refused") {
		t.Error(text)
	}
	for _, address := range []string{"no port", "127.0.0.1:70000", "127.0.0.1:x", ""} {
		if conn, err := r.Dial(background, address); err == nil || conn != nil {
			t.Errorf("dialled %q: %v %v", address, conn, err)
		}
	}
	_, err = r.Dial(background, "nul\x00:1")
	want(t, err, rota.EINVAL)
	_, err = r.Listen("localhost:0")
	want(t, err, rota.EINVAL)
	conn, err := r.DialContext(background, "udp", free)
	if conn != nil || err == nil {
		t.Error(conn, err)
	}
}

func TestContextsCancelReadsWritesAndAccepts(t *testing.T) {
	r := newRuntime(t)
	listener := must(r.Listen("127.0.0.1:0"))
	defer listener.Close()
	soon := func() context.Context {
		ctx, cancel := context.WithTimeout(background, 10*time.Millisecond)
		t.Cleanup(cancel)
		return ctx
	}
	_, err := listener.AcceptContext(soon())
	want(t, err, context.DeadlineExceeded)
	conn := must(r.Dial(background, listener.Addr().String()))
	defer conn.Close()
	peer := must(listener.Accept())
	defer peer.Close()
	_, err = conn.ReadContext(soon(), make([]byte, 1))
	want(t, err, context.DeadlineExceeded)
	// Until the buffers of both ends are full; what is said to be written is what arrives.
	much := make([]byte, 64<<20)
	written, err := conn.WriteContext(soon(), much)
	want(t, err, context.DeadlineExceeded)
	conn.CloseWrite()
	received, err := io.Copy(io.Discard, peer)
	if err != nil || received != int64(written) || written == 0 {
		t.Error(received, written, err)
	}
}

func TestClosingEndsWhatWaits(t *testing.T) {
	r := newRuntime(t)
	listener := must(r.Listen("127.0.0.1:0"))
	conn := must(r.Dial(background, listener.Addr().String()))
	peer := must(listener.Accept())
	defer peer.Close()
	ended := make(chan error)
	go func() { _, err := conn.Read(make([]byte, 1)); ended <- err }()
	go func() { _, err := listener.Accept(); ended <- err }()
	until(t, "both wait", func() bool { return must(r.Metrics()).Operations == 2 })
	if err := errors.Join(conn.Close(), listener.Close()); err != nil {
		t.Error(err)
	}
	want(t, <-ended, net.ErrClosed)
	want(t, <-ended, net.ErrClosed)
	want(t, conn.Close(), net.ErrClosed)
	want(t, listener.Close(), net.ErrClosed)
	_, err := conn.Write([]byte("x"))
	want(t, err, net.ErrClosed)
	want(t, conn.CloseWrite(), net.ErrClosed)
}

func TestDeadlinesMove(t *testing.T) {
	r := newRuntime(t)
	conn := must(r.Dial(background, echoServer(t)))
	defer conn.Close()
	ended := make(chan error)
	conn.SetReadDeadline(time.Now().Add(long))
	go func() { _, err := conn.Read(make([]byte, 1)); ended <- err }()
	until(t, "it waits", func() bool { return must(r.Metrics()).Operations == 1 })
	conn.SetReadDeadline(time.Now())
	want(t, <-ended, os.ErrDeadlineExceeded)
	conn.SetReadDeadline(time.Time{})
	must(conn.Write([]byte("x")))
	must(conn.Read(make([]byte, 1)))
}
