//go:build darwin || linux || freebsd || netbsd || openbsd

package study

import (
	"os"
	"syscall"
)

// lock takes the file for this open file alone, until it is closed or its process dies, and
// reports whether it got it.
func lock(file *os.File) bool {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
