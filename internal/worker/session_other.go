//go:build !unix

package worker

import (
	"os"
	"os/exec"
	"syscall"
)

// newSession changes nothing: this system has no sessions.
func newSession(*exec.Cmd) {}

// awaitEnd is never called: no daemon is started on this system.
func awaitEnd(int) {}

// stopSignals ask a program and all that it has started to end.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM}
