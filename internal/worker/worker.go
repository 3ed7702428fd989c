// Package worker calls functions in processes of their own.
//
//	worker    a process that serves one registered function to the process that started it
//	function  what a worker does when it is called; argument and reports travel as JSON
//	report    a message from the function to its caller, sent before the call returns
//	share     the cores a worker may use
//	daemon    a worker that outlives the program that started it; later programs call it too
//
// [Run] uses one worker a core: the XLA threads of two models in one process hinder each other, two processes with
// one core each do not. A [Daemon] keeps what takes long to load.
//
// A worker is this program started again, with the flag -longseq.worker=FUNCTION as its first argument. Nothing but
// that flag makes a process a worker. It serves, and exits, in the first of two calls that it comes to:
//
//   - [Main], which a command calls first in its main function;
//   - flag.Parse, since importing this package adds the flag to flag.CommandLine. The main function of a notebook
//     cell begins with flag.Parse under this project's kernel and under GoNB, and so does a test binary's run.
//
// Both come after all packages are initialized, package main included: what a cell registers, a worker knows. A
// program whose main calls neither cannot start workers: their calls fail with a line that says so.
package worker

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"

	"longseq/internal/crash"
)

// Report sends a message to the caller.
type Report func(message any) error

// Func is a function that workers serve. argument is what the caller gave, as JSON. It should return soon after ctx
// is cancelled, and keep what is finished. It may keep values between calls.
type Func func(ctx context.Context, argument json.RawMessage, report Report) error

// flagName is the flag that makes a process a worker; its value is the name of the function.
const flagName = "longseq.worker"

// messagesFD is the file descriptor on which a worker sends its messages; calls arrive on stdin.
const messagesFD = 3

var functions = map[string]Func{}

// Register names a function. It is called in init functions and panics if the name is taken.
func Register(name string, f Func) {
	if functions[name] != nil {
		panic(fmt.Sprintf("worker function %q is registered twice", name))
	}
	functions[name] = f
}

func init() {
	flag.Func(flagName, "serve the function `NAME` to the process that started this one; not for users", func(name string) error {
		serveFunction(name)
		return nil
	})
}

// Main serves calls until the caller closes the connection, and exits, if this process was started as a worker. In
// any other process it returns at once. See the package documentation for who calls it.
func Main() {
	if name, ok := startedAs(); ok {
		serveFunction(name)
	}
}

// startedAs returns the name of the function that this process was started to serve, and whether it was.
func startedAs() (name string, ok bool) {
	if len(os.Args) < 2 {
		return "", false
	}
	return strings.CutPrefix(os.Args[1], "-"+flagName+"=")
}

// serving is set once this process serves calls.
var serving bool

// checkServes returns an error in a process that was started as a worker and went on to its own work. Without this
// check such a process would start workers, which would start workers in turn.
func checkServes() error {
	if _, started := startedAs(); started && !serving {
		return errors.New("this process was started as a worker, but its main calls neither worker.Main nor flag.Parse first")
	}
	return nil
}

// message is one line from a worker: what the function reported, or how the call ended.
type message struct {
	Report json.RawMessage `json:"report,omitempty"`
	Done   bool            `json:"done,omitempty"`
	Error  string          `json:"error,omitempty"`
	// Interrupted tells a call that was cancelled from one that failed.
	Interrupted bool `json:"interrupted,omitempty"`
}

// serveFunction serves a function and exits.
func serveFunction(name string) {
	serving = true
	if err := serveCalls(name); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serveCalls(name string) error {
	f := functions[name]
	switch {
	case f == nil:
		return fmt.Errorf("serve as worker: this program has no function %q", name)
	case os.Getenv(envIdle) != "":
		return serveDaemon(f)
	}
	return serveProcess(f)
}

// A line from the caller of a [Process]: a call, or the request to end one.
type line struct {
	Call      int             `json:"call,omitempty"` // its number, from 1
	Argument  json.RawMessage `json:"argument,omitempty"`
	Interrupt int             `json:"interrupt,omitempty"` // the number of a call
}

// serveProcess answers the calls of a [Process].
func serveProcess(f Func) error {
	// Ctrl-C reaches every process of a terminal's group, and what a batch system sends at the time limit every process of
	// a job. The caller decides what it means.
	signal.Ignore(stopSignals...)
	return serve(f, os.Stdin, os.NewFile(messagesFD, "messages"))
}

// serve answers calls one after the other until the caller closes the connection or dies. A call that it asks to end, and
// the one in hand when it dies, has its context cancelled.
func serve(f Func, lines io.Reader, messages io.Writer) error {
	gone, leave := context.WithCancel(context.Background())
	defer leave()
	calls := make(chan line)
	var mu sync.Mutex
	interrupted := 0  // the last call that was asked to end
	stop := func() {} // ends the call in hand
	var inHand int    // its number
	go func() {
		defer close(calls)
		defer leave()
		in := json.NewDecoder(lines)
		for {
			var l line
			if in.Decode(&l) != nil {
				return
			}
			if l.Interrupt == 0 {
				calls <- l
				continue
			}
			mu.Lock()
			if interrupted = l.Interrupt; interrupted == inHand {
				stop()
			}
			mu.Unlock()
		}
	}()
	for l := range calls {
		ctx, cancel := context.WithCancel(gone)
		mu.Lock()
		if inHand, stop = l.Call, cancel; interrupted == inHand {
			cancel()
		}
		mu.Unlock()
		err := answer(ctx, f, l.Argument, messages)
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}

// answer calls the function, sends its reports, and then how the call ended.
func answer(ctx context.Context, f Func, argument json.RawMessage, messages io.Writer) error {
	out := json.NewEncoder(messages)
	err := crash.Guard(func() error {
		return f(ctx, argument, func(report any) error {
			raw, err := json.Marshal(report)
			if err != nil {
				return fmt.Errorf("report: %w", err)
			}
			return out.Encode(message{Report: raw})
		})
	})
	end := message{Done: true}
	if err != nil {
		end.Error, end.Interrupted = crash.Text(err, os.Args), errors.Is(err, context.Canceled)
	}
	if err := out.Encode(end); err != nil {
		return fmt.Errorf("answer a call: %w", err)
	}
	return nil
}
