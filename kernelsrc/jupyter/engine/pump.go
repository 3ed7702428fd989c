package engine

import (
	"context"
	"errors"
	"os"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"
)

// Text is collected for batchTime, or up to batchSize bytes, before it is passed on: a Jupyter server drops messages
// beyond about 1000 a second.
const (
	batchTime = 20 * time.Millisecond
	batchSize = 1 << 20
)

// pump reads what a process writes and passes it to an output in batches, in order. It loses nothing: if the output is
// slow, the process waits.
type pump struct {
	out    Output
	stderr *traceFilter // nil: standard error is passed on unchanged
	stdout *testLines   // nil: standard output is passed on unchanged

	mu      sync.Mutex // held while out is called
	batch   []piece
	size    int               // of the batch, in bytes
	cut     map[string][]byte // incomplete last characters, by stream
	timer   *time.Timer
	readers []*pipeReader
}

// piece is consecutive text of one stream.
type piece struct {
	name string
	text []byte
}

func newPump(out Output, stderr *traceFilter) *pump {
	p := &pump{out: out, stderr: stderr, cut: make(map[string][]byte)}
	p.timer = time.AfterFunc(time.Hour, p.flush)
	p.timer.Stop()
	return p
}

// write filters text and adds it to the batch; p.mu is held.
func (p *pump) write(name string, text []byte) {
	if name == "stderr" && p.stderr != nil {
		if text = p.stderr.pass(text); p.stderr.holding && len(p.batch) == 0 {
			p.timer.Reset(crashTime)
		}
	}
	if name == "stdout" && p.stdout != nil {
		text = p.stdout.pass(text)
	}
	p.queue(name, text)
}

func (p *pump) queue(name string, text []byte) {
	if len(text) == 0 {
		return
	}
	if len(p.batch) == 0 {
		p.timer.Reset(batchTime)
	}
	if last := len(p.batch) - 1; last >= 0 && p.batch[last].name == name {
		p.batch[last].text = append(p.batch[last].text, text...)
	} else {
		p.batch = append(p.batch, piece{name, append([]byte{}, text...)})
	}
	if p.size += len(text); p.size >= batchSize {
		p.release()
	}
}

// release passes the batch on, except for incomplete last characters; p.mu is held.
func (p *pump) release() {
	p.timer.Stop()
	batch := p.batch
	p.batch, p.size = nil, 0
	for _, b := range batch {
		text := append(p.cut[b.name], b.text...)
		whole := wholeCharacters(text)
		p.cut[b.name] = append([]byte{}, text[whole:]...)
		if whole > 0 {
			p.out.Stream(b.name, string(text[:whole]))
		}
	}
	if p.stderr != nil && p.stderr.holding {
		p.timer.Reset(crashTime)
	}
}

// flush passes the batch on, with text that began like a trace if the process runs on after it.
func (p *pump) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stderr != nil && p.stderr.overdue() {
		p.queue("stderr", p.stderr.takeHeld())
	}
	p.release()
}

// wholeCharacters returns how many bytes of text end with a complete character.
func wholeCharacters(text []byte) int {
	for back := 1; back < utf8.UTFMax && back <= len(text); back++ {
		last := text[len(text)-back:]
		if utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				return len(text) - back
			}
			break
		}
	}
	return len(text)
}

// display calls show after everything that the process has written so far is passed on.
func (p *pump) display(show func(Output)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.readers {
		r.drain()
	}
	p.release()
	show(p.out)
}

// awaitWriters waits until no process can write any more, and reports whether that is so before the timeout or the end of
// ctx. It is called after the process that started the others has ended.
func (p *pump) awaitWriters(ctx context.Context, timeout time.Duration) bool {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for _, r := range p.readers {
		select {
		case <-r.done:
		case <-timer.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// finish passes on what is left. It is called after the process has ended.
func (p *pump) finish() {
	p.mu.Lock()
	for _, r := range p.readers {
		r.drain()
	}
	if p.stdout != nil {
		p.queue("stdout", p.stdout.rest())
	}
	p.release()
	for name, rest := range p.cut {
		if len(rest) > 0 {
			p.out.Stream(name, string(rest))
		}
	}
	p.timer.Stop()
	p.mu.Unlock()
	for _, r := range p.readers {
		r.file.Close() // ends its goroutine
		<-r.done
	}
}

// pipeReader reads one stream of a process.
type pipeReader struct {
	name string
	pump *pump
	file *os.File
	fd   int
	buf  []byte
	done chan struct{}
}

// attach makes a pipe for a stream and returns the end for the process.
func (p *pump) attach(name string) (*os.File, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	raw, err := read.SyscallConn()
	if err != nil {
		return nil, err
	}
	r := &pipeReader{name: name, pump: p, file: read, buf: make([]byte, 64<<10), done: make(chan struct{})}
	if err := raw.Control(func(fd uintptr) { r.fd = int(fd) }); err != nil {
		return nil, err
	}
	p.readers = append(p.readers, r)
	go r.run(raw)
	return write, nil
}

// run reads whatever arrives until the pipe is closed.
func (r *pipeReader) run(raw syscall.RawConn) {
	defer close(r.done)
	for open := true; open; {
		err := raw.Read(func(uintptr) bool {
			r.pump.mu.Lock()
			defer r.pump.mu.Unlock()
			var more bool
			more, open = r.once()
			return more || !open
		})
		if err != nil {
			return
		}
	}
}

// once reads without waiting; pump.mu is held. It reports whether there was something to read and whether the pipe is
// still open.
func (r *pipeReader) once() (some, open bool) {
	for {
		n, err := syscall.Read(r.fd, r.buf)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case n > 0:
			r.pump.write(r.name, r.buf[:n])
			return true, true
		}
		return false, errors.Is(err, syscall.EAGAIN)
	}
}

// drain reads everything that has arrived, without waiting; pump.mu is held.
func (r *pipeReader) drain() {
	for some := true; some; {
		some, _ = r.once()
	}
}
