package resident

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"longseq/internal/worker"
	"longseq/kernelsrc/jupyter/display"
)

// EnvIdle names the variable that says how long the process waits for a call before it ends.
const EnvIdle = "LONGSEQ_HOT_IDLE"

// defaultIdle is long enough to think about an answer, and short enough for a device that is shared.
const defaultIdle = 30 * time.Minute

// function is the name of the worker function that holds the models.
const function = "hot"

// process returns the notebook's process. One that computes with source that has changed since is ended.
func process(ctx context.Context) (worker.Lasting, error) {
	w := worker.Lasting{Function: function, Idle: defaultIdle}
	if said := os.Getenv(EnvIdle); said != "" {
		idle, err := time.ParseDuration(said)
		if err != nil || idle <= 0 {
			return w, fmt.Errorf("%s=%s: want a time such as 45m or 2h", EnvIdle, said)
		}
		w.Idle = idle
	}
	var err error
	if w.Dir, w.Owner, err = home(); err != nil {
		return w, err
	}
	if began := w.Since(); !began.IsZero() && changedSince(began) {
		return w, w.End(ctx)
	}
	return w, nil
}

// home returns the folder of the process and the process with which it ends: in a notebook the kernel's
// build folder and the kernel, which has started this program; elsewhere a folder and process of its own.
func home() (dir string, owner int, err error) {
	if build := os.Getenv("GONB_TMP_DIR"); display.InNotebook() && build != "" {
		return filepath.Join(build, "hot"), os.Getppid(), nil
	}
	dir, err = ownFolder()
	return dir, os.Getpid(), err
}

// ownFolder is the folder of a program that is in no notebook.
var ownFolder = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "longseq-hot-")
	if err != nil {
		return "", fmt.Errorf("make a folder for the models' process: %w", err)
	}
	return dir, nil
})
