package checkpoint

import (
	"fmt"
	"math"
	"os"
)

// fileSize returns the size of a regular file in bytes. An empty file is an error.
func fileSize(f *os.File) (int, error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		return 0, err
	case !info.Mode().IsRegular():
		return 0, fmt.Errorf("%s is not a regular file", f.Name())
	case info.Size() == 0:
		return 0, fmt.Errorf("%s is empty", f.Name())
	case info.Size() > math.MaxInt:
		return 0, fmt.Errorf("%s is too large for this machine: %d bytes", f.Name(), info.Size())
	}
	return int(info.Size()), nil
}
