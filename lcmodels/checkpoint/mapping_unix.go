//go:build unix

package checkpoint

import (
	"fmt"

	"golang.org/x/sys/unix"

	"longseq/internal/input"
)

// mapFile maps a file into memory, read-only. release unmaps it.
func mapFile(path string) (data []byte, release func() error, err error) {
	f, err := input.Regular(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	size, err := fileSize(f)
	if err != nil {
		return nil, nil, err
	}
	data, err = unix.Mmap(int(f.Fd()), 0, size, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, fmt.Errorf("map %s: %w", path, err)
	}
	return data, func() error { return unix.Munmap(data) }, nil
}
