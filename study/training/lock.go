package training

import (
	"errors"
	"fmt"
	"os"
	"time"

	"longseq/internal/durable"
	"longseq/internal/flock"
)

// lockPatience is how long a lock is waited for: the worker of a killed process ends a moment after it.
const lockPatience = 2 * time.Second

// lock makes the folder of the snapshot and locks it, so that one process trains the model. release unlocks it and
// removes the folder if it is empty.
func (p Job) lock() (release func(), err error) {
	dir := p.unfinished()
	deadline := time.Now().Add(lockPatience)
	for {
		if err := durable.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("train %s: %w", p.Name, err)
		}
		file, err := os.Open(dir)
		if errors.Is(err, os.ErrNotExist) {
			continue // another process has just finished the model
		}
		if err != nil {
			return nil, fmt.Errorf("train %s: %w", p.Name, err)
		}
		if err := flock.Lock(file, false); errors.Is(err, flock.ErrHeld) {
			file.Close()
			if time.Now().Before(deadline) {
				time.Sleep(lockPatience / 40)
				continue
			}
			return nil, fmt.Errorf("train %s: another process is training it in %s; wait for it, or use another folder", p.Name, p.Dir)
		} // a file system without locks does without
		if locked, err := file.Stat(); err == nil {
			if there, err := os.Stat(dir); err == nil && os.SameFile(locked, there) {
				return func() {
					os.Remove(dir)
					file.Close()
				}, nil
			}
		}
		file.Close()
	}
}
