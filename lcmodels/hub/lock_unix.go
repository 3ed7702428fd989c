//go:build darwin || linux || freebsd || netbsd || openbsd

package hub

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// lock waits until nobody else, Python included, fetches the blob.
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
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if err != syscall.EWOULDBLOCK && err != syscall.EINTR {
			f.Close()
			return nil, err
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}
