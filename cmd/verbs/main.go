// Package verbs is the command line, one file a verb. It trains sequence models, asks them for needles at growing
// length, and shows where each one forgets.
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

// The statuses of the program.
const (
	statusFailed      = 1
	statusUsage       = 2
	statusInterrupted = 130
)

// Main is the whole program: it runs the verb that the arguments name and exits. Results go to standard output,
// progress and errors to standard error. The exit status is 0, 1 where something failed, 2 where the call was wrong,
// and 130 where it was interrupted; what was finished before is kept. A failure is one line.
func Main() {
	worker.Main()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run calls the verb that the arguments name and returns the program's status.
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

// usageError is a call that cannot be meant: an unknown verb or flag, a missing argument.
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
