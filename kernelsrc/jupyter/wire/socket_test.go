package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

// served returns sockets on free ports with the key "secret", and their connection.
func served(t *testing.T, h Handlers) (*Sockets, Connection) {
	t.Helper()
	c := Connection{Transport: "tcp", IP: "127.0.0.1", Key: "secret"}
	var held []net.Listener
	for _, port := range []*int{&c.ShellPort, &c.IOPubPort, &c.StdinPort, &c.ControlPort, &c.HeartbeatPort} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, l)
		*port = l.Addr().(*net.TCPAddr).Port
	}
	for _, l := range held {
		l.Close()
	}
	s, err := Listen(c, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, c
}

// joined returns a connection to a port after the handshake.
func joined(t *testing.T, port int, kind zmq4.SocketType) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := zmq4.Open(conn, null.Security(), kind, zmq4.SocketIdentity("client"), false, nil); err != nil {
		t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(time.Minute))
	return conn
}

// A client with heartbeats sends PING while messages are on their way to it. The answers must not lie within them.
func TestAnswersToPingDoNotMixWithMessages(t *testing.T) {
	subscribed := make(chan bool, 1)
	s, c := served(t, Handlers{Received: func(Channel, Message) {}, Subscribed: func(string, Reply) { subscribed <- true }})
	conn := joined(t, c.IOPubPort, zmq4.Sub)
	if _, err := conn.Write([]byte{0, 1, 1}); err != nil { // subscribes to all topics
		t.Fatal(err)
	}
	<-subscribed
	const messages, pings = 2000, 2000
	go func() {
		for range pings {
			conn.Write([]byte("\x04\x0a\x04PING\x00\x00abc")) // fails when the test has failed
		}
	}()
	go func() {
		content := json.RawMessage(`"` + string(bytes.Repeat([]byte("x"), 3000)) + `"`)
		for range messages {
			if err := s.Publish("topic", Message{Header: NewHeader("s", "stream"), Content: content}); err != nil {
				t.Error(err)
			}
		}
	}()
	signer := NewSigner("secret")
	pongs := 0
	r := newFrameReader(conn, maxMessage, new(atomic.Int64))
	count := func(command []byte) error {
		if string(command) != "\x04PONG"+"abc" {
			t.Fatalf("command %q, want PONG and what the PING held", command)
		}
		pongs++
		return nil
	}
	for i := range messages {
		frames, err := r.message(count)
		if err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
		if _, err := signer.Open(frames); err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
		r.release()
	}
	for pongs < pings {
		if flags, body, err := r.frame(); err != nil || flags != commandFlag || count(body) != nil {
			t.Fatalf("after the messages: %d %q, %v", flags, body, err)
		}
		r.release()
	}
}

// Before a signature is checked anyone can send. What is announced takes no memory, and too large a message ends the
// connection.
func TestPeersThatSendTooMuchAreClosed(t *testing.T) {
	_, c := served(t, Handlers{Received: func(Channel, Message) { t.Error("an unsigned message is let through") }})
	for _, test := range []struct {
		name  string
		frame []byte // sent again and again
		body  int    // bytes that follow it
		peers int
	}{
		{"in one message of large frames", frameHeader(moreFlag, 8<<20), 8 << 20, 1},
		{"in one message of empty frames", bytes.Repeat([]byte{moreFlag, 0}, 1<<18), 0, 1},
		{"in a frame that is announced", frameHeader(0, maxMessage+1), 0, 1},
		{"of many peers together", frameHeader(moreFlag, 6<<20), 6 << 20, 12},
	} {
		t.Run(test.name, func(t *testing.T) {
			closed := make(chan struct{}, test.peers)
			body := make([]byte, test.body)
			for range test.peers {
				conn := joined(t, c.ShellPort, zmq4.Dealer)
				conn.SetDeadline(time.Time{}) // it ends when the other side closes it, or with the test
				go func() {
					var err error
					for range 10 {
						for _, part := range [][]byte{test.frame, body} {
							if err == nil {
								_, err = conn.Write(part)
							}
						}
					}
					if err == nil {
						io.Copy(io.Discard, conn)
					}
					closed <- struct{}{}
				}()
			}
			select {
			case <-closed:
			case <-time.After(time.Minute):
				t.Errorf("%d of %d peers are still connected", test.peers, test.peers)
			}
		})
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.Sys > 1<<30 {
		t.Errorf("%d MiB of memory were taken", m.Sys>>20)
	}
}

func FuzzFrameReader(f *testing.F) {
	f.Add([]byte{moreFlag, 1, 'a', 0, 2, 'b', 'c'})
	f.Add([]byte("\x04\x06\x04PING\x00\x00\x00\x01a"))
	f.Add(append(frameHeader(0, 300), make([]byte, 300)...))
	f.Fuzz(func(t *testing.T, stream []byte) {
		const limit = 1 << 16
		var unread atomic.Int64
		r := newFrameReader(bytes.NewReader(stream), limit, &unread)
		for {
			frames, err := r.message(func(command []byte) error {
				_, _, err := splitCommand(command)
				return err
			})
			if err != nil {
				break
			}
			size := 0
			var again bytes.Buffer
			all := buffers(frames)
			all.WriteTo(&again)
			for _, frame := range frames {
				size += len(frame)
			}
			if size > limit {
				t.Errorf("a message of %d bytes is let through", size)
			}
			back, err := newFrameReader(&again, 1<<20, new(atomic.Int64)).message(nil)
			if err != nil || !slices.EqualFunc(back, frames, bytes.Equal) {
				t.Errorf("%q is written as %q, %v", frames, back, err)
			}
			r.release()
		}
		r.release()
		if unread.Load() != 0 {
			t.Errorf("%d bytes are counted at the end", unread.Load())
		}
	})
}
