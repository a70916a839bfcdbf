// SPDX-License-Identifier: MIT

package rota

import (
	"os"
	"sync"
	"time"
)

var errLimit = os.ErrDeadlineExceeded

// deadline is a point in time that can be moved, also while somebody waits for it.
type deadline struct {
	mu     sync.Mutex
	timer  *time.Timer   // guarded by mu
	passed chan struct{} // closed once the time has come; guarded by mu
}

// channel is closed when the time has come. It serves those who wait now, whatever the deadline is moved to.
func (d *deadline) channel() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.passed == nil {
		d.passed = make(chan struct{})
	}
	return d.passed
}

func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil && !d.timer.Stop() {
		<-d.passed // its function closes it without the lock
	}
	d.timer = nil
	closed := false
	if d.passed == nil {
		d.passed = make(chan struct{})
	} else {
		select {
		case <-d.passed:
			closed = true
		default:
		}
	}
	if t.IsZero() {
		if closed {
			d.passed = make(chan struct{})
		}
		return
	}
	if left := time.Until(t); left > 0 {
		if closed {
			d.passed = make(chan struct{})
		}
		passed := d.passed
		d.timer = time.AfterFunc(left, func() { close(passed) })
	} else if !closed {
		close(d.passed)
	}
}
