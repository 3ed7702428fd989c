// Package verbs is the command line, one file a verb. It trains sequence models, evaluates them on
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
	"os"
	"os/signal"
	"strings"
	"syscall"

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
// A second signal ends the program at once.
func Main() {
	worker.Main()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run runs the verb that the arguments name and returns the exit status.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	root := newRoot(&session{out: out, err: errOut})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintf(errOut, "longseq: %s\n", oneLine(err))
	var usage usageError
	switch {
	case errors.As(err, &usage):
		return statusUsage
	case errors.Is(err, context.Canceled):
		return statusInterrupted
	}
	return statusFailed
}

// usageError is an error in the call itself: the exit status is 2.
type usageError struct{ error }

// usagef returns a usageError.
func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// oneLine returns the error's text with its lines joined.
func oneLine(err error) string {
	var lines []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "; ")
}
