package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// endGrace is how long a daemon that is about to end still accepts calls from programs that had found its socket.
const endGrace = 100 * time.Millisecond

// host is the inside of a daemon.
type host struct {
	f        Func
	identity string
	listener *net.UnixListener
	unlink   sync.Once  // removes the socket; a later one of that name is another daemon's
	turn     sync.Mutex // held while the function is called

	mu     sync.Mutex    // guards the two below and the listener's deadline
	idle   time.Duration // how long after the last call the daemon ends
	ending bool          // only endGrace is left

	calls atomic.Int64 // that have not ended
	last  atomic.Int64 // when a call last ended, Unix nanoseconds
}

// serveDaemon serves calls, one at a time, until the daemon has been idle for too long or its owner ends.
func serveDaemon(f Func) error {
	idle, errIdle := time.ParseDuration(os.Getenv(envIdle))
	owner, errOwner := strconv.Atoi(os.Getenv(envOwner))
	file := os.NewFile(listenerFD, "socket")
	listener, errListen := net.FileListener(file)
	if err := errors.Join(errIdle, errOwner, errListen); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	file.Close()
	h := &host{f: f, identity: os.Getenv(envIdentity), listener: listener.(*net.UnixListener), idle: idle}
	for _, name := range []string{envIdle, envOwner, envIdentity} {
		os.Unsetenv(name) // not for children of the function
	}
	go func() {
		awaitEnd(owner)
		clearFolder(h.dir())
		os.Exit(0)
	}()
	err := h.accept()
	lock, errLock := lockFolder(h.dir(), false)
	h.removeSocket() // the next program starts another daemon
	h.setIdle(endGrace, true)
	err = errors.Join(err, h.accept())
	if errLock == nil { // otherwise a program is about to start or end a daemon
		clearFolder(h.dir())
		lock.Close()
	}
	return err
}

func (h *host) dir() string { return filepath.Dir(h.listener.Addr().String()) }

func (h *host) removeSocket() {
	h.unlink.Do(func() { os.Remove(h.listener.Addr().String()) })
}

// setIdle changes how long the daemon may be idle, unless it is ending.
func (h *host) setIdle(idle time.Duration, ending bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ending {
		return
	}
	h.idle, h.ending = idle, ending
	h.listener.SetDeadline(time.Now().Add(h.idle))
}

// setDeadline sets the time at which the listener gives up.
func (h *host) setDeadline() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listener.SetDeadline(time.Now().Add(h.idle))
}

// isIdle reports whether no call has been served for as long as the daemon may be idle.
func (h *host) isIdle() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.calls.Load() == 0 && time.Since(time.Unix(0, h.last.Load())) >= h.idle
}

// accept accepts calls until the daemon has been idle for too long.
func (h *host) accept() error {
	h.last.Store(time.Now().UnixNano())
	for {
		h.setDeadline()
		connection, err := h.listener.AcceptUnix()
		switch {
		case err == nil:
			h.calls.Add(1)
			go h.call(connection)
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return fmt.Errorf("serve: %w", err)
		case h.isIdle():
			return nil
		}
	}
}

// call serves one connection: a call, or the request to end.
func (h *host) call(connection *net.UnixConn) {
	defer h.calls.Add(-1)
	defer func() { h.last.Store(time.Now().UnixNano()) }()
	defer connection.Close()
	json.NewEncoder(connection).Encode(greeting{h.identity}) // if it fails, so does the read
	in := bufio.NewReader(connection)
	line, err := in.ReadBytes('\n')
	var r request
	if err != nil || json.Unmarshal(line, &r) != nil {
		return // the caller was killed, or wants a daemon of another identity
	}
	if r.End {
		h.removeSocket()
		json.NewEncoder(connection).Encode(message{Done: true})
		os.Exit(0)
	}
	if r.Idle > 0 {
		h.setIdle(r.Idle, false)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		io.Copy(io.Discard, in) // nothing more comes: it ends when the caller interrupts or dies
		cancel()
	}()
	h.turn.Lock()
	defer h.turn.Unlock()
	answer(ctx, h.f, r.Argument, connection) // fails if the caller has died
}
