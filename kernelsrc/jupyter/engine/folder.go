package engine

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// folderPrefix begins the names of build folders in the system's temporary folder.
const folderPrefix = "longseq-kernel-"

// folder is a private temporary folder that goes with its kernel, even if that is killed.
type folder struct {
	path string
	lock *os.File // held as long as the kernel lives
}

// newFolder makes a build folder, and removes those whose kernels are gone.
func newFolder() (*folder, error) {
	removeStale(os.TempDir())
	path, err := os.MkdirTemp("", folderPrefix)
	if err != nil {
		return nil, fmt.Errorf("make build folder: %w", err)
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return nil, fmt.Errorf("make build folder: %w", err)
	}
	lock, err := lockFolder(path)
	if err != nil {
		os.RemoveAll(path)
		return nil, fmt.Errorf("make build folder: %w", err)
	}
	return &folder{path: path, lock: lock}, nil
}

func (f *folder) remove() {
	os.RemoveAll(f.path)
	f.lock.Close()
}

// lockFolder takes the lock of a folder without waiting. The system frees it with the process.
func lockFolder(path string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(path, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// removeStale removes the folders of kernels that were killed: those whose lock is free. A folder
// without a lock file belongs to a kernel that is just starting.
func removeStale(dir string) {
	paths, err := filepath.Glob(filepath.Join(dir, folderPrefix+"*"))
	if err != nil {
		return
	}
	for _, path := range paths {
		if _, err := os.Stat(filepath.Join(path, ".lock")); err != nil {
			continue
		}
		if lock, err := lockFolder(path); err == nil {
			os.RemoveAll(path)
			lock.Close()
		}
	}
}
