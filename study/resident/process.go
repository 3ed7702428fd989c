package resident

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"longseq/internal/worker"
	"longseq/kernelsrc/jupyter/display"
	"longseq/lcmodels"
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
	source := ownSource()
	if slices.ContainsFunc(lcmodels.Registered(), lcmodels.Registration.Outside) {
		program, err := ownProgram()
		if err != nil {
			return d, err
		}
		source += program
	}
	// In a notebook the kernel has started this program. The process ends with the kernel, and lies in its build folder.
	d.Dir, d.Owner, d.Identity = filepath.Join(build, "resident"), os.Getppid(), identity(source, os.Environ())
	return d, nil
}

// ownProgram returns a digest of this program. An architecture that a cell defines is known to that cell's program
// alone, so that the resident process of such a cell is not that of another.
func ownProgram() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read this program: %w", err)
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", fmt.Errorf("read this program: %w", err)
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// ownFolder makes the folder of the resident process of a program that is not a notebook cell.
var ownFolder = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "longseq-resident-")
	if err != nil {
		return "", fmt.Errorf("make a folder for the resident process: %w", err)
	}
	return dir, nil
})
