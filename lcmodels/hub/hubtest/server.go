// Package hubtest is a server on loopback that speaks the Hugging Face hub's calls, for tests, and misbehaves
// as it is told.
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

// Commit is what every model of the server is at.
const Commit = "0123456789abcdef0123456789abcdef01234567"

// Server has models. Their small files have git's SHA-1 as etag; those named .bin or .safetensors are large: their
// content lies on a second server, by SHA-256.
type Server struct {
	*httptest.Server
	// Models are files with their content, by the names of models.
	Models  map[string]map[string]string
	content *httptest.Server

	mu sync.Mutex
	// Cut says after how many bytes the connection is cut, for each call for content; 0 is not at all.
	Cut []int
	// Ranges and Authorizations are what calls for content came with.
	Ranges, Authorizations []string
	// Calls counts all others.
	Calls int

	Status       int           // of every answer, if not 0
	Page         string        // instead of JSON
	IgnoreRange  bool          // sends all where a part was asked for
	WrongRange   bool          // sends another part
	Corrupt      bool          // content differs from its etag
	AnnounceMore int           // added to the lengths that are told before
	Stall        time.Duration // before a connection is cut
}

// Start starts a server, which ends with the test.
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

// ETag is what the server gives a file of that content.
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

// list answers with a model's commit and files.
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

// send sends content, or some of it.
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
