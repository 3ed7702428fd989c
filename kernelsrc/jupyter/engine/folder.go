package engine

import (
	"fmt"
	"os"
	"path/filepath"

	"longseq/internal/flock"
)

// folderPrefix begins the names of build folders in the system's temporary folder.
const folderPrefix = "longseq-kernel-"

// folder is a private temporary folder. It is removed with its kernel, or by the next kernel if that was killed.
type folder struct {
	path string
	lock *os.File // held as long as the kernel lives
}

// newFolder makes a build folder. It removes those of kernels that were killed.
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

// lockFolder locks a folder, without waiting, until the returned file is closed or this process ends.
func lockFolder(path string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(path, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := flock.Lock(file, false); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// removeStale removes the folders of kernels that were killed: those that nobody has locked. A folder without a lock
// file belongs to a kernel that is starting.
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
