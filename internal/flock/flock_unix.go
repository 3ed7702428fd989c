//go:build darwin || linux || freebsd || netbsd || openbsd

package flock

import (
	"errors"
	"os"
	"syscall"
)

// Lock locks an open file exclusively. If another open file holds the lock, it waits, or returns ErrHeld without
// wait. The error is errors.ErrUnsupported on a system without such locks.
func Lock(file *os.File, wait bool) error {
	how := syscall.LOCK_EX
	if !wait {
		how |= syscall.LOCK_NB
	}
	for {
		switch err := syscall.Flock(int(file.Fd()), how); {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return ErrHeld
		default:
			return err
		}
	}
}
