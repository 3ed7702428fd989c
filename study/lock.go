package study

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"longseq/internal/flock"
)

// lock locks the file until it is closed or its process dies, and reports whether it got the lock. Where the system
// has no locks, a file belongs to the process whose number is in its name, so that files of other processes, dead or
// alive, are left alone.
func lock(file *os.File) bool {
	err := flock.Lock(file, false)
	if errors.Is(err, errors.ErrUnsupported) {
		return strings.HasSuffix(file.Name(), fmt.Sprintf("-%d.jsonl", os.Getpid()))
	}
	return err == nil
}
