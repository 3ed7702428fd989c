//go:build unix

package worker

import (
	"errors"
	"os/exec"
	"syscall"
	"time"
)

// outlive puts a worker into a session of its own: signals to the program's group do not reach it.
func outlive(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// watchEvery is how often a process is looked after where the system does not tell of its end.
const watchEvery = time.Second

// watch returns when there is no process of that number.
func watch(pid int) {
	for !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		time.Sleep(watchEvery)
	}
}
