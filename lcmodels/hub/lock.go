package hub

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"longseq/internal/flock"
)

// lockInterval is the time between two attempts to take a lock.
const lockInterval = 200 * time.Millisecond

// lock waits until no other program, such as Python's, downloads the blob, and locks it. It does nothing on a system
// without file locks.
func (c *Client) lock(ctx context.Context, name, etag string) (unlock func(), err error) {
	folder := filepath.Join(c.Cache, ".locks", "models--"+strings.ReplaceAll(name, "/", "--"))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(folder, etag+".lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err := flock.Lock(f, false)
		if err == nil || errors.Is(err, errors.ErrUnsupported) {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, flock.ErrHeld) {
			f.Close()
			return nil, err
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(lockInterval):
		}
	}
}
