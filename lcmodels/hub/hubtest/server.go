// Package hubtest runs a local server for tests. It answers requests as the Hugging Face hub does, or wrongly if a test
// asks for that.
package hubtest

import (
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Commit is the commit of every model of the server.
const Commit = "0123456789abcdef0123456789abcdef01234567"

// Server serves models. Files named .bin or .safetensors are large: their etag is the SHA-256, and the hub redirects to
// a second server for their content. Other files have git's SHA-1 as etag.
type Server struct {
	*httptest.Server
	// Models holds the content of files by model and file name.
	Models  map[string]map[string]string
	content *httptest.Server

	mu sync.Mutex
	// Cut holds, for each request for content, the number of bytes after which the connection is cut; 0 means
	// that it is not.
	Cut []int
	// Ranges and Authorizations hold these headers of the requests for content.
	Ranges, Authorizations []string
	// Calls counts all other requests.
	Calls int

	Status       int           // of every response of the hub, if not 0
	Page         string        // sent in place of JSON
	IgnoreRange  bool          // send the whole file if a range is requested
	WrongRange   bool          // send another range than requested
	Corrupt      bool          // send content that differs from its etag
	AnnounceMore int           // added to the announced lengths
	Stall        time.Duration // wait before a connection is cut
}

// Start starts a server, which is closed at the end of the test.
func Start(t interface{ Cleanup(func()) }, models map[string]map[string]string) *Server {
	h := &Server{Models: models}
	h.Server = httptest.NewServer(http.HandlerFunc(h.hub))
	h.content = httptest.NewServer(http.HandlerFunc(h.send))
	t.Cleanup(h.Server.Close)
	t.Cleanup(h.content.Close)
	return h
}

func large(file string) bool {
	return strings.HasSuffix(file, ".bin") || strings.HasSuffix(file, ".safetensors")
}

// ETag returns the etag of a file with that content.
func ETag(file, content string) string {
	if large(file) {
		return fmt.Sprintf("%x", sha256.Sum256([]byte(content)))
	}
	return fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(content), content)))
}

func (h *Server) hub(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.Calls++
	h.mu.Unlock()
	switch {
	case h.Status != 0:
		w.WriteHeader(h.Status)
		return
	case h.Page != "":
		fmt.Fprint(w, h.Page)
		return
	}
	if name, ok := strings.CutPrefix(r.URL.Path, "/api/models/"); ok {
		h.list(w, strings.TrimSuffix(name, "/revision/main"))
		return
	}
	name, file, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/resolve/"+Commit+"/")
	content, there := h.Models[name][file]
	if !there {
		http.NotFound(w, r)
		return
	}
	etag := ETag(file, content)
	if !large(file) {
		w.Header().Set("ETag", `W/"`+etag+`"`)
		if r.Method == http.MethodHead {
			w.Header().Set("Content-Length", strconv.Itoa(len(content)+h.AnnounceMore))
			return
		}
		h.send(w, r)
		return
	}
	w.Header().Set("X-Linked-Etag", `"`+etag+`"`)
	w.Header().Set("X-Linked-Size", strconv.Itoa(len(content)+h.AnnounceMore))
	w.Header().Set("Location", h.content.URL+r.URL.Path)
	w.WriteHeader(http.StatusFound)
}

// list sends a model's commit and files.
func (h *Server) list(w http.ResponseWriter, name string) {
	files, ok := h.Models[name]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	fmt.Fprintf(w, `{"sha": %q, "siblings": [`, Commit)
	sep := ""
	for file := range files {
		fmt.Fprintf(w, `%s{"rfilename": %q}`, sep, file)
		sep = ","
	}
	fmt.Fprint(w, `]}`)
}

// send sends the content of a file, or a part of it.
func (h *Server) send(w http.ResponseWriter, r *http.Request) {
	name, file, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/resolve/"+Commit+"/")
	content := h.Models[name][file]
	h.mu.Lock()
	defer h.mu.Unlock()
	h.Ranges = append(h.Ranges, r.Header.Get("Range"))
	h.Authorizations = append(h.Authorizations, r.Header.Get("Authorization"))
	if h.Corrupt {
		content = strings.ToUpper(content)
	}
	status, from := http.StatusOK, 0
	if text := r.Header.Get("Range"); text != "" && !h.IgnoreRange {
		fmt.Sscanf(text, "bytes=%d-", &from)
		status = http.StatusPartialContent
		said := from
		if h.WrongRange {
			said++
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", said, len(content)-1, len(content)))
	}
	body := content[from:]
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if len(h.Cut) > 0 {
		n := h.Cut[0]
		h.Cut = h.Cut[1:]
		if n > 0 && n < len(body) {
			fmt.Fprint(w, body[:n])
			w.(http.Flusher).Flush()
			if h.Stall > 0 {
				time.Sleep(h.Stall)
			}
			panic(http.ErrAbortHandler) // cuts the connection
		}
	}
	fmt.Fprint(w, body)
}
