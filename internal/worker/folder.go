package worker

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"longseq/internal/flock"
)

// Files in the folder of a daemon.
const (
	socketName = "socket"
	logName    = "log"
	lockName   = "lock"
)

// lockFolder locks a daemon's folder until the returned file is closed or this process ends. The error is
// fs.ErrNotExist if there is no folder, or if it was removed while this waited for the lock.
func lockFolder(dir string, wait bool) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	lock, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := flock.Lock(lock, wait); err != nil {
		lock.Close()
		return nil, err
	}
	mine, errMine := lock.Stat()
	there, errThere := os.Stat(path)
	if errMine != nil || errThere != nil || !os.SameFile(mine, there) {
		lock.Close()
		return nil, fmt.Errorf("lock %s: %w", dir, fs.ErrNotExist)
	}
	return lock, nil
}

// clearFolder removes the folder of a daemon that has ended; the caller holds the lock. The lock file goes last: from
// then on another program may use the folder for a new daemon, and os.Remove leaves a folder with files alone.
func clearFolder(dir string) {
	for _, name := range []string{socketName, logName, lockName} {
		os.Remove(filepath.Join(dir, name))
	}
	os.Remove(dir)
}
