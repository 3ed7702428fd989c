package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
)

// Client sends requests to the hub.
type Client struct {
	Environment
	// Tries is the number of times that a request is sent without progress before a temporary error is returned.
	Tries int
	// Wait is the time before the second try. It doubles with each further try.
	Wait time.Duration
	// Stall is the time without data after which a connection is given up.
	Stall time.Duration
	http  *http.Client
}

// NewClient returns a client with settings for long downloads: 5 tries, a first wait of one second, a stall of one
// minute.
func NewClient(e Environment) *Client {
	// The HTTP client follows no redirects, because the headers of a file's redirect are needed.
	return &Client{Environment: e, Tries: 5, Wait: time.Second, Stall: time.Minute, http: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// statusError is the error for a response with a status of 400 or more.
type statusError struct {
	status int
	text   string
}

func (e *statusError) Error() string { return e.text }

// temporary reports whether the request may succeed if it is sent again.
func temporary(err error) bool {
	var status *statusError
	if errors.As(err, &status) {
		return status.status == http.StatusTooManyRequests || status.status == http.StatusRequestTimeout || status.status >= 500
	}
	var permanent *permanentError
	return !errors.Is(err, context.Canceled) && !errors.As(err, &permanent)
}

// permanentError is an error that another try would not change.
type permanentError struct{ text string }

func (e *permanentError) Error() string { return e.text }

func permanentf(format string, args ...any) error {
	return &permanentError{fmt.Sprintf(format, args...)}
}

// retry repeats a call until it succeeds, fails with a permanent error or fails c.Tries times without progress.
func (c *Client) retry(ctx context.Context, call func() (progress bool, err error)) error {
	wait, failures := c.Wait, 0
	for {
		progress, err := call()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case !temporary(err):
			return err
		}
		if progress {
			wait, failures = c.Wait, 0
		}
		if failures++; failures >= c.Tries {
			return fmt.Errorf("%w (%d tries)", err, failures)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		wait *= 2
	}
}

// send sends a request. It follows redirects to the same host and returns the first redirect to another one.
func (c *Client) send(ctx context.Context, method, address string, header http.Header) (*http.Response, error) {
	const maxRedirects = 10
	for range maxRedirects {
		req, err := http.NewRequestWithContext(ctx, method, address, nil)
		if err != nil {
			return nil, &permanentError{err.Error()}
		}
		for key, values := range header {
			req.Header[key] = values
		}
		req.Header.Set("User-Agent", "longseq")
		req.Header.Set("Accept-Encoding", "identity") // so that Content-Length is the length of the file
		if c.Token != "" && strings.HasPrefix(address, c.Endpoint+"/") {
			req.Header.Set("Authorization", "Bearer "+c.Token)
		}
		resp, err := c.http.Do(req)
		if err != nil {
			return nil, err
		}
		target, err := resp.Location()
		if err != nil || resp.StatusCode < 300 || resp.StatusCode > 399 {
			return resp, nil
		}
		if target.Host != req.URL.Host {
			return resp, nil
		}
		resp.Body.Close()
		address = target.String()
	}
	return nil, permanentf("%s: more than %d redirects", address, maxRedirects)
}

// checkStatus returns an error that says what to do for a status of 400 or more, otherwise nil.
func (c *Client) checkStatus(resp *http.Response, what string) error {
	if resp.StatusCode < 400 {
		return nil
	}
	text := fmt.Sprintf("%s: the server answers %s", what, resp.Status)
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		text = fmt.Sprintf("%s: the server answers %s: the model may be private, gated or not there; accept its terms on the hub and set HF_TOKEN", what, resp.Status)
	case http.StatusNotFound:
		text = fmt.Sprintf("%s: %s has no such model, revision or file", what, c.Endpoint)
	}
	return &statusError{resp.StatusCode, text}
}

// listing is the hub's description of a model at a revision.
type listing struct {
	Commit string `json:"sha"`
	Files  []struct {
		Name string `json:"rfilename"`
	} `json:"siblings"`
}

// list requests a model's commit and the names of its files.
func (c *Client) list(ctx context.Context, name, revision string) (listing, error) {
	var l listing
	address := fmt.Sprintf("%s/api/models/%s/revision/%s", c.Endpoint, name, url.PathEscape(revision))
	err := c.retry(ctx, func() (bool, error) {
		ctx, stop := context.WithTimeout(ctx, c.Stall)
		defer stop()
		resp, err := c.send(ctx, http.MethodGet, address, nil)
		if err != nil {
			return false, fmt.Errorf("request model %s: %w", name, withoutURL(err))
		}
		defer resp.Body.Close()
		if err := c.checkStatus(resp, "request model "+name); err != nil {
			return false, err
		}
		const maxBytes = 16 << 20
		raw, err := io.ReadAll(io.LimitReader(resp.Body, maxBytes))
		if err != nil {
			return false, fmt.Errorf("request model %s: %w", name, withoutURL(err))
		}
		if json.Unmarshal(raw, &l) != nil || !commitForm.MatchString(l.Commit) {
			return false, permanentf("request model %s: the answer of %s begins with %.40q, which is not the hub's: check HF_ENDPOINT, and whether the network shows a login page",
				name, c.Endpoint, strings.TrimSpace(string(raw[:min(len(raw), 200)])))
		}
		return true, nil
	})
	if err != nil {
		return listing{}, err
	}
	for _, f := range l.Files {
		if !validFile(f.Name) {
			return listing{}, fmt.Errorf("request model %s: the server names a file %.60q", name, f.Name)
		}
	}
	return l, nil
}

// validFile reports whether a file name is a clean relative path inside its folder.
func validFile(name string) bool {
	return name != "" && path.Clean(name) == name && !path.IsAbs(name) && name != ".." && !strings.HasPrefix(name, "../") && !strings.ContainsAny(name, "\\\x00")
}

// metadata is the hub's description of a file.
type metadata struct {
	etag     string
	size     int64  // in bytes
	location string // URL of the content
}

// head requests the metadata of a file at a commit.
func (c *Client) head(ctx context.Context, name, commit, file string) (metadata, error) {
	var m metadata
	address := fmt.Sprintf("%s/%s/resolve/%s/%s", c.Endpoint, name, commit, (&url.URL{Path: file}).EscapedPath())
	what := fmt.Sprintf("request %s of %s", file, name)
	err := c.retry(ctx, func() (bool, error) {
		ctx, stop := context.WithTimeout(ctx, c.Stall)
		defer stop()
		resp, err := c.send(ctx, http.MethodHead, address, nil)
		if err != nil {
			return false, fmt.Errorf("%s: %w", what, withoutURL(err))
		}
		resp.Body.Close()
		if err := c.checkStatus(resp, what); err != nil {
			return false, err
		}
		m.etag = cleanETag(first(resp.Header, "X-Linked-Etag", "Etag"))
		if !etagForm.MatchString(m.etag) {
			return false, permanentf("%s: the server gives no usable etag (%.60q)", what, m.etag)
		}
		m.size, err = strconv.ParseInt(first(resp.Header, "X-Linked-Size", "Content-Length"), 10, 64)
		if err != nil || m.size < 0 {
			return false, permanentf("%s: the server does not give its length", what)
		}
		m.location = resp.Request.URL.String()
		if target, err := resp.Location(); err == nil {
			if target.Scheme != "http" && target.Scheme != "https" {
				return false, permanentf("%s: the server redirects to %.60q, which is not HTTP", what, target)
			}
			m.location = target.String()
		}
		return true, nil
	})
	return m, err
}

// first returns the value of the first header that is set.
func first(h http.Header, keys ...string) string {
	for _, key := range keys {
		if v := h.Get(key); v != "" {
			return v
		}
	}
	return ""
}

// withoutURL removes the URL from an error of net/http, because it is long and may hold a signature.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
