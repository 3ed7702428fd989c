// Package flock locks files. A lock is released when the file is closed or the process ends. It excludes other
// programs, such as those that use Python's filelock, and other open files of the same program.
package flock

import "errors"

// ErrHeld is the error for a lock that another open file holds.
var ErrHeld = errors.New("another program holds the lock")
