package jupyter

import (
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"
	"unicode/utf8"
)

// A Jupyter server drops what comes to it on iopub faster than 1000 messages or 1,000,000 bytes of
// stream a second, counted over 3 seconds from the start of a cell. We stay so far below that what it
// takes in only after a second of other work, such as a large picture, is not too much either.
const (
	messagesPerSecond = 600
	bytesPerSecond    = 600_000
	limitBurst        = time.Second // of silence that may be made up for at once
)

// What a message counts beside its content: header, parent and signature; and how much text goes into one, so
// that it stays small with every character escaped.
const (
	headBytes   = 800
	pieceOfText = 50_000
)

// rateLimit holds a cell's output up to what the server takes. Other clients take everything.
type rateLimit struct {
	mu              sync.Mutex
	at              time.Time
	messages, bytes float64 // what may be sent now
}

// serverFile is what a Jupyter server calls a connection file: by the kernel's identifier. Other clients take
// other names.
var serverFile = regexp.MustCompile(`^kernel-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json$`)

// newRateLimit returns the limit of the server that started the kernel with a connection file, nil if none did.
func newRateLimit(connectionFile string) *rateLimit {
	if os.Getenv("JPY_SESSION_NAME") == "" && !serverFile.MatchString(filepath.Base(connectionFile)) {
		return nil
	}
	l := &rateLimit{}
	l.reset()
	return l
}

// reset is called at the start of a cell, when the server counts anew.
func (l *rateLimit) reset() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = time.Now()
	l.messages, l.bytes = messagesPerSecond*limitBurst.Seconds(), bytesPerSecond*limitBurst.Seconds()
}

// wait returns when a message with so many bytes of stream may be sent.
func (l *rateLimit) wait(bytes int) {
	if l == nil {
		return
	}
	time.Sleep(l.take(bytes, time.Now()))
}

// take accounts for a message and returns how long to wait before it is sent.
func (l *rateLimit) take(bytes int, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	passed := now.Sub(l.at).Seconds()
	l.at = now
	l.messages = min(l.messages+passed*messagesPerSecond, messagesPerSecond*limitBurst.Seconds()) - 1
	l.bytes = min(l.bytes+passed*bytesPerSecond, bytesPerSecond*limitBurst.Seconds()) - float64(bytes)
	late := max(-l.messages/messagesPerSecond, -l.bytes/bytesPerSecond, 0)
	return time.Duration(late * float64(time.Second))
}

// pieces cuts text into what goes into one message each, at whole characters.
func (l *rateLimit) pieces(text string) []string {
	var all []string
	for l != nil && len(text) > pieceOfText {
		cut := pieceOfText
		for back := 1; back < utf8.UTFMax && !utf8.RuneStart(text[cut]); back++ {
			cut--
		}
		all, text = append(all, text[:cut]), text[cut:]
	}
	return append(all, text)
}
