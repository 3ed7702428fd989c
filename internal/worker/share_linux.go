package worker

import (
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// onShare calls start, which starts a process, on a thread that is bound to a share of the cores this process
// may use. The child inherits the binding, and XLA starts one thread for each core it may use.
func onShare(share Share, start func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all, mine unix.CPUSet
	if share.Of < 2 || unix.SchedGetaffinity(0, &all) != nil {
		return start()
	}
	seen := 0
	for cpu := range len(all) * 64 {
		if all.IsSet(cpu) {
			if seen%share.Of == share.Index {
				mine.Set(cpu)
			}
			seen++
		}
	}
	if mine.Count() == 0 || unix.SchedSetaffinity(0, &mine) != nil {
		return start() // unbound: correct, only slower
	}
	defer unix.SchedSetaffinity(0, &all)
	return start()
}

// dieWithParent makes the system kill the command when this process ends.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
