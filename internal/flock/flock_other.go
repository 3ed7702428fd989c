//go:build !(darwin || linux || freebsd || netbsd || openbsd)

package flock

import (
	"errors"
	"os"
)

// Lock returns errors.ErrUnsupported, because this system has no such locks.
func Lock(*os.File, bool) error { return errors.ErrUnsupported }
