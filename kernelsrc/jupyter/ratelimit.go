package jupyter

import (
	"os"
	"sync"
	"time"
)

// A Jupyter server drops what comes to it on iopub faster than 1000 messages or 1,000,000 bytes of
// stream a second, counted over 3 seconds. We stay below.
const (
	messagesPerSecond = 900
	bytesPerSecond    = 900_000
	limitWindow       = 2500 * time.Millisecond
)

// rateLimit holds a cell's output up to what the server takes. Other clients take everything.
type rateLimit struct {
	mu              sync.Mutex
	at              time.Time
	messages, bytes float64 // what may be sent now
}

// newRateLimit returns the limit of the server that started the kernel, nil if none did: servers
// name the notebook.
func newRateLimit() *rateLimit {
	if os.Getenv("JPY_SESSION_NAME") == "" {
		return nil
	}
	return &rateLimit{at: time.Now(), messages: messagesPerSecond * limitWindow.Seconds(), bytes: bytesPerSecond * limitWindow.Seconds()}
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
	l.messages = min(l.messages+passed*messagesPerSecond, messagesPerSecond*limitWindow.Seconds()) - 1
	l.bytes = min(l.bytes+passed*bytesPerSecond, bytesPerSecond*limitWindow.Seconds()) - float64(bytes)
	late := max(-l.messages/messagesPerSecond, -l.bytes/bytesPerSecond, 0)
	return time.Duration(late * float64(time.Second))
}
