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
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// Lasting is a worker that outlives the program that started it: programs that come later call it too. It
// is started by the first call, and ends with its owner, when it has been idle for some time, or by End.
// Programs talk to it through a Unix socket in a private folder.
type Lasting struct {
	Function string        // the name of a registered function
	Dir      string        // holds socket, lock and log: made for this user alone, and removed with the worker
	Owner    int           // the process with which the worker ends
	Idle     time.Duration // how long after its last call the worker ends
}

// Variables by which a lasting worker learns how long it is to last.
const (
	envOwner = "LONGSEQ_WORKER_OWNER"
	envIdle  = "LONGSEQ_WORKER_IDLE"
)

// listenerFD is the file descriptor of the socket on which a lasting worker is called.
const listenerFD = 3

// request is the one line that is sent on a connection.
type request struct {
	Argument json.RawMessage `json:"argument,omitempty"`
	End      bool            `json:"end,omitempty"`
}

// Call calls the worker's function and passes what it reports to on. A worker that is not there is started;
// one that dies in the middle of the call is an error of one line, and the next call starts it anew. When
// ctx ends the function is asked to end.
func (l Lasting) Call(ctx context.Context, argument any, on func(report json.RawMessage) error) error {
	raw, err := json.Marshal(argument)
	if err != nil {
		return fmt.Errorf("call worker %s: %w", l.Function, err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for range startTries {
		connection, err := l.connect()
		if err != nil {
			return err
		}
		if err := l.exchange(ctx, connection, request{Argument: raw}, on); !errors.Is(err, errNotTaken) {
			return err
		}
	}
	return l.died()
}

// End ends the worker, if there is one, and with it a call that another program makes.
func (l Lasting) End(ctx context.Context) error {
	lock, err := lockFolder(l.Dir, true)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // there is none
	}
	if err != nil {
		return fmt.Errorf("end worker %s: %w", l.Function, err)
	}
	defer lock.Close()
	if connection, err := l.dial(); err == nil {
		if err := l.exchange(ctx, connection, request{End: true}, nil); err != nil && !errors.Is(err, errNotTaken) {
			return err
		}
	}
	clearFolder(l.Dir)
	return nil
}

// Since returns when the worker was started; zero if there is none.
func (l Lasting) Since() time.Time {
	info, err := os.Stat(l.socket())
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

func (l Lasting) socket() string { return filepath.Join(l.Dir, socketName) }
func (l Lasting) log() string    { return filepath.Join(l.Dir, logName) }

func (l Lasting) dial() (*net.UnixConn, error) {
	return net.DialUnix("unix", nil, &net.UnixAddr{Name: l.socket(), Net: "unix"})
}

// errNotTaken says that a worker has ended before it took a call, so that another can take it: it was dying
// already when it was called.
var errNotTaken = errors.New("the worker ended before it took the call")

// taken is the line by which a worker says that it has taken a call.
const taken = "taken\n"

// exchange sends a request and receives what comes of it.
func (l Lasting) exchange(ctx context.Context, connection *net.UnixConn, r request, on func(json.RawMessage) error) error {
	defer connection.Close()
	defer context.AfterFunc(ctx, func() { connection.CloseWrite() })() // the worker takes this for an interrupt
	messages := bufio.NewReader(connection)
	if line, err := messages.ReadString('\n'); err != nil || line != taken {
		return errNotTaken
	}
	if err := json.NewEncoder(connection).Encode(r); err != nil {
		return l.died()
	}
	err := receive(messages, on)
	if errors.Is(err, errEnded) {
		return l.died()
	}
	return err
}

// connect connects to the worker, and starts it if there is none.
func (l Lasting) connect() (*net.UnixConn, error) {
	if len(l.socket()) > longestSocket {
		return nil, fmt.Errorf("start worker %s: the name of its socket, %s, is longer than %d bytes: set TMPDIR to a folder with a shorter name", l.Function, l.socket(), longestSocket)
	}
	for range startTries {
		if connection, err := l.dial(); err == nil {
			return connection, nil
		}
		connection, err := l.startOnce()
		if err == nil {
			return connection, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("start worker %s: %w", l.Function, err)
		}
	}
	return nil, l.died()
}

const (
	longestSocket = 103 // bytes of a path, on macOS; Linux allows 107
	startTries    = 5   // a worker may be ending at this moment
)

// startOnce starts the worker unless another program has done so meanwhile, and connects to it.
func (l Lasting) startOnce() (*net.UnixConn, error) {
	if err := os.MkdirAll(l.Dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := lockFolder(l.Dir, true)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	if connection, err := l.dial(); err == nil {
		return connection, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	if err := os.Remove(l.socket()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: l.socket(), Net: "unix"})
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	listener.SetUnlinkOnClose(false)
	// Connected before it is started, a worker that ends at once is still one that has ended, with a log.
	connection, err := l.dial()
	if err != nil {
		return nil, err
	}
	if err := l.start(self, listener); err != nil {
		connection.Close()
		return nil, err
	}
	return connection, nil
}

// start starts the worker, the program self, with a socket that takes connections already.
func (l Lasting) start(self string, listener *net.UnixListener) error {
	theirs, err := listener.File()
	if err != nil {
		return err
	}
	defer theirs.Close()
	log, err := os.OpenFile(l.log(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), envFunction+"="+l.Function, envOwner+"="+strconv.Itoa(l.Owner), envIdle+"="+l.Idle.String())
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.Stdout, cmd.Stderr = log, log
	outlive(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	go cmd.Wait() // so that it does not stay in the table of processes if it ends first
	return nil
}

// died says in one line that the worker ended in the middle of a call, and why.
func (l Lasting) died() error {
	text, _ := os.ReadFile(l.log()) // a log that is not there says as little as an empty one
	why := lastWords(string(text))
	if why == "" {
		why = "killed, by a user or by the system for want of memory"
	}
	return fmt.Errorf("worker %s ended in the middle of a call: %s; the next call starts it anew", l.Function, why)
}
