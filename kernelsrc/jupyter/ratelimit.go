package jupyter

import (
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"
	"unicode/utf8"
)

// A Jupyter server drops iopub messages that arrive faster than 1000 messages or 1,000,000 bytes of streams a second,
// averaged over 3 seconds from the start of a cell. These limits leave room for a second in which the server reads
// nothing, because it forwards a large picture, say, and then reads everything at once.
const (
	messagesPerSecond = 600
	bytesPerSecond    = 600_000
	limitBurst        = time.Second // how much unused time may be saved up for a burst
)

const (
	headBytes    = 800    // what a message's header, parent header and signature count
	maxTextBytes = 50_000 // text of one message: it stays small even if JSON escapes every character
)

// rateLimit delays a cell's output to the rate that a Jupyter server forwards. Other clients need no limit: nil.
type rateLimit struct {
	mu              sync.Mutex
	at              time.Time
	messages, bytes float64 // that may be sent now; below 0: already sent too early
}

// serverFile matches the connection files of a Jupyter server, which are named by the kernel's identifier. Other clients
// choose other names.
var serverFile = regexp.MustCompile(`^kernel-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json$`)

// newRateLimit returns the limit of the server that started the kernel with a connection file, or nil if another
// client started it.
func newRateLimit(connectionFile string) *rateLimit {
	if os.Getenv("JPY_SESSION_NAME") == "" && !serverFile.MatchString(filepath.Base(connectionFile)) {
		return nil
	}
	l := &rateLimit{}
	l.reset()
	return l
}

// reset starts a new average. It is called at the start of a cell, as the server does.
func (l *rateLimit) reset() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = time.Now()
	l.messages, l.bytes = messagesPerSecond*limitBurst.Seconds(), bytesPerSecond*limitBurst.Seconds()
}

// wait returns when a message with so many bytes of a stream may be sent.
func (l *rateLimit) wait(bytes int) {
	if l == nil {
		return
	}
	time.Sleep(l.take(bytes, time.Now()))
}

// take counts a message and returns how long to wait before it is sent.
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

// pieces splits text into the texts of messages, between characters.
func (l *rateLimit) pieces(text string) []string {
	var all []string
	for l != nil && len(text) > maxTextBytes {
		cut := maxTextBytes
		for back := 1; back < utf8.UTFMax && !utf8.RuneStart(text[cut]); back++ {
			cut--
		}
		all, text = append(all, text[:cut]), text[cut:]
	}
	return append(all, text)
}
