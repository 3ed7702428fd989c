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

// lastCalls is how long a worker that is about to end still takes calls from programs that found its
// socket.
const lastCalls = 100 * time.Millisecond

// host is a lasting worker from the inside.
type host struct {
	f        Func
	listener *net.UnixListener
	unlink   sync.Once  // removes the socket; a later one of that name is another worker's
	turn     sync.Mutex // held while the function is called

	calls atomic.Int64 // not at their end yet
	last  atomic.Int64 // when a call was last at its end, Unix nanoseconds
}

// serveLasting takes calls, one at a time, until the worker has been idle for too long or its owner ends.
func serveLasting(f Func) error {
	idle, errIdle := time.ParseDuration(os.Getenv(envIdle))
	owner, errOwner := strconv.Atoi(os.Getenv(envOwner))
	file := os.NewFile(listenerFD, "socket")
	listener, errListen := net.FileListener(file)
	if err := errors.Join(errIdle, errOwner, errListen); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	file.Close()
	os.Unsetenv(envIdle)
	os.Unsetenv(envOwner)
	h := &host{f: f, listener: listener.(*net.UnixListener)}
	go func() {
		awaitEnd(owner)
		clearFolder(h.dir())
		os.Exit(0)
	}()
	err := h.take(idle)
	lock, errLock := lockFolder(h.dir(), false)
	h.removeSocket() // the next program starts another worker
	err = errors.Join(err, h.take(lastCalls))
	if errLock == nil { // else a program is about to start or end a worker
		clearFolder(h.dir())
		lock.Close()
	}
	return err
}

func (h *host) dir() string { return filepath.Dir(h.listener.Addr().String()) }

func (h *host) removeSocket() {
	h.unlink.Do(func() { os.Remove(h.listener.Addr().String()) })
}

// take takes calls until none is at work and none has come for so long.
func (h *host) take(idle time.Duration) error {
	h.last.Store(time.Now().UnixNano())
	for {
		h.listener.SetDeadline(time.Now().Add(idle))
		connection, err := h.listener.AcceptUnix()
		switch {
		case err == nil:
			h.calls.Add(1)
			go h.call(connection)
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return fmt.Errorf("serve: %w", err)
		case h.calls.Load() == 0 && time.Since(time.Unix(0, h.last.Load())) >= idle:
			return nil
		}
	}
}

// call serves one connection: a call, or the end.
func (h *host) call(connection *net.UnixConn) {
	defer h.calls.Add(-1)
	defer func() { h.last.Store(time.Now().UnixNano()) }()
	defer connection.Close()
	io.WriteString(connection, taken)
	in := bufio.NewReader(connection)
	line, err := in.ReadBytes('\n')
	var r request
	if err != nil || json.Unmarshal(line, &r) != nil {
		return // a program that was killed before it had asked
	}
	if r.End {
		h.removeSocket()
		json.NewEncoder(connection).Encode(message{Done: true})
		os.Exit(0)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		in.ReadByte() // nothing comes any more: the caller interrupts, or is gone
		cancel()
	}()
	h.turn.Lock()
	defer h.turn.Unlock()
	answer(ctx, h.f, r.Argument, connection) // a caller that is gone hears no answer
}
