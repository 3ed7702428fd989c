//go:build !unix

package worker

import (
	"errors"
	"os"
	"os/exec"
)

// outlive leaves the worker to the system.
func outlive(*exec.Cmd) {}

// takeLock refuses: lasting workers need Unix.
func takeLock(*os.File, bool) error {
	return errors.New("this system has no locks and sessions as Unix has")
}

// awaitEnd is never called, as no lasting worker is started.
func awaitEnd(int) {}
