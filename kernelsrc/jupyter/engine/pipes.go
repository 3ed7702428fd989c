package engine

import (
	"encoding/base64"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"longseq/kernelsrc/jupyter/display/protocol"
)

const (
	drainTimeout  = 200 * time.Millisecond // after the program's end, for a background process that still holds the pipe
	answerTimeout = time.Second            // for a program to read an answer
)

// displayIDs are the display ids that were shown since the kernel started. The zero value has none.
type displayIDs struct {
	mu  sync.Mutex
	ids map[string]bool
}

// add adds an id and reports whether it was shown before.
func (d *displayIDs) add(id string) (known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ids == nil {
		d.ids = make(map[string]bool)
	}
	known = d.ids[id]
	d.ids[id] = true
	return known
}

// pipes are the two named pipes through which a program displays.
type pipes struct {
	dir   string
	from  *os.File // read end of the pipe from the program
	hold  *os.File // write end of the same pipe, so that from does not reach its end before the program does
	back  *os.File // write end of the pipe to the program
	shown *displayIDs
	stdin *os.File // the program's standard input

	answers *gob.Encoder
	done    chan struct{} // closed when from is read to its end
}

// openPipes makes and opens the pipes of a run, without waiting for the program.
func openPipes(parent string, shown *displayIDs) (*pipes, error) {
	dir, err := os.MkdirTemp(parent, "pipes-")
	if err != nil {
		return nil, fmt.Errorf("make display pipes: %w", err)
	}
	p := &pipes{dir: dir, shown: shown, done: make(chan struct{})}
	for _, path := range []string{p.path(), p.backPath()} {
		if err := unix.Mkfifo(path, 0o600); err != nil {
			return nil, fmt.Errorf("make display pipes: %w", err)
		}
	}
	for _, end := range []struct {
		file **os.File
		path string
		flag int
	}{{&p.from, p.path(), os.O_RDONLY}, {&p.hold, p.path(), os.O_WRONLY}, {&p.back, p.backPath(), os.O_RDWR}} {
		if *end.file, err = os.OpenFile(end.path, end.flag|syscall.O_NONBLOCK, 0); err != nil {
			p.remove()
			return nil, fmt.Errorf("make display pipes: %w", err)
		}
	}
	p.answers = gob.NewEncoder(p.back)
	return p, nil
}

func (p *pipes) path() string     { return filepath.Join(p.dir, "display") }
func (p *pipes) backPath() string { return filepath.Join(p.dir, "back") }

// env returns the environment variables that name the pipes.
func (p *pipes) env() []string {
	return []string{protocol.PipeEnv + "=" + p.path(), protocol.BackPipeEnv + "=" + p.backPath()}
}

// serve handles the values that the program sends, in the background.
func (p *pipes) serve(to *pump) {
	go func() {
		defer close(p.done)
		err := receive(p.from, func(d protocol.Display) { p.handle(d, to) })
		if err != nil {
			to.display(func(out Output) { out.Stream("stderr", "display: "+err.Error()+"\n") })
			io.Copy(io.Discard, p.from) // the program must not block on a full pipe
		}
	}()
}

// finish waits until everything that the program sent is handled, and removes the pipes.
func (p *pipes) finish() {
	p.hold.Close()
	select {
	case <-p.done:
	case <-time.After(drainTimeout):
		p.from.SetReadDeadline(time.Now()) // a background process holds the pipe
		<-p.done
	}
	p.remove()
}

func (p *pipes) remove() {
	for _, file := range []*os.File{p.from, p.hold, p.back} {
		if file != nil {
			file.Close()
		}
	}
	os.RemoveAll(p.dir)
}

// receive decodes the values that a program sends until the pipe ends. A program that dies while it sends a value is
// not an error.
func receive(from io.Reader, handle func(protocol.Display)) (err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("malformed value: %v", broken)
		}
	}()
	if err := protocol.Register(); err != nil {
		return err
	}
	dec := gob.NewDecoder(from)
	for {
		var d protocol.Display
		err := dec.Decode(&d)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		if err != nil {
			return err
		}
		handle(d)
	}
}

// handle handles one value of the program: a flush, an input request or a display.
func (p *pipes) handle(d protocol.Display, to *pump) {
	if value, ok := d.Data[protocol.CommValueKey].(protocol.CommValue); ok && value.Address == protocol.SyncAddress {
		to.display(func(Output) {}) // text that was written before the flush goes out before the answer
		p.answer(value.Value)
		return
	}
	if request, ok := d.Data[protocol.InputRequestKey].(protocol.InputRequest); ok {
		go p.input(request, to)
		return
	}
	shown, err := p.convert(d)
	if err != nil {
		to.display(func(out Output) { out.Stream("stderr", "display: "+err.Error()+"\n") })
		return
	}
	if len(shown.Data) > 0 {
		to.display(func(out Output) { out.Display(shown) })
	}
}

// convert turns a display of a program into an output. Binary data becomes base64. Keys of GoNB that are not MIME
// types, for communication with a page, are left out.
func (p *pipes) convert(d protocol.Display) (Display, error) {
	shown := Display{Data: make(map[string]any), Metadata: d.Metadata, ID: d.DisplayID}
	for mime, value := range d.Data {
		if strings.HasPrefix(mime, "gonb/") {
			continue
		}
		if data, ok := value.([]byte); ok {
			value = base64.StdEncoding.EncodeToString(data)
		}
		if _, err := json.Marshal(value); err != nil {
			return Display{}, fmt.Errorf("%s: %w", mime, err)
		}
		shown.Data[mime] = value
	}
	if _, err := json.Marshal(d.Metadata); err != nil {
		return Display{}, fmt.Errorf("metadata: %w", err)
	}
	if shown.ID != "" {
		shown.Update = p.shown.add(shown.ID)
	}
	return shown, nil
}

// answer tells the program that flush n is done.
func (p *pipes) answer(n any) {
	p.back.SetWriteDeadline(time.Now().Add(answerTimeout))
	p.answers.Encode(protocol.CommValue{Address: protocol.SyncAckAddress, Value: n}) // fails if the program has ended
}

// input asks the user for a line and writes it to the program's standard input. If nobody can answer, it closes that.
func (p *pipes) input(request protocol.InputRequest, to *pump) {
	to.flush()
	line, err := to.out.Input(request.Prompt, request.Password)
	if err != nil {
		p.stdin.Close()
		return
	}
	io.WriteString(p.stdin, line+"\n") // fails if the program has ended
}
