package display

import (
	"encoding/gob"
	"fmt"
	"os"
	"sync"
	"time"

	"longseq/kernelsrc/jupyter/display/protocol"
)

// flushTimeout is how long a flush waits for the kernel's answer.
const flushTimeout = time.Minute

// InNotebook reports whether the program is a notebook cell.
func InNotebook() bool { return os.Getenv(protocol.PipeEnv) != "" }

// link is the connection to the kernel, one for the life of the process.
type link struct {
	mu   sync.Mutex // one writer at a time
	enc  *gob.Encoder
	acks chan int // numbers of the flushes that the kernel has answered
	sent int      // number of the last flush
	err  error    // nothing is sent after the first error
}

// kernel returns the link, which it opens at its first call.
var kernel = sync.OnceValue(func() *link {
	l := &link{acks: make(chan int, 16)}
	if err := l.open(); err != nil {
		l.fail(err)
	}
	return l
})

// open opens both pipes. Each blocks until the kernel has opened the other end.
func (l *link) open() error {
	if err := protocol.Register(); err != nil {
		return err
	}
	out, err := os.OpenFile(os.Getenv(protocol.PipeEnv), os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("open display pipe: %w", err)
	}
	back, err := os.Open(os.Getenv(protocol.BackPipeEnv))
	if err != nil {
		return fmt.Errorf("open display pipe: %w", err)
	}
	l.enc = gob.NewEncoder(out)
	go l.receive(back)
	return nil
}

// receive reads the answers of the kernel until the pipe is closed.
func (l *link) receive(back *os.File) {
	defer close(l.acks)
	dec := gob.NewDecoder(back)
	for {
		var value protocol.CommValue
		if err := dec.Decode(&value); err != nil {
			return
		}
		if n, ok := value.Value.(int); ok && value.Address == protocol.SyncAckAddress {
			l.acks <- n
		}
	}
}

// fail records the first error and prints it.
func (l *link) fail(err error) {
	if l.err == nil {
		l.err = err
		fmt.Fprintf(os.Stderr, "display: %v\n", err)
	}
}

// send sends one value to the kernel.
func (l *link) send(d protocol.Display) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.encode(d)
}

func (l *link) encode(d protocol.Display) {
	if l.err != nil {
		return
	}
	if d.Metadata == nil {
		d.Metadata = map[string]any{}
	}
	if err := l.enc.Encode(d); err != nil {
		l.fail(fmt.Errorf("send to the kernel: %w", err))
	}
}

// flush waits until the kernel has handled everything that was sent before.
func (l *link) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent++
	sync := protocol.CommValue{Address: protocol.SyncAddress, Value: l.sent}
	l.encode(protocol.Display{Data: map[string]any{protocol.CommValueKey: sync}})
	if l.err != nil {
		return
	}
	late := time.After(flushTimeout)
	for {
		select {
		case n, open := <-l.acks:
			if !open || n >= l.sent {
				return
			}
		case <-late:
			l.fail(fmt.Errorf("flush: no answer from the kernel in %v", flushTimeout))
			return
		}
	}
}
