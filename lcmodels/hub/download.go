package hub

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"longseq/internal/durable"
)

// etagForm matches an etag that can be the name of a blob.
var etagForm = regexp.MustCompile(`^[A-Za-z0-9][\w.-]{0,199}$`)

// cleanETag removes the quotes and the prefix of a weak etag.
func cleanETag(etag string) string { return strings.Trim(strings.TrimPrefix(etag, "W/"), `"`) }

// hashOf returns the hash whose digest the etag is: SHA-256 for a large file, git's SHA-1 for a small one, nil for any
// other etag.
func hashOf(etag string, size int64) hash.Hash {
	if _, err := hex.DecodeString(etag); err != nil {
		return nil
	}
	switch len(etag) {
	case 2 * sha256.Size:
		return sha256.New()
	case 2 * sha1.Size:
		h := sha1.New()
		fmt.Fprintf(h, "blob %d\x00", size)
		return h
	}
	return nil
}

// download downloads a file to blob. It continues an earlier download, whose bytes are in a file beside the blob. done
// is called with the number of bytes downloaded so far.
func (c *Client) download(ctx context.Context, what string, m metadata, blob string, done func(bytes int64)) error {
	incomplete := blob + ".incomplete"
	f, err := openOwn(incomplete)
	if err != nil {
		return fmt.Errorf("download %s: %w", what, err)
	}
	defer f.Close()
	var furthest int64
	err = c.retry(ctx, func() (bool, error) {
		at, err := f.Seek(0, io.SeekEnd)
		if err != nil {
			return false, &permanentError{err.Error()}
		}
		if at > m.size {
			at = 0
			if err := f.Truncate(0); err != nil {
				return false, &permanentError{err.Error()}
			}
		}
		done(at)
		if at == m.size {
			return true, nil
		}
		furthest = max(furthest, at)
		at, err = c.receive(ctx, f, at, m, done)
		return at > furthest, err
	})
	if err != nil {
		return fmt.Errorf("download %s: %w", what, err)
	}
	if err := verify(f, m); err != nil {
		// Neither this program nor Python may continue from wrong content.
		return errors.Join(fmt.Errorf("download %s: %w", what, err), durable.Remove(incomplete))
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("download %s: %w", what, err)
	}
	if err := durable.Rename(incomplete, blob); err != nil {
		return fmt.Errorf("download %s: %w", what, err)
	}
	return nil
}

// openOwn opens a regular file for reading and writing, and makes it if it does not exist. A link or a device is an
// error: what it leads to is not the cache's.
func openOwn(path string) (*durable.File, error) {
	notOwn := fmt.Errorf("%s is a link or a device: delete it", path)
	there, err := os.Lstat(path)
	if err == nil && !there.Mode().IsRegular() {
		return nil, notOwn
	}
	f, err := durable.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		if there, err = os.Lstat(path); err == nil && !os.SameFile(info, there) {
			err = notOwn // put there just now
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// receive requests the bytes from position at on and appends the response to f. It returns the new length of f.
func (c *Client) receive(ctx context.Context, f *durable.File, at int64, m metadata, done func(bytes int64)) (int64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := fmt.Errorf("the server sent nothing for %v", c.Stall)
	watch := time.AfterFunc(c.Stall, func() { cancel(stalled) })
	defer watch.Stop()
	cause := func(err error) error {
		if errors.Is(context.Cause(ctx), stalled) {
			return stalled
		}
		return withoutURL(err)
	}

	header := http.Header{}
	if at > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", at))
	}
	resp, err := c.follow(ctx, m.location, header)
	if err != nil {
		return at, cause(err)
	}
	defer resp.Body.Close()
	if err := c.checkStatus(resp, "its content"); err != nil {
		return at, err
	}
	if at, err = seek(resp, f, at); err != nil {
		return at, err
	}
	if n := resp.ContentLength; n >= 0 && at+n != m.size {
		return at, permanentf("the server announced %d bytes and now sends %d", m.size, at+n)
	}
	buffer := make([]byte, 1<<18)
	for {
		n, err := resp.Body.Read(buffer)
		watch.Reset(c.Stall)
		if at+int64(n) > m.size {
			return at, permanentf("the server sends more than the %d bytes it announced", m.size)
		}
		if _, err := f.Write(buffer[:n]); err != nil {
			return at, &permanentError{err.Error()}
		}
		at += int64(n)
		done(at)
		switch {
		case at == m.size:
			return at, nil
		case err == io.EOF:
			return at, fmt.Errorf("the connection ended after %d of %d bytes", at, m.size)
		case err != nil:
			return at, fmt.Errorf("the connection broke after %d of %d bytes: %w", at, m.size, cause(err))
		}
	}
}

// follow sends a GET request and follows redirects to any host.
func (c *Client) follow(ctx context.Context, address string, header http.Header) (*http.Response, error) {
	const maxRedirects = 10
	for range maxRedirects {
		resp, err := c.send(ctx, http.MethodGet, address, header)
		if err != nil {
			return nil, err
		}
		target, err := resp.Location()
		if err != nil || resp.StatusCode < 300 || resp.StatusCode > 399 {
			return resp, nil
		}
		resp.Body.Close()
		address = target.String()
	}
	return nil, permanentf("more than %d redirects", maxRedirects)
}

// seek sets the position of f to the one at which the response begins, and returns it: at, or 0 if the server does not
// support ranges and sends the whole file.
func seek(resp *http.Response, f *durable.File, at int64) (int64, error) {
	switch resp.StatusCode {
	case http.StatusPartialContent:
		want := fmt.Sprintf("bytes %d-", at)
		if got := resp.Header.Get("Content-Range"); !strings.HasPrefix(got, want) {
			return 0, permanentf("asked for the bytes from %d on, the server sends %.60q", at, got)
		}
	case http.StatusOK:
		at = 0
		if err := f.Truncate(0); err != nil {
			return 0, &permanentError{err.Error()}
		}
	default:
		return 0, permanentf("the server answers %s instead of content", resp.Status)
	}
	if _, err := f.Seek(at, io.SeekStart); err != nil {
		return 0, &permanentError{err.Error()}
	}
	return at, nil
}

// verify compares the digest of the content with the etag, if that is a digest.
func verify(f io.ReadSeeker, m metadata) error {
	h := hashOf(m.etag, m.size)
	if h == nil {
		return nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); !strings.EqualFold(got, m.etag) {
		return fmt.Errorf("the content has the digest %.12s…, not %.12s… as announced: it is deleted, try again", got, m.etag)
	}
	return nil
}

// link makes path, in a snapshot, a link to a blob.
func link(path, blob string) error {
	if err := durable.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	target, err := filepath.Rel(filepath.Dir(path), blob)
	if err != nil {
		return err
	}
	if old, err := os.Readlink(path); err == nil && old == target {
		return durable.SyncFolder(filepath.Dir(path)) // it may be of a process that was killed just now
	}
	err = durable.Symlink(target, path)
	var failed *os.LinkError
	if errors.As(err, &failed) && failed.Op == "symlink" { // on a system without symbolic links
		err = durable.Link(blob, path)
	}
	return err
}
