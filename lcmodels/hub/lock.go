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

// lockEvery is how often a lock is tried that another holds.
const lockEvery = 200 * time.Millisecond

// lock waits until nobody else, Python included, fetches the blob. Where the system has no locks it does nothing.
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
		case <-time.After(lockEvery):
		}
	}
}
