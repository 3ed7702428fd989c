// Package verbs is the command line; its folders hold the verbs, a file each. It trains sequence models, evaluates them on
// needle-in-a-haystack tasks at growing length, and draws the results.
//
// A program with architectures of its own is this command line with one more import:
//
//	import (
//		"longseq/cmd/verbs"
//		_ "example.org/mymixer" // registers its architecture
//	)
//
//	func main() { verbs.Main() }
package verbs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"

	"github.com/spf13/cobra"

	"longseq/cmd/verbs/session"
	"longseq/internal/crash"
	"longseq/internal/printable"
	"longseq/internal/worker"
)

// The exit statuses of the program, beside 0.
const (
	statusFailed      = 1
	statusUsage       = 2
	statusIncomplete  = 3
	statusInterrupted = 130
)

// Main is the whole program: it runs the verb that os.Args names and exits. Results go to standard output, progress
// and errors to standard error; an error is one line. The exit status is
//
//	0    if the verb succeeded
//	1    if it failed
//	2    if the call was wrong: an unknown verb or flag, a missing argument, a value out of range
//	3    if it was asked how much of something is there, and not all is
//	130  if it was interrupted (SIGINT, SIGTERM or SIGUSR1); what is in hand is finished, and kept
//
// A second SIGINT ends the program at once; SIGTERM and SIGUSR1 may come as often as they like, since batch systems send
// them to a script and to its children. A mistake of the program itself (a panic) is one line too, which names a
// file with a report; the status is 1.
func Main() {
	log.SetOutput(io.Discard) // net/http logs what servers do wrong
	debug.SetGCPercent(40)    // most memory is a store's records, which stay: by default as much again could be garbage
	worker.Main()
	os.Exit(run(interruptible(), os.Args[1:], os.Stdout, os.Stderr))
}

// interruptible returns a context that ends at the first signal to stop.
func interruptible() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, stopSignals...)
	go func() {
		for s := range signals {
			if s == os.Interrupt && ctx.Err() != nil {
				os.Exit(statusInterrupted)
			}
			cancel()
		}
	}()
	return ctx
}

// run runs the verb that the arguments name and returns the exit status.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	return execute(ctx, newRoot(&session.Session{Out: out, Err: errOut}), args, errOut)
}

// execute runs a command with arguments and returns the exit status.
func execute(ctx context.Context, root *cobra.Command, args []string, errOut io.Writer) int {
	root.SetArgs(args)
	err := crash.Guard(func() error { return root.ExecuteContext(ctx) })
	if err == nil {
		return 0
	}
	var usage session.UsageError
	var mistake *crash.Error
	var incomplete session.Incomplete
	if !errors.As(err, &incomplete) || incomplete.Why != "" {
		fmt.Fprintf(errOut, "longseq: %s\n", printable.Line(crash.Text(err, args), session.MaxLine))
	}
	switch {
	case errors.As(err, &mistake):
		return statusFailed
	case errors.As(err, &usage):
		return statusUsage
	case errors.As(err, &incomplete):
		return statusIncomplete
	case errors.Is(err, context.Canceled):
		return statusInterrupted
	}
	return statusFailed
}
