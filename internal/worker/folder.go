package worker

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"longseq/internal/flock"
)

// The files in the folder of a lasting worker.
const (
	socketName = "socket"
	logName    = "log"
	lockName   = "lock"
)

// lockFolder takes the lock of a lasting worker's folder, which is free again when the file is closed or the
// process ends. The error is fs.ErrNotExist where the folder is not there, or was removed while this
// waited for the lock.
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

// clearFolder removes the folder of a worker that has ended; the lock is held. The lock's file goes last of all
// files: from then on another program may make the folder anew, and what it has put there stays.
func clearFolder(dir string) {
	for _, name := range []string{socketName, logName, lockName} {
		os.Remove(filepath.Join(dir, name))
	}
	os.Remove(dir)
}
