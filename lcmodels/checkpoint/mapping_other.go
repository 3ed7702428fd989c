//go:build !unix

package checkpoint

import (
	"io"

	"longseq/internal/input"
)

// mapFile reads a file into memory, on systems without mmap.
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
	data = make([]byte, size)
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, nil, err
	}
	return data, func() error { return nil }, nil
}
