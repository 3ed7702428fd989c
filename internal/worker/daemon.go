package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Daemon is a worker that outlives the program that started it, so that later programs can call it too. The first
// call starts it. It ends with its owner, when it has been idle for some time, or by End. Programs talk to it
// through a Unix socket in a private folder.
type Daemon struct {
	Function string        // name of a registered function
	Dir      string        // holds socket, lock and log; made for this user alone, and removed when the daemon ends
	Owner    int           // process with which the daemon ends
	Idle     time.Duration // how long after a call the daemon ends; the last call's counts
	// Identity is one line that describes what the daemon computes with, such as a digest of its code. A call ends a
	// daemon of another identity and starts its own.
	Identity string
}

// Environment variables that tell a daemon who it is.
const (
	envOwner    = "LONGSEQ_WORKER_OWNER"
	envIdle     = "LONGSEQ_WORKER_IDLE"
	envIdentity = "LONGSEQ_WORKER_IDENTITY"
)

// listenerFD is the file descriptor of the socket that a daemon listens on.
const listenerFD = 3

// greeting is the line that a daemon sends when it accepts a connection.
type greeting struct {
	Identity string `json:"identity"`
}

// request is the one line that is sent to a daemon on a connection.
type request struct {
	Argument json.RawMessage `json:"argument,omitempty"`
	Idle     time.Duration   `json:"idle,omitempty"`
	End      bool            `json:"end,omitempty"`
}

// Call calls the daemon's function and passes its reports to on, which may be nil. A daemon that does not run is
// started. One that dies in the middle of the call is an error of one line; the next call starts it again. When
// ctx is cancelled the function is asked to return.
func (d Daemon) Call(ctx context.Context, argument any, on func(report json.RawMessage) error) error {
	raw, err := json.Marshal(argument)
	if err != nil {
		return fmt.Errorf("call worker %s: %w", d.Function, err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for range startTries {
		connection, err := d.connect()
		if err != nil {
			return err
		}
		err = d.exchange(ctx, connection, request{Argument: raw, Idle: d.Idle}, on)
		switch {
		case errors.Is(err, errOtherIdentity):
			if err := d.End(ctx); err != nil {
				return err
			}
		case !errors.Is(err, errNotAccepted):
			return err
		}
	}
	return d.died()
}

// End ends the daemon if it runs, and with it a call that another program makes.
func (d Daemon) End(ctx context.Context) error {
	lock, err := lockFolder(d.Dir, true)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it does not run
	}
	if err != nil {
		return fmt.Errorf("end worker %s: %w", d.Function, err)
	}
	defer lock.Close()
	if connection, err := d.dial(); err == nil {
		if err := d.exchange(ctx, connection, request{End: true}, nil); err != nil && !errors.Is(err, errNotAccepted) {
			return err
		}
	}
	clearFolder(d.Dir)
	return nil
}

func (d Daemon) socket() string { return filepath.Join(d.Dir, socketName) }
func (d Daemon) log() string    { return filepath.Join(d.Dir, logName) }

func (d Daemon) dial() (*net.UnixConn, error) {
	return net.DialUnix("unix", nil, &net.UnixAddr{Name: d.socket(), Net: "unix"})
}

var (
	// errNotAccepted says that a daemon ended before it accepted a call, so that another one can be started for it.
	errNotAccepted = errors.New("the worker ended before it accepted the call")
	// errOtherIdentity says that the running daemon has another identity than the one that is called.
	errOtherIdentity = errors.New("the worker has another identity")
)

// exchange sends a request and receives the messages that answer it.
func (d Daemon) exchange(ctx context.Context, connection *net.UnixConn, r request, on func(json.RawMessage) error) error {
	defer connection.Close()
	defer context.AfterFunc(ctx, func() { connection.CloseWrite() })() // the daemon takes this for an interrupt
	messages := bufio.NewReader(connection)
	line, err := messages.ReadBytes('\n')
	var g greeting
	if err != nil || json.Unmarshal(line, &g) != nil {
		return errNotAccepted
	}
	if g.Identity != d.Identity && !r.End {
		return errOtherIdentity
	}
	if err := json.NewEncoder(connection).Encode(r); err != nil {
		return d.died()
	}
	err = receive(messages, on)
	if errors.Is(err, errEnded) {
		return d.died()
	}
	return err
}

// connect connects to the daemon, and starts it if it does not run.
func (d Daemon) connect() (*net.UnixConn, error) {
	if len(d.socket()) > maxSocketPath {
		return nil, fmt.Errorf("start worker %s: the path of its socket, %s, is longer than %d bytes: set TMPDIR to a folder with a shorter name", d.Function, d.socket(), maxSocketPath)
	}
	for range startTries {
		if connection, err := d.dial(); err == nil {
			return connection, nil
		}
		connection, err := d.startOnce()
		if err == nil {
			return connection, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("start worker %s: %w", d.Function, err)
		}
	}
	return nil, d.died()
}

const (
	maxSocketPath = 103 // bytes, on macOS; Linux allows 107
	startTries    = 5   // the daemon may be ending at this moment
)

// startOnce starts the daemon, unless another program has done so meanwhile, and connects to it.
func (d Daemon) startOnce() (*net.UnixConn, error) {
	if err := os.MkdirAll(d.Dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := lockFolder(d.Dir, true)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	if connection, err := d.dial(); err == nil {
		return connection, nil
	}
	if err := os.Remove(d.socket()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: d.socket(), Net: "unix"})
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	listener.SetUnlinkOnClose(false)
	// Connect before the start: a daemon that ends at once is then one that has ended, with a log that says why.
	connection, err := d.dial()
	if err != nil {
		return nil, err
	}
	if err := d.start(listener); err != nil {
		connection.Close()
		return nil, err
	}
	return connection, nil
}

// start starts the daemon with a socket that accepts connections already.
func (d Daemon) start(listener *net.UnixListener) error {
	cmd, err := command(d.Function)
	if err != nil {
		return err
	}
	theirs, err := listener.File()
	if err != nil {
		return err
	}
	defer theirs.Close()
	log, err := os.OpenFile(d.log(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd.Env = append(os.Environ(), envOwner+"="+strconv.Itoa(d.Owner), envIdle+"="+d.Idle.String(), envIdentity+"="+d.Identity)
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.Stdout, cmd.Stderr = log, log
	newSession(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	go cmd.Wait() // reaps it if it ends before this program
	return nil
}

// died returns an error of one line: the daemon ended in the middle of a call, and why.
func (d Daemon) died() error {
	text, _ := os.ReadFile(d.log()) // a log that is missing tells as little as an empty one
	why := lastWords(string(text))
	if why == "" {
		why = "killed, by a user or by the system for want of memory"
	}
	return fmt.Errorf("worker %s ended in the middle of a call: %s; the next call starts it again", d.Function, why)
}
