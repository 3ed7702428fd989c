// Package worker calls functions in processes of their own. [Run] has one a core: XLA's threads of two
// models in one process hinder each other, two processes with a core each do not. A [Lasting] worker lives
// on between the programs that call it, and keeps what takes long to load.
//
// A worker process is this program started again, so this works in a notebook's cell as well as on the
// command line. A package that registers functions calls Serve in its init function; in a process that
// was started as a worker Serve does not return.
package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Report sends a message to the caller.
type Report func(message any) error

// Func is what a worker does when it is called. argument is what the caller gave, as JSON. It should
// end soon after ctx does, keeping what is finished. What it keeps between calls is its own affair.
type Func func(ctx context.Context, argument json.RawMessage, report Report) error

// envFunction names the function that a worker process serves.
const envFunction = "LONGSEQ_WORKER"

// messagesFD is the file descriptor on which a worker sends its messages; calls arrive on stdin.
const messagesFD = 3

var functions = map[string]Func{}

// Register names a function. It is called in init functions, before Serve.
func Register(name string, f Func) {
	if functions[name] != nil {
		panic(fmt.Sprintf("worker function %q is registered twice", name))
	}
	functions[name] = f
}

// message is one line from a worker: what the function reported, or how the call ended.
type message struct {
	Report json.RawMessage `json:"report,omitempty"`
	Done   bool            `json:"done,omitempty"`
	Error  string          `json:"error,omitempty"`
	// Interrupted tells an end that was asked for from a failure.
	Interrupted bool `json:"interrupted,omitempty"`
}

// Serve answers calls until the caller closes the connection, and ends the process, if this process
// was started as a worker; in any other process it returns at once.
func Serve() {
	f := functions[os.Getenv(envFunction)]
	if f == nil {
		return
	}
	os.Unsetenv(envFunction) // not for children of the function
	serveFunction := serveProcess
	if os.Getenv(envIdle) != "" {
		serveFunction = serveLasting
	}
	if err := serveFunction(f); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// serveProcess answers the calls of a [Process].
func serveProcess(f Func) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	// Ctrl-C goes to a terminal's whole group of processes: what it means is for the caller to say.
	signal.Ignore(os.Interrupt)
	return serve(ctx, f, os.Stdin, os.NewFile(messagesFD, "messages"))
}

func serve(ctx context.Context, f Func, calls io.Reader, messages io.Writer) error {
	in := bufio.NewReader(calls)
	for {
		argument, err := in.ReadBytes('\n')
		if err != nil {
			return nil // the caller has closed the connection, or is gone
		}
		if err := answer(ctx, f, argument, messages); err != nil {
			return err
		}
	}
}

// answer calls the function and sends what it reports and how it ended.
func answer(ctx context.Context, f Func, argument json.RawMessage, messages io.Writer) error {
	out := json.NewEncoder(messages)
	err := f(ctx, argument, func(report any) error {
		raw, err := json.Marshal(report)
		if err != nil {
			return fmt.Errorf("report: %w", err)
		}
		return out.Encode(message{Report: raw})
	})
	end := message{Done: true}
	if err != nil {
		end.Error, end.Interrupted = err.Error(), errors.Is(err, context.Canceled)
	}
	if err := out.Encode(end); err != nil {
		return fmt.Errorf("answer a call: %w", err)
	}
	return nil
}
