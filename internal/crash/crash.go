// Package crash turns a panic into an error, so that a mistake in the program ends as one line and a report instead of
// pages on the terminal.
package crash

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
)

// Error is a panic.
type Error struct {
	Value any    // that panic was called with
	Stack []byte // of the goroutine, as package runtime/debug prints it
}

func (e *Error) Error() string { return fmt.Sprintf("a mistake in this program: %v", e.Value) }

// Unwrap returns the value of the panic if it is an error.
func (e *Error) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Guard calls f and returns its error. If f panics, that is an *Error. A panic of a goroutine that is not guarded
// ends the program.
func Guard(f func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &Error{Value: value, Stack: debug.Stack()}
		}
	}()
	return f()
}

// Text returns the text of an error. If a panic is in it, Text writes its stack and the call to a new file in the folder
// of temporary files, and adds the file's path.
func Text(err error, call []string) string {
	text := err.Error()
	var panicked *Error
	if errors.As(err, &panicked) {
		if path, err := panicked.report(call); err == nil {
			text += "; the report is in " + path
		}
	}
	return text
}

// report writes a file with the call, the panic and its stack, and returns its path.
func (e *Error) report(call []string) (string, error) {
	file, err := os.CreateTemp("", "longseq-report-*.txt")
	if err != nil {
		return "", err
	}
	_, err = fmt.Fprintf(file, "call: %q\n\npanic: %v\n\n%s", call, e.Value, e.Stack)
	return file.Name(), errors.Join(err, file.Close())
}
