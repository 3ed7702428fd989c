package resident

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"longseq/internal/worker"
	"longseq/kernelsrc/jupyter/display"
)

// EnvIdle is the environment variable that holds how long the resident process waits for a call before it ends.
const EnvIdle = "LONGSEQ_RESIDENT_IDLE"

// defaultIdle is long enough to think about an answer, and short enough for a device that others use too.
const defaultIdle = 30 * time.Minute

// process returns the resident process of the notebook or program.
func process() (worker.Daemon, error) {
	d := worker.Daemon{Function: function, Idle: defaultIdle}
	if value := os.Getenv(EnvIdle); value != "" {
		idle, err := time.ParseDuration(value)
		if err != nil || idle <= 0 {
			return d, fmt.Errorf("%s=%s: want a time such as 45m or 2h", EnvIdle, value)
		}
		d.Idle = idle
	}
	build := os.Getenv("GONB_TMP_DIR")
	if !display.InNotebook() || build == "" {
		dir, err := ownFolder()
		d.Dir, d.Owner, d.Identity = dir, os.Getpid(), identity("", os.Environ())
		return d, err // it runs this program's own code, which cannot have changed
	}
	// In a notebook the kernel has started this program. The process ends with the kernel, and lies in its build folder.
	d.Dir, d.Owner, d.Identity = filepath.Join(build, "resident"), os.Getppid(), identity(ownSource(), os.Environ())
	return d, nil
}

// ownFolder makes the folder of the resident process of a program that is not a notebook cell.
var ownFolder = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "longseq-resident-")
	if err != nil {
		return "", fmt.Errorf("make a folder for the resident process: %w", err)
	}
	return dir, nil
})
