// SPDX-License-Identifier: MIT

package rota_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"rota"
)

func Example() {
	r, err := rota.New(nil) // one worker for each core
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	err = r.Sleep(ctx, time.Hour)
	fmt.Println(err, errors.Is(err, context.DeadlineExceeded))
	// Output: rota: sleep: context deadline exceeded true
}

func ExampleRuntime_Listen() {
	r, err := rota.New(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	listener, err := r.Listen("127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprint(conn, "hello")
	}()
	conn, err := r.Dial(context.Background(), listener.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	var word string
	fmt.Fscan(conn, &word)
	fmt.Println(word)
	// Output: hello
}
