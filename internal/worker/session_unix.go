//go:build unix

package worker

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// newSession starts a command in a session of its own, which signals to this process's group do not reach.
func newSession(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// stopSignals ask a program and all that it has started to end.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGUSR1}

// pollInterval is how often a process is looked for where the system does not report its end.
const pollInterval = time.Second

// pollEnd returns when there is no process with that identifier.
func pollEnd(pid int) {
	for !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		time.Sleep(pollInterval)
	}
}
