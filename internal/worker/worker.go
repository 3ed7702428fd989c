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
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

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

// serveProcess answers the calls of a [Process].
func serveProcess(f Func) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	// Ctrl-C reaches every process of a terminal's group. The caller decides what it means.
	signal.Ignore(os.Interrupt)
	return serve(ctx, f, os.Stdin, os.NewFile(messagesFD, "messages"))
}

func serve(ctx context.Context, f Func, calls io.Reader, messages io.Writer) error {
	in := bufio.NewReader(calls)
	for {
		argument, err := in.ReadBytes('\n')
		if err != nil {
			return nil // the caller has closed the connection or has died
		}
		if err := answer(ctx, f, argument, messages); err != nil {
			return err
		}
	}
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
