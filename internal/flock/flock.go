// Package flock takes locks on files, which are free again when the file is closed or its process ends. They hold
// between programs, Python's filelock among them, and between open files of one program.
package flock

import "errors"

// ErrHeld says that another open file holds the lock.
var ErrHeld = errors.New("another holds the lock")
