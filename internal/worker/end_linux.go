package worker

import (
	"errors"

	"golang.org/x/sys/unix"
)

// awaitEnd returns when the process has ended, even if it stays as a zombie.
func awaitEnd(pid int) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		pollEnd(pid) // it has ended already, or Linux is older than 5.3
		return
	}
	defer unix.Close(fd)
	for {
		if _, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1); !errors.Is(err, unix.EINTR) {
			return
		}
	}
}
