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
)

// etagForm is what may become the name of a blob.
var etagForm = regexp.MustCompile(`^[A-Za-z0-9][\w.-]{0,199}$`)

// cleanETag drops the mark of a weak etag and the quotes.
func cleanETag(etag string) string { return strings.Trim(strings.TrimPrefix(etag, "W/"), `"`) }

// hashOf returns what an etag is the digest of: SHA-256 of a large file's content, or git's SHA-1 of a small
// one's; nil for any other.
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

// fetch brings a file's content to blob, going on with what an earlier call has left beside it.
// done is called with the bytes there are.
func (c *Client) fetch(ctx context.Context, what string, m metadata, blob string, done func(bytes int64)) error {
	incomplete := blob + ".incomplete"
	f, err := os.OpenFile(incomplete, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("fetch %s: %w", what, err)
	}
	defer f.Close()
	var furthest int64
	err = c.again(ctx, func() (bool, error) {
		at, err := f.Seek(0, io.SeekEnd)
		if err != nil {
			return false, &wrongAnswer{err.Error()}
		}
		if at > m.size {
			at = 0
			if err := f.Truncate(0); err != nil {
				return false, &wrongAnswer{err.Error()}
			}
		}
		done(at)
		if at == m.size {
			return true, nil
		}
		furthest = max(furthest, at)
		at, err = c.content(ctx, f, at, m, done)
		return at > furthest, err
	})
	if err != nil {
		return fmt.Errorf("fetch %s: %w", what, err)
	}
	if err := verify(f, m); err != nil {
		// What is wrong must not be gone on with, by us or by Python.
		return errors.Join(fmt.Errorf("fetch %s: %w", what, err), os.Remove(incomplete))
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("fetch %s: %w", what, err)
	}
	if err := os.Rename(incomplete, blob); err != nil {
		return fmt.Errorf("fetch %s: %w", what, err)
	}
	return nil
}

// content makes one call for the bytes from at on and appends what comes; it returns how far it came.
func (c *Client) content(ctx context.Context, f *os.File, at int64, m metadata, done func(bytes int64)) (int64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := fmt.Errorf("the server sent nothing for %v", c.Stall)
	watch := time.AfterFunc(c.Stall, func() { cancel(stalled) })
	defer watch.Stop()
	because := func(err error) error {
		if errors.Is(context.Cause(ctx), stalled) {
			return stalled
		}
		return plain(err)
	}

	header := http.Header{}
	if at > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", at))
	}
	resp, err := c.follow(ctx, m.location, header)
	if err != nil {
		return at, because(err)
	}
	defer resp.Body.Close()
	if err := c.refused(resp, "its content"); err != nil {
		return at, err
	}
	if at, err = begin(resp, f, at); err != nil {
		return at, err
	}
	if n := resp.ContentLength; n >= 0 && at+n != m.size {
		return at, wrongf("the server announced %d bytes and now sends %d", m.size, at+n)
	}
	buffer := make([]byte, 1<<18)
	for {
		n, err := resp.Body.Read(buffer)
		watch.Reset(c.Stall)
		if at+int64(n) > m.size {
			return at, wrongf("the server sends more than the %d bytes it announced", m.size)
		}
		if _, err := f.Write(buffer[:n]); err != nil {
			return at, &wrongAnswer{err.Error()}
		}
		at += int64(n)
		done(at)
		switch {
		case at == m.size:
			return at, nil
		case err == io.EOF:
			return at, fmt.Errorf("the connection ended after %d of %d bytes", at, m.size)
		case err != nil:
			return at, fmt.Errorf("the connection broke after %d of %d bytes: %w", at, m.size, because(err))
		}
	}
}

// follow asks for content, wherever it is redirected to.
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
	return nil, wrongf("the server redirects without end")
}

// begin makes f end where the answer begins, and returns that place: at, or 0 if the server sends all anew.
func begin(resp *http.Response, f *os.File, at int64) (int64, error) {
	switch resp.StatusCode {
	case http.StatusPartialContent:
		want := fmt.Sprintf("bytes %d-", at)
		if got := resp.Header.Get("Content-Range"); !strings.HasPrefix(got, want) {
			return 0, wrongf("asked for the bytes from %d on, the server sends %.60q", at, got)
		}
	case http.StatusOK:
		at = 0
		if err := f.Truncate(0); err != nil {
			return 0, &wrongAnswer{err.Error()}
		}
	default:
		return 0, wrongf("the server answers %s where content should come", resp.Status)
	}
	if _, err := f.Seek(at, io.SeekStart); err != nil {
		return 0, &wrongAnswer{err.Error()}
	}
	return at, nil
}

// verify checks the content against its etag.
func verify(f *os.File, m metadata) error {
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
		return fmt.Errorf("what came has the digest %.12s…, not %.12s… as announced: dropped, try again", got, m.etag)
	}
	return nil
}

// link makes path, in a snapshot, lead to a blob.
func link(path, blob string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	target, err := filepath.Rel(filepath.Dir(path), blob)
	if err != nil {
		return err
	}
	if there, err := os.Readlink(path); err == nil && there == target {
		return nil
	}
	// Made beside and moved there, so that a reader finds the old one or the new one.
	beside := path + ".longseq"
	if err := os.Remove(beside); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Symlink(target, beside); err != nil {
		if err := os.Link(blob, beside); err != nil { // a system without symbolic links
			return err
		}
	}
	return os.Rename(beside, path)
}
