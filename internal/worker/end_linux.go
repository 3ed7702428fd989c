package worker

import (
	"errors"

	"golang.org/x/sys/unix"
)

// awaitEnd returns when the process ends, also if nobody waits for it and it stays as a zombie.
func awaitEnd(pid int) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		watch(pid) // gone already, or a system that is older than Linux 5.3
		return
	}
	defer unix.Close(fd)
	for {
		if _, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1); !errors.Is(err, unix.EINTR) {
			return
		}
	}
}
