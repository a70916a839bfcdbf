// SPDX-License-Identifier: MIT

package rota_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"rota"
)

// counting counts connections.
type counting struct {
	*rota.Runtime
	dialled atomic.Int64
}

// Go's own HTTP server and client, with every byte through the engine.
func serve(t *testing.T, r *rota.Runtime, handler http.HandlerFunc) (*http.Server, *http.Client, *counting, string) {
	listener := must(r.Listen("127.0.0.1:0"))
	server := &http.Server{Handler: handler}
	served := make(chan error)
	go func() { served <- server.Serve(listener) }()
	counted := &counting{Runtime: r}
	transport := &http.Transport{MaxIdleConnsPerHost: 1000}
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		counted.dialled.Add(1)
		return r.DialContext(ctx, network, address)
	}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := server.Shutdown(background); err != nil {
			t.Error(err)
		}
		want(t, <-served, http.ErrServerClosed)
	})
	return server, &http.Client{Transport: transport}, counted, "http://" + listener.Addr().String()
}

func echo(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Write(body)
}

func TestHTTPKeepsManyConnectionsAlive(t *testing.T) {
	r := newRuntime(t)
	_, client, counted, url := serve(t, r, echo)
	const connections, requests = 100, 20
	var all sync.WaitGroup
	for n := range connections {
		all.Go(func() {
			for m := range requests {
				sent := random([]int{0, 1, 100, 8 << 10, 200 << 10}[(n+m)%5], int64(n*requests+m))
				response, err := client.Post(url, "text/plain", bytes.NewReader(sent))
				if err != nil {
					t.Error(err)
					return
				}
				received, err := io.ReadAll(response.Body)
				response.Body.Close()
				if err != nil || !bytes.Equal(received, sent) {
					t.Error(fmt.Errorf("%d of %d bytes: %w", len(received), len(sent), err))
				}
			}
		})
	}
	all.Wait()
	if dialled := counted.dialled.Load(); dialled > 2*connections {
		t.Errorf("%d connections were made", dialled)
	}
}

func TestHTTPRequestsAreCancelled(t *testing.T) {
	r := newRuntime(t)
	abandoned, entered := make(chan struct{}), make(chan struct{})
	_, client, _, url := serve(t, r, func(_ http.ResponseWriter, request *http.Request) {
		entered <- struct{}{}
		<-request.Context().Done() // the server has noticed that its client is gone
		abandoned <- struct{}{}
	})
	ctx, cancel := context.WithCancel(background)
	failed := make(chan error)
	go func() {
		_, err := client.Do(must(http.NewRequestWithContext(ctx, "GET", url, nil)))
		failed <- err
	}()
	<-entered
	cancel()
	want(t, <-failed, context.Canceled)
	<-abandoned
}

func TestHTTPShutsDownGracefully(t *testing.T) {
	r := newRuntime(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	server, client, _, url := serve(t, r, func(w http.ResponseWriter, _ *http.Request) {
		entered <- struct{}{}
		<-leave
		io.WriteString(w, "to the end")
	})
	answer := make(chan string)
	go func() {
		response, err := client.Get(url)
		if err != nil {
			answer <- err.Error()
			return
		}
		defer response.Body.Close()
		answer <- string(must(io.ReadAll(response.Body)))
	}()
	<-entered
	stopped := make(chan error)
	go func() { stopped <- server.Shutdown(background) }()
	until(t, "nobody listens any more", func() bool {
		conn, err := r.Dial(background, url[len("http://"):])
		if err == nil {
			conn.Close()
		}
		return errors.Is(err, rota.ECONNREFUSED)
	})
	close(leave)
	if text := <-answer; text != "to the end" {
		t.Error(text)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
