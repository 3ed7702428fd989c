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
	"syscall"

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
	statusInterrupted = 130
)

// Main is the whole program: it runs the verb that os.Args names and exits. Results go to standard output, progress
// and errors to standard error; an error is one line. The exit status is
//
//	0    if the verb succeeded
//	1    if it failed
//	2    if the call was wrong: an unknown verb or flag, a missing argument, a value out of range
//	130  if it was interrupted (SIGINT or SIGTERM); finished work is kept
//
// A second signal ends the program at once. A mistake of the program itself (a panic) is one line too, which names a
// file with a report; the status is 1.
func Main() {
	log.SetOutput(io.Discard) // net/http logs what servers do wrong
	debug.SetGCPercent(40)    // most memory is a store's records, which stay: by default as much again could be garbage
	worker.Main()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
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
	fmt.Fprintf(errOut, "longseq: %s\n", printable.Line(crash.Text(err, args), session.MaxLine))
	var usage session.UsageError
	var mistake *crash.Error
	switch {
	case errors.As(err, &mistake):
		return statusFailed
	case errors.As(err, &usage):
		return statusUsage
	case errors.Is(err, context.Canceled):
		return statusInterrupted
	}
	return statusFailed
}
