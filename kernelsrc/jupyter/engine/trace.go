package engine

import (
	"bytes"
	"time"
)

// How long a process may write nothing in the middle of a trace.
const (
	crashTime = time.Second      // after the first lines
	walkTime  = 20 * time.Second // within the stacks: deep ones take the runtime seconds
)

// maxTrace is the most text that is held back, in bytes. More is not a trace.
const maxTrace = 4 << 20

// traceFilter holds back the trace of a crash on standard error, which becomes the cell's error, and marks positions of
// cells in everything else. Text that only begins like a trace is passed on later.
type traceFilter struct {
	mark    func(text string) string
	atStart bool // the next byte begins a line
	holding bool
	held    []byte
	since   time.Time // when text last arrived
}

func newTraceFilter(mark func(string) string) *traceFilter {
	return &traceFilter{mark: mark, atStart: true}
}

// crashHeads are the beginnings of traces.
var crashHeads = [][]byte{
	[]byte("panic: "), []byte("fatal error: "), []byte("runtime: goroutine stack exceeds"),
	[]byte("unexpected fault address"), []byte("SIGSEGV: "),
}

// pass returns the text that can be passed on now.
func (f *traceFilter) pass(text []byte) []byte {
	if f.holding {
		return f.hold(text)
	}
	for at := 0; at < len(text); {
		if f.atStart && looksLikeCrash(text[at:]) {
			f.holding = true
			return append([]byte(f.mark(string(text[:at]))), f.hold(text[at:])...)
		}
		end := bytes.IndexByte(text[at:], '\n')
		f.atStart = end >= 0
		if end < 0 {
			break
		}
		at += end + 1
	}
	return []byte(f.mark(string(text)))
}

func (f *traceFilter) hold(text []byte) []byte {
	f.held, f.since = append(f.held, text...), time.Now()
	if len(f.held) > maxTrace {
		return f.takeHeld()
	}
	return nil
}

// overdue reports whether the process has written nothing for longer than a crash takes.
func (f *traceFilter) overdue() bool {
	limit := crashTime
	if bytes.Contains(f.held, []byte("\ngoroutine ")) {
		limit = walkTime
	}
	return f.holding && time.Since(f.since) >= limit
}

// takeHeld returns the text that was held back and is not a trace after all.
func (f *traceFilter) takeHeld() []byte {
	held := f.held
	f.holding, f.held = false, nil
	f.atStart = bytes.HasSuffix(held, []byte("\n"))
	return []byte(f.mark(string(held)))
}

// crash returns the text that was held back if it is a trace.
func (f *traceFilter) crash() (trace string, ok bool) {
	if !bytes.Contains(f.held, []byte("goroutine ")) && !bytes.Contains(f.held, []byte("[recovered]")) {
		return "", false
	}
	return string(f.held), true
}

func looksLikeCrash(line []byte) bool {
	for _, head := range crashHeads {
		if bytes.HasPrefix(line, head) {
			return true
		}
	}
	return false
}
