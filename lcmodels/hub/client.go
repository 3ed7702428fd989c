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

// Client speaks the hub's calls.
type Client struct {
	Environment
	// Tries is how often a call is made again after a failure that may pass, without a byte coming.
	Tries int
	// Wait before the first of these; it doubles each time.
	Wait time.Duration
	// Stall is how long a server may send nothing.
	Stall time.Duration
	http  *http.Client
}

// NewClient returns a client with the patience for a long download.
func NewClient(e Environment) *Client {
	// The client below follows no redirect by itself: of a file's, the headers are wanted.
	return &Client{Environment: e, Tries: 5, Wait: time.Second, Stall: time.Minute, http: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// statusError is an answer that is not the one wanted.
type statusError struct {
	status int
	text   string
}

func (e *statusError) Error() string { return e.text }

// passing says whether an error may be gone at the next try.
func passing(err error) bool {
	var status *statusError
	if errors.As(err, &status) {
		return status.status == http.StatusTooManyRequests || status.status == http.StatusRequestTimeout || status.status >= 500
	}
	var wrong *wrongAnswer
	return !errors.Is(err, context.Canceled) && !errors.As(err, &wrong)
}

// wrongAnswer is an answer that no second try would mend.
type wrongAnswer struct{ text string }

func (e *wrongAnswer) Error() string { return e.text }

func wrongf(format string, args ...any) error { return &wrongAnswer{fmt.Sprintf(format, args...)} }

// again makes a call until it succeeds, fails for good, or has failed too often without progress.
func (c *Client) again(ctx context.Context, call func() (progress bool, err error)) error {
	wait, failures := c.Wait, 0
	for {
		progress, err := call()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case !passing(err):
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

// send makes a call; redirects that stay on the server are followed, the first that leaves it is returned.
func (c *Client) send(ctx context.Context, method, address string, header http.Header) (*http.Response, error) {
	const maxRedirects = 10
	for range maxRedirects {
		req, err := http.NewRequestWithContext(ctx, method, address, nil)
		if err != nil {
			return nil, &wrongAnswer{err.Error()}
		}
		for key, values := range header {
			req.Header[key] = values
		}
		req.Header.Set("User-Agent", "longseq")
		req.Header.Set("Accept-Encoding", "identity") // lengths are to be those of the files
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
	return nil, wrongf("%s redirects without end", address)
}

// refused turns a status into an error that says what to do; nil for 2xx and 3xx.
func (c *Client) refused(resp *http.Response, what string) error {
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

// listing is what the hub says of a model at a revision.
type listing struct {
	Commit string `json:"sha"`
	Files  []struct {
		Name string `json:"rfilename"`
	} `json:"siblings"`
}

// list asks for a model's commit and files.
func (c *Client) list(ctx context.Context, name, revision string) (listing, error) {
	var l listing
	address := fmt.Sprintf("%s/api/models/%s/revision/%s", c.Endpoint, name, url.PathEscape(revision))
	err := c.again(ctx, func() (bool, error) {
		ctx, stop := context.WithTimeout(ctx, c.Stall)
		defer stop()
		resp, err := c.send(ctx, http.MethodGet, address, nil)
		if err != nil {
			return false, fmt.Errorf("ask for model %s: %w", name, plain(err))
		}
		defer resp.Body.Close()
		if err := c.refused(resp, "ask for model "+name); err != nil {
			return false, err
		}
		const maxBytes = 16 << 20
		raw, err := io.ReadAll(io.LimitReader(resp.Body, maxBytes))
		if err != nil {
			return false, fmt.Errorf("ask for model %s: %w", name, plain(err))
		}
		if json.Unmarshal(raw, &l) != nil || !commitForm.MatchString(l.Commit) {
			return false, wrongf("ask for model %s: %s does not answer as the hub does, but begins with %.40q: is HF_ENDPOINT right, or a login page between?",
				name, c.Endpoint, strings.TrimSpace(string(raw[:min(len(raw), 200)])))
		}
		return true, nil
	})
	if err != nil {
		return listing{}, err
	}
	for _, f := range l.Files {
		if !validFile(f.Name) {
			return listing{}, fmt.Errorf("ask for model %s: the server names a file %.60q", name, f.Name)
		}
	}
	return l, nil
}

// validFile says whether a file's name leads nowhere but below its folder.
func validFile(name string) bool {
	return name != "" && path.Clean(name) == name && !path.IsAbs(name) && name != ".." && !strings.HasPrefix(name, "../") && !strings.ContainsAny(name, "\\\x00")
}

// metadata is what the hub says of a file before it is fetched.
type metadata struct {
	etag     string
	size     int64
	location string // where the content is
}

// head asks for a file's metadata at a commit.
func (c *Client) head(ctx context.Context, name, commit, file string) (metadata, error) {
	var m metadata
	address := fmt.Sprintf("%s/%s/resolve/%s/%s", c.Endpoint, name, commit, (&url.URL{Path: file}).EscapedPath())
	what := fmt.Sprintf("ask for %s of %s", file, name)
	err := c.again(ctx, func() (bool, error) {
		ctx, stop := context.WithTimeout(ctx, c.Stall)
		defer stop()
		resp, err := c.send(ctx, http.MethodHead, address, nil)
		if err != nil {
			return false, fmt.Errorf("%s: %w", what, plain(err))
		}
		resp.Body.Close()
		if err := c.refused(resp, what); err != nil {
			return false, err
		}
		m.etag = cleanETag(first(resp.Header, "X-Linked-Etag", "Etag"))
		if !etagForm.MatchString(m.etag) {
			return false, wrongf("%s: the server gives no usable etag (%.60q)", what, m.etag)
		}
		m.size, err = strconv.ParseInt(first(resp.Header, "X-Linked-Size", "Content-Length"), 10, 64)
		if err != nil || m.size < 0 {
			return false, wrongf("%s: the server does not say how long it is", what)
		}
		m.location = resp.Request.URL.String()
		if target, err := resp.Location(); err == nil {
			if target.Scheme != "http" && target.Scheme != "https" {
				return false, wrongf("%s: the server sends to %.60q", what, target)
			}
			m.location = target.String()
		}
		return true, nil
	})
	return m, err
}

// first returns the first of the headers that is there.
func first(h http.Header, keys ...string) string {
	for _, key := range keys {
		if v := h.Get(key); v != "" {
			return v
		}
	}
	return ""
}

// plain drops the address from an error of net/http: it may be signed, and it is long.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
