package hub

import (
	"bufio"
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// answers is a server whose answers are any bytes: of the listing, of a file's metadata, and of its content.
type answers struct{ listing, head, content []byte }

// RoundTrip parses an answer as the HTTP client does.
func (a answers) RoundTrip(req *http.Request) (*http.Response, error) {
	raw := a.content
	switch {
	case strings.Contains(req.URL.Path, "/api/models/"):
		raw = a.listing
	case req.Method == http.MethodHead:
		raw = a.head
	}
	return http.ReadResponse(bufio.NewReader(bytes.NewReader(raw)), req)
}

// fuzzClient is a client of the answers with a cache in a folder.
func fuzzClient(a answers, cache string) *Client {
	c := NewClient(Environment{Cache: cache, Endpoint: "http://hub.test", Token: "secret"})
	c.Wait, c.Tries = time.Nanosecond, 2
	c.http.Transport = a
	return c
}

// Answers that a server may give.
const (
	goodCommit  = "0123456789012345678901234567890123456789"
	goodListing = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" +
		`{"sha": "` + goodCommit + `", "siblings": [{"rfilename": "config.json"}, {"rfilename": "model.safetensors"}, {"rfilename": "tokenizer.json"}]}`
	goodHead = "HTTP/1.1 302 Found\r\nLocation: https://cdn.test/x\r\nX-Linked-Etag: \"abc\"\r\nX-Linked-Size: 3\r\n\r\n"
	goodBody = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
)

func oneLine(t *testing.T, err error) {
	t.Helper()
	if err != nil && strings.Contains(err.Error(), "\n") {
		t.Errorf("error of several lines: %q", err)
	}
}

func FuzzListingOfTheHub(f *testing.F) {
	f.Add([]byte(goodListing))
	f.Add([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 307 Temporary Redirect\r\nLocation: /api/models/org/other\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 404 Not Found\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 503 \x1b[31mred\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 200 OK\r\n\r\n" + `{"sha": "0123456789012345678901234567890123456789", "siblings": [{"rfilename": "../../x"}]}`))
	f.Fuzz(func(t *testing.T, listing []byte) {
		l, err := fuzzClient(answers{listing: listing}, "").list(t.Context(), "org/model", Main)
		oneLine(t, err)
		if err != nil {
			return
		}
		if !commitForm.MatchString(l.Commit) {
			t.Errorf("commit %q", l.Commit)
		}
		for _, file := range l.Files {
			if !filepath.IsLocal(filepath.FromSlash(file.Name)) {
				t.Errorf("the listing names the file %q", file.Name)
			}
		}
	})
}

// Whatever the server answers, files are written in the model's folder alone, and a file that counts as downloaded has
// the announced size.
func FuzzFilesOfTheHub(f *testing.F) {
	f.Add([]byte(goodHead), []byte(goodBody))
	f.Add([]byte("HTTP/1.1 200 OK\r\nEtag: W/\"e\"\r\nContent-Length: 3\r\n\r\n"), []byte("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-2/3\r\n\r\nabc"))
	f.Add([]byte(strings.Replace(goodHead, "abc", "../../x", 1)), []byte(goodBody))
	f.Add([]byte(strings.Replace(goodHead, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d", 1)), []byte(goodBody))
	f.Add([]byte(strings.Replace(goodHead, ": 3", ": 9223372036854775807", 1)), []byte("HTTP/1.1 200 OK\r\n\r\nabc"))
	f.Add([]byte(goodHead), []byte("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n"))
	// The cache is emptied, not made anew, for each input, and lies in memory where there is a folder for that: blobs are
	// synced, which takes most of the time on a disk.
	cache := f.TempDir()
	if memory, err := os.MkdirTemp("/dev/shm", "longseq-fuzz-"); err == nil {
		f.Cleanup(func() { os.RemoveAll(memory) })
		cache = memory
	}
	f.Fuzz(func(t *testing.T, head, content []byte) {
		root := filepath.Join(cache, "cache")
		if err := os.RemoveAll(root); err != nil {
			t.Fatal(err)
		}
		c := fuzzClient(answers{[]byte(goodListing), head, content}, root)
		snapshot, err := c.PullTokenizer(t.Context(), "org/model", goodCommit, nil) // of a commit, without a file of the branch
		oneLine(t, err)
		if entries, _ := os.ReadDir(cache); len(entries) > 1 {
			t.Errorf("files beside the cache: %v", entries)
		}
		if entries, _ := os.ReadDir(root); len(entries) > 2 {
			t.Errorf("files beside the model's folder and that of locks: %v", entries)
		}
		if err != nil {
			return
		}
		m, err := c.head(t.Context(), "org/model", goodCommit, "tokenizer.json")
		if err != nil {
			t.Fatalf("a file was downloaded whose metadata is refused: %v", err)
		}
		raw, err := os.ReadFile(filepath.Join(snapshot, "tokenizer.json"))
		if err != nil || int64(len(raw)) != m.size {
			t.Errorf("%d bytes were downloaded (%v), %d announced", len(raw), err, m.size)
		}
	})
}
