package engine

import (
	"bytes"
	"time"
)

// How long a process may be silent in the middle of a trace: after its first lines, and within stacks,
// which take seconds to walk where they are deep.
const (
	crashTime = time.Second
	walkTime  = 20 * time.Second
)

// maxTrace is how much of a trace is held back, in bytes; a longer text is no trace.
const maxTrace = 4 << 20

// traceFilter holds back the trace of a crash from standard error, which becomes the cell's error,
// and marks the places of the cell in all else. Text that only looks like a trace is given back.
type traceFilter struct {
	mark    func(text string) string
	atStart bool // the next byte begins a line
	holding bool
	held    []byte
	since   time.Time // when text came last
}

func newTraceFilter(mark func(string) string) *traceFilter {
	return &traceFilter{mark: mark, atStart: true}
}

// crashHeads begin the trace of a crash.
var crashHeads = [][]byte{
	[]byte("panic: "), []byte("fatal error: "), []byte("runtime: goroutine stack exceeds"),
	[]byte("unexpected fault address"), []byte("SIGSEGV: "),
}

// pass returns what of the text is to be put out now.
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
		return f.giveBack()
	}
	return nil
}

// overdue reports whether the process has been silent for too long for a crash.
func (f *traceFilter) overdue() bool {
	patience := crashTime
	if bytes.Contains(f.held, []byte("\ngoroutine ")) {
		patience = walkTime
	}
	return f.holding && time.Since(f.since) >= patience
}

// giveBack returns what was held, which is no trace after all.
func (f *traceFilter) giveBack() []byte {
	held := f.held
	f.holding, f.held = false, nil
	f.atStart = bytes.HasSuffix(held, []byte("\n"))
	return []byte(f.mark(string(held)))
}

// crash returns the trace if the text that was held is one.
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
