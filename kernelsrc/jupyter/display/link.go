package display

import (
	"encoding/gob"
	"fmt"
	"os"
	"sync"
	"time"

	"longseq/kernelsrc/jupyter/display/protocol"
)

// flushPatience is how long a flush waits for the kernel to have handled what was sent.
const flushPatience = time.Minute

// InNotebook reports whether the program is a cell of a notebook.
func InNotebook() bool { return os.Getenv(protocol.PipeEnv) != "" }

// link is the connection to the kernel: one encoder for the life of the process.
type link struct {
	mu   sync.Mutex // one writer at a time
	enc  *gob.Encoder
	acks chan int // numbers of flushes that the kernel answered
	sent int      // number of the last flush
	err  error    // why nothing can be sent any more
}

// kernel opens the link at its first use.
var kernel = sync.OnceValue(func() *link {
	l := &link{acks: make(chan int, 16)}
	if err := l.open(); err != nil {
		l.fail(err)
	}
	return l
})

// open opens both pipes; each blocks until the kernel has the other end open.
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

// receive reads what the kernel sends until the pipe closes.
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

// fail remembers the first error and says it once.
func (l *link) fail(err error) {
	if l.err == nil {
		l.err = err
		fmt.Fprintf(os.Stderr, "display: %v\n", err)
	}
}

// send gives one value to the kernel.
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

// flush waits until the kernel has handled all that was sent before.
func (l *link) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent++
	sync := protocol.CommValue{Address: protocol.SyncAddress, Value: l.sent}
	l.encode(protocol.Display{Data: map[string]any{protocol.CommValueKey: sync}})
	if l.err != nil {
		return
	}
	late := time.After(flushPatience)
	for {
		select {
		case n, open := <-l.acks:
			if !open || n >= l.sent {
				return
			}
		case <-late:
			l.fail(fmt.Errorf("flush: no answer of the kernel in %v", flushPatience))
			return
		}
	}
}
