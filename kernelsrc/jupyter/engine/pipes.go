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
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"longseq/kernelsrc/jupyter/display/protocol"
)

// Patience with a program's pipes: for the rest of what a background process displays after the
// program's end, and for a program to take an answer.
const (
	restPatience   = 200 * time.Millisecond
	answerPatience = time.Second
)

// pipes are the two named pipes through which a program displays.
type pipes struct {
	dir   string
	from  *os.File        // what the program sends
	hold  *os.File        // an end for writing, so that from does not end before the program
	back  *os.File        // what the program receives
	shown map[string]bool // display ids that were shown since the kernel began
	stdin *os.File        // the program's standard input

	answers *gob.Encoder
	done    chan struct{}
}

// openPipes makes the pipes of a run in a folder. None of the opens waits for the program.
func openPipes(parent string, shown map[string]bool) (*pipes, error) {
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

// env returns the variables by which a program finds the pipes.
func (p *pipes) env() []string {
	return []string{protocol.PipeEnv + "=" + p.path(), protocol.BackPipeEnv + "=" + p.backPath()}
}

// serve handles what the program sends, in the background.
func (p *pipes) serve(to *pump) {
	go func() {
		defer close(p.done)
		err := receive(p.from, func(d protocol.Display) { p.handle(d, to) })
		if err != nil {
			to.display(func(out Output) { out.Stream("stderr", "display: "+err.Error()+"\n") })
			io.Copy(io.Discard, p.from) // the program must not wait for a reader
		}
	}()
}

// finish waits until all that the program sent is handled, and removes the pipes.
func (p *pipes) finish() {
	p.hold.Close()
	select {
	case <-p.done:
	case <-time.After(restPatience):
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

// receive decodes what a program sends until the pipe ends. A program that dies in the middle of a
// value is no error.
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

// handle obeys one value of the program.
func (p *pipes) handle(d protocol.Display, to *pump) {
	if value, ok := d.Data[protocol.CommValueKey].(protocol.CommValue); ok && value.Address == protocol.SyncAddress {
		to.display(func(Output) {}) // what was written before the flush is out before the answer
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

// convert turns what a program sent into an output: binary data becomes base64, and keys that are
// no MIME types, for values that a page would have to exchange, are left out.
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
		shown.Update = p.shown[shown.ID]
		p.shown[shown.ID] = true
	}
	return shown, nil
}

// answer tells the program that its flush is done.
func (p *pipes) answer(n any) {
	p.back.SetWriteDeadline(time.Now().Add(answerPatience))
	p.answers.Encode(protocol.CommValue{Address: protocol.SyncAckAddress, Value: n}) // the program may be gone
}

// input asks the user for the program. Where nobody answers, the program's input ends.
func (p *pipes) input(request protocol.InputRequest, to *pump) {
	to.flush()
	line, err := to.out.Input(request.Prompt, request.Password)
	if err != nil {
		p.stdin.Close()
		return
	}
	io.WriteString(p.stdin, line+"\n") // the program may be gone
}
